import {
  type Database,
  insertBatch,
  insertOpenBlock,
  type JobQueue,
  type ProofJob,
  rejectProof,
  sealStoredBlock,
  storeProof,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { blockNumber } from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createManualClock } from "../clock.ts";
import { createSchedulerMetrics } from "./metrics.ts";
import { createProofScheduler } from "./scheduler.ts";

const databases = createTestDatabases().embedded;
let database: Database;
beforeAll(async () => {
  database = await (await databases.create()).open();
  for (let block = 1; block <= 70; block++) await seal(block);
});
afterAll(() => databases.stop());

async function seal(number: number): Promise<void> {
  const { db } = database;
  const hash = new Uint8Array(32);
  await insertOpenBlock(db, {
    number: blockNumber(number),
    timestamp: 1,
    slotCount: 16,
    feeAccounts: [],
    firstQueueIndex: 0,
    l1OperationCount: 0,
    queueHashBefore: hash,
    queueHashAfter: hash,
    openedAtMs: 1,
  });
  const roots = { oldRoot: 1n, newRoot: 2n, txRoot: 3n, oldNextIndex: 64, newNextIndex: 64 };
  const content = { ...roots, data: hash, transactionCount: 1, sealedAtMs: 2 };
  await sealStoredBlock(db, blockNumber(number), { seal: content, payouts: [], witness: hash });
  await insertBatch(db, { firstBlock: number, lastBlock: number, circuitType: 0, publicInput: BigInt(number) });
}

it("adds the jobs of the oldest blocks once each, more as they are proven, and a refused one again", async () => {
  const added: number[] = [];
  const clock = createManualClock(0);
  const jobs: Pick<JobQueue, "enqueue" | "poisoned"> = {
    enqueue: async ({ firstBlock }: ProofJob) => {
      added.push(firstBlock);
    },
    poisoned: async () => [],
  };
  const scheduler = createProofScheduler({
    database,
    jobs,
    clock,
    metrics: createSchedulerMetrics(new Registry()),
    logger: pino({ level: "silent" }),
    pollMs: 1000,
  });
  const newly = async (look: () => Promise<void>) => {
    added.length = 0;
    await look();
    return [...added];
  };
  scheduler.start();
  const first64 = Array.from({ length: 64 }, (_, i) => i + 1);
  expect(await newly(scheduler.schedule)).toEqual(first64);
  expect(await newly(scheduler.schedule)).toEqual([]);
  const proof = { proof: Uint8Array.of(1), details: {}, atMs: 1 };
  await storeProof(database.db, 1, { ...proof, publicInput: 1n });
  await storeProof(database.db, 2, { ...proof, publicInput: 2n });
  // 64 jobs wait: a sealed block is no reason to look.
  scheduler.blockSealed();
  expect(await newly(scheduler.schedule)).toEqual([65, 66]);
  await rejectProof(database.db, 1, 5);
  expect(await newly(scheduler.schedule)).toEqual([1]);
  clock.advance(11_000);
  expect((await newly(scheduler.schedule)).length).toBe(64);
  await scheduler.stop();
});
