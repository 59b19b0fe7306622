import { describe, expect, it } from "vitest";
import { DEFAULT_PROOFS, simulate } from "./support/index.ts";

/** Seeds that have found something, with what they found and how many seconds they run. */
const NOTABLE_SEEDS: readonly (readonly [seed: number, seconds: number, finding: string])[] = [
  [7, 25, "an empty account's second forced withdrawal, a payout of zero that has no event; killed ten times"],
  [11, 25, "five reorgs while blocks are mined by interval, around crashes of the database"],
];

describe("people and faults of seeds that found something", () => {
  it.each(NOTABLE_SEEDS)("seed %i for %i s: %s", async (seed, seconds) => {
    const report = await simulate(seed, seconds, DEFAULT_PROOFS);
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.deaths).toBeGreaterThan(0);
  });
});
