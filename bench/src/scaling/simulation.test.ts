import { createJobQueue, MAX_JOB_WEIGHT } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { batchPlan, type PlannedProof, weightOf } from "@cairn/node";
import { expect, test, vi } from "vitest";
import { batchWork, fewestMachines, fillSeconds, type Pipeline, simulateBatches, simulateLags } from "./simulation.ts";

/** A batch of 16 blocks in 160 s: 16 proofs of 30 s, four merges of 60 s, a last one of 70 s. */
const PIPELINE: Pipeline = {
  transfersPerSecond: 25.6,
  slots: 256,
  blocks: 16,
  seconds: { block: 30, merge: 60, pair: 50, batch: 70 },
};

test("a batch is filled and worked on as long as its parts say", () => {
  expect(fillSeconds(PIPELINE)).toBe(160);
  expect(batchWork(PIPELINE)).toBe(16 * 30 + 4 * 60 + 70);
});

test("with machines to spare, only the proofs above the last block delay a batch", () => {
  expect(simulateLags(PIPELINE, 100, 3)).toEqual([30 + 60 + 70, 30 + 60 + 70, 30 + 60 + 70]);
});

test("one machine makes all proofs one after the other", () => {
  const pair: Pipeline = { ...PIPELINE, transfersPerSecond: 512, blocks: 2 };
  // A block that is alone is not proven ahead, because it may be the only one of its batch.
  expect(simulateLags(pair, 1, 2)).toEqual([30 + 30 + 50, 1 + 2 * 110 - 2]);
});

test("the fewest machines are those with which lags stay as they are; with one fewer they grow", () => {
  const { machines, lagSeconds } = fewestMachines(PIPELINE);
  // 790 s of work in 160 s.
  expect(machines).toBe(5);
  const enough = simulateLags(PIPELINE, machines, 80);
  expect(enough.at(-1)).toBeCloseTo(enough[40] ?? Number.NaN, 6);
  expect(lagSeconds).toBeGreaterThanOrEqual(160);
  const tooFew = simulateLags(PIPELINE, machines - 1, 80);
  expect(tooFew.at(-1) ?? 0).toBeGreaterThan((tooFew[40] ?? 0) + 100);
});

test("batches are closed by the node's policy: when they are full, or when their first block is old enough", () => {
  const slow: Pipeline = { ...PIPELINE, transfersPerSecond: 10, blockSeconds: 10, batchSeconds: 60 };
  const [first, second] = simulateBatches(slow, 100, 2);
  // Six blocks of 100 transfers; the first of them is 60 s old when the sixth is sealed.
  expect(first).toMatchObject({ blocks: 6, transfers: 600, firstTransferAt: 0, lastTransferAt: 60, closedAt: 60 });
  expect(second).toMatchObject({ blocks: 6, firstTransferAt: 60, lastTransferAt: 120, closedAt: 120 });
  const full = simulateBatches({ ...slow, transfersPerSecond: 2560 }, 100, 1);
  expect(full).toMatchObject([{ blocks: 16, transfers: 4096, closedAt: 1.6 }]);
});

test("provers that are offered fewer proofs than there are of them wait", () => {
  const burst: Pipeline = { ...PIPELINE, transfersPerSecond: Number.POSITIVE_INFINITY };
  expect(simulateLags(burst, 16, 1)).toEqual([30 + 60 + 70]);
  // Eight blocks; then two merges and six blocks; then two blocks, the last merge, and the last proof.
  expect(simulateLags({ ...burst, maxJobs: 8 }, 16, 1)).toEqual([30 + 30 + 30 + 60 + 70]);
});

test("proofs are begun in the order in which the node's queue of jobs hands them out", async () => {
  const [batches, blocks] = [2, 9];
  const simulated: string[] = [];
  const burst: Pipeline = { ...PIPELINE, transfersPerSecond: Number.POSITIVE_INFINITY, blocks };
  simulateBatches(burst, 1, batches, (plan) => simulated.push(nameOf(plan)));
  const databases = createTestDatabases().embedded;
  const database = await (await databases.create()).open();
  const settings = { existing: "update", retryLimit: 0, heartbeatSeconds: 60, expireInSeconds: 60 } as const;
  const queue = await createJobQueue(database, { ...settings, onError: () => undefined });
  try {
    const proofs = Array.from({ length: batches }, (_, i) => batchPlan(1 + i * blocks, new Array(blocks).fill(16)));
    const all = proofs.flatMap(flatten);
    const made = new Set<PlannedProof>();
    const asked = new Set<PlannedProof>();
    const askForMore = async (): Promise<void> => {
      const ready = all.filter((plan) => !asked.has(plan) && plan.children.every((child) => made.has(child)));
      for (const plan of ready) {
        asked.add(plan);
        await queue.enqueue({ proof: all.indexOf(plan), firstBlock: plan.firstBlock }, weightOf(plan.circuit));
      }
    };
    await askForMore();
    const begun: string[] = [];
    await queue.work({ maxWeights: [MAX_JOB_WEIGHT] }, async ({ data }) => {
      const plan = all[data.proof];
      if (plan === undefined) throw new RangeError(`no proof ${data.proof}`);
      begun.push(nameOf(plan));
      made.add(plan);
      await askForMore();
    });
    await vi.waitFor(() => expect(made.size).toBe(all.length), { timeout: 60_000, interval: 100 });
    expect(begun).toEqual(simulated);
  } finally {
    await queue.stop();
    await databases.stop();
  }
});

function flatten(plan: PlannedProof): PlannedProof[] {
  return [...plan.children.flatMap(flatten), plan];
}

function nameOf({ circuit, firstBlock, lastBlock }: PlannedProof): string {
  return `${circuit} of ${firstBlock} to ${lastBlock}`;
}
