import {
  CairnError,
  CELL_BITS,
  decodeHeaderCell,
  isCairnError,
  MAX_BATCH_BLOCKS,
  TREE_ARITY,
  WORD_BITS,
} from "@cairn/protocol";
import type { CryptoErrorCode } from "./errors.ts";
import { isField } from "./field.ts";
import { blockHash, blocksRootLeaves, receiptLeaves } from "./history.ts";
import { type Compress, compress as pureCompress } from "./poseidon2.ts";

/** The three other children of a node's parent, ascending. */
export type ReceiptSiblings = readonly [bigint, bigint, bigint];

/** A Merkle path from a cell of a block to the blocks root of its batch (spec 3.9), without what names the batch. */
export interface ReceiptPath {
  /** Place of the block within its batch, 0 … 63. */
  readonly block: number;
  /** Hash of the block before it. */
  readonly previousBlockHash: bigint;
  readonly headerCell: bigint;
  /** Place of the cell under the cells root. */
  readonly position: number;
  readonly cell: bigint;
  /** From the cell to the cells root, lowest level first. */
  readonly cellSiblings: readonly ReceiptSiblings[];
  /** From the block hash to the blocks root, lowest level first. */
  readonly blockSiblings: readonly ReceiptSiblings[];
}

/** Blocks of a batch as receipts need them. */
export interface ReceiptBatch {
  readonly firstBlock: bigint;
  /** Hash of the block before the batch; 0 at genesis. */
  readonly previousBlockHash: bigint;
  /** Cells of each block, whole rows. */
  readonly blocks: readonly (readonly bigint[])[];
}

/** What a batch says on L1 that a receipt is checked against. */
export interface ReceiptClaim {
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  readonly blocksRoot: bigint;
}

/** What a valid receipt shows. */
export interface ReceiptContent {
  readonly blockNumber: bigint;
  /** Seconds since the epoch. */
  readonly timestamp: bigint;
  /** The two slot words of the cell with their slots; null where the cell is half of an extra. */
  readonly words: readonly { readonly slot: number; readonly word: bigint; readonly isL1Operation: boolean }[] | null;
}

const BLOCK_LEVELS = Math.log2(MAX_BATCH_BLOCKS) / Math.log2(TREE_ARITY);

/**
 * The path of the cell at `position` of the `block`-th block of a batch. Throws `crypto/bad-receipt` when there is no such
 * cell.
 *
 * @example makeReceipt({ firstBlock: 1n, previousBlockHash: 0n, blocks: [cells] }, 0, 3)
 */
export function makeReceipt(
  batch: ReceiptBatch,
  block: number,
  position: number,
  compress: Compress = pureCompress,
): ReceiptPath {
  let previous = batch.previousBlockHash;
  const blockHashes = batch.blocks.map((cells, j) => {
    previous = blockHash(previous, { number: batch.firstBlock + BigInt(j), cells }, compress);
    return previous;
  });
  const { previousBlockHash } = batch;
  return makeReceiptOf({ previousBlockHash, blockHashes, cells: batch.blocks[block] ?? [] }, block, position, compress);
}

/**
 * As {@link makeReceipt}, for whoever knows the hashes of the batch's blocks already. Throws as it does.
 *
 * @example makeReceiptOf({ previousBlockHash: 0n, blockHashes: [chains.blocks], cells }, 0, 3)
 */
export function makeReceiptOf(
  batch: {
    /** Hash of the block before the batch; 0 at genesis. */
    readonly previousBlockHash: bigint;
    /** After each of the batch's blocks. */
    readonly blockHashes: readonly bigint[];
    /** Of the block that holds the cell, whole rows. */
    readonly cells: readonly bigint[];
  },
  block: number,
  position: number,
  compress: Compress = pureCompress,
): ReceiptPath {
  const { previousBlockHash: first, blockHashes: hashes, cells } = batch;
  const leaves = cells.length === 0 ? [] : receiptLeaves(cells);
  const cell = leaves[position];
  const previousBlockHash = block === 0 ? first : hashes[block - 1];
  if (cell === undefined || previousBlockHash === undefined) {
    throw badReceipt(`no cell ${position} in block ${block} of the batch`);
  }
  return {
    block,
    previousBlockHash,
    headerCell: cells[0] ?? 0n,
    position,
    cell,
    cellSiblings: pathOf(leaves, position, compress),
    blockSiblings: pathOf(blocksRootLeaves(hashes), block, compress),
  };
}

