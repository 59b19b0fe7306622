import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatchCells } from "./batch-cells.ts";
import { type BlockData, blockRows, bytesToCells, cellsToBytes, encodeBlockCells } from "./cells.ts";
import { BLOCK_SIZES, FIELD_MODULUS } from "./constants.ts";
import { isCairnError } from "./errors.ts";
import { float16, float40 } from "./float.ts";
import { accountIndex } from "./ids.ts";
import { encodeSlotWord, type PublishedSlot } from "./slot.ts";

const index = fc.integer({ min: 64, max: 2 ** 24 - 1 }).map(accountIndex);
const common = {
  from: index,
  amount: fc.integer({ min: 0, max: 2 ** 35 - 1 }).map(float40),
  fee: fc.integer({ min: 0, max: 2 ** 16 - 1 }).map(float16),
};
const owner = fc.bigInt(1n, 2n ** 160n - 1n);
const key = fc.oneof(fc.bigInt(0n, FIELD_MODULUS - 1n), fc.constantFrom(0n, FIELD_MODULUS - 1n, 2n ** 208n));
const nothing = fc.constant<PublishedSlot>({ type: "nothing" });
const transfer = fc.record({ type: fc.constant("transfer" as const), ...common, to: index });
const withExtra = fc.oneof(
  fc.record({ type: fc.constant("transferToNew" as const), ...common, toOwner: owner, toKey: key }),
  fc.record({ type: fc.constant("withdraw" as const), ...common, recipient: owner }),
);

/** Blocks of 16 slots: L1 operations, then at most four slots with extras among others. */
const block: fc.Arbitrary<BlockData> = fc
  .record({
    l1Count: fc.integer({ min: 0, max: 4 }),
    timestamp: fc.bigInt(0n, 2n ** 64n - 1n),
    feeIndices: fc.array(fc.oneof(index, fc.constant(accountIndex(0))), { minLength: 4, maxLength: 4 }),
    extras: fc.array(withExtra, { maxLength: 4 }),
    others: fc.array(fc.oneof(transfer, nothing), { minLength: 16, maxLength: 16 }),
  })
  .chain(({ extras, others, ...header }) =>
    fc
      .shuffledSubarray([...extras, ...others.slice(0, 16 - header.l1Count - extras.length)], { minLength: 0 })
      .map((chosen): BlockData => {
        const l1 = Array.from({ length: header.l1Count }, (): PublishedSlot => ({ type: "nothing" }));
        const slots = [...l1, ...chosen];
        while (slots.length < 16) slots.push({ type: "nothing" });
        return { ...header, slots };
      }),
  );
const inOrder = (blocks: readonly BlockData[]): BlockData[] =>
  [...blocks].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
const batch = fc.array(block, { minLength: 1, maxLength: 4 }).map(inOrder);
const malformed = expect.objectContaining({ code: "protocol/malformed-data" });

const NO_FEES = [0, 0, 0, 0].map(accountIndex);
const NOTHING: PublishedSlot = { type: "nothing" };
const payment = {
  type: "transfer",
  from: accountIndex(64),
  to: accountIndex(65),
  amount: float40(5),
  fee: float16(6),
} as const;
const { from, amount, fee } = payment;
const exit = { type: "withdraw", from, amount, fee, recipient: 7n } as const;
const opening = { type: "transferToNew", from, amount, fee, toOwner: 8n, toKey: 9n } as const;

/** A block of 16 slots at second 7, the given ones first. */
function blockOf(...slots: readonly PublishedSlot[]): BlockData {
  const all = Array.from({ length: 16 }, (_, i) => slots[i] ?? NOTHING);
  return { slots: all, l1Count: 0, timestamp: 7n, feeIndices: NO_FEES };
}

/** The cells of a block, some of them with other bits. */
function cellsWith(data: BlockData, ...flips: readonly (readonly [cell: number, bits: bigint])[]): bigint[] {
  const cells = encodeBlockCells(data);
  for (const [cell, bits] of flips) cells[cell] = (cells[cell] ?? 0n) ^ bits;
  return cells;
}

