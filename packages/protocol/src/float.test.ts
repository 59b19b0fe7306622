import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AMOUNT_WHOLE_BALANCE } from "./constants.ts";
import { CairnError } from "./errors.ts";
import {
  decodeFloat16,
  decodeFloat40,
  encodeFloat16,
  encodeFloat40,
  type Float40,
  float16,
  float40,
  floorToFloat16,
  floorToFloat40,
  WHOLE_BALANCE,
} from "./float.ts";

const MAX = 2n ** 128n - 1n;
const amounts = fc.oneof(
  fc.bigInt(0n, MAX),
  fc.bigInt(0n, 2n ** 36n),
  fc.tuple(fc.bigInt(0n, 2n ** 35n - 1n), fc.integer({ min: 0, max: 27 })).map(([m, e]) => m * 10n ** BigInt(e)),
);

function pack40(mantissa: number, exponent: number): number {
  return exponent * 2 ** 35 + mantissa;
}

/** Largest value at most `value`, found by looking at every exponent. */
function slowFloor(value: bigint, mantissaBits: number): bigint {
  let best = 0n;
  for (let exponent = 0n; exponent < 32n; exponent++) {
    const scale = 10n ** exponent;
    const limit = 2n ** BigInt(mantissaBits) - 1n;
    const mantissa = value / scale < limit ? value / scale : limit;
    if (mantissa * scale > best) best = mantissa * scale;
  }
  return best;
}

describe("float40 and float16", () => {
  it("decode what they encoded", () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        const small = floorToFloat16(amount);
        const large = floorToFloat40(amount);
        expect(decodeFloat16(encodeFloat16(small))).toBe(small);
        expect(decodeFloat40(encodeFloat40(large))).toBe(large);
      }),
    );
  });

  it("encode every encodable value with the smallest exponent", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 16 - 1), (encoded) => {
        const canonical = encodeFloat16(decodeFloat16(float16(encoded)));
        expect(canonical).toBeLessThanOrEqual(encoded);
        expect(decodeFloat16(canonical)).toBe(decodeFloat16(float16(encoded)));
      }),
    );
  });

  it("round down to the largest encodable value", () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(floorToFloat16(amount)).toBe(slowFloor(amount, 11));
        expect(floorToFloat40(amount)).toBe(slowFloor(amount, 35));
      }),
    );
  });

  it.each([
    [2047n, 2047n],
    [2048n, 2047n],
    [2049n, 2047n],
    [2050n, 2050n],
    [20_479n, 20_470n],
    [MAX, 2047n * 10n ** 31n],
    [2n ** 200n, 2047n * 10n ** 31n],
  ])("round the fee %i down to %i", (fee, floor) => expect(floorToFloat16(fee)).toBe(floor));

  it("round amounts beyond 2^128 down to the largest amount", () => {
    expect(floorToFloat40(2n ** 200n)).toBe(34_028_236_692n * 10n ** 28n);
  });

  it.each([
    [0n, 0],
    [1n, 1],
    [2n ** 35n - 1n, 2 ** 35 - 1],
    [2n ** 35n + 2n, pack40(3_435_973_837, 1)],
    [10n ** 18n, pack40(10 ** 10, 8)],
    [34_028_236_692n * 10n ** 28n, pack40(34_028_236_692, 28)],
  ])("encode %i as %i", (amount, encoded) => expect(encodeFloat40(amount)).toBe(encoded));

  it.each([
    [2n ** 35n, "protocol/not-encodable"],
    [2n ** 35n + 1n, "protocol/not-encodable"],
    [MAX, "protocol/not-encodable"],
    [MAX + 1n, "protocol/amount-overflow"],
    [-1n, "protocol/out-of-range"],
  ])("refuse to encode %i", (amount, code) => {
    expect(() => encodeFloat40(amount)).toThrow(expect.objectContaining({ code }));
  });

  it("name the largest encodable amount below one they refuse", () => {
    expect(() => encodeFloat16(2049n)).toThrow(expect.objectContaining({ details: { largestBelow: "2047" } }));
  });

  it("take non-canonical encodings", () => {
    expect(decodeFloat40(float40(pack40(10, 0)))).toBe(decodeFloat40(float40(pack40(1, 1))));
    expect(decodeFloat40(float40(pack40(0, 31)))).toBe(0n);
  });

  it.each([pack40(34_028_236_693, 28), pack40(2 ** 35 - 1, 28), pack40(34_028_237, 31), 2 ** 40 - 2])(
    "refuse %i, which exceeds 2^128 - 1",
    (encoded) => {
      expect(() => float40(encoded)).toThrow(expect.objectContaining({ code: "protocol/amount-overflow" }));
    },
  );

  it("take the whole balance as encoded amount, which has no value", () => {
    expect(float40(AMOUNT_WHOLE_BALANCE)).toBe(WHOLE_BALANCE);
    expect(() => decodeFloat40(WHOLE_BALANCE)).toThrow(CairnError);
  });

  it.each([-1, 0.5, 2 ** 40, Number.NaN, Number.POSITIVE_INFINITY])("refuse %d as encoded amount", (encoded) => {
    expect(() => float40(encoded)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });

  it.each([-1, 0.5, 2 ** 16])("refuse %d as encoded fee", (encoded) => {
    expect(() => float16(encoded)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });

  it("decode any 40 bits, or refuse them with a typed error", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 - 1 }), (encoded) => {
        try {
          expect(decodeFloat40(encoded as Float40)).toBeLessThanOrEqual(MAX);
        } catch (error) {
          expect(error).toMatchObject({ name: "CairnError", code: "protocol/amount-overflow" });
        }
      }),
    );
  });
});
