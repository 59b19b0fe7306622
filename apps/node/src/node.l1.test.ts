import { createTestDatabases } from "@cairn/db/testing";
import { bigintToAddress, MAX_BATCH_AGE_SECONDS } from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clientOf, createL1Scene, type L1Scene, type ProveSolo, proveNothing } from "../test/l1-scene.ts";
import { call } from "../test/node-harness.ts";
import type { CairnNode } from "./node.ts";

const ETHER = 10n ** 18n;
const RECIPIENT = 0xc0ffee00c0ffee00c0ffee00c0ffee00c0ffee00n;
const LOW_BALANCE = ETHER / 2n;
const WAIT = { timeout: 40_000, interval: 100 };

describe("a node when L1 misbehaves", () => {
  let scene: L1Scene;
  let node: CairnNode;
  let alice: Person;
  let bob: Person;
  let gate = Promise.resolve();
  let aborted = 0;
  const prove: ProveSolo = async (...args) => {
    const { signal } = args[2] ?? {};
    const abort = new Promise<void>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
    abort.catch(() => aborted++);
    await Promise.race([gate, abort]);
    return proveNothing(...args);
  };
  const client = () => clientOf(node, scene);
  const historyOf = async (id: string) => (await client().transaction(id)).history;
  const typesOf = async (id: string) => (await historyOf(id)).map(({ type }) => type);
  const statusOf = async (id: string) => (await client().transaction(id)).status;
  const idOf = ({ transactions: [first] }: { transactions: { id: string }[] }): string => first?.id ?? "";
  const isAtL1 = async () => {
    const [chain, own] = [await scene.onChain(), await client().rollup()];
    expect([own.root, own.lastBlock]).toEqual([chain.root, chain.lastBlock]);
  };

  /** Reverts L1 to a snapshot and lets it grow beyond where it was, in height and in time. */
  const reorg = async (snapshot: unknown) => {
    const { reader } = scene.harness.devnet.rollup;
    const before = await reader.getBlock();
    expect(await scene.l1("evm_revert", [snapshot])).toBe(true);
    // The L1 node's clock goes back with its blocks; on a real chain it does not.
    await scene.l1("evm_setTime", [Number(before.timestamp)]);
    const { number } = await reader.getBlock();
    // What the node has already sent again comes later.
    await scene.l1("anvil_dropAllTransactions");
    await scene.l1("anvil_mine", [`0x${(before.number - number + 2n).toString(16)}`]);
  };

  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    // Payouts and batches stay removable: only what is 200 blocks deep counts as settled.
    const change = { CAIRN_L1_FINAL_CONFIRMATIONS: "200", CAIRN_LOW_BALANCE_WEI: String(LOW_BALANCE) };
    node = await scene.begin("operator", change, prove);
    alice = await scene.harness.deposit(1, ETHER);
    bob = await scene.harness.deposit(2, ETHER);
  });
  afterAll(() => scene.stop());

  it("brings blocks to L1", async () => {
    await expect.poll(() => client().index(bob), WAIT).toBe(65);
    const id = idOf(await client().transfer(alice, bob, 0));
    await expect.poll(() => statusOf(id), WAIT).toBe("proven");
    await isAtL1();
  });

  it("raises an alarm while the publisher's balance is too low, and ends it once it is not", async () => {
    const { address } = scene.harness.devnet.wallet(0).account;
    const { reader } = scene.harness.devnet.rollup;
    const setBalance = (wei: bigint) => scene.l1("anvil_setBalance", [address, `0x${wei.toString(16)}`]);
    const publisher = async () => (await call(node, "ready")).value.parts.publisher;
    const metrics = async () => {
      const text = await (await fetch(new URL("/metrics", node.urls().metrics ?? ""))).text();
      const read = (name: string) => Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
      return { has: read("cairn_publisher_balance_ether"), needs: read("cairn_publisher_low_balance_ether") };
    };
    const before = await reader.getBalance({ address });
    expect((await publisher())?.state).not.toContain("low balance");
    await setBalance(LOW_BALANCE / 2n);
    await expect.poll(async () => (await publisher())?.state, WAIT).toContain("low balance");
    expect((await publisher())?.isReady).toBe(true);
    const low = await metrics();
    expect(low.needs).toBe(Number(LOW_BALANCE) / 1e18);
    expect(low.has).toBeLessThan(low.needs);
    await setBalance(before);
    await expect.poll(async () => (await publisher())?.state, WAIT).not.toContain("low balance");
    const enough = await metrics();
    expect(enough.has).toBeGreaterThan(enough.needs);
  });

  it("rebuilds a block that became too old before its proof was made, visibly", async () => {
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    const id = idOf(await client().transfer(alice, bob, 1));
    await expect.poll(() => typesOf(id), WAIT).toContain("sealed");
    await scene.warp(MAX_BATCH_AGE_SECONDS - 800);
    await expect.poll(() => typesOf(id), WAIT).toContain("requeued");
    await expect.poll(() => aborted, WAIT).toBeGreaterThan(0);
    held.resolve();
    await expect.poll(() => statusOf(id), WAIT).toBe("proven");
    const requeued = (await historyOf(id)).find(({ type }) => type === "requeued");
    expect(requeued?.details).toMatchObject({ reason: "the block became too old for L1" });
    await isAtL1();
  });

  it("resubmits a batch that a reorg removed", async () => {
    const snapshot = await scene.l1("evm_snapshot");
    const id = idOf(await client().transfer(alice, bob, 2));
    await expect.poll(() => statusOf(id), WAIT).toBe("proven");
    const { lastBlock } = await scene.onChain();
    await reorg(snapshot);
    expect((await scene.onChain()).lastBlock).toBeLessThan(lastBlock);
    await expect.poll(async () => (await scene.onChain()).lastBlock, WAIT).toBe(lastBlock);
    await expect.poll(() => statusOf(id), WAIT).toBe("proven");
    await expect
      .poll(() => typesOf(id), WAIT)
      .toEqual(["received", "confirmed", "sealed", "proven", "unproven", "proven"]);
    await isAtL1();
  });

  it("undoes a deposit that a reorg removed, and everything that depended on it; the rest runs again in order", async () => {
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    const snapshot = await scene.l1("evm_snapshot");
    const carol = await scene.harness.deposit(3, ETHER);
    await expect.poll(() => client().index(carol), WAIT).toBe(66);
    const before = await client().balance(bob);
    const first = idOf(await client().transfer(alice, bob, 3));
    const lost = idOf(await client().transfer(carol, bob, 0));
    const second = idOf(await client().transfer(alice, bob, 4));
    expect(await client().balance(bob)).toBe(before + 3000n);
    await reorg(snapshot);
    await expect.poll(() => statusOf(lost), WAIT).toBe("rejected");
    held.resolve();
    await expect.poll(() => statusOf(second), WAIT).toBe("proven");
    expect(await statusOf(first)).toBe("proven");
    const steps = (await typesOf(lost)).filter((type) => type !== "sealed");
    expect(steps).toEqual(["received", "confirmed", "requeued", "rejected"]);
    expect(await client().balance(bob)).toBe(before + 2000n);
    expect(await client().index(carol)).toBe(0);
    await isAtL1();
  });

  it("pays again what a reorg undid", async () => {
    await scene.l1("evm_setAutomine", [false]);
    const paid = () => scene.harness.devnet.rollup.reader.getBalance({ address: bigintToAddress(RECIPIENT) });
    await client().withdraw(alice, 5, RECIPIENT, ETHER / 4n);
    const { lastBlock } = await scene.onChain();
    await vi.waitFor(async () => {
      // Read from L1 itself: one block later the payment may be there too.
      await scene.l1("evm_mine");
      expect((await scene.onChain()).lastBlock).toBeGreaterThan(lastBlock);
    }, WAIT);
    const snapshot = await scene.l1("evm_snapshot");
    await vi.waitFor(async () => {
      await scene.l1("evm_mine");
      expect(await paid()).toBe(ETHER / 4n);
    }, WAIT);
    const payout = async () => (await call(node, "payouts", { query: {} })).value.payouts[0];
    await expect.poll(payout, WAIT).toMatchObject({ status: "paid" });
    await reorg(snapshot);
    expect(await paid()).toBe(0n);
    await expect.poll(payout, WAIT).toMatchObject({ status: "owed" });
    await vi.waitFor(async () => {
      await scene.l1("evm_mine");
      expect(await payout()).toMatchObject({ status: "paid" });
    }, WAIT);
    expect(await paid()).toBe(ETHER / 4n);
    await scene.l1("evm_setAutomine", [true]);
  });
});
