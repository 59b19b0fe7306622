import {
  type BlockSize,
  blockCapacity,
  CairnError,
  type ChainEntry,
  decodeHeaderCell,
  type L1Operation,
  l1Entry,
  MAX_BATCH_BLOCKS,
  type Payout,
  payoutEntry,
  ROW_CELLS,
} from "@cairn/protocol";
import type { CryptoErrorCode } from "./errors.ts";
import { type Compress, compress as pureCompress } from "./poseidon2.ts";
import { treeRoot } from "./tree-root.ts";

/** The four chains that go on from block to block since genesis (spec 3.8). */
export interface Chains {
  /** Over all rows of all blocks. */
  readonly data: bigint;
  /** Over all consumed L1 operations. */
  readonly l1: bigint;
  /** Over all payouts. */
  readonly payouts: bigint;
  /** The last block's hash, which commits to every block before it. */
  readonly blocks: bigint;
}

/** What a block adds to the chains. */
export interface ChainedBlock {
  readonly number: bigint;
  /** Whole rows, the header cell first, as `encodeBlockCells` gives them. */
  readonly cells: readonly bigint[];
  readonly l1Operations: readonly L1Operation[];
  readonly payouts: readonly Payout[];
}

/** The chains before the first block. */
export const GENESIS_CHAINS: Chains = { data: 0n, l1: 0n, payouts: 0n, blocks: 0n };

/**
 * A chain after more entries: acc' = compress(acc, x, y, z) for each.
 *
 * @example extendChain(0n, [[1n, 2n, 3n]]) // compress(0n, 1n, 2n, 3n)
 */
export function extendChain(chain: bigint, entries: readonly ChainEntry[], compress: Compress = pureCompress): bigint {
  return entries.reduce((acc, [x, y, z]) => compress(acc, x, y, z), chain);
}

/**
 * The chains after a block. Throws `protocol/malformed-data` when the first cell is no header cell,
 * `protocol/malformed-record`, `crypto/not-a-field-element`.
 *
 * @example const after = blocks.reduce((chains, block) => chainsAfter(chains, block), GENESIS_CHAINS);
 */
export function chainsAfter(before: Chains, block: ChainedBlock, compress: Compress = pureCompress): Chains {
  return {
    data: extendChain(before.data, rowsOf(block.cells), compress),
    l1: extendChain(before.l1, block.l1Operations.map(l1Entry), compress),
    payouts: extendChain(before.payouts, block.payouts.map(payoutEntry), compress),
    blocks: blockHash(before.blocks, block, compress),
  };
}

/**
 * Hash of a block: compress(hash before, cells root, header cell, number). Throws as {@link chainsAfter}.
 *
 * @example blockHash(GENESIS_CHAINS.blocks, { number: 1n, cells })
 */
export function blockHash(
  previous: bigint,
  { number, cells }: Pick<ChainedBlock, "number" | "cells">,
  compress: Compress = pureCompress,
): bigint {
  return compress(previous, cellsRoot(cells, compress), cells[0] ?? 0n, number);
}

/**
 * Root of the tree over a block's slot cells and the cells of its C extras, unused ones 0. Throws as {@link chainsAfter}.
 *
 * @example cellsRoot(encodeBlockCells(data))
 */
export function cellsRoot(cells: readonly bigint[], compress: Compress = pureCompress): bigint {
  return treeRoot(receiptLeaves(cells), compress);
}

/**
 * The cells under a block's cells root, as many as the block has slots: receipts name them by position. Throws as {@link
 * chainsAfter}.
 *
 * @example receiptLeaves(encodeBlockCells(data)).length // 16 for a block of 16 slots
 */
export function receiptLeaves(cells: readonly bigint[]): bigint[] {
  const { slots } = decodeHeaderCell(cells[0] ?? 0n);
  return Array.from({ length: leafCount(slots) }, (_, i) => cells[1 + i] ?? 0n);
}

/**
 * One field element for all four chains: what a claim and L1 name. See spec 3.8.
 *
 * @example historyOf(GENESIS_CHAINS) // compress(0n, 0n, 0n, 0n)
 */
export function historyOf({ data, l1, payouts, blocks }: Chains, compress: Compress = pureCompress): bigint {
  return compress(data, l1, payouts, blocks);
}

/**
 * Root of the tree over a batch's block hashes, one after each block, 0 behind the last. Throws `crypto/bad-tree-size` for
 * more than 64.
 *
 * @example blocksRoot([after.blocks])
 */
export function blocksRoot(hashes: readonly bigint[], compress: Compress = pureCompress): bigint {
  return treeRoot(blocksRootLeaves(hashes), compress);
}

/** The 64 leaves of {@link blocksRoot}. */
export function blocksRootLeaves(hashes: readonly bigint[]): bigint[] {
  if (hashes.length > MAX_BATCH_BLOCKS) {
    throw new CairnError<CryptoErrorCode>("crypto/bad-tree-size", `${hashes.length} blocks in a batch`);
  }
  return Array.from({ length: MAX_BATCH_BLOCKS }, (_, j) => hashes[j] ?? 0n);
}

function leafCount(slots: BlockSize): number {
  return slots / 2 + 2 * blockCapacity(slots);
}

function rowsOf(cells: readonly bigint[]): ChainEntry[] {
  return Array.from({ length: Math.ceil(cells.length / ROW_CELLS) }, (_, row): ChainEntry => {
    const [x = 0n, y = 0n, z = 0n] = cells.slice(row * ROW_CELLS, (row + 1) * ROW_CELLS);
    return [x, y, z];
  });
}
