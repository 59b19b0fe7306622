import { type Database, findL1Transaction } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { anvilKey } from "@cairn/devnet";
import fc from "fast-check";
import { pino } from "pino";
import { Registry } from "prom-client";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSimulatedMempool, type SimulatedMempool } from "../../test/simulated-mempool.ts";
import { createManualClock } from "../clock.ts";
import type { L1Call } from "./l1-call.ts";
import { createL1Sender, type L1Sender } from "./l1-sender.ts";
import { createPublisherMetrics } from "./metrics.ts";

const GWEI = 10n ** 9n;
const CAP = 500n * GWEI;
const LOOK_MS = 12_000;
const account = privateKeyToAccount(anvilKey(1));
const databases = createTestDatabases().server;
const never = () => Promise.resolve(false);
const call = (subject: number): L1Call => ({
  purpose: "submitBatch",
  subject,
  content: "",
  to: "0x000000000000000000000000000000000000beef",
  data: `0x0${subject}`,
  gasLimit: 700_000,
});

describe("nonces that others use or L1 miscounts", () => {
  let database: Database;
  let l1: SimulatedMempool;
  let sender: L1Sender;
  const clock = createManualClock(1_700_000_000_000);

  const start = async () => {
    database = await (await databases.create()).open();
    l1 = createSimulatedMempool();
    for (let block = 0; block < 3; block++) l1.mine();
    sender = createL1Sender(
      { maxFeePerGas: CAP, maxFeePerBlobGas: CAP, bumpAfterMs: 60_000, finalConfirmations: 2 },
      {
        db: database.db,
        reader: l1.reader,
        account,
        clock,
        logger: pino({ level: "silent" }),
        metrics: createPublisherMetrics(new Registry()),
      },
    );
  };
  /** Acts like the publisher, once per block: calls without a transaction are sent, in order. */
  const look = async (subjects: readonly number[]) => {
    const live = await sender.advance(never);
    for (const subject of subjects) {
      if (live.some((one) => one.subject === subject && one.purpose === "submitBatch")) continue;
      const known = await findL1Transaction(database.db, "submitBatch", subject, "");
      if (known !== undefined && known.status !== "abandoned") continue;
      if ((await sender.send(call(subject))) !== "sent") break;
    }
    clock.advance(LOOK_MS);
    l1.mine();
  };
  const hasLanded = (subject: number) => l1.mined().some(({ isOwn, data }) => isOwn && data === `0x0${subject}`);
  const looksUntilLanded = async (subjects: readonly number[], most: number): Promise<number> => {
    for (let count = 1; count <= most; count++) {
      await look(subjects);
      if (subjects.every(hasLanded)) return count;
    }
    return Number.POSITIVE_INFINITY;
  };
  /** The most that one of our transactions paid or could have paid in tips, in wei. */
  const dearestTip = () =>
    l1
      .offered()
      .map(({ maxPriorityFeePerGas, data }) => maxPriorityFeePerGas * (data === "0x" ? 21_000n : 700_000n))
      .sort((a, b) => (a < b ? 1 : -1))[0] ?? 0n;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(start);

  it("someone else's transaction that pays too little is replaced after a while by our next one", async () => {
    l1.addForeign(0, 2n * GWEI, GWEI / 2n);
    await look([1]);
    expect(l1.offered()).toEqual([]);
    expect(await looksUntilLanded([1], 20)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(l1.mined()).toMatchObject([{ isOwn: true, nonce: 0 }]);
    expect(l1.offered()).toHaveLength(1);
  });

  it("someone else's transaction that pays enough is left to be mined", async () => {
    l1.addForeign(0, 100n * GWEI, 5n * GWEI);
    expect(await looksUntilLanded([1], 20)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(l1.mined()).toMatchObject([{ isOwn: false }, { isOwn: true, nonce: 1 }]);
  });

  it("a blocker with a high tip is outbid in a few steps, by a cancellation where the call would cost too much", async () => {
    l1.addForeign(0, 19n * GWEI, 19n * GWEI);
    expect(await looksUntilLanded([1], 80)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(l1.offered().length).toBeLessThan(10);
    expect(dearestTip()).toBeLessThanOrEqual(8n * GWEI * 700_000n);
  });

  it("transactions behind the next nonce are never replaced", async () => {
    await look([1, 2, 3]);
    expect(l1.mined()).toHaveLength(3);
    await sender.send(call(4));
    await sender.send(call(5));
    l1.baseFee = 60n * GWEI;
    for (let count = 0; count < 12; count++) {
      await sender.advance(never);
      clock.advance(LOOK_MS);
    }
    const behind = await findL1Transaction(database.db, "submitBatch", 5, "");
    expect(behind?.attempts).toHaveLength(1);
    const next = await findL1Transaction(database.db, "submitBatch", 4, "");
    expect(next?.attempts.length).toBeGreaterThan(1);
  });

  it("a pending count that is always too high delays one nonce for a while, and the others not at all", async () => {
    l1.pendingLie = 3;
    expect(await looksUntilLanded([1, 2, 3], 10)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(l1.mined().map(({ nonce }) => nonce)).toEqual([0, 1, 2]);
    expect(l1.offered()).toHaveLength(3);
  });

  it("whatever is in the way: batches land, fees stay bounded", async () => {
    const gwei = (most: number) => fc.integer({ min: 1, max: most }).map((fee) => BigInt(fee) * GWEI);
    const blocker = fc.record({ nonce: fc.integer({ min: 0, max: 3 }), maxFee: gwei(40), tip: gwei(20) });
    const world = fc.record({
      blockers: fc.array(blocker, { maxLength: 3 }),
      pendingLie: fc.integer({ min: 0, max: 5 }),
      baseFees: fc.array(gwei(60), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ blockers, pendingLie, baseFees }) => {
        await start();
        l1.pendingLie = pendingLie;
        for (const { nonce, maxFee, tip } of blockers) {
          try {
            l1.addForeign(nonce, maxFee + tip, tip);
          } catch {
            // Two blockers of one nonce: the first stays.
          }
        }
        let looks = 0;
        for (; looks < 150 && ![1, 2, 3].every(hasLanded); looks++) {
          l1.baseFee = baseFees[Math.floor(looks / 10) % baseFees.length] ?? GWEI;
          await look([1, 2, 3]);
        }
        expect(looks).toBeLessThan(150);
        expect(dearestTip()).toBeLessThanOrEqual(8n * GWEI * 700_000n);
        for (const { maxFeePerGas } of l1.offered()) expect(maxFeePerGas).toBeLessThanOrEqual(CAP);
      }),
      { numRuns: 12, seed: 8 },
    );
  });
});
