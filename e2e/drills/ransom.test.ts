import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  balanceOf,
  DEFAULT_PROOFS,
  type Drill,
  expectSeveralBlocks,
  type Holder,
  type NodeProcess,
  openDrill,
  readApi,
  untilSealed,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 120_000, interval: 100 };

interface Paid {
  readonly payouts: readonly { readonly amount: string; readonly recipient: string }[];
  readonly transactions: readonly unknown[];
}

describe("ransom: the operator proves a batch and withholds its payout list", () => {
  let drill: Drill;
  let operator: NodeProcess;
  const demands: { readonly recipient: bigint; readonly amount: bigint }[] = [];

  beforeAll(async () => {
    // With real proofs a batch is a block.
    drill = await openDrill(DEFAULT_PROOFS === "real" ? {} : { env: { CAIRN_BATCH_SECONDS: "10" } });
    const { scene } = drill;
    const { holders, ledger, api, l1 } = scene;
    await holders.deposit(1, 10n * ETHER);
    operator = await scene.start();
    const alice: Holder = await holders.find(api, 1);
    l1.proxy.dropTransactions(({ purpose }) => purpose === "pay");
    for (const amount of [ETHER, 2n * ETHER, ETHER / 2n]) demands.push({ recipient: scene.newRecipient(), amount });
    for (const { recipient, amount } of demands) {
      await untilSealed(scene);
      await ledger.submitUntilAcknowledged(api, [holders.withdraw(alice, recipient, amount)]);
    }
    await drill.untilFinal();
    await expectSeveralBlocks(scene);
  });
  afterAll(() => drill?.stop());

  it("keeps the money in the rollup, proven and unpaid", async () => {
    for (const { recipient } of demands) expect(await balanceOf(drill.scene, recipient)).toBe(0n);
    expect(await drill.custody(0)).toBe(10n * ETHER);
  });

  it("fails: a stranger rebuilds the list from L1 and pays it out", async () => {
    const tried = await drill.cairn<Paid>("pay", "--key", "stranger", "--dry-run");
    expect(tried.payouts.length).toBe(demands.length);
    expect(await drill.custody(0)).toBe(10n * ETHER);
    const { payouts } = await drill.cairn<Paid>("pay", "--key", "stranger");
    expect(payouts.length).toBe(demands.length);
    for (const { recipient, amount } of demands) expect(await balanceOf(drill.scene, recipient)).toBe(amount);
    expect(await drill.custody(0)).toBe(10n * ETHER - 3n * ETHER - ETHER / 2n);
    expect((await drill.cairn<Paid>("pay", "--key", "stranger")).payouts).toEqual([]);
  });

  it("leaves an operator who gives in nothing to pay a second time", async () => {
    const { scene } = drill;
    await operator.kill();
    await scene.l1.proxy.passTransactions();
    await scene.start();
    await vi.waitFor(async () => {
      const { payouts } = await readApi(scene.api(), "payouts", { query: { limit: "100" } });
      expect(payouts.map(({ status }) => status)).toEqual(demands.map(() => "paid"));
    }, WAIT);
    for (const { recipient, amount } of demands) expect(await balanceOf(scene, recipient)).toBe(amount);
  });
});
