import {
  accountIndex,
  encodeBlockCells,
  float16,
  float40,
  type PublishedSlot,
  readBatchCells,
  tokenId,
} from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blocksRoot,
  type ChainedBlock,
  cellsRoot,
  chainsAfter,
  extendChain,
  GENESIS_CHAINS,
  historyOf,
  receiptLeaves,
} from "./history.ts";
import { compress } from "./poseidon2.ts";
import { checkReceipt, makeReceipt, type ReceiptPath } from "./receipt.ts";

const nothing: PublishedSlot = { type: "nothing" };
const feeIndices = [0, 64, 0, 0].map(accountIndex);

/** Cells of a block of 16 slots with a transfer and a withdrawal. */
function cellsOf(timestamp: bigint): bigint[] {
  const slots = Array.from({ length: 16 }, () => nothing);
  slots[1] = { type: "transfer", from: accountIndex(64), to: accountIndex(65), amount: float40(7), fee: float16(1) };
  slots[2] = { type: "withdraw", from: accountIndex(65), recipient: 9n, amount: float40(5), fee: float16(0) };
  return encodeBlockCells({ slots, feeIndices, l1Count: 1, timestamp });
}

const blocks = [10n, 11n, 12n].map(cellsOf);
const chained = blocks.map(
  (cells, i): ChainedBlock => ({ number: BigInt(i + 1), cells, l1Operations: [], payouts: [] }),
);

describe("history", () => {
  it("begins as the specification says", () => {
    expect(historyOf(GENESIS_CHAINS)).toBe(0x18dfb8dc9b82229cff974efefc8df78b1ce96d9d844236b496785c698bc6732en);
  });

  it("takes in rows, and a hash of each block", () => {
    const [cells = []] = blocks;
    const after = chainsAfter(GENESIS_CHAINS, {
      number: 1n,
      cells,
      l1Operations: [{ type: "forcedWithdraw", sender: 3n, index: accountIndex(64) }],
      payouts: [{ recipient: 9n, tokenId: tokenId(0), amount: 5n }],
    });
    const rows = [0, 3, 6, 9].map((at) => cells.slice(at, at + 3) as [bigint, bigint, bigint]);
    expect(cells).toHaveLength(12);
    expect(after.data).toBe(extendChain(0n, rows));
    expect(after.l1).toBe(compress(0n, (5n << 160n) + 3n, 64n, 0n));
    expect(after.payouts).toBe(compress(0n, 9n << 32n, 5n, 0n));
    expect(after.blocks).toBe(compress(0n, cellsRoot(cells), cells[0] ?? 0n, 1n));
    expect(receiptLeaves(cells)).toEqual([...cells.slice(1), 0n, 0n, 0n, 0n, 0n]);
  });

  it("of many blocks is that of one after the other", () => {
    const [first, ...others] = chained;
    if (first === undefined) throw new TypeError("no block");
    const all = chained.reduce((chains, one) => chainsAfter(chains, one), GENESIS_CHAINS);
    const split = others.reduce((chains, one) => chainsAfter(chains, one), chainsAfter(GENESIS_CHAINS, first));
    expect(split).toEqual(all);
    const read = readBatchCells(blocks.flat(), 3);
    expect(read.map(({ cells }) => cells)).toEqual(blocks);
  });

  it("has at most 64 blocks in a batch", () => {
    const one = compress(0n, 0n, 0n, 0n);
    const two = compress(one, one, one, one);
    expect(blocksRoot([1n])).toBe(compress(compress(compress(1n, 0n, 0n, 0n), one, one, one), two, two, two));
    const refused = expect.objectContaining({ code: "crypto/bad-tree-size" });
    expect(() => blocksRoot(Array.from({ length: 65 }, () => 1n))).toThrow(refused);
    expect(() => blocksRoot(Array.from({ length: 256 }, () => 1n))).toThrow(refused);
  });
});

describe("receipts", () => {
  const batch = { firstBlock: 1n, previousBlockHash: 0n, blocks };
  const hashes: bigint[] = [];
  for (const one of chained) {
    hashes.push(chainsAfter({ ...GENESIS_CHAINS, blocks: hashes.at(-1) ?? 0n }, one).blocks);
  }
  const claim = { firstBlock: 1n, lastBlock: 3n, blocksRoot: blocksRoot(hashes) };
  const refused = expect.objectContaining({ code: "crypto/bad-receipt" });

  it("show every cell of every block", () => {
    for (let block = 0; block < 3; block++) {
      for (const position of [0, 1, 7, 8, 15]) {
        const receipt = makeReceipt(batch, block, position);
        const content = checkReceipt(receipt, claim);
        expect(content.blockNumber).toBe(BigInt(block + 1));
        expect(content.timestamp).toBe(10n + BigInt(block));
        expect(content.words === null).toBe(position >= 8);
      }
    }
    const { words } = checkReceipt(makeReceipt(batch, 0, 0), claim);
    expect(words?.map(({ slot, isL1Operation }) => [slot, isL1Operation])).toEqual([
      [0, true],
      [1, false],
    ]);
    expect(words?.[1]?.word).not.toBe(0n);
  });

  it("are refused with any part altered", () => {
    const honest = makeReceipt(batch, 1, 1);
    const alter = (siblings: ReceiptPath["cellSiblings"]): ReceiptPath["cellSiblings"] =>
      siblings.map(([x, y, z], i) => (i === 0 ? [x, y + 1n, z] : [x, y, z]));
    const altered: Partial<ReceiptPath>[] = [
      { block: 2 },
      { block: 3 },
      { block: -1 },
      { position: 2 },
      { position: 16 },
      { position: 0.5 },
      { cell: honest.cell + 1n },
      { cell: honest.cell + (1n << 208n) },
      { headerCell: honest.headerCell + (1n << 104n) },
      { headerCell: honest.headerCell + (1n << 200n) },
      { headerCell: 0n },
      { previousBlockHash: 0n },
      { previousBlockHash: honest.previousBlockHash + (1n << 254n) },
      { cellSiblings: alter(honest.cellSiblings) },
      { cellSiblings: honest.cellSiblings.slice(1) },
      { blockSiblings: alter(honest.blockSiblings) },
      { blockSiblings: [...honest.blockSiblings, [0n, 0n, 0n]] },
    ];
    for (const change of altered) {
      expect(() => checkReceipt({ ...honest, ...change }, claim), Object.keys(change).join()).toThrow(refused);
    }
    expect(() => checkReceipt(honest, { ...claim, firstBlock: 2n })).toThrow(refused);
    expect(() => checkReceipt(makeReceipt(batch, 2, 0), { ...claim, lastBlock: 2n })).toThrow(refused);
  });

  it("cannot be made for what is not there", () => {
    fc.assert(
      fc.property(fc.integer({ min: -2, max: 5 }), fc.integer({ min: -2, max: 20 }), (block, position) => {
        if (block >= 0 && block < 3 && position >= 0 && position < 16) return;
        expect(() => makeReceipt(batch, block, position)).toThrow(refused);
      }),
      { numRuns: 20 },
    );
  });
});
