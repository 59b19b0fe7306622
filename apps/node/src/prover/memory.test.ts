import { CIRCUITS, PARENTS } from "@cairn/circuits";
import { MAX_JOB_WEIGHT } from "@cairn/db";
import { SOLO_SIZES } from "@cairn/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { SETTINGS } from "../config/settings.ts";
import { assertProvesBatches, circuitsOfWeight, maxWeights, PROOF_MEMORY_MB, weightOf } from "./memory.ts";

const WEIGHTS = [0, 1, 2, 3];

it("makes no more proofs at a time than configured, or than fit into memory", () => {
  expect(maxWeights(64, { concurrency: 2, maxMemoryBytes: 2.45e9 })).toEqual([1]);
  expect(maxWeights(64, { concurrency: 2, maxMemoryBytes: 3.6e9 })).toEqual([1, 0]);
  expect(maxWeights(64, { concurrency: 8, maxMemoryBytes: 1.2e9 })).toEqual([0]);
  expect(maxWeights(16, { concurrency: 3, maxMemoryBytes: 6.2e9 })).toEqual([3, 0, 0]);
  expect(maxWeights(256, { concurrency: 2, maxMemoryBytes: 10e9 })).toEqual([3, 1]);
});

it("never lets its workers take together more memory than it has", () => {
  const heaviest = (weight: number, slots: (typeof SOLO_SIZES)[number]): number => {
    const circuits = WEIGHTS.slice(0, weight + 1).flatMap((lighter) => circuitsOfWeight(lighter, slots));
    return Math.max(...circuits.map((circuit) => PROOF_MEMORY_MB[circuit]));
  };
  const limits = fc.record({
    slots: fc.constantFrom(...SOLO_SIZES),
    concurrency: fc.integer({ min: 1, max: 16 }),
    megabytes: fc.integer({ min: 4000, max: 40_000 }),
  });
  fc.assert(
    fc.property(limits, ({ slots, concurrency, megabytes }) => {
      const weights = maxWeights(slots, { concurrency, maxMemoryBytes: megabytes * 1e6 });
      expect(weights.length).toBeGreaterThan(0);
      expect(weights.length).toBeLessThanOrEqual(concurrency);
      expect(weights.reduce((sum, weight) => sum + heaviest(weight, slots), 0)).toBeLessThanOrEqual(megabytes);
    }),
  );
});

it("gives every circuit a weight, above that of what it verifies unless it is a merge of merges", () => {
  for (const circuit of CIRCUITS) {
    expect(weightOf(circuit)).toBeGreaterThanOrEqual(0);
    expect(weightOf(circuit)).toBeLessThanOrEqual(MAX_JOB_WEIGHT);
  }
  expect(PARENTS.merge2.accepts.map(weightOf)).toEqual([0, 0, 0, 0, weightOf("merge2")]);
  expect(Math.max(...PARENTS.batch.accepts.map(weightOf))).toBeLessThan(weightOf("batch"));
});

it("counts on more than provers took at their peak, and not on twice as much", () => {
  // Megabytes: of full blocks as measured, of the others as in section 6.8 of the specification and docs/benchmarks.md.
  const peaks = {
    block16: 146,
    solo16: 150,
    solo64: 486,
    solo256: 1716,
    block1024: 6013,
    pair: 1933,
    merge1: 3920,
    batch: 4381,
  };
  for (const [circuit, peak] of Object.entries(peaks)) {
    const needed = PROOF_MEMORY_MB[circuit as keyof typeof peaks];
    expect(needed, circuit).toBeGreaterThanOrEqual(1.25 * peak - 1);
    expect(needed, circuit).toBeLessThan(2 * peak);
  }
});

it("refuses even a single proof that does not fit, and names both numbers and the setting", () => {
  expect(() => maxWeights(64, { concurrency: 1, maxMemoryBytes: 0.7e9 })).toThrow(
    expect.objectContaining({
      code: "node/bad-config",
      message: expect.stringMatching(/64 slots needs 750 MB .* CAIRN_PROVER_MEMORY_MB allows 700$/),
    }),
  );
});

it.each([
  [1, 16, 250],
  [2, 16, 2450],
  [3, 16, 5500],
  [16, 16, 5500],
  [1, 256, 2600],
  [2, 256, 2600],
] as const)(
  "refuses to be the only prover of batches of %i blocks of %i slots with less than %i MB",
  (maxBlocks, slots, megabytes) => {
    const assertWith = (allowedMb: number) =>
      assertProvesBatches(slots, { maxBlocks, maxMemoryBytes: allowedMb * 1e6 });
    expect(() => assertWith(megabytes)).not.toThrow();
    expect(() => assertWith(megabytes - 1)).toThrow(
      expect.objectContaining({
        code: "node/bad-config",
        message: expect.stringMatching(
          `need ${megabytes} MB .* CAIRN_PROVER_MEMORY_MB allows ${megabytes - 1}, .*CAIRN_BATCH_BLOCKS`,
        ),
      }),
    );
  },
);

it("makes every proof of every block size in the memory that is the default", () => {
  const maxMemoryBytes = Number(SETTINGS.proverMemoryMb.fallback) * 1e6;
  for (const slots of SOLO_SIZES) expect(maxWeights(slots, { concurrency: 1, maxMemoryBytes })).toEqual([3]);
});
