import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIELD_MODULUS } from "./constants.ts";
import { CairnError } from "./errors.ts";
import { type Float40, float16, float40 } from "./float.ts";
import { accountIndex } from "./ids.ts";
import {
  dataHash,
  decodePublishedData,
  encodePublishedData,
  encodeSlot,
  type PublishedData,
  type PublishedSlot,
  padPublishedData,
  trimPublishedData,
} from "./published-data.ts";

const index = fc.integer({ min: 64, max: 2 ** 24 - 1 }).map(accountIndex);
const owner = fc.bigInt(1n, 2n ** 160n - 1n);
const common = {
  from: index,
  amount: fc.oneof(fc.constant(2 ** 40 - 1), fc.nat(28 * 2 ** 35 - 1)).map(float40),
  fee: fc.nat(2 ** 16 - 1).map(float16),
};
const nothing: PublishedSlot = { type: "nothing" };
const plainSlot: fc.Arbitrary<PublishedSlot> = fc.oneof(
  fc.constant(nothing),
  fc.record({ type: fc.constant("transfer" as const), to: index, ...common }),
);
const extraSlot: fc.Arbitrary<PublishedSlot> = fc.oneof(
  fc.record({
    type: fc.constant("transferToNew" as const),
    toOwner: owner,
    toKey: fc.oneof(fc.constant(0n), fc.bigInt(0n, FIELD_MODULUS - 1n)),
    ...common,
  }),
  fc.record({ type: fc.constant("withdraw" as const), recipient: owner, ...common }),
);

/** Data of 16 slots, the first `l1OperationCount` of which publish nothing. */
const blocks: fc.Arbitrary<{ readonly data: PublishedData; readonly l1OperationCount: number }> = fc
  .record({
    l1OperationCount: fc.nat(4),
    plain: fc.array(plainSlot, { minLength: 16, maxLength: 16 }),
    extras: fc.array(fc.tuple(fc.nat(15), extraSlot), { maxLength: 4 }),
    feeIndices: fc.array(fc.oneof(fc.constant(accountIndex(0)), index), { minLength: 4, maxLength: 4 }),
  })
  .map(({ l1OperationCount, plain, extras, feeIndices }) => {
    const slots = [...plain];
    for (const [position, slot] of extras) slots[position] = slot;
    slots.fill(nothing, 0, l1OperationCount);
    return { data: { feeIndices, slots }, l1OperationCount };
  });

const NO_FEES = [0, 0, 0, 0].map(accountIndex);
const FROM = 12;
const EXTRAS = 12 + 16 * 13;

const payment: PublishedSlot = {
  type: "transfer",
  from: accountIndex(64),
  to: accountIndex(65),
  amount: float40(5),
  fee: float16(6),
};
const exit: PublishedSlot = { ...payment, type: "withdraw", recipient: 7n };
const opening: PublishedSlot = { ...payment, type: "transferToNew", toOwner: 8n, toKey: 9n };

function withSlots(...slots: readonly PublishedSlot[]): PublishedData {
  return { feeIndices: NO_FEES, slots: Array.from({ length: 16 }, (_, i) => slots[i] ?? nothing) };
}

function bytesWith(
  data: PublishedData,
  ...changes: readonly (readonly [position: number, value: number])[]
): Uint8Array {
  const bytes = encodePublishedData(16, data);
  for (const [position, value] of changes) bytes[position] = value;
  return bytes;
}

