import {
  blocksRoot,
  type Chains,
  type Compress,
  chainsAfter,
  extendChain,
  GENESIS_CHAINS,
  historyOf,
} from "@cairn/crypto";
import {
  type BatchHeader,
  CairnError,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  encodePayoutList,
  FIRST_ACCOUNT_INDEX,
  isCairnError,
  isSameBytes,
  type L1Operation,
  l1Entry,
  MAX_ACCOUNTS,
  MAX_BATCH_BLOCKS,
  nextQueueHash,
  type Payout,
  type PublishedBlock,
  payoutEntry,
  payoutListHash,
  readBatchCells,
} from "@cairn/protocol";
import type { VmErrorCode } from "./errors.ts";
import { type ReplayedBlock, replayBlock } from "./replay.ts";
import { createOverlay, netUpdates, type StateReader, type WorkingState } from "./state.ts";

/** An accepted batch as L1, a blob or an archive shows it: with its predecessors it determines the state. */
export interface BatchOnL1 {
  /** As counted by the contract, from 1 on. */
  readonly number: number;
  readonly header: BatchHeader;
  /** Those behind the last block may be left out. */
  readonly cells: readonly bigint[];
  /** Queue entries that its blocks consumed, in order. */
  readonly l1Operations: readonly L1Operation[];
  /** What its blocks pay, in order. */
  readonly payouts: readonly Payout[];
  /** keccak256 of the payout list by L1's event, 32 bytes. */
  readonly payoutsHash: Uint8Array;
  /** Rolling queue hash after the batch by L1, 32 bytes. */
  readonly queueHash: Uint8Array;
}

/** Where the chain of batches stands after one of them (spec 9.2). */
export interface ChainPosition {
  readonly batch: number;
  /** Last L2 block. */
  readonly block: number;
  /** Of the last block, seconds. */
  readonly timestamp: bigint;
  readonly root: bigint;
  readonly nextIndex: number;
  readonly chains: Chains;
  /** Queue entries consumed so far. */
  readonly queuePosition: number;
  /** Rolling hash after them, 32 bytes. */
  readonly queueHash: Uint8Array;
}

/** What is wrong with a batch; `details.check` of `vm/batch-mismatch`. */
export type BatchCheck =
  | "number"
  | "block"
  | "timestamp"
  | "oldRoot"
  | "nextIndex"
  | "cells"
  | "l1Operations"
  | "queueHash"
  | "payoutsHash"
  | "history"
  | "blocksRoot"
  | "payouts";

/** A batch that follows from its predecessors. */
export interface FollowedBatch {
  readonly position: ChainPosition;
  readonly blocks: readonly PublishedBlock[];
}

/** The blocks of a batch, executed again. */
export interface ReplayedBatch {
  readonly blocks: readonly ReplayedBlock[];
  /** Accounts that differ from those before the batch. */
  readonly updates: ReplayedBlock["updates"];
  readonly newNextIndex: number;
}

/**
 * The position before the first batch; `root` is that of the empty tree.
 *
 * @example const genesis = genesisPosition(genesisRoot(compress));
 */
export function genesisPosition(root: bigint): ChainPosition {
  return {
    batch: 0,
    block: 0,
    timestamp: 0n,
    root,
    nextIndex: FIRST_ACCOUNT_INDEX,
    chains: GENESIS_CHAINS,
    queuePosition: 0,
    queueHash: EMPTY_QUEUE_HASH,
  };
}

/**
 * The position after one more batch, without a look at the state (spec 10.3): its cells, queue entries and payouts are
 * those that lead to the history in its header, wherever they came from. Whether that header is the one L1 accepted is for
 * the caller to ask, as is the data commitment. {@link replayBatch} checks what the blocks do to the state, and the tree
 * that they lead to `position.root`. Throws `vm/batch-mismatch`.
 *
 * @example const { position, blocks } = followBatch(genesisPosition(root), batch, compress);
 */
