import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DEFAULT_PROOFS, simulate } from "./support/index.ts";

const SECONDS = Number(process.env.CAIRN_SIM_SECONDS ?? (DEFAULT_PROOFS === "real" ? 120 : 10));
const SEED = Number(process.env.CAIRN_SIM_SEED ?? randomInt(2 ** 31));
const TIMEOUT_MS = 1000 * (20 * SECONDS + 1200);

/** With real proofs every batch is a block; with stand-in proofs batches have several. */
const CASES = [
  ["real", "a block in a batch"],
  ["stand-in", "several blocks in a batch"],
] as const;

describe("people and faults at random", () => {
  const name = `seed ${SEED} for ${SECONDS} s (CAIRN_SIM_SEED, CAIRN_SIM_SECONDS), %s proofs, %s`;
  it.each(CASES)(name, { timeout: TIMEOUT_MS }, async (proofs) => {
    const report = await simulate(SEED, SECONDS, proofs);
    const met = [...new Set(report.steps)].join(", ");
    process.stdout.write(
      `simulation with seed ${SEED}: ${JSON.stringify({ ...report, steps: report.steps.length })}; ${met}\n`,
    );
    expect(report.acknowledged).toBeGreaterThan(0);
  });
});
