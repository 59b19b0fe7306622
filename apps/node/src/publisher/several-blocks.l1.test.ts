import {
  type Database,
  findBatch,
  findRebuildRequest,
  insertBatch,
  insertOpenBlock,
  loadLiveL1Transactions,
  sealStoredBlock,
  storeProof,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { acceptStandInProofs, standInProof, TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { blockNumber } from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openingOf, sealOf } from "../../test/stored-blocks.ts";
import { createManualClock } from "../clock.ts";
import { createPublisherMetrics } from "./metrics.ts";
import { createPublisher, type Publisher } from "./publisher.ts";

const databases = createTestDatabases().server;
const HOUR = 3600;

describe("a batch of several blocks", () => {
  let devnet: DevRollup;
  let database: Database;
  let publisher: Publisher;
  let now: number;

  beforeAll(async () => {
    await databases.start();
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [16] });
    await acceptStandInProofs(devnet);
    now = Number((await devnet.rollup.reader.getBlock()).timestamp);
  });
  afterAll(async () => {
    await databases.stop();
    await devnet.stop();
  });
  beforeEach(async () => {
    database = await (await databases.create()).open();
    publisher = createPublisher(
      {
        pollMs: 1000,
        idlePollMs: 1000,
        maxLive: 4,
        lowBalanceWei: 0n,
        maxPayoutGas: 100_000,
        maxFeePerGas: 10n ** 12n,
        maxFeePerBlobGas: 10n ** 12n,
        bumpAfterMs: 60_000,
        finalConfirmations: 2,
      },
      {
        database,
        rollup: devnet.rollup,
        account: devnet.wallet(0).account,
        clock: createManualClock(0),
        logger: pino({ level: "silent" }),
        metrics: createPublisherMetrics(new Registry()),
      },
    );
  });
  afterEach(() => publisher.stop());

  /** Stores blocks with these times, as one batch whose proof is made. */
  const store = async (times: readonly number[]): Promise<void> => {
    const { db } = database;
    for (const [i, timestamp] of times.entries()) {
      const number = blockNumber(i + 1);
      await insertOpenBlock(db, { ...openingOf(number), timestamp });
      await sealStoredBlock(db, number, { seal: sealOf(number), payouts: [], witness: Uint8Array.of(1) });
    }
    await insertBatch(db, { firstBlock: 1, lastBlock: times.length, circuitType: 0, publicInput: 7n, closedAtMs: 1 });
    const { proofId } = (await findBatch(db, 1)) ?? {};
    await storeProof(db, proofId ?? 0, { proof: standInProof(7n), details: {}, atMs: 1 });
  };

  it("waits for L1's time to reach its last block's, not its first one's", async () => {
    await store([now - HOUR, now + HOUR]);
    await publisher.poll();
    expect(publisher.status().waitingFor).toBe("L1's time to reach the blocks'");
    expect(await findRebuildRequest(database.db)).toBeNull();
  });

  it("is too old for L1 when its first block is, not its last one", async () => {
    await store([now - 3 * HOUR, now - HOUR]);
    await publisher.poll();
    expect(publisher.status().waitingFor).toBe("TimestampTooOld");
    expect(await findRebuildRequest(database.db)).toMatchObject({ firstBlock: 1, publicInput: "7" });
  });

  it("is not sent as a batch of its first block", async () => {
    await store([now - HOUR, now - HOUR]);
    await expect(publisher.poll()).rejects.toMatchObject({ code: "node/unsupported-batch" });
    expect(publisher.status().state).toBe("failing");
    expect(await loadLiveL1Transactions(database.db)).toEqual([]);
  });
});
