import { readFile, writeFile } from "node:fs/promises";
import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import type { ProversRun } from "./figures.ts";

/** Reads the recorded run. Throws `bench/bad-report`. */
export async function readProversRun(path: string): Promise<ProversRun> {
  try {
    const { version, run }: { version: number; run: ProversRun } = JSON.parse(await readFile(path, "utf8"));
    if (version === 1 && Array.isArray(run.times)) return run;
  } catch (cause) {
    throw new CairnError<BenchErrorCode>("bench/bad-report", `${path} cannot be read`, { cause });
  }
  throw new CairnError<BenchErrorCode>("bench/bad-report", `${path} is not a record of this benchmark`);
}

/** Writes the run in place of the recorded one. */
export async function recordProversRun(path: string, run: ProversRun): Promise<void> {
  await writeFile(path, `${JSON.stringify({ version: 1, run }, null, 2)}\n`);
}
