import { expect, test } from "vitest";
import { batchWork, fewestMachines, fillSeconds, type Pipeline, simulateLags } from "./simulation.ts";

/** A batch of 16 blocks in 160 s: 16 proofs of 30 s, four merges of 60 s, a last one of 70 s. */
const PIPELINE: Pipeline = {
  transfersPerSecond: 25.6,
  slots: 256,
  blocks: 16,
  seconds: { block: 30, merge: 60, last: 70 },
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
  // Filled after 1 s; the first block is sealed after 0.5 s.
  expect(simulateLags(pair, 1, 2)).toEqual([0.5 + 30 + 30 + 70 - 1, 0.5 + 2 * 130 - 2]);
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
