import { readFile, writeFile } from "node:fs/promises";
import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import type { BatchFigures, BatchRun } from "./figures.ts";

/** The runs that the documents show. */
interface BatchRecord {
  readonly version: 1;
  readonly runs: readonly BatchRun[];
}

/** Reads the recorded runs, the smallest batch first. Throws `bench/bad-report`. */
export async function readBatchRuns(path: string): Promise<readonly BatchRun[]> {
  try {
    const record: BatchRecord = JSON.parse(await readFile(path, "utf8"));
    if (record.version === 1 && Array.isArray(record.runs)) return record.runs;
  } catch (cause) {
    throw new CairnError<BenchErrorCode>("bench/bad-report", `${path} cannot be read`, { cause });
  }
  throw new CairnError<BenchErrorCode>("bench/bad-report", `${path} is not a record of this benchmark`);
}

/** Writes the runs with one more, which takes the place of an earlier one of the same batch; returns them. */
export async function recordBatchRun(path: string, run: BatchRun): Promise<readonly BatchRun[]> {
  const others = (await readBatchRuns(path)).filter((other) => identityOf(other.batch) !== identityOf(run.batch));
  const runs = [...others, run].sort((a, b) => a.batch.transfers - b.batch.transfers);
  await writeFile(path, `${JSON.stringify({ version: 1, runs } satisfies BatchRecord, null, 2)}\n`);
  return runs;
}

function identityOf({ transfers, slots, da }: BatchFigures): string {
  return `${transfers} ${slots} ${da}`;
}
