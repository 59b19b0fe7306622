import type { Hex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  type Broadcast,
  drain,
  expectSeveralBlocks,
  type L1,
  openScene,
  type Population,
  type Purpose,
  pay,
  payInSeveralBlocks,
  populate,
  type Scene,
  spikeFees,
} from "../support/index.ts";

const GWEI = 10n ** 9n;
const CAP = 200n * GWEI;
const WAIT = { timeout: 120_000, interval: 100 };

describe("L1 transactions of the publisher", () => {
  let scene: Scene;
  let people: Population;
  let l1: L1;

  /** Versions that are broadcast from now on, without repetitions. */
  const watch = (purpose: Purpose): (() => Broadcast[]) => {
    const start = l1.proxy.broadcasts().length;
    return () => {
      const sent = l1.proxy.broadcasts().slice(start);
      return sent.filter((one, i) => one.purpose === purpose && sent.findIndex(({ hash }) => hash === one.hash) === i);
    };
  };
  const lastOf = (purpose: Purpose): Broadcast => {
    const found = l1.proxy.broadcasts().findLast((one) => one.purpose === purpose);
    if (found === undefined) throw new RangeError(`no ${purpose} was broadcast`);
    return found;
  };
  const first = (sent: () => readonly Broadcast[]) => vi.waitUntil(() => sent()[0], WAIT);
  /** Checks for the same nonce, the same content, and fees that rise as replacements must and stay below the cap. */
  const expectReplacements = (sent: readonly Broadcast[]): void => {
    for (const [i, next] of sent.entries()) {
      const previous = sent[i - 1];
      expect(next.maxFeePerGas).toBeLessThanOrEqual(CAP);
      if (previous === undefined) continue;
      expect([next.nonce, next.data]).toEqual([previous.nonce, previous.data]);
      expect(next.maxFeePerGas * 10n).toBeGreaterThanOrEqual(previous.maxFeePerGas * 11n);
      expect(next.maxPriorityFeePerGas * 10n).toBeGreaterThanOrEqual(previous.maxPriorityFeePerGas * 11n);
    }
  };
  const isMined = async (sent: () => readonly Broadcast[]): Promise<boolean> => {
    for (const { hash } of sent()) {
      const receipt = await l1.rollup.reader.getTransactionReceipt({ hash }).catch(() => null);
      if (receipt !== null) return true;
    }
    return false;
  };
  const offer = (raw: Hex): Promise<Hex> => l1.rollup.reader.sendRawTransaction({ serializedTransaction: raw });
  /**
   * The operator's key used by someone else, or on another machine. Its tip is the market price that the publisher sees
   * next.
   */
  const sendAsOperator = (nonce: number, to: Hex, data: Hex, maxPriorityFeePerGas: bigint): Promise<Hex> =>
    l1.wallet(0).sendTransaction({ nonce, to, data, gas: 5_000_000n, maxFeePerGas: 5n * CAP, maxPriorityFeePerGas });

  beforeAll(async () => {
    scene = await openScene({ env: { CAIRN_BUMP_AFTER_MS: "700", CAIRN_MAX_FEE_GWEI: String(CAP / GWEI) } });
    l1 = scene.l1;
    people = await populate(scene);
  });
  afterEach(async () => {
    await l1.proxy.passTransactions();
    await l1.mineAtOnce();
  });
  afterAll(() => scene?.stop());

  it("L1 accepts a batch and loses it, again and again, and then its payment", async () => {
    await drain(scene);
    const { batchCount } = await l1.state();
    const watched = { submitBatch: watch("submitBatch"), pay: watch("pay") };
    // Before the payment: on a slow machine its batch would otherwise be sent before anything else happens here.
    l1.proxy.dropTransactions(({ purpose }) => purpose === "submitBatch");
    await payInSeveralBlocks(scene, people);
    for (const purpose of ["submitBatch", "pay"] as const) {
      l1.proxy.dropTransactions((transaction) => transaction.purpose === purpose);
      const versions = () => {
        const sent = watched[purpose]();
        return sent.filter(({ nonce }) => nonce === sent[0]?.nonce);
      };
      await vi.waitFor(() => expect(versions().length).toBeGreaterThan(2), WAIT);
      expectReplacements(versions());
    }
    await l1.proxy.passTransactions();
    await audit(scene);
    await expectSeveralBlocks(scene, Number(batchCount));
  });

  it("a payment that never reaches L1 does not hold up the batches behind it, and is made after them", async () => {
    const before = (await l1.state()).batchCount;
    l1.proxy.dropTransactions(({ purpose }) => purpose === "pay");
    for (let batch = 1n; batch <= 3n; batch++) {
      await pay(scene, people);
      await vi.waitFor(async () => expect((await l1.state()).batchCount).toBeGreaterThanOrEqual(before + batch), WAIT);
    }
    await l1.proxy.passTransactions();
    await audit(scene);
  });

  it("mined, and then sent again, with its own nonce and with the next one: L1 refuses both", async () => {
    const { raw, data } = lastOf("submitBatch");
    await expect(offer(raw)).rejects.toThrow(/nonce too low/);
    const { address } = l1.wallet(0).account;
    await sendAsOperator(await l1.rollup.reader.getTransactionCount({ address }), l1.rollup.address, data, GWEI);
    await audit(scene, { reverted: 1 });
  });

  it("stuck during a fee spike: its fees rise, never above the cap, and it lands when fees fall", async () => {
    const { batchCount } = await l1.state();
    const sent = watch("submitBatch");
    await l1.mineByHand();
    await payInSeveralBlocks(scene, people);
    await first(sent);
    await l1.setNextBaseFee(50n * GWEI);
    await l1.mine();
    await vi.waitFor(() => expect(sent().length).toBeGreaterThan(1), WAIT);
    await spikeFees(l1, people.node, 500n * GWEI, WAIT);
    expect(await isMined(sent)).toBe(false);
    expectReplacements(sent());
    await vi.waitFor(async () => {
      await l1.setNextBaseFee(GWEI);
      await l1.mine();
      expect(await isMined(sent)).toBe(true);
    }, WAIT);
    await l1.mineAtOnce();
    await audit(scene, { reverted: 1 });
    await expectSeveralBlocks(scene, Number(batchCount));
    expectReplacements(sent());
  });

  it("replaced by another transaction with its nonce: the batch is sent again, once", async () => {
    const { batchCount } = await l1.state();
    const sent = watch("submitBatch");
    await l1.mineByHand();
    await payInSeveralBlocks(scene, people);
    const { nonce } = await first(sent);
    await sendAsOperator(nonce, l1.wallet(0).account.address, "0x", 2n * CAP);
    await l1.mine();
    expect(await isMined(sent)).toBe(false);
    await vi.waitFor(() => expect(sent().at(-1)?.nonce).toBe(nonce + 1), WAIT);
    await l1.mine();
    await l1.mineAtOnce();
    await audit(scene, { reverted: 1 });
    await expectSeveralBlocks(scene, Number(batchCount));
  });

  it("a batch submitted by someone else with the same key, and a payment that someone else makes first", async () => {
    const [batches, payments] = [watch("submitBatch"), watch("pay")];
    l1.proxy.dropTransactions();
    await pay(scene, people);
    const { nonce, data } = await first(batches);
    await sendAsOperator(nonce, l1.rollup.address, data, 2n * CAP);
    const payment = await first(payments);
    const hash = await l1.wallet(5).sendTransaction({ to: l1.rollup.address, data: payment.data });
    expect((await l1.rollup.reader.waitForTransactionReceipt({ hash })).status).toBe("success");
    await l1.proxy.passTransactions();
    // An earlier one, and the payment itself if it has already been sent.
    await audit(scene, { reverted: 2 });
    expect(new Set(batches().map((one) => one.nonce))).toEqual(new Set([nonce]));
  });
});
