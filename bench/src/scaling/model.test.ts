import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { BatchRun } from "../batch/figures.ts";
import { readBatchRuns } from "../batch/record.ts";
import { BATCH_RECORD, SCALING } from "../options.ts";
import { replaceMarked } from "../page.ts";
import { SCALING_MARKS, scalingToMarkdown } from "./command.ts";
import { scalingBasis, scalingRow } from "./model.ts";

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
  expect(seconds).toEqual({ block: 30, merge: 60, last: 70 });
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

test("the page shows what the recorded batches say", async () => {
  const page = await readFile(SCALING, "utf8");
  const markdown = scalingToMarkdown(scalingBasis(await readBatchRuns(BATCH_RECORD)));
  expect(replaceMarked(page, SCALING_MARKS, markdown)).toBe(page);
});