export function followBatch(before: ChainPosition, batch: BatchOnL1, compress: Compress): FollowedBatch {
  const { number, header, l1Operations, payouts } = batch;
  const require = (condition: boolean, check: BatchCheck, problem: string): void => {
    if (!condition) throw mismatch(number, check, problem);
  };
  require(number === before.batch + 1, "number", `comes after batch ${before.batch}`);
  require(header.firstBlock === BigInt(before.block) + 1n, "block", `does not begin with block ${before.block + 1}`);
  const blockCount = Number(header.lastBlock - header.firstBlock) + 1;
  require(blockCount >= 1 && blockCount <= MAX_BATCH_BLOCKS, "block", `has ${blockCount} blocks`);
  require(header.oldRoot === before.root, "oldRoot", "starts from another root than its predecessor ends with");
  const isInTree = header.newNextIndex >= before.nextIndex && header.newNextIndex <= MAX_ACCOUNTS;
  require(isInTree, "nextIndex", `goes from next index ${before.nextIndex} to ${header.newNextIndex}`);
  const blocks = readBlocks(batch, blockCount, before.timestamp);
  const [first, last] = [blocks[0]?.data.timestamp, blocks.at(-1)?.data.timestamp];
  const isInTime = first === header.firstTimestamp && last === header.lastTimestamp;
  require(isInTime, "timestamp", "has blocks of other times than its header says");
  const consumed = blocks.reduce((sum, { data }) => sum + data.l1Count, 0);
  const problem = `has ${l1Operations.length} queue entries, its blocks ${consumed}`;
  require(consumed === l1Operations.length, "l1Operations", problem);
  const queueHash = l1Operations.map(encodeL1Operation).reduce(nextQueueHash, before.queueHash);
  require(isSameBytes(queueHash, batch.queueHash), "queueHash", "has queue entries of another hash");
  const isOfHash = isSameBytes(payoutListHash(payouts), batch.payoutsHash);
  require(isOfHash, "payoutsHash", "has payouts of another hash");
  const { chains, hashes } = chainBlocks(before, blocks, batch, compress);
  require(historyOf(chains, compress) === header.newHistory, "history", "leads to another history than its header's");
  require(blocksRoot(hashes, compress) === header.blocksRoot, "blocksRoot", "has blocks of another blocks root");
  return {
    blocks,
    position: {
      batch: number,
      block: Number(header.lastBlock),
      timestamp: header.lastTimestamp,
      root: header.newRoot,
      nextIndex: header.newNextIndex,
      chains,
      queuePosition: before.queuePosition + l1Operations.length,
      queueHash,
    },
  };
}

/**
 * Executes the blocks of a followed batch on the state before it. Throws `vm/invalid-data` when they cannot follow from that
 * state, `vm/batch-mismatch` when they lead to another next index or other payouts than the batch says. Whoever applies
 * `updates` to the tree must compare the root with the header's.
 *
 * @example const { updates } = replayBatch(tree, batch, blocks);
 */
export function replayBatch(
  state: StateReader,
  { number, header, l1Operations, payouts }: BatchOnL1,
  blocks: readonly PublishedBlock[],
): ReplayedBatch {
  const overlay = createOverlay(state);
  let consumed = 0;
  const replayed = blocks.map(({ data }): ReplayedBlock => {
    const operations = l1Operations.slice(consumed, consumed + data.l1Count);
    consumed += data.l1Count;
    const block = replayBlock({ state: overlay, data, l1Operations: operations });
    applyBlock(overlay, block);
    return block;
  });
  const newNextIndex = overlay.nextIndex();
  if (newNextIndex !== header.newNextIndex) {
    throw mismatch(number, "nextIndex", `leads to next index ${newNextIndex}, its header says ${header.newNextIndex}`);
  }
  const owed = replayed.flatMap((block) => block.payouts);
  if (!isSameBytes(encodePayoutList(owed), encodePayoutList(payouts))) {
    throw mismatch(number, "payouts", "owes other payouts than it lists");
  }
  return { blocks: replayed, updates: netUpdates(state, overlay), newNextIndex };
}

/** The cells of each block, with times that do not go back. */
function readBlocks({ number, cells }: BatchOnL1, blockCount: number, minTimestamp: bigint): PublishedBlock[] {
  try {
    return readBatchCells(cells, blockCount, minTimestamp);
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw mismatch(number, "cells", `has data that no blocks have: ${cause.message}`, cause);
  }
}

/** The chains after the batch, and the block hash after each of its blocks. */
function chainBlocks(
  { chains: before, block }: ChainPosition,
  blocks: readonly PublishedBlock[],
  { l1Operations, payouts }: BatchOnL1,
  compress: Compress,
): { readonly chains: Chains; readonly hashes: readonly bigint[] } {
  const hashes: bigint[] = [];
  let published = before;
  for (const [i, { cells }] of blocks.entries()) {
    const number = BigInt(block + 1 + i);
    published = chainsAfter(published, { number, cells, l1Operations: [], payouts: [] }, compress);
    hashes.push(published.blocks);
  }
  // These two chains do not stop at blocks.
  const l1 = extendChain(before.l1, l1Operations.map(l1Entry), compress);
  return {
    chains: { ...published, l1, payouts: extendChain(before.payouts, payouts.map(payoutEntry), compress) },
    hashes,
  };
}

/** Writes what a block changed; new accounts come in the order of their indices. */
function applyBlock(overlay: WorkingState, { updates, oldNextIndex }: ReplayedBlock): void {
  for (const [index, account] of updates) {
    if (index < oldNextIndex) overlay.setAccount(index, account);
    else overlay.createAccount(account);
  }
}

function mismatch(batch: number, check: BatchCheck, problem: string, cause?: unknown): CairnError<VmErrorCode> {
  return new CairnError("vm/batch-mismatch", `batch ${batch} ${problem}`, { details: { batch, check }, cause });
}
