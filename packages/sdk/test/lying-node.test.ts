import { bigintToAddress } from "@cairn/protocol";
import { bigintToWord, type RouteResponse } from "@cairn/rpc";
import { createClient, custom } from "viem";
import { beforeEach, describe, expect, it } from "vitest";
import { sdkError } from "../src/errors.ts";
import { cairnActions, memoryStorage, type NodeClient, secretSigner } from "../src/index.ts";
import { apiError, type FakeNode, fakeNode, historyEntry, viewOf } from "./fake-node.ts";
import { type L2Scene, openL2Scene } from "./l2-scene.ts";
import { ALICE, accountOf, BOB, DOMAIN } from "./people.ts";

const WAIT = { for: "confirmed", timeout: 20_000 } as const;

describe("payments through a node that lies", () => {
  let scene: L2Scene;
  let node: FakeNode;
  beforeEach(() => {
    scene = openL2Scene();
    ({ node } = scene);
  });
  const connect: L2Scene["connect"] = (change) => scene.connect(change);
  const received = () => scene.received();
  const alice = () => scene.alice();

  const pay = () => connect().transfer({ to: 65, amount: 10n, requestId: "one" });

  it("about the id that it acknowledges", async () => {
    node.lies = {
      submit: async () => ({ transactions: [{ id: bigintToWord(5n), status: "received", inclusion: null }] }),
    };
    // It may have taken what it got: whoever pays anew would pay twice.
    const unknown = { code: "sdk/outcome-unknown", details: { id: "one" }, cause: { code: "sdk/bad-answer" } };
    await expect(pay()).rejects.toMatchObject(unknown);
    expect(await connect().requests()).toHaveLength(1);
  });

  it("or answers what no node answers after it took the payment", async () => {
    const { submit } = node.client;
    node.lies = {
      submit: async (...args) => {
        node.lies = {};
        await submit(...args);
        throw sdkError("sdk/bad-answer", "200 without JSON", { details: { status: 200 } });
      },
    };
    await expect(pay()).rejects.toMatchObject({ code: "sdk/outcome-unknown", details: { id: "one" } });
    expect(await (await pay()).wait({ for: "confirmed", timeout: 60_000 })).toBe("confirmed");
    expect(received()).toBe(10n);
  });

  it("or answers that it cannot read what it took", async () => {
    const { submit } = node.client;
    node.lies = {
      submit: async (...args) => {
        node.lies = {};
        await submit(...args);
        throw apiError("bad-request", {});
      },
    };
    const unknown = { code: "sdk/outcome-unknown", details: { id: "one" }, cause: { code: "sdk/api-error" } };
    await expect(pay()).rejects.toMatchObject(unknown);
    expect(await (await pay()).wait({ for: "confirmed", timeout: 60_000 })).toBe("confirmed");
    expect(received()).toBe(10n);
  });

  it("with another transaction under the asked id", async () => {
    const handle = await pay();
    const [id = ""] = handle.hashes();
    const view = node.known.get(id) ?? expect.unreachable();
    const other = { ...view, transaction: { ...view.transaction, nonce: 9 } };
    for (const answer of [other, { ...view, id: bigintToWord(7n) }]) {
      node.lies = { transaction: async () => answer };
      await expect(handle.status()).rejects.toMatchObject({ code: "sdk/bad-answer" });
    }
  });

  it("about the account: another index, another key, another token", async () => {
    const account = alice() ?? expect.unreachable();
    const pays = (change: object) => {
      node.lies = { account: async () => ({ ...account, ...change }) };
      return connect().transfer({
        to: { type: "existing", index: 65, owner: BOB.owner, key: BOB.key },
        amount: 1n,
        from: 64,
      });
    };
    await expect(pays({ index: 70 })).rejects.toMatchObject({ code: "sdk/bad-answer" });
    await expect(pays({ key: bigintToWord(BOB.key) })).rejects.toMatchObject({ code: "sdk/unknown-account" });
    await expect(pays({ tokenId: 3 })).rejects.toMatchObject({ code: "sdk/unknown-account" });
    expect(node.submitted).toBe(0);
  });

  it("about the fee: it takes no more than was allowed, by default the amount", async () => {
    node.lies = { quote: async () => ({ fee: "999" }) as unknown as RouteResponse<"quote"> };
    await expect(pay()).rejects.toMatchObject({ code: "sdk/fee-too-high", details: { fee: 999n, limit: 10n } });
    await expect(connect().transfer({ to: 65, amount: 10n, maxFee: 99n })).rejects.toMatchObject({
      code: "sdk/fee-too-high",
    });
    expect(node.submitted).toBe(0);
  });

  it("about the rollup that it serves", async () => {
    node.lies = {
      rollup: async () =>
        ({ chainId: 1, rollup: bigintToAddress(DOMAIN.rollup) }) as unknown as RouteResponse<"rollup">,
    };
    await expect(pay()).rejects.toMatchObject({ code: "sdk/wrong-rollup" });
  });

  it("that a payment was refused, and keeps it: paying again uses the same nonce, so only one can run", async () => {
    const kept: Parameters<NodeClient["submit"]>[0][] = [];
    node.lies = {
      submit: async (submission) => {
        kept.push(submission);
        throw apiError("rejected", { reason: { type: "feeTooLow" } });
      },
    };
    await expect(pay()).rejects.toMatchObject({ code: "sdk/not-reached" });
    node.lies = {};
    await (await connect().transfer({ to: 65, amount: 10n, reference: 7n })).wait(WAIT);
    const [first] = kept;
    await expect(node.client.submit(first ?? expect.unreachable())).rejects.toMatchObject({ code: "sdk/api-error" });
    expect([received(), node.executed.length]).toEqual([10n, 1]);
  });

  it("that a payment was refused, and runs it: the next one is not signed without a word", async () => {
    const submit = node.client.submit;
    node.lies = {
      submit: async (submission, options) => {
        await submit(submission, options);
        throw apiError("rejected", { reason: { type: "feeTooLow" } });
      },
      transaction: async () => Promise.reject(apiError("not-found", {})),
      accountHistory: async () => ({ entries: [], next: null }),
    };
    await expect(pay()).rejects.toMatchObject({ code: "sdk/not-reached" });
    expect(alice()?.nonce).toBe(1);
    node.lies = { accountHistory: async () => ({ entries: [], next: null }) };
    await expect(pay()).rejects.toMatchObject({ code: "sdk/outcome-unknown", details: { hasRun: false } });
    await expect(pay()).rejects.toMatchObject({ code: "sdk/outcome-unknown", details: { hasRun: false } });
    node.lies = {};
    await expect(pay()).rejects.toMatchObject({ code: "sdk/outcome-unknown", details: { hasRun: true } });
    expect(received()).toBe(10n);
  });

  it("that a nonce is used by something that the key never signed", async () => {
    node.lies = { submit: async () => Promise.reject(apiError("rejected", { reason: { type: "nonceTooLow" } })) };
    await expect(pay()).rejects.toMatchObject({ code: "sdk/not-reached" });
    const account = alice() ?? expect.unreachable();
    const forged = viewOf(bigintToWord(1n), { ...(await foreign()), nonce: 0, from: 64 }, { status: "confirmed" });
    node.lies = {
      account: async () => ({ ...account, nonce: 1 }),
      accounts: async () => ({ accounts: [{ ...account, nonce: 1 }], next: null }),
      accountHistory: async () => ({
        entries: [historyEntry(forged.id) as unknown as RouteResponse<"accountHistory">["entries"][number]],
        next: null,
      }),
      transaction: async () => forged,
    };
    await expect(connect().transfer({ to: { type: "new", owner: 5n, key: 0n }, amount: 1n })).rejects.toMatchObject({
      code: "sdk/outcome-unknown",
    });
    expect(node.submitted).toBe(0);
  });

  /** Somebody else's signature. */
  const foreign = async () => {
    const other = fakeNode(DOMAIN, [accountOf(BOB, { index: 64, nonce: 0 }), accountOf(ALICE, { index: 65 })]);
    const config = { rollup: bigintToAddress(DOMAIN.rollup), node: other.client, storage: memoryStorage() };
    const signer = secretSigner(BOB.secretKey);
    const request = async () => "0x7a69";
    const client = createClient({ transport: custom({ request }) }).extend(
      cairnActions({ ...config, signer, owner: bigintToAddress(BOB.owner) }),
    );
    const handle = await client.transfer({ to: 65, amount: 1n });
    return handle.toJSON().transactions[0] ?? expect.unreachable();
  };
});
