import { FIELD_MODULUS } from "@cairn/protocol";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { edgy, fieldElement } from "../test/arbitraries.ts";
import { type Barretenberg, createBarretenberg } from "../test/barretenberg.ts";
import { GRUMPKIN_ORDER } from "./field.ts";
import { GRUMPKIN_BETA, GRUMPKIN_GENERATOR, liftX, pointFromAffine } from "./grumpkin.ts";
import { nonAdjacentForm, splitScalar } from "./half-scalars.ts";

const r = FIELD_MODULUS;
const q = GRUMPKIN_ORDER;
const lambda = 2203960485148121921418603742825762020974279258880205651966n;
let barretenberg: Barretenberg;

beforeAll(async () => {
  barretenberg = await createBarretenberg();
});

describe("Grumpkin", () => {
  it("has order q", () => {
    expect(
      GRUMPKIN_GENERATOR.multiply(q - 1n)
        .add(GRUMPKIN_GENERATOR)
        .is0(),
    ).toBe(true);
  });

  it("multiplies as Barretenberg does, on both of its paths", () => {
    fc.assert(
      fc.property(edgy(1n, q - 1n), edgy(1n, q - 1n), (k, n) => {
        const point = GRUMPKIN_GENERATOR.multiply(k);
        const expected = barretenberg.multiply(point.toAffine(), n);
        expect(point.multiply(n).toAffine()).toEqual(expected);
        expect(point.multiplyUnsafe(n).toAffine()).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it("has the endomorphism (x, y) → (βx, y) = λ·(x, y)", () => {
    const point = GRUMPKIN_GENERATOR.multiply(12345n);
    expect(point.multiply(lambda).toAffine()).toEqual({ x: (point.x * GRUMPKIN_BETA) % r, y: point.y });
  });
});

describe("liftX", () => {
  it("gives the even y of every point", () => {
    fc.assert(
      fc.property(edgy(1n, q - 1n), (k) => {
        const { x, y } = GRUMPKIN_GENERATOR.multiply(k).toAffine();
        expect(liftX(x)).toBe((y & 1n) === 0n ? y : r - y);
      }),
      { numRuns: 40 },
    );
  });

  it("gives a point or null for every field element", () => {
    fc.assert(
      fc.property(fieldElement, (x) => {
        const y = liftX(x);
        const square = (((x * x * x - 17n) % r) + r) % r;
        if (y === null) expect(power(square, (r - 1n) / 2n)).not.toBe(1n);
        else expect((y * y) % r).toBe(square);
      }),
      { numRuns: 60 },
    );
  });

  it.each([0n, -1n, r, r + 1n, 1n << 256n])("gives null for %s", (x) => {
    expect(liftX(x)).toBeNull();
  });

  it("makes points that the library accepts as valid", () => {
    const y = liftX(1n);
    expect(y).not.toBeNull();
    expect(() => pointFromAffine({ x: 1n, y: y ?? 0n }).assertValidity()).not.toThrow();
  });
});

describe("half scalars", () => {
  it("split every scalar in two of at most 128 bits", () => {
    fc.assert(
      fc.property(edgy(0n, q - 1n), (k) => {
        const [first, second] = splitScalar(k);
        expect((((first + lambda * second - k) % q) + q) % q).toBe(0n);
        for (const half of [first, second]) expect((half < 0n ? -half : half) >> 128n).toBe(0n);
      }),
    );
  });

  it("have signed digits that add up, are odd, small and apart", () => {
    fc.assert(
      fc.property(edgy(-(1n << 128n), 1n << 128n), fc.integer({ min: 2, max: 6 }), (value, width) => {
        const digits = [...nonAdjacentForm(value, width)];
        expect(digits.reduceRight((sum, digit) => 2n * sum + BigInt(digit), 0n)).toBe(value);
        const places = digits.flatMap((digit, place) => (digit === 0 ? [] : [place]));
        for (const place of places) {
          const digit = digits[place] ?? 0;
          expect(Math.abs(digit) % 2).toBe(1);
          expect(Math.abs(digit)).toBeLessThan(2 ** (width - 1));
        }
        places.slice(1).forEach((place, i) => {
          expect(place - (places[i] ?? 0)).toBeGreaterThanOrEqual(width);
        });
      }),
    );
  });
});

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let rest = exponent, square = base; rest > 0n; rest >>= 1n, square = (square * square) % r) {
    if ((rest & 1n) === 1n) result = (result * square) % r;
  }
  return result;
}
