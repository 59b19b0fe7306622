import {
  type Database,
  findBatch,
  type JobQueue,
  type ProofJob,
  rejectProof,
  requestRebuild,
  storeProof,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { countQueries } from "../../test/counted-queries.ts";
import { storeBatch, storeBlocks } from "../../test/stored-blocks.ts";
import { createManualClock } from "../clock.ts";
import { LONGEST_UNCHANGED_MS } from "../unchanged.ts";
import { createSchedulerMetrics } from "./metrics.ts";
import { createProofScheduler } from "./scheduler.ts";

const databases = createTestDatabases().embedded;
let database: Database;
beforeAll(async () => {
  database = await (await databases.create()).open();
});
afterAll(() => databases.stop());

async function seal(number: number): Promise<void> {
  await storeBlocks(database.db, [number]);
  await storeBatch(database.db, number, number);
}

it("asks for the database's version alone while nothing waits for a proof", async () => {
  const { database: counted, take } = countQueries(database);
  const clock = createManualClock(0);
  let isPoisoned = false;
  const scheduler = createProofScheduler({
    database: counted,
    jobs: {
      enqueue: async () => undefined,
      poisoned: async () => {
        isPoisoned = true;
        return [];
      },
    },
    clock,
    metrics: createSchedulerMetrics(new Registry()),
    logger: pino({ level: "silent" }),
    pollMs: 1000,
    maxJobs: 64,
  });
  const cost = async () => {
    take();
    isPoisoned = false;
    await scheduler.schedule();
    return { queries: take(), isPoisoned };
  };
  const whole = { queries: 3, isPoisoned: true };
  const nothing = { queries: 1, isPoisoned: false };
  expect(await cost()).toEqual(whole);
  for (let round = 0; round < 5; round++) expect(await cost()).toEqual(nothing);
  await requestRebuild(counted.db, { firstBlock: 1, point: "1", reason: "any change" });
  expect([await cost(), await cost()]).toEqual([whole, nothing]);
  clock.advance(LONGEST_UNCHANGED_MS);
  expect([await cost(), await cost()]).toEqual([whole, nothing]);
});

it("makes the last proofs of batches heavier than merges, and these heavier than blocks", async () => {
  const { db } = await (await databases.create()).open();
  await storeBlocks(db, [1, 2, 3, 4]);
  for (const block of [1, 2, 3]) await storeBatch(db, block, block);
  await storeBatch(db, 4, 4, { circuit: "pair" });
  for (const [block, circuit] of [
    [2, "merge1"],
    [3, "batch"],
  ] as const) {
    await db.updateTable("proofs").set({ circuit }).where("first_block", "=", block).execute();
  }
  const weights: [number, number][] = [];
  const scheduler = createProofScheduler({
    database: { ...database, db },
    jobs: {
      enqueue: async ({ firstBlock }, weight) => {
        weights.push([firstBlock, weight]);
      },
      poisoned: async () => [],
    },
    clock: createManualClock(0),
    metrics: createSchedulerMetrics(new Registry()),
    logger: pino({ level: "silent" }),
    pollMs: 1000,
    maxJobs: 64,
  });
  await scheduler.schedule();
  expect(weights).toEqual([
    [1, 0],
    [2, 2],
    [3, 3],
    [4, 1],
  ]);
});

it("adds the jobs of the oldest blocks once each, more as they are proven, and a refused one again", async () => {
  for (let block = 1; block <= 70; block++) await seal(block);
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
    maxJobs: 64,
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
  const idOf = async (block: number) => (await findBatch(database.db, block))?.proofId ?? 0;
  for (const block of [1, 2]) await storeProof(database.db, await idOf(block), proof);
  // 64 jobs wait: another proof is no reason to look.
  scheduler.poke();
  expect(await newly(scheduler.schedule)).toEqual([65, 66]);
  await rejectProof(database.db, await idOf(1), 5);
  expect(await newly(scheduler.schedule)).toEqual([1]);
  clock.advance(11_000);
  expect((await newly(scheduler.schedule)).length).toBe(64);
  await scheduler.stop();
});
