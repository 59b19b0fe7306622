import {
  AMOUNT_WHOLE_BALANCE,
  decodeFloat16,
  decodeFloat40,
  encodeFloat16,
  encodeFloat40,
  type Float16,
  type Float40,
  float16,
  float40,
  floorToFloat16,
  floorToFloat40,
} from "@cairn/protocol";
import { type Vector, word } from "../json.ts";

const MANTISSA40 = 2 ** 35;
const MANTISSA16 = 2 ** 11;
const MAX = 2n ** 128n - 1n;

const VALUES = [
  ...[
    0n,
    1n,
    9n,
    10n,
    2047n,
    2048n,
    2050n,
    20470n,
    20471n,
    2n ** 35n - 1n,
    2n ** 35n,
    10n ** 18n,
    123_456_789n * 10n ** 9n,
  ],
  ...[10n ** 38n, MAX, MAX - 1n, 34028236692n * 10n ** 28n, 2047n * 10n ** 31n, (2n ** 35n - 1n) * 10n ** 27n],
];

/** Encodings, canonical or not, with their values; encodings above 2^128 − 1; values rounded down. */
export function floatVectors(): Vector {
  const encoded40 = [
    ...VALUES.map((value) => encodeFloat40(floorToFloat40(value))),
    ...[pack40(0, 31), pack40(10, 0), pack40(1, 1), pack40(10, 28), pack40(34028236692, 28), pack40(34028236, 31)].map(
      float40,
    ),
  ];
  const encoded16 = [
    ...VALUES.map((value) => encodeFloat16(floorToFloat16(value))),
    ...[pack16(0, 31), pack16(10, 0), pack16(1, 1), pack16(2047, 31)].map(float16),
  ];
  return {
    float16: encoded16.map((encoded) => {
      const value = decodeFloat16(encoded);
      return { canonical: encodeFloat16(value) === encoded, encoded, value: word(value) };
    }),
    float40: encoded40.map((encoded) => {
      const value = decodeFloat40(encoded);
      return { canonical: encodeFloat40(value) === encoded, encoded, value: word(value) };
    }),
    floor: VALUES.map((value) => ({
      float16: word(floorToFloat16(value)),
      float40: word(floorToFloat40(value)),
      value: word(value),
    })),
    overflow40: [pack40(34028236693, 28), pack40(MANTISSA40 - 1, 28), pack40(34028237, 31), pack40(MANTISSA40 - 2, 31)],
    wholeBalance40: AMOUNT_WHOLE_BALANCE,
  };
}

function pack40(mantissa: number, exponent: number): Float40 {
  return (exponent * MANTISSA40 + mantissa) as Float40;
}

function pack16(mantissa: number, exponent: number): Float16 {
  return (exponent * MANTISSA16 + mantissa) as Float16;
}