describe("published data", () => {
  it("round-trips, also without trailing zeros", () => {
    fc.assert(
      fc.property(blocks, ({ data, l1OperationCount }) => {
        const bytes = encodePublishedData(16, data);
        expect(bytes).toHaveLength(428);
        expect(decodePublishedData(16, bytes, l1OperationCount)).toEqual(data);
        const trimmed = trimPublishedData(bytes);
        expect(trimmed.at(-1)).not.toBe(0);
        expect(decodePublishedData(16, trimmed, l1OperationCount)).toEqual(data);
        expect(padPublishedData(16, trimmed)).toEqual(bytes);
        expect(dataHash(16, trimmed)).toEqual(dataHash(16, bytes));
      }),
    );
  });

  it("is refused with a typed error, or comes back to the same bytes", () => {
    const random = fc.uint8Array({ maxLength: 440, size: "max" });
    const changed = fc
      .tuple(blocks, fc.array(fc.tuple(fc.nat(427), fc.nat(255)), { maxLength: 3 }))
      .map(([{ data }, changes]) => bytesWith(data, ...changes));
    fc.assert(
      fc.property(fc.oneof(random, changed), fc.integer({ min: -1, max: 5 }), (bytes, l1OperationCount) => {
        try {
          const decoded = decodePublishedData(16, bytes, l1OperationCount);
          expect(encodePublishedData(16, decoded)).toEqual(padPublishedData(16, bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(CairnError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [16, 428],
    [64, 1676],
    [256, 6668],
  ] as const)("of %d slots has %d bytes", (slots, length) => {
    const data = { feeIndices: NO_FEES, slots: Array.from({ length: slots }, () => nothing) };
    expect(encodePublishedData(slots, data)).toEqual(new Uint8Array(length));
  });

  it("puts the extras in slot order behind the slots", () => {
    const bytes = encodePublishedData(16, withSlots(exit, payment, opening));
    expect(bytes[EXTRAS + 19]).toBe(7);
    expect(bytes[EXTRAS + 52 + 19]).toBe(8);
    expect(bytes[EXTRAS + 52 + 51]).toBe(9);
    expect(encodeSlot(exit)).toEqual(Uint8Array.of(0, 0, 64, 0, 0, 1, 0, 0, 0, 0, 5, 0, 6));
  });

  it.each<[string, Uint8Array, number]>([
    ["a noop with an amount", bytesWith(withSlots(), [FROM + 10, 1]), 0],
    ["a noop with a receiver", bytesWith(withSlots(), [FROM + 5, 64]), 0],
    ["an operation code as sender", bytesWith(withSlots(), [FROM + 2, 63]), 0],
    ["an unknown operation code", bytesWith(withSlots(payment), [FROM + 5, 2]), 0],
    ["the last operation code", bytesWith(withSlots(payment), [FROM + 5, 63]), 0],
    ["an operation code as fee index", bytesWith(withSlots(), [2, 1]), 0],
    ["a transfer in an L1 slot", bytesWith(withSlots(payment)), 1],
    ["a withdrawal with a key", bytesWith(withSlots(exit), [EXTRAS + 51, 1]), 0],
    ["a withdrawal without recipient", bytesWith(withSlots(exit), [EXTRAS + 19, 0]), 0],
    ["a new account without owner", bytesWith(withSlots(opening), [EXTRAS + 19, 0]), 0],
    ["a key that is not a field element", bytesWith(withSlots(opening), [EXTRAS + 20, 255]), 0],
    ["an unused extra", bytesWith(withSlots(payment), [427, 1]), 0],
    [
      "an extra without its slot",
      bytesWith(withSlots(exit), [FROM + 2, 0], [FROM + 5, 0], [FROM + 10, 0], [FROM + 12, 0]),
      0,
    ],
    ["too many L1 operations", bytesWith(withSlots()), 5],
    ["half an L1 operation", bytesWith(withSlots()), 0.5],
  ])("is refused with %s", (_, bytes, l1OperationCount) => {
    expect(() => decodePublishedData(16, bytes, l1OperationCount)).toThrow(
      expect.objectContaining({ code: "protocol/malformed-data" }),
    );
  });

  it("is refused with an amount above 2^128 - 1", () => {
    const bytes = bytesWith(withSlots(payment), [FROM + 6, 255], [FROM + 10, 254]);
    expect(() => decodePublishedData(16, bytes, 0)).toThrow(
      expect.objectContaining({ code: "protocol/amount-overflow" }),
    );
  });

  it("is refused with more extras than the block may have", () => {
    const five = withSlots(exit, exit, exit, exit, exit);
    expect(() => encodePublishedData(16, five)).toThrow(expect.objectContaining({ code: "protocol/too-many" }));
    const bytes = bytesWith(withSlots(exit, exit, exit, exit, payment), [FROM + 4 * 13 + 5, 1]);
    expect(() => decodePublishedData(16, bytes, 0)).toThrow(
      expect.objectContaining({ code: "protocol/malformed-data" }),
    );
  });

  it("is refused when too long", () => {
    expect(() => decodePublishedData(16, new Uint8Array(429), 0)).toThrow(
      expect.objectContaining({ code: "protocol/bad-length" }),
    );
  });

  it.each<[string, PublishedData]>([
    ["another number of slots", { feeIndices: NO_FEES, slots: [] }],
    ["another number of fee indices", { ...withSlots(), feeIndices: [] }],
    ["an operation code as sender", withSlots({ ...payment, from: accountIndex(1) })],
    ["an operation code as receiver", withSlots({ ...payment, to: accountIndex(1) } as PublishedSlot)],
    ["an operation code as fee index", { ...withSlots(), feeIndices: [1, 0, 0, 0].map(accountIndex) }],
    ["a withdrawal without recipient", withSlots({ ...exit, recipient: 0n } as PublishedSlot)],
    ["a new account without owner", withSlots({ ...opening, toOwner: 0n } as PublishedSlot)],
  ])("is not encoded with %s", (_, data) => {
    expect(() => encodePublishedData(16, data)).toThrow(expect.objectContaining({ code: "protocol/malformed-data" }));
  });

  it.each<[string, PublishedSlot]>([
    ["a key that is not a field element", { ...opening, toKey: FIELD_MODULUS } as PublishedSlot],
    ["a recipient of 161 bits", { ...exit, recipient: 2n ** 160n } as PublishedSlot],
    ["an amount of 41 bits", { ...payment, amount: (2 ** 40) as Float40 }],
  ])("is not encoded with %s", (_, slot) => {
    expect(() => encodePublishedData(16, withSlots(slot))).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });
});
