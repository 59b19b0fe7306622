import { FIELD_MODULUS } from "@cairn/protocol";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { fieldElement } from "../test/arbitraries.ts";
import { type Barretenberg, createBarretenberg } from "../test/barretenberg.ts";
import { grainConstants } from "../test/grain.ts";
import type { PoseidonState } from "./poseidon-state.ts";
import { compress, permute } from "./poseidon2.ts";
import { EXTERNAL_ROUND_CONSTANTS, INTERNAL_ROUND_CONSTANTS } from "./poseidon2-constants.ts";

const last = FIELD_MODULUS - 1n;
let barretenberg: Barretenberg;

beforeAll(async () => {
  barretenberg = await createBarretenberg();
});

describe("permute", () => {
  it.each<PoseidonState>([
    [0n, 0n, 0n, 0n],
    [last, last, last, last],
    [0n, 1n, 2n, 3n],
    [last, 0n, 0n, 1n],
    [0n, 0n, 0n, last],
  ])("agrees with Barretenberg on (%s, %s, %s, %s)", (...state) => {
    expect(permute(state)).toEqual(barretenberg.permute(state));
  });

  it("agrees with Barretenberg on any state", () => {
    fc.assert(
      fc.property(fc.tuple(fieldElement, fieldElement, fieldElement, fieldElement), (state) => {
        expect(permute(state)).toEqual(barretenberg.permute(state));
      }),
      { numRuns: 300 },
    );
  });

  it.each([-1n, FIELD_MODULUS])("refuses %s at every position", (bad) => {
    for (const position of [0, 1, 2, 3]) {
      const [a = 0n, b = 0n, c = 0n, d = 0n] = [0, 1, 2, 3].map((i) => (i === position ? bad : 7n));
      expect(() => permute([a, b, c, d])).toThrow(expect.objectContaining({ code: "crypto/not-a-field-element" }));
    }
  });
});

describe("compress", () => {
  it("adds the first input to the first output, mod r", () => {
    fc.assert(
      fc.property(fc.tuple(fieldElement, fieldElement, fieldElement, fieldElement), (state) => {
        expect(compress(...state)).toBe((permute(state)[0] + state[0]) % FIELD_MODULUS);
      }),
      { numRuns: 50 },
    );
  });

  it("depends on the order of its inputs", () => {
    const orders: PoseidonState[] = [
      [1n, 2n, 3n, 4n],
      [2n, 1n, 3n, 4n],
      [1n, 2n, 4n, 3n],
      [4n, 3n, 2n, 1n],
    ];
    expect(new Set(orders.map((order) => compress(...order))).size).toBe(orders.length);
  });
});

describe("round constants", () => {
  it("are those that the Grain LFSR makes from the parameters", () => {
    const used = [
      ...EXTERNAL_ROUND_CONSTANTS.slice(0, 4).flat(),
      ...INTERNAL_ROUND_CONSTANTS,
      ...EXTERNAL_ROUND_CONSTANTS.slice(4).flat(),
    ];
    expect(used).toEqual(grainConstants(4 * 4 + 56 + 4 * 4));
  });
});
