import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { simulate } from "./support/index.ts";

const SECONDS = Number(process.env.CAIRN_SIM_SECONDS ?? 25);
const SEED = Number(process.env.CAIRN_SIM_SEED ?? randomInt(2 ** 31));
const TIMEOUT_MS = 1000 * (10 * SECONDS + 600);

/** Seeds that have found something, with what it was; each goes on for the seconds given. */
const NOTABLE_SEEDS: readonly (readonly [seed: number, seconds: number, finding: string])[] = [];

describe("people and faults at random", () => {
  it(`seed ${SEED} for ${SECONDS} s (CAIRN_SIM_SEED, CAIRN_SIM_SECONDS)`, { timeout: TIMEOUT_MS }, async () => {
    const report = await simulate(SEED, SECONDS);
    process.stdout.write(
      `simulation with seed ${SEED}: ${JSON.stringify({ ...report, steps: report.steps.length })}\n`,
    );
    expect(report.acknowledged).toBeGreaterThan(0);
  });

  it("seeds that once found something pass", { timeout: TIMEOUT_MS }, async () => {
    for (const [seed, seconds] of NOTABLE_SEEDS) {
      expect((await simulate(seed, seconds)).acknowledged, `seed ${seed}`).toBeGreaterThan(0);
    }
    expect(new Set(NOTABLE_SEEDS.map(([seed]) => seed)).size).toBe(NOTABLE_SEEDS.length);
  });
});
