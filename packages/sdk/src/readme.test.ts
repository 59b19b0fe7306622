import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EIP1193Provider } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as examples from "../test/examples.ts";
import { withExamples } from "../test/readme.ts";
import { sdkError } from "./errors.ts";
import { encodeAmount, openKeyFile, parsePaymentCode, randomKey, secretSigner } from "./index.ts";
import { createLocks } from "./storage/storage.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");

afterEach(() => vi.unstubAllGlobals());

describe("the examples of the README", () => {
  it("are the checked source", () => {
    const document = read("README.md");
    const source = read("test/examples.ts");
    expect(document.match(/```ts\n/g)).toHaveLength(source.match(/#region/g)?.length ?? 0);
    expect(withExamples(document, source)).toBe(document);
  });

  it("make signers and payment codes", async () => {
    const wallet = privateKeyToAccount(`0x${"5".repeat(64)}`);
    const signer = await examples.makeSigner(wallet);
    expect((await examples.makeSigner(wallet)).key).toBe(signer.key);
    expect((await examples.makeSigner(null)).key).not.toBe(signer.key);
    const domain = { chainId: 31337n, rollup: 0x1n };
    expect(parsePaymentCode(examples.paymentCode(signer, 5n), domain)).toEqual({ owner: 5n, key: signer.key });
    expect(examples.walletByHand().domain).toEqual(domain);
  });

  it("keep keys in a worker", async () => {
    const { port1, port2 } = new MessageChannel();
    const end = (port: typeof port1) => ({
      postMessage: (message: unknown) => port.postMessage(message),
      addEventListener: (_: "message", listener: (event: { readonly data: unknown }) => void) => {
        port.on("message", (data: unknown) => listener({ data }));
      },
    });
    examples.insideWorker(end(port2));
    const owner = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    const { signer, backup } = await examples.inPage(end(port1), owner, "correct horse");
    const { l2Key } = await openKeyFile(JSON.parse(backup), "correct horse");
    expect(secretSigner((await import("./index.ts")).secretKeyFromHex(l2Key ?? "")).key).toBe(signer.key);
    port1.close();
    port2.close();
  });

  it("make clients", () => {
    const settings = { rollup: `0x${"ab".repeat(20)}`, signer: secretSigner(randomKey()) };
    vi.stubGlobal("indexedDB", {});
    vi.stubGlobal("navigator", { locks: { request: createLocks() } });
    const provider = { request: async () => null, on: () => undefined, removeListener: () => undefined };
    const client = examples.connectPage(
      provider as unknown as EIP1193Provider,
      "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
      settings,
    );
    expect(client.cairn.signer().key).toBe(settings.signer.key);
    expect(typeof client.transfer).toBe("function");
  });

  it("explain failures", () => {
    const advice = (() => {
      try {
        return String(encodeAmount(34359738369n));
      } catch (error) {
        return examples.explain(error);
      }
    })();
    expect(advice).toBe("try 34359738367 or 34359738370");
    const unknown = sdkError("sdk/outcome-unknown", "", { details: { id: "order-17" } });
    expect(examples.explain(unknown)).toBe("repeat request order-17, and no other");
  });
});
