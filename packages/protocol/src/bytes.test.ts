import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  assertUint,
  assertUintNumber,
  bigintToBytes,
  bigintToHex,
  bytesToBigint,
  bytesToHex,
  bytesToNumber,
  concatBytes,
  hexToBytes,
  isZero,
} from "./bytes.ts";

describe("bytes", () => {
  it("become hex and come back", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it("become an integer and come back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(bigintToBytes(bytesToBigint(bytes), bytes.length)).toEqual(bytes);
        expect(bigintToHex(bytesToBigint(bytes), bytes.length)).toBe(bytesToHex(bytes));
      }),
    );
  });

  it("of at most six become a number", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), (bytes) => {
        expect(BigInt(bytesToNumber(bytes))).toBe(bytesToBigint(bytes));
      }),
    );
  });

  it("are joined in order", () => {
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(concatBytes()).toEqual(new Uint8Array(0));
  });

  it("are zero when all are", () => {
    expect(isZero(new Uint8Array(3))).toBe(true);
    expect(isZero(Uint8Array.of(0, 0, 1))).toBe(false);
  });

  it.each(["", "0", "00", "0x0", "0xzz", "0x00 ", " 0x00", "0x00\n", "0X00", "0x-1"])("are not read from %j", (hex) => {
    expect(() => hexToBytes(hex)).toThrow(expect.objectContaining({ code: "protocol/bad-hex" }));
  });

  it("are read with the expected length only", () => {
    expect(hexToBytes("0xAbCd", 2)).toEqual(Uint8Array.of(0xab, 0xcd));
    expect(() => hexToBytes("0xabcd", 3)).toThrow(expect.objectContaining({ code: "protocol/bad-hex" }));
  });

  it.each([
    [256n, 1],
    [-1n, 1],
    [1n, 0],
  ])("do not hold %d in %d", (value, length) => {
    expect(() => bigintToBytes(value, length)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });
});

describe("widths", () => {
  it.each([
    [0n, 0],
    [1n, 1],
    [2n ** 160n - 1n, 160],
  ])("hold %d in %d bits", (value, bits) => expect(() => assertUint("value", value, bits)).not.toThrow());

  it.each([
    [1n, 0],
    [2n ** 160n, 160],
    [-1n, 160],
  ])("do not hold %d in %d bits", (value, bits) => {
    expect(() => assertUint("value", value, bits)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });

  it.each([1.5, -1, 2 ** 53, Number.NaN])("do not hold the number %d in 53 bits", (value) => {
    expect(() => assertUintNumber("value", value, 53)).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });
});