/** The first cell of the first extra of 16 slots. */
const EXTRA = 9;

describe("cells of a batch", () => {
  it("are read as they were written, through calldata", () => {
    fc.assert(
      fc.property(batch, (blocks) => {
        const cells = blocks.flatMap(encodeBlockCells);
        const read = readBatchCells(bytesToCells(cellsToBytes(cells)), blocks.length);
        expect(read.map(({ data }) => data)).toEqual(blocks);
        expect(read.flatMap((one) => one.cells)).toEqual(cells);
      }),
    );
  });

  it("end on rows, whatever the size", () => {
    for (const slots of BLOCK_SIZES) {
      const empty = Array.from({ length: slots }, () => NOTHING);
      const cells = encodeBlockCells({ ...blockOf(), slots: empty });
      expect(cells).toHaveLength(blockRows(slots, 0) * 3);
    }
    expect([16, 64, 256, 1024].map((n) => blockRows(n as 16, n / 4))).toEqual([6, 22, 86, 342]);
  });

  it("are refused with a reason when altered, never with a crash, and never read as another block unnoticed", () => {
    fc.assert(
      fc.property(batch, fc.nat(), fc.bigInt(0n, 2n ** 209n), (blocks, at, value) => {
        const cells = blocks.flatMap(encodeBlockCells);
        const place = at % (cells.length + 2);
        while (cells.length <= place) cells.push(0n);
        if (cells[place] === value) return;
        cells[place] = value;
        try {
          const read = readBatchCells(cells, blocks.length);
          expect(read.flatMap(({ data }) => encodeBlockCells(data))).toEqual(read.flatMap((one) => one.cells));
          expect(read.map(({ data }) => data)).not.toEqual(blocks);
        } catch (error) {
          if (!isCairnError(error)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("are refused: a size unknown, a count too many, a bit in the zero byte, an older block, a cell behind the end", () => {
    const cells = encodeBlockCells(blockOf());
    const [header = 0n, ...rest] = cells;
    const read = (first: bigint, more: readonly bigint[] = []) => readBatchCells([first, ...rest, ...more], 1);
    expect(read(header)).toHaveLength(1);
    for (const bit of [201n, 202n, 187n, 171n, 168n, 96n, 103n, 0n]) {
      expect(() => read(header ^ (1n << bit)), `bit ${bit}`).toThrow(malformed);
    }
    expect(() => read(header, [0n, 1n])).toThrow(malformed);
    expect(() => readBatchCells([...cells, ...cells], 1)).toThrow(malformed);
    expect(() => readBatchCells(cells, 1, 8n)).toThrow(malformed);
    expect(() => readBatchCells(cells, 2)).toThrow(malformed);
    expect(() => readBatchCells(cells, 0)).toThrow(malformed);
  });

  it("hold no key of r or more", () => {
    const cells = encodeBlockCells(blockOf({ ...opening, toOwner: 1n }));
    const low = (1n << 208n) - 1n;
    cells[9] = (1n << 48n) + (FIELD_MODULUS >> 208n);
    cells[10] = FIELD_MODULUS & low;
    expect(() => readBatchCells(cells, 1)).toThrow(malformed);
    cells[10] -= 1n;
    expect(readBatchCells(cells, 1)[0]?.data.slots[0]).toMatchObject({ toKey: FIELD_MODULUS - 1n });
  });

  it("have the extras in slot order, contiguous, behind the slots", () => {
    const cells = encodeBlockCells(blockOf(exit, payment, opening));
    expect(cells).toHaveLength(15);
    expect(cells.slice(EXTRA)).toEqual([7n << 48n, 0n, 8n << 48n, 9n, 0n, 0n]);
  });

  it.each<[string, bigint[]]>([
    ["a noop with an amount", cellsWith(blockOf(), [1, 1n << 16n])],
    ["a noop with a receiver", cellsWith(blockOf(), [1, 64n << 56n])],
    ["an operation code as sender", cellsWith(blockOf(), [1, 63n << 80n])],
    ["an unknown operation code", cellsWith(blockOf(payment), [1, (65n ^ 2n) << (56n + 104n)])],
    ["an operation code as fee index", cellsWith(blockOf(), [0, 1n << 72n])],
    ["a transfer in an L1 slot", cellsWith(blockOf(payment), [0, 1n << 184n])],
    ["a withdrawal with a key", cellsWith(blockOf(exit), [EXTRA + 1, 1n])],
    ["a withdrawal without recipient", cellsWith(blockOf(exit), [EXTRA, 7n << 48n])],
    ["a new account without owner", cellsWith(blockOf(opening), [EXTRA, 8n << 48n])],
    ["an extra that no slot takes", cellsWith(blockOf(exit), [1, encodeSlotWord(exit) << 104n])],
    ["an extra that the header does not count", cellsWith(blockOf(exit), [0, 1n << 168n])],
    ["something behind the last extra", cellsWith(blockOf(exit), [EXTRA + 2, 1n])],
    ["a cell of 209 bits", cellsWith(blockOf(payment), [1, 1n << 208n])],
    ["a negative cell", cellsWith(blockOf(payment), [1, -1n])],
  ])("are refused with %s", (_, cells) => {
    expect(() => readBatchCells(cells, 1)).toThrow(malformed);
  });

  it("are refused with an amount above 2^128 - 1", () => {
    const cells = cellsWith(blockOf(payment), [1, ((2n ** 40n - 2n) ^ 5n) << (16n + 104n)]);
    expect(() => readBatchCells(cells, 1)).toThrow(expect.objectContaining({ code: "protocol/amount-overflow" }));
  });

  it.each<[string, BlockData]>([
    ["another number of slots", { ...blockOf(), slots: [] }],
    ["another number of fee indices", { ...blockOf(), feeIndices: [] }],
    ["an operation code as fee index", { ...blockOf(), feeIndices: [1, 0, 0, 0].map(accountIndex) }],
    ["an operation code as sender", blockOf({ ...payment, from: accountIndex(1) })],
    ["a withdrawal without recipient", blockOf({ ...exit, recipient: 0n })],
    ["a new account without owner", blockOf({ ...opening, toOwner: 0n })],
    ["a transfer in an L1 slot", { ...blockOf(payment), l1Count: 1 }],
    ["too many L1 operations", { ...blockOf(), l1Count: 5 }],
    ["half an L1 operation", { ...blockOf(), l1Count: 0.5 }],
  ])("are not written with %s", (_, data) => {
    expect(() => encodeBlockCells(data)).toThrow(malformed);
  });

  it("are not written with more extras than the block may have, a key or a recipient out of range", () => {
    const refused = (...slots: readonly PublishedSlot[]) => expect(() => encodeBlockCells(blockOf(...slots)));
    refused(exit, exit, exit, exit, exit).toThrow(expect.objectContaining({ code: "protocol/too-many" }));
    const outOfRange = expect.objectContaining({ code: "protocol/out-of-range" });
    refused({ ...opening, toKey: FIELD_MODULUS }).toThrow(outOfRange);
    refused({ ...exit, recipient: 2n ** 160n }).toThrow(outOfRange);
  });

  it("are at most 4,095, in whole cells", () => {
    expect(() => cellsToBytes(Array.from({ length: 4096 }, () => 1n))).toThrow(
      expect.objectContaining({ code: "protocol/too-many" }),
    );
    expect(() => bytesToCells(new Uint8Array(27))).toThrow(expect.objectContaining({ code: "protocol/bad-length" }));
    expect(cellsToBytes([1n, 0n, 0n])).toHaveLength(26);
  });
});
