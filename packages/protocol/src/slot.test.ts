import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CairnError } from "./errors.ts";
import { type Float40, float16, float40 } from "./float.ts";
import { accountIndex } from "./ids.ts";
import { decodeSlotWord, encodeSlotWord, type PublishedSlot, slotExtra } from "./slot.ts";

const index = fc.integer({ min: 64, max: 2 ** 24 - 1 }).map(accountIndex);
const common = {
  from: index,
  amount: fc.oneof(fc.constant(2 ** 40 - 1), fc.nat(28 * 2 ** 35 - 1)).map(float40),
  fee: fc.nat(2 ** 16 - 1).map(float16),
};
const transfers = fc.record({ type: fc.constant("transfer" as const), to: index, ...common });
const withExtra = fc.oneof(
  fc.record({ type: fc.constant("transferToNew" as const), ...common, toOwner: fc.constant(8n), toKey: fc.bigInt() }),
  fc.record({ type: fc.constant("withdraw" as const), ...common, recipient: fc.constant(7n) }),
);

const payment = {
  type: "transfer",
  from: accountIndex(64),
  to: accountIndex(65),
  amount: float40(5),
  fee: float16(6),
} as const;
const { from, amount, fee } = payment;
const opening = { type: "transferToNew", from, amount, fee, toOwner: 8n, toKey: 9n } as const;
const exit = { type: "withdraw", from, amount, fee, recipient: 7n } as const;

const word = (sender: bigint, to: bigint, moved = 5n): bigint => (sender << 80n) + (to << 56n) + (moved << 16n) + 6n;
const malformed = expect.objectContaining({ code: "protocol/malformed-data" });

describe("the word of a slot", () => {
  it("is read as it was written, without what stands in extras", () => {
    fc.assert(
      fc.property(transfers, (slot) => {
        expect(decodeSlotWord(encodeSlotWord(slot))).toEqual(slot);
      }),
    );
    fc.assert(
      fc.property(withExtra, (slot) => {
        const { type, from: sender, amount: moved, fee: paid } = slot;
        expect(decodeSlotWord(encodeSlotWord(slot))).toEqual({ type, from: sender, amount: moved, fee: paid });
      }),
    );
  });

  it("is from, to, amount, fee", () => {
    expect(encodeSlotWord(payment)).toBe(word(64n, 65n));
    expect(encodeSlotWord(opening)).toBe(word(64n, 0n));
    expect(encodeSlotWord(exit)).toBe(word(64n, 1n));
    expect(encodeSlotWord({ type: "nothing" })).toBe(0n);
  });

  it("is refused with a typed error, or is the only one of its slot", () => {
    fc.assert(
      fc.property(fc.bigInt(-1n, 2n ** 104n), (any) => {
        try {
          const read = decodeSlotWord(any);
          const extra = { toOwner: 1n, toKey: 0n, recipient: 1n };
          expect(encodeSlotWord({ ...read, ...extra } as PublishedSlot)).toBe(any);
        } catch (error) {
          expect(error).toBeInstanceOf(CairnError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, bigint]>([
    ["an operation code as sender", word(63n, 65n)],
    ["no sender, but an amount", word(0n, 0n)],
    ["an unknown operation code", word(64n, 2n)],
    ["the last operation code", word(64n, 63n)],
    ["a bit too many", word(64n, 65n) + (1n << 104n)],
    ["a sign", -word(64n, 65n)],
  ])("is refused with %s", (_, published) => {
    expect(() => decodeSlotWord(published)).toThrow(malformed);
  });

  it("is refused with an amount above 2^128 - 1", () => {
    const overflow = expect.objectContaining({ code: "protocol/amount-overflow" });
    expect(() => decodeSlotWord(word(64n, 65n, 2n ** 40n - 2n))).toThrow(overflow);
    expect(() => encodeSlotWord({ ...payment, amount: (2 ** 40 - 2) as Float40 })).toThrow(overflow);
  });

  it.each<[string, PublishedSlot]>([
    ["an operation code as sender", { ...payment, from: accountIndex(1) }],
    ["an operation code as receiver", { ...payment, to: accountIndex(1) }],
  ])("is not written with %s", (_, slot) => {
    expect(() => encodeSlotWord(slot)).toThrow(malformed);
  });

  it("is not written with an amount of 41 bits", () => {
    expect(() => encodeSlotWord({ ...payment, amount: (2 ** 40) as Float40 })).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });
});

describe("the extra of a slot", () => {
  it("is owner and key of the account it creates, or its recipient", () => {
    expect(slotExtra(opening)).toEqual({ owner: 8n, key: 9n });
    expect(slotExtra(exit)).toEqual({ owner: 7n, key: 0n });
    expect([slotExtra(payment), slotExtra({ type: "nothing" })]).toEqual([null, null]);
  });
});
