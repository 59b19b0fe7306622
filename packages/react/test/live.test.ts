import { CairnError } from "@cairn/protocol";
import type { RouteResponse, TransactionStatus } from "@cairn/rpc";
import { QueryClient } from "@tanstack/react-query";
import { createElement, StrictMode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type Balances,
  CairnProvider,
  type LiveResult,
  type LiveState,
  useAccount,
  useBalances,
  useHistory,
  useLiveState,
  usePaymentRequest,
  useTransaction,
} from "../src/index.ts";
import { setVisible, show, usePage, watch } from "./dom.ts";
import type { FakeNode } from "./fake-node.ts";
import { provide } from "./provide.ts";
import { ALICE, accountOf, addressOf, BOB, CONNECTED, eventOf, LOST, openScene } from "./scene.ts";

const count = (node: FakeNode, route: string) => node.asked.filter((one) => one === route).length;
const eth = ({ data }: { data: Balances | undefined }) => data?.balances[0]?.balance;
/** Lets what is on its way arrive; for what must not happen. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 30));

/** Balances on a page, which are live. */
async function showLive(options: { readonly refetchMs?: number } = {}) {
  const scene = openScene();
  const balances = watch(() => useBalances());
  await show(provide(scene, balances.element, options));
  await vi.waitFor(() => expect(scene.node.open).toBe(1));
  scene.node.tell(CONNECTED);
  await vi.waitFor(() => expect(balances.now().isLive).toBe(true));
  return { scene, balances };
}

/** A component without a provider above it. */
function Outside() {
  useBalances();
  return null;
}

