import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesToHex } from "./bytes.ts";
import { CairnError } from "./errors.ts";
import { accountIndex, tokenId } from "./ids.ts";
import { encodeL1Operation, type L1Operation } from "./l1-operation.ts";
import { decodePayoutList, encodePayoutList, l1Entry, payoutEntry, payoutListHash } from "./lists.ts";
import type { Payout } from "./payout.ts";

const payouts: fc.Arbitrary<Payout> = fc.record({
  recipient: fc.bigInt(1n, 2n ** 160n - 1n),
  tokenId: fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(tokenId),
  amount: fc.oneof(fc.constant(0n), fc.bigInt(0n, 2n ** 128n - 1n)),
});
const lists = fc.array(payouts, { maxLength: 20 });
const payout: Payout = { recipient: 1n, tokenId: tokenId(2), amount: 3n };
const operations: fc.Arbitrary<L1Operation> = fc.record({
  type: fc.constant("deposit" as const),
  owner: fc.bigInt(1n, 2n ** 160n - 1n),
  tokenId: fc.nat().map(tokenId),
  amount: fc.bigInt(1n, 2n ** 128n - 1n),
  index: fc.integer({ min: 0, max: 2 ** 24 - 1 }).map(accountIndex),
  key: fc.bigInt(0n, 2n ** 253n),
});

/** Random bytes, and valid lists with a few bytes changed. */
const encoded = fc.oneof(
  fc.uint8Array({ minLength: 160, maxLength: 160 }),
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(lists, fc.array(fc.tuple(fc.nat(799), fc.nat(255)), { maxLength: 3 })).map(([list, changes]) => {
    const bytes = encodePayoutList(list);
    for (const [position, value] of changes) if (position < bytes.length) bytes[position] = value;
    return bytes;
  }),
);
const malformed = expect.objectContaining({ code: "protocol/malformed-record" });

describe("entries of chains", () => {
  it("are words that are contiguous in the records", () => {
    fc.assert(
      fc.property(operations, payouts, (operation, owed) => {
        const [x, y, z] = l1Entry(operation);
        expect(bytesToHex(encodeL1Operation(operation))).toBe(`0x${hex(x, 21)}${hex(y, 23)}${hex(z, 32)}`);
        const [target, amount, zero] = payoutEntry(owed);
        expect(bytesToHex(encodePayoutList([owed]))).toBe(`0x${hex(target, 24)}${hex(amount, 16)}`);
        expect(zero).toBe(0n);
      }),
    );
  });
});

describe("a payout list", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(lists, (list) => {
        expect(decodePayoutList(encodePayoutList(list))).toEqual(list);
      }),
    );
  });

  it("is refused with a typed error, or comes back to the same bytes", () => {
    fc.assert(
      fc.property(encoded, (bytes) => {
        try {
          expect(encodePayoutList(decodePayoutList(bytes))).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CairnError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("has 40 bytes a payout, whole records, and at most 1,024", () => {
    const longest = Array.from({ length: 1024 }, () => payout);
    expect(encodePayoutList(longest)).toHaveLength(40_960);
    const tooMany = expect.objectContaining({ code: "protocol/too-many" });
    expect(() => encodePayoutList([...longest, payout])).toThrow(tooMany);
    expect(() => decodePayoutList(new Uint8Array(40 * 1025).fill(1))).toThrow(tooMany);
    expect(() => decodePayoutList(new Uint8Array(41))).toThrow(
      expect.objectContaining({ code: "protocol/bad-length" }),
    );
  });

  it("has no record without recipient, and no gap", () => {
    expect(() => encodePayoutList([{ ...payout, recipient: 0n }])).toThrow(malformed);
    const gap = encodePayoutList([payout, payout]);
    gap.fill(0, 0, 40);
    expect(() => decodePayoutList(gap)).toThrow(malformed);
    expect(() => decodePayoutList(new Uint8Array(40))).toThrow(malformed);
  });

  it.each([
    ["a recipient of 161 bits", { recipient: 2n ** 160n }],
    ["an amount of 129 bits", { amount: 2n ** 128n }],
  ])("cannot hold %s", (_, fields) => {
    expect(() => encodePayoutList([{ ...payout, ...fields }])).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });

  it("has a hash that depends on every payout and their order, and that of no bytes when empty", () => {
    const other = { ...payout, amount: 4n };
    const hashes = [[], [payout], [payout, payout], [payout, other], [other, payout]].map(payoutListHash);
    expect(new Set(hashes.map((hash) => hash.join())).size).toBe(5);
    expect(bytesToHex(payoutListHash([]))).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  });
});

function hex(value: bigint, bytes: number): string {
  return value.toString(16).padStart(2 * bytes, "0");
}
