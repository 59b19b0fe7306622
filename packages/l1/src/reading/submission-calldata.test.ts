import { bigintToBytes, bytesToHex, concatBytes, hexToBytes } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { readSubmissionCalldata } from "./submission-calldata.ts";

const SELECTOR = hexToBytes("0xbd495666");
const HEADER = new Uint8Array(352).fill(7);
const HEADS = 352 + 5 * 32;
const word = (value: bigint | number): Uint8Array => bigintToBytes(BigInt(value), 32);
const bytes = (length: number, content: number): Uint8Array => new Uint8Array(length).fill(content);

/** Calldata with these offsets of `l1Records, payouts, payNow, data, proof`, and what follows them. */
function call(offsets: readonly (bigint | number)[], ...tail: readonly Uint8Array[]) {
  return readSubmissionCalldata(bytesToHex(concatBytes(SELECTOR, HEADER, ...offsets.map(word), ...tail)));
}

describe("calldata of a submission", () => {
  it("may have its arguments in any order, with gaps, and end in the middle of a word", () => {
    const tail = [word(3), bytes(3, 1), bytes(7, 0), word(2), bytes(2, 2), word(1), bytes(1, 3)];
    const [data, payouts, records] = [HEADS, HEADS + 42, HEADS + 76];
    expect(call([records, payouts, 0, data, 0], ...tail)).toEqual({
      header: HEADER,
      l1Records: bytes(1, 3),
      payouts: bytes(2, 2),
      data: bytes(3, 1),
    });
  });

  it("may have arguments that are the same bytes or lie within the header", () => {
    const header = concatBytes(HEADER.subarray(0, 32), word(64), HEADER.subarray(64));
    const shared = concatBytes(SELECTOR, header, ...[32, HEADS, 0, HEADS, 0].map(word), word(2), bytes(2, 5));
    expect(readSubmissionCalldata(bytesToHex(shared))).toEqual({
      header,
      l1Records: header.subarray(64, 128),
      payouts: bytes(2, 5),
      data: bytes(2, 5),
    });
  });

  it("is none with another selector or without a whole header", () => {
    expect(readSubmissionCalldata("0x")).toBeNull();
    expect(readSubmissionCalldata("0xbd495666")).toBeNull();
    expect(readSubmissionCalldata(`0xbd495667${"00".repeat(1000)}`)).toBeNull();
  });

  it.each([
    ["an offset behind the end", [HEADS + 1, HEADS, 0, HEADS, 0]],
    ["an offset beyond 64 bits", [2n ** 64n + BigInt(HEADS), HEADS, 0, HEADS, 0]],
    ["the largest offset", [2n ** 256n - 1n, HEADS, 0, HEADS, 0]],
  ] as const)("is none with %s", (_, offsets) => {
    expect(call(offsets, word(0))).toBeNull();
    expect(call([HEADS, HEADS, 0, HEADS, 0], word(0))).not.toBeNull();
  });

  it.each([
    ["is one byte too long", 1n],
    ["wraps around", 2n ** 256n - 32n],
  ])("is none with an argument that %s", (_, length) => {
    expect(call([HEADS, HEADS, 0, HEADS, 0], word(length))).toBeNull();
  });
});
