import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CairnError } from "./errors.ts";
import { tokenId } from "./ids.ts";
import { decodePayouts, encodePayouts, type Payout, payoutsHash } from "./payout.ts";

const payouts: fc.Arbitrary<Payout> = fc.record({
  recipient: fc.bigInt(1n, 2n ** 160n - 1n),
  tokenId: fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(tokenId),
  amount: fc.oneof(fc.constant(0n), fc.bigInt(0n, 2n ** 128n - 1n)),
});
const lists = fc.array(payouts, { maxLength: 4 });
const payout: Payout = { recipient: 1n, tokenId: tokenId(2), amount: 3n };

/** Random bytes, and valid lists with a few bytes changed. */
const encoded = fc.oneof(
  fc.uint8Array({ minLength: 160, maxLength: 160 }),
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(lists, fc.array(fc.tuple(fc.nat(159), fc.nat(255)), { maxLength: 3 })).map(([list, changes]) => {
    const bytes = encodePayouts(16, list);
    for (const [position, value] of changes) bytes[position] = value;
    return bytes;
  }),
);

describe("a payout list", () => {
  it("round-trips", () => {
    fc.assert(
      fc.property(lists, (list) => {
        expect(decodePayouts(16, encodePayouts(16, list))).toEqual(list);
      }),
    );
  });

  it("is refused with a typed error, or comes back to the same bytes", () => {
    fc.assert(
      fc.property(encoded, (bytes) => {
        try {
          expect(encodePayouts(16, decodePayouts(16, bytes))).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CairnError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [16, 160],
    [64, 640],
    [256, 2560],
  ] as const)("of a block of %d slots has %d bytes", (slots, length) => {
    expect(encodePayouts(slots, [payout])).toHaveLength(length);
  });

  it("is no longer than the block's capacity", () => {
    expect(encodePayouts(16, [payout, payout, payout, payout])).toHaveLength(160);
    expect(() => encodePayouts(16, Array(5).fill(payout))).toThrow(
      expect.objectContaining({ code: "protocol/too-many" }),
    );
  });

  it("has no record without recipient, and no gap", () => {
    const malformed = expect.objectContaining({ code: "protocol/malformed-record" });
    expect(() => encodePayouts(16, [{ ...payout, recipient: 0n }])).toThrow(malformed);
    const gap = encodePayouts(16, [payout, payout]);
    gap.fill(0, 0, 40);
    expect(() => decodePayouts(16, gap)).toThrow(malformed);
  });

  it.each([
    ["a recipient of 161 bits", { recipient: 2n ** 160n }],
    ["an amount of 129 bits", { amount: 2n ** 128n }],
  ])("cannot hold %s", (_, fields) => {
    expect(() => encodePayouts(16, [{ ...payout, ...fields }])).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });

  it("has a hash that depends on every payout and on the block size", () => {
    const hashes = [
      payoutsHash(16, []),
      payoutsHash(16, [payout]),
      payoutsHash(16, [payout, payout]),
      payoutsHash(64, [payout]),
    ];
    expect(new Set(hashes.map((hash) => hash.join())).size).toBe(4);
  });
});
