import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RouteResponse } from "@cairn/rpc";
import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import type { EIP1193Provider } from "viem";
import { afterEach, describe, expect, it, vi } from "vitest";
import { show, usePage } from "./dom.ts";
import * as examples from "./examples.tsx";
import { provide } from "./provide.ts";
import { ALICE, addressOf, CONNECTED, entryOf, openScene } from "./scene.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");

describe("the examples of the README", () => {
  usePage();
  afterEach(() => vi.unstubAllGlobals());

  it("are all shown", () => {
    const regions = read("test/examples.tsx").match(/#region (\w+)/g) ?? [];
    expect(read("README.md").match(/```tsx\n/g)).toHaveLength(regions.length);
  });

  it("show balances, and whether they are live", async () => {
    const scene = openScene();
    const page = await show(
      provide(scene, [createElement(examples.Wallet, { key: 1 }), createElement(examples.Connection, { key: 2 })]),
    );
    await vi.waitFor(() =>
      expect(page.text()).toMatch(/^0\.0000000000001 ETHas of .*connecting: what is shown may be old$/),
    );
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(page.text()).toBe("0.0000000000001 ETHlive"));
  });

  it("show a history", async () => {
    const scene = openScene();
    scene.node.entries.push(...Array.from({ length: 30 }, (_, i) => entryOf({ atMs: i, direction: "in" })));
    const page = await show(provide(scene, createElement(examples.History)));
    await vi.waitFor(() => expect(page.text()).toBe(`${"+5 confirmed".repeat(25)}older`));
    page.click("older");
    await vi.waitFor(() => expect(page.text()).toBe("+5 confirmed".repeat(30)));
  });

  it("pay, and show what is on its way", async () => {
    const scene = openScene();
    const form = createElement(examples.PayForm, { key: 1, to: 65, amount: "0.0000000000000005" });
    const page = await show(provide(scene, [form, createElement(examples.Outbox, { key: 2 })]));
    await vi.waitFor(() => expect(page.text()).toContain("Pay"));
    page.click("Pay");
    page.click("Pay");
    await vi.waitFor(() => expect(page.text()).toMatch(/ETHreceivedtransfer: received $/));
    expect([scene.signed(), scene.node.transactions.size]).toEqual([1, 1]);
  });

  it("ask for a payment", async () => {
    const scene = openScene();
    let reference = "";
    const state = () => ({
      owner: addressOf(ALICE),
      reference,
      status: "open",
      certainty: null,
      amount: "5",
      paid: "0",
    });
    scene.node.lies = {
      requestPayment: async (body) => {
        reference = body.reference;
        throw new TypeError(`asked for ${body.amount}`);
      },
      paymentRequest: async () => state() as object as RouteResponse<"paymentRequest">,
    };
    const page = await show(provide(scene, createElement(examples.Checkout, { order: 17 })));
    await vi.waitFor(() => expect(page.text()).toBe("Ask for 0.01 ETH "));
    page.click("Ask");
    await vi.waitFor(() => expect(page.text()).toBe("Ask for 0.01 ETH asked for 10000000000000000"));
    expect(Buffer.from(reference.slice(2), "hex").toString()).toContain("order 17");
  });

  it("refuse a proof that proves nothing", async () => {
    const scene = openScene();
    scene.node.lies = { accountProof: async () => ({}) as object as RouteResponse<"accountProof"> };
    const page = await show(provide(scene, createElement(examples.Checked, { account: 64 })));
    await vi.waitFor(() => expect(page.text()).toBe("verify/bad-proof"));
  });

  it("make a client, and are rendered on a server", () => {
    vi.stubGlobal("indexedDB", {});
    vi.stubGlobal("navigator", { locks: { request: async () => undefined } });
    const wallet = { request: async () => null, on: () => undefined, removeListener: () => undefined };
    const scene = openScene();
    const client = examples.connectPage(
      wallet as unknown as EIP1193Provider,
      "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
      scene.client.cairn.signer(),
    );
    vi.stubGlobal("window", undefined);
    vi.stubGlobal("document", undefined);
    const render = (node: ReactNode) => renderToString(node);
    expect(render(createElement(examples.App, { client }))).toBe("<p>Loading …</p>");
    expect(render(provide(scene, createElement(examples.Connection)))).toContain("connecting");
    expect(scene.node.asked).toEqual([]);
  });
});
