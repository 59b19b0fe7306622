import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BatchRun } from "./batch/figures.ts";
import { readBatchRuns, recordBatchRun } from "./batch/record.ts";
import { BATCH_MARKS, batchRunsToMarkdown, batchRunToText, reportToMarkdown } from "./document.ts";
import { BATCH_RECORD, BENCHMARKS } from "./options.ts";
import { replaceMarked } from "./page.ts";

const machine = { cpu: "a processor", cores: 2, memoryBytes: 2 ** 34, system: "linux", node: "v24" };

function runOf(transfers: number, blocks: number): BatchRun {
  return {
    takenAt: "2026-01-01T00:00:00.000Z",
    machine,
    load: 1.25,
    coreSeconds: { blocks: 900, merges: 500, batch: 130.5 },
    batch: {
      transfers,
      blocks,
      slots: 256,
      da: "blob",
      gates: { block: 1_262_114, merge: 2_919_265, batch: 3_247_860, perTransfer: 8574.2 },
      seconds: { blocks: 480, merges: 260, batch: 70.25, total: 815.5 },
      peakBytes: 2 ** 32,
      l1: { gasUsed: 1_024_000, blobGas: 131_072, calldataBytes: 10_340, perTransfer: 250 },
      restored: true,
    },
  };
}

test("a batch is shown with its tree, its figures per transfer, and the machine", () => {
  const text = batchRunToText(runOf(4096, 16));
  expect(text).toContain("4,096 transfers, blob: a processor, 2 cores, 16,384 MiB memory, linux, Node v24");
  expect(text).toContain("load average 1.3 on 2 cores");
  expect(text).toMatch(/proofs above the blocks +4 merge1, 1 batch\n/);
  expect(text).toMatch(/gates per transfer, all proofs +8,574\n/);
  expect(text).toMatch(/time of cores for all proofs, s +1,530\.5\n/);
  expect(text).toMatch(/proven transfers per second +5\.02\n/);
  expect(text).toMatch(/L1 gas per transfer +250\.0\n/);
  expect(text).toMatch(/blob gas per transfer +32\.0\n/);
  expect(text).toMatch(/state rebuilt from L1 +yes\n/);
});

test("a new run of the same batch takes the place of the old one, others stay, in order", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cairn-bench-"));
  try {
    const path = join(folder, "batch.json");
    await writeFile(path, JSON.stringify({ version: 1, runs: [runOf(4096, 16), runOf(7900, 31)] }));
    const again = { ...runOf(4096, 16), load: 0 };
    await recordBatchRun(path, again);
    await recordBatchRun(path, runOf(1024, 4));
    expect(await readBatchRuns(path)).toEqual([runOf(1024, 4), again, runOf(7900, 31)]);
    await writeFile(path, JSON.stringify({ version: 2, runs: [] }));
    await expect(readBatchRuns(path)).rejects.toMatchObject({ code: "bench/bad-report" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("the page shows the recorded batches, as does a page written anew", async () => {
  const runs = await readBatchRuns(BATCH_RECORD);
  expect(runs.length).toBeGreaterThan(0);
  const page = await readFile(BENCHMARKS, "utf8");
  expect(replaceMarked(page, BATCH_MARKS, batchRunsToMarkdown(runs))).toBe(page);
  const report = { version: 1, takenAt: "", machine, isQuick: false, seconds: 1, measurements: {} } as const;
  const written = reportToMarkdown(report, runs);
  expect(replaceMarked(written, BATCH_MARKS, batchRunsToMarkdown(runs))).toBe(written);
});