describe("what is shown", () => {
  usePage();
  afterEach(() => setVisible(true));

  it("is loaded, and is live once it was asked for after the stream was connected", async () => {
    const scene = openScene();
    const balances = watch(() => useBalances());
    await show(provide(scene, balances.element));
    await vi.waitFor(() => expect(eth(balances.now())).toBe(100_000n));
    expect(balances.results[0]).toMatchObject({ isPending: true, isLive: false });
    expect(balances.now().isLive).toBe(false);
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(balances.now().isLive).toBe(true));
    expect(count(scene.node, "ownerBalances")).toBe(2);
  });

  it("is asked for again when its first answer was on its way while the stream connected", async () => {
    const scene = openScene();
    let answer = (): void => undefined;
    scene.node.before = (route) =>
      route === "ownerBalances" && count(scene.node, route) === 1
        ? new Promise((resolve) => {
            answer = resolve;
          })
        : Promise.resolve();
    const balances = watch(() => useBalances());
    await show(provide(scene, balances.element));
    await vi.waitFor(() => expect(count(scene.node, "ownerBalances")).toBe(1));
    scene.node.tell(CONNECTED);
    await settle();
    answer();
    await vi.waitFor(() => expect(balances.now().isLive).toBe(true));
    expect(count(scene.node, "ownerBalances")).toBe(2);
    expect(balances.results.filter(({ isLive }) => isLive).length).toBeGreaterThan(0);
  });

  it("never says that an old balance is live", async () => {
    const { scene, balances } = await showLive();
    for (let balance = 1; balance <= 6; balance++) {
      scene.node.accounts.set(64, accountOf(ALICE, { balance: String(balance) }));
      const from = balances.results.length;
      scene.node.tell(eventOf());
      await vi.waitFor(() => expect(eth(balances.now())).toBe(BigInt(balance)));
      const claimed = balances.results.slice(from).filter(({ isLive }) => isLive);
      expect(claimed.map(eth)).toEqual(claimed.map(() => BigInt(balance)));
    }
    await vi.waitFor(() => expect(balances.now().isLive).toBe(true));
  });

  it("is asked for at most a few times for many events, and is right in the end", async () => {
    const { scene, balances } = await showLive();
    const before = count(scene.node, "ownerBalances");
    for (let balance = 1; balance <= 500; balance++) {
      scene.node.accounts.set(64, accountOf(ALICE, { balance: String(balance) }));
      scene.node.tell(eventOf());
    }
    await vi.waitFor(() => expect([eth(balances.now()), balances.now().isLive]).toEqual([500n, true]));
    expect(count(scene.node, "ownerBalances") - before).toBeLessThanOrEqual(3);
  });

  it("is not live while the stream is lost, and catches up when it is back", async () => {
    const scene = openScene();
    const balances = watch(() => useBalances());
    const state = watch(() => useLiveState());
    await show(
      provide(scene, [createElement("b", { key: 0 }, balances.element), createElement("i", { key: 1 }, state.element)]),
    );
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(balances.now().isLive).toBe(true));
    scene.node.tell(LOST);
    await vi.waitFor(() => expect(state.now().status).toBe("disconnected"));
    expect(balances.now()).toMatchObject({ isLive: false, data: { balances: [{ balance: 100_000n }] } });
    // Nobody tells of this: the connection is lost.
    scene.node.accounts.set(64, accountOf(ALICE, { balance: "4" }));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect([eth(balances.now()), balances.now().isLive]).toEqual([4n, true]));
    const wrong = balances.results.slice(-20).filter((one) => one.isLive && eth(one) === 100_000n);
    expect(wrong.at(-1)).not.toBe(balances.now());
  });

  it("is asked for again after a reset of the stream", async () => {
    const { scene, balances } = await showLive();
    scene.node.accounts.set(64, accountOf(ALICE, { balance: "9" }));
    scene.node.tell({ type: "reset", cursor: "d" });
    await vi.waitFor(() => expect([eth(balances.now()), balances.now().isLive]).toEqual([9n, true]));
  });

  it("is asked for at intervals without a stream, and says why there is none", async () => {
    const scene = openScene();
    scene.node.streamError = new CairnError("sdk/no-websocket", "this platform has no WebSocket");
    const balances = watch(() => useBalances());
    const state = watch(() => useLiveState());
    const both = [createElement("b", { key: 0 }, balances.element), createElement("i", { key: 1 }, state.element)];
    await show(provide(scene, both, { refetchMs: 20 }));
    await vi.waitFor(() => expect(eth(balances.now())).toBe(100_000n));
    scene.node.accounts.set(64, accountOf(ALICE, { balance: "6" }));
    await vi.waitFor(() => expect(eth(balances.now())).toBe(6n));
    expect(balances.results.some(({ isLive }) => isLive)).toBe(false);
    expect(state.now()).toMatchObject({ status: "off", error: { code: "sdk/no-websocket" } });
    expect(scene.node.streams).toHaveLength(1);
  });

  it("keeps its old answer with the error, is not live then, and recovers", async () => {
    const { scene, balances } = await showLive({ refetchMs: 20 });
    scene.node.before = async (route) => {
      if (route === "ownerBalances") throw new CairnError("sdk/unreachable", "no answer");
    };
    scene.node.accounts.set(64, accountOf(ALICE, { balance: "8" }));
    scene.node.tell(eventOf());
    await vi.waitFor(() => expect(balances.now().error?.code).toBe("sdk/unreachable"));
    expect([eth(balances.now()), balances.now().isLive, balances.now().isError]).toEqual([100_000n, false, true]);
    scene.node.before = async () => undefined;
    await vi.waitFor(() => expect([eth(balances.now()), balances.now().isLive]).toEqual([8n, true]));
  });

  it("is asked for again when a hidden page is shown", async () => {
    const { scene, balances } = await showLive();
    setVisible(false);
    scene.node.accounts.set(64, accountOf(ALICE, { balance: "2" }));
    setVisible(true);
    await vi.waitFor(() => expect(eth(balances.now())).toBe(2n));
  });

  it("has one stream for all hooks, also in StrictMode, and none when it is gone", async () => {
    const scene = openScene();
    const all = ["a", "b", "c"].map((key) =>
      createElement("p", { key }, watch(() => [useBalances(), useAccount(64), useHistory()]).element),
    );
    const page = await show(createElement(StrictMode, null, provide(scene, all)));
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    expect(scene.node.streams.every(({ owner }) => owner === addressOf(ALICE))).toBe(true);
    page.leave();
    await vi.waitFor(() => expect(scene.node.open).toBe(0));
  });

  it("is aborted when nobody shows it any more", async () => {
    const scene = openScene();
    let isAborted = false;
    scene.node.before = (route, signal) =>
      route === "ownerBalances"
        ? new Promise((_, reject) =>
            signal?.addEventListener("abort", () => {
              isAborted = true;
              reject(new CairnError("sdk/aborted", "aborted"));
            }),
          )
        : Promise.resolve();
    const page = await show(provide(scene, watch(() => useBalances()).element));
    await vi.waitFor(() => expect(count(scene.node, "ownerBalances")).toBe(1));
    page.leave();
    await vi.waitFor(() => expect(isAborted).toBe(true));
  });

  it("is live for what the stream covers alone: others' accounts are asked for at intervals", async () => {
    const scene = openScene();
    const [own, other, nobody] = [
      watch(() => useAccount(64)),
      watch(() => useAccount(65)),
      watch(() => useAccount(99)),
    ];
    const all = [own, other, nobody].map(({ element }, key) => createElement("p", { key: String(key) }, element));
    await show(provide(scene, all, { refetchMs: 20 }));
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(own.now().isLive).toBe(true));
    scene.node.accounts.set(65, accountOf(BOB, { index: 65, balance: "11" }));
    await vi.waitFor(() => expect(other.now().data?.balance).toBe(11n));
    expect(other.results.some(({ isLive }) => isLive)).toBe(false);
    expect(nobody.now()).toMatchObject({ data: null, isLive: false, error: null });
    const before = count(scene.node, "account");
    await vi.waitFor(() => expect(count(scene.node, "account")).toBeGreaterThan(before + 4));
  });

  it("are transactions that the owner pays, as the stream tells of them", async () => {
    const scene = openScene();
    const id = `0x${"0".repeat(63)}7`;
    const transaction = { type: "transfer", from: 64, to: 65, toOwner: addressOf(BOB) };
    const known = { id, transaction, amount: "5", fee: "3" } as object as RouteResponse<"transaction">;
    const view = (status: TransactionStatus) => ({ ...known, status });
    const shown = watch(() => useTransaction(id.toUpperCase().replace("0X", "0x")));
    await show(provide(scene, shown.element));
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(shown.now().data).toBe(null));
    scene.node.transactions.set(id, view("received"));
    scene.node.tell(eventOf());
    await vi.waitFor(() =>
      expect(shown.now()).toMatchObject({ data: { status: "received", amount: 5n, fee: 3n }, isLive: true }),
    );
    scene.node.transactions.set(id, view("confirmed"));
    scene.node.tell(eventOf({ id: `0x${"1".repeat(64)}` }));
    await settle();
    expect(shown.now().data?.status).toBe("received");
    scene.node.tell(eventOf());
    await vi.waitFor(() => expect(shown.now().data?.status).toBe("confirmed"));
  });

  it("are requests for payments, which expire without an event", async () => {
    const scene = openScene();
    const expiresAt = Math.floor(Date.now() / 1000);
    const request = { owner: addressOf(ALICE), reference: `0x${"5".repeat(62)}`, expiresAt };
    const amounts = { amount: "5", paid: "0", paidLate: "0", paidRecalled: "0" };
    let status = "open";
    const answer = async () => ({ ...request, ...amounts, status }) as object as RouteResponse<"paymentRequest">;
    scene.node.lies = { paymentRequest: answer };
    const shown = watch(() => usePaymentRequest(`0x${"9".repeat(64)}`));
    const broken = watch(() => usePaymentRequest("cairn:nonsense").error);
    await show(
      provide(scene, [createElement("p", { key: 1 }, shown.element), createElement("p", { key: 2 }, broken.element)]),
    );
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(shown.now()).toMatchObject({ data: { status: "open", paid: 0n }, isLive: true }));
    await vi.waitFor(() => expect(broken.results.at(-1)?.code).toBe("sdk/bad-payment-request"));
    status = "expired";
    await vi.waitFor(() => expect(shown.now().data?.status).toBe("expired"), { timeout: 4_000 });
    status = "paid";
    scene.node.tell(eventOf({ reference: `0x${"5".repeat(62)}` }));
    await vi.waitFor(() => expect(shown.now().data?.status).toBe("paid"));
  });

  it("answers to nobody's questions with nothing, and asks for nothing", async () => {
    const scene = openScene();
    const shown = watch(() => [useAccount(undefined), useTransaction(undefined)] as LiveResult<unknown>[]);
    await show(provide(scene, shown.element));
    await settle();
    expect(shown.now().map(({ data, isLive, fetchStatus }) => [data, isLive, fetchStatus])).toEqual([
      [undefined, false, "idle"],
      [undefined, false, "idle"],
    ]);
    expect(scene.node.asked.filter((route) => route !== "rollup")).toEqual([]);
  });

  it("begins anew with another client", async () => {
    const [scene, other] = [openScene(), openScene()];
    other.node.accounts.set(64, accountOf(ALICE, { balance: "77" }));
    const queryClient = new QueryClient();
    const balances = watch(() => useBalances());
    const page = await show(provide(scene, balances.element, { queryClient }));
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(balances.now().isLive).toBe(true));
    page.again(provide(other, balances.element, { queryClient }));
    await vi.waitFor(() => expect([scene.node.open, other.node.open]).toEqual([0, 1]));
    expect(balances.now().isLive).toBe(false);
    other.node.tell(CONNECTED);
    await vi.waitFor(() => expect([eth(balances.now()), balances.now().isLive]).toEqual([77n, true]));
  });

  it("needs a provider", async () => {
    const [caught, warned] = (["error", "warn"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    );
    await show(createElement(Outside));
    await vi.waitFor(() =>
      expect(caught?.mock.calls.flat()).toContainEqual(expect.objectContaining({ code: "react/no-provider" })),
    );
    caught?.mockRestore();
    warned?.mockRestore();
  });
});

describe("the state of the stream", () => {
  usePage();

  it("names what is wrong, and is tried again", async () => {
    const scene = openScene();
    scene.node.streamError = new CairnError("sdk/bad-answer", "the stream sent a malformed message");
    const state = watch((): LiveState => useLiveState());
    await show(provide(scene, state.element));
    await vi.waitFor(() =>
      expect(state.now()).toMatchObject({ status: "disconnected", error: { code: "sdk/bad-answer" } }),
    );
    scene.node.streamError = null;
    await vi.waitFor(() => expect(scene.node.open).toBe(1), { timeout: 4_000 });
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(state.now()).toEqual({ status: "live" }));
  });

  it("is off for a page that is about nobody", async () => {
    const scene = openScene();
    const state = watch((): LiveState => useLiveState());
    await show(createElement(CairnProvider, { client: scene.client, owner: null }, state.element));
    await vi.waitFor(() => expect(state.now()).toEqual({ status: "off", error: null }));
    await settle();
    expect(scene.node.streams).toEqual([]);
  });
});
