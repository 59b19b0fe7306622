import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { BatchRun } from "../batch/figures.ts";
import { readBatchRuns } from "../batch/record.ts";
import { BATCH_RECORD, PROVERS_RECORD, SCALING } from "../options.ts";
import { replaceMarked } from "../page.ts";
import { readProversRun } from "../provers/record.ts";
import { SCALING_MARKS, scalingToMarkdown } from "./command.ts";
import { closedBatches, simulateLoad } from "./load.ts";
import { scalingBasis, scalingMachines, scalingRow } from "./model.ts";

/** 16 blocks, 4 merges and a last proof, on two cores. */
const RUN: BatchRun = {
  takenAt: "2026-01-01T00:00:00.000Z",
  machine: { cpu: "a processor", cores: 2, memoryBytes: 2 ** 34, system: "linux", node: "v24" },
  load: 1,
  coreSeconds: { blocks: 960, merges: 480, batch: 140 },
  batch: {
    transfers: 4096,
    blocks: 16,
    slots: 256,
    da: "blob",
    gates: { block: 1_000_000, merge: 3_000_000, batch: 3_000_000, perTransfer: 7_568.359375 },
    seconds: { blocks: 600, merges: 300, batch: 90, total: 1000 },
    peakBytes: 2 ** 32,
    l1: { gasUsed: 1_000_000, blobGas: 131_072, calldataBytes: 10_340, perTransfer: 244.140625 },
    restored: true,
  },
};

test("the basis is the largest batch in a blob", () => {
  const small: BatchRun = {
    ...RUN,
    batch: { ...RUN.batch, transfers: 1024, blocks: 4, gates: { ...RUN.batch.gates, merge: 0 } },
  };
  const calldata: BatchRun = { ...RUN, batch: { ...RUN.batch, transfers: 7900, blocks: 31, da: "calldata" } };
  const { run, seconds, coreSeconds } = scalingBasis([RUN, small, calldata]);
  expect(run).toBe(RUN);
  expect(seconds).toEqual({ block: 30, merge: 60, pair: 70, batch: 70 });
  expect(coreSeconds).toBe(1580);
  expect(scalingBasis([small]).run).toBe(small);
  expect(() => scalingBasis([calldata])).toThrow(expect.objectContaining({ code: "bench/bad-report" }));
});

test("what a throughput needs follows from one batch", () => {
  const needs = scalingRow(scalingBasis([RUN]), 4096);
  expect(needs).toMatchObject({
    fillSeconds: 1,
    busyCores: 1580,
    l1GasPerSecond: 1_000_000,
    l1GasShare: 0.2,
    blobsPerSlot: 12,
  });
  expect(needs.gatesPerSecond).toBe(31_000_000);
  // No fewer than the work, and not many more.
  expect(needs.machines).toBeGreaterThanOrEqual(790);
  expect(needs.machines).toBeLessThan(830);
  expect(needs.lagSeconds).toBeGreaterThanOrEqual(160);
});

test("more machines prove more, and one batch sooner, until its longest path is left", () => {
  const basis = scalingBasis([RUN]);
  const [one, three, many] = [1, 3, 1000].map((machines) => scalingMachines(basis, machines));
  expect(one).toMatchObject({ batchSeconds: 16 * 30 + 4 * 60 + 70, speedup: 1, gatesSpeedup: 1 });
  expect(one?.transfersPerSecond).toBeCloseTo(4096 / 790, 6);
  // The last two blocks end after 210 s, the merge above them after 270 s, and then the last proof begins.
  expect(three?.batchSeconds).toBe(340);
  expect(many?.batchSeconds).toBe(30 + 60 + 70);
  expect(many?.gatesSpeedup).toBeCloseTo((16 + 4 * 3 + 3) / (1 + 3 + 3), 6);
  expect(many?.transfersPerSecond).toBeCloseTo((1000 * 4096) / 790, 6);
});

test("the latency of a load is that of its batches and an L1 slot, or there is none when machines are too few", () => {
  const basis = scalingBasis([RUN]);
  // Six blocks of 100 transfers, one every 10 s, of which the first four are merged; then the last proof, and a slot. It
  // takes 310 s of work every 60 s.
  const [five, six, hundred] = simulateLoad(basis, 10, [5, 6, 100]);
  expect([five, hundred]).toEqual([null, 40 + 30 + 60 + 70 + 12]);
  expect(six).toBeGreaterThanOrEqual(hundred ?? Number.NaN);
  const closed = closedBatches(basis, 10);
  expect(closed).toMatchObject({ blocks: 6, transfers: 600, batchEvery: 60, blobsPerSlot: 0.2 });
  expect(closed.coreSecondsPerTransfer).toBeCloseTo((2 * (6 * 30 + 60 + 70)) / 600, 6);
  expect(closed.l1GasPerTransfer).toBeCloseTo(1_000_000 / 600, 6);
  expect(closed.blobGasPerTransfer).toBeCloseTo(131_072 / 600, 6);
});

test("the page shows what the recorded batches say", async () => {
  const page = await readFile(SCALING, "utf8");
  const basis = scalingBasis(await readBatchRuns(BATCH_RECORD));
  const markdown = scalingToMarkdown(basis, await readProversRun(PROVERS_RECORD));
  expect(replaceMarked(page, SCALING_MARKS, markdown)).toBe(page);
});