/**
 * Checks a receipt against what its batch says on L1. Throws `crypto/bad-receipt`.
 *
 * @example const { timestamp, words } = checkReceipt(receipt, header);
 */
export function checkReceipt(
  receipt: ReceiptPath,
  claim: ReceiptClaim,
  compress: Compress = pureCompress,
): ReceiptContent {
  const { block, position, cell, previousBlockHash, cellSiblings, blockSiblings } = receipt;
  const elements = [previousBlockHash, ...cellSiblings.flat(), ...blockSiblings.flat()];
  requireReceipt(elements.every(isField), "a value is not a field element");
  requireReceipt(cell >= 0n && cell >> BigInt(CELL_BITS) === 0n, "the cell has more than 26 bytes");
  const header = headerOf(receipt.headerCell);
  const levels = Math.log2(header.slots) / Math.log2(TREE_ARITY);
  requireReceipt(cellSiblings.length === levels, `${cellSiblings.length} levels above the cell, expected ${levels}`);
  requireReceipt(blockSiblings.length === BLOCK_LEVELS, `${blockSiblings.length} levels above the block`);
  requireReceipt(isPosition(position, header.slots), `no cell ${position} in a block of ${header.slots} slots`);
  requireReceipt(isPosition(block, Number(claim.lastBlock - claim.firstBlock) + 1), `no block ${block} in the batch`);
  const blockNumber = claim.firstBlock + BigInt(block);
  const root = climb(cell, position, cellSiblings, compress);
  const hash = compress(previousBlockHash, root, receipt.headerCell, blockNumber);
  const reached = climb(hash, block, blockSiblings, compress);
  requireReceipt(reached === claim.blocksRoot, "the path does not lead to the blocks root");
  const words = [cell >> BigInt(WORD_BITS), BigInt.asUintN(WORD_BITS, cell)].map((word, i) => {
    const slot = 2 * position + i;
    return { slot, word, isL1Operation: slot < header.l1Count };
  });
  return { blockNumber, timestamp: header.timestamp, words: position < header.slots / 2 ? words : null };
}

function pathOf(leaves: readonly bigint[], position: number, compress: Compress): ReceiptSiblings[] {
  const siblings: ReceiptSiblings[] = [];
  let [level, at] = [leaves, position];
  while (level.length > 1) {
    const start = at - (at % TREE_ARITY);
    const [x = 0n, y = 0n, z = 0n] = level.slice(start, start + TREE_ARITY).filter((_, i) => start + i !== at);
    siblings.push([x, y, z]);
    level = Array.from({ length: level.length / TREE_ARITY }, (_, i) => {
      const [a = 0n, b = 0n, c = 0n, d = 0n] = level.slice(TREE_ARITY * i, TREE_ARITY * (i + 1));
      return compress(a, b, c, d);
    });
    at = Math.floor(at / TREE_ARITY);
  }
  return siblings;
}

function climb(leaf: bigint, position: number, siblings: readonly ReceiptSiblings[], compress: Compress): bigint {
  let at = position;
  return siblings.reduce((node, others) => {
    const family = [...others];
    family.splice(at % TREE_ARITY, 0, node);
    at = Math.floor(at / TREE_ARITY);
    const [a = 0n, b = 0n, c = 0n, d = 0n] = family;
    return compress(a, b, c, d);
  }, leaf);
}

function headerOf(cell: bigint): ReturnType<typeof decodeHeaderCell> {
  try {
    return decodeHeaderCell(cell);
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw badReceipt(`no header cell: ${cause.message}`, cause);
  }
}

function isPosition(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}

function requireReceipt(condition: boolean, reason: string): asserts condition {
  if (!condition) throw badReceipt(reason);
}

function badReceipt(reason: string, cause?: unknown): CairnError<CryptoErrorCode> {
  return new CairnError("crypto/bad-receipt", `receipt: ${reason}`, { cause });
}
