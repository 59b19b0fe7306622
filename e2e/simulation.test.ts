import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DEFAULT_PROOFS, simulate } from "./support/index.ts";

const SECONDS = Number(process.env.CAIRN_SIM_SECONDS ?? (DEFAULT_PROOFS === "real" ? 120 : 15));
const SEED = Number(process.env.CAIRN_SIM_SEED ?? randomInt(2 ** 31));
const TIMEOUT_MS = 1000 * (20 * SECONDS + 1200);

/** Seeds that have found something, with what they found and how many seconds they run. */
const NOTABLE_SEEDS: readonly (readonly [seed: number, seconds: number, finding: string])[] = [
  [7, 25, "an empty account's second forced withdrawal, a payout of zero that has no event; killed ten times"],
  [11, 25, "five reorgs while blocks are mined by interval, around crashes of the database"],
];

describe("people and faults at random", () => {
  it(`seed ${SEED} for ${SECONDS} s (CAIRN_SIM_SEED, CAIRN_SIM_SECONDS)`, { timeout: TIMEOUT_MS }, async () => {
    const report = await simulate(SEED, SECONDS, "real");
    const met = [...new Set(report.steps)].join(", ");
    process.stdout.write(
      `simulation with seed ${SEED}: ${JSON.stringify({ ...report, steps: report.steps.length })}; ${met}\n`,
    );
    expect(report.acknowledged).toBeGreaterThan(0);
  });

  it.each(NOTABLE_SEEDS)("seed %i for %i s again: %s", { timeout: TIMEOUT_MS }, async (seed, seconds) => {
    const report = await simulate(seed, seconds, DEFAULT_PROOFS);
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.deaths).toBeGreaterThan(0);
  });
});
