import { blocksRoot, type Chains, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import {
  type BatchPayout,
  type BlockSeal,
  type Db,
  findBlock,
  loadBatchPayouts,
  loadBlocks,
  loadQueueEntries,
  type QueueEntry,
  type StoredBlock,
  type StoredPayout,
} from "@cairn/db";
import {
  type BatchHeader,
  batchInputs,
  bindBatch,
  blockRows,
  bytesToCells,
  CairnError,
  type ChainState,
  type Claim,
  calldataCommitment,
  cellsToBytes,
  type Domain,
  decodeHeaderCell,
  encodeBatchHeader,
  isSameBytes,
  type L1Operation,
  type Payout,
  type PointFields,
  payoutListHash,
  ROW_CELLS,
  tokenId,
} from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/** The blocks of a batch, lowest first, with their L1 operations and payouts in order. */
export interface BatchContent {
  readonly blocks: readonly StoredBlock[];
  /** Before the first block. */
  readonly chainsBefore: Chains;
  /** Queue entries in the places that the blocks consumed, as they are stored now. */
  readonly queueEntries: readonly QueueEntry[];
  readonly payouts: readonly StoredPayout[];
}

/** The same, as loaded for a batch: each payout with its place in the batch's list. */
export interface LoadedContent extends BatchContent {
  readonly payouts: readonly BatchPayout[];
}

/** How the cells of a batch get to L1, and who submits it. */
export type Submission = Pick<PointFields, "submitter" | "dataSource" | "dataCommitment">;

/** What the last proof of a batch states. */
export interface BatchStatement {
  /** z, which identifies the batch with its content, its submitter and its data source. */
  readonly point: bigint;
  /** As the verifier gets them. */
  readonly publicInputs: readonly bigint[];
}

/** Reads consecutive blocks; null unless all of them, and the one before them, are stored. */
export async function loadBatchContent(
  db: Db,
  range: { readonly firstBlock: number; readonly lastBlock: number },
): Promise<LoadedContent | null> {
  const { firstBlock, lastBlock } = range;
  const blocks = await loadBlocks(db, firstBlock, lastBlock);
  const chainsBefore = firstBlock === 1 ? GENESIS_CHAINS : (await findBlock(db, firstBlock - 1))?.seal?.chains;
  const [first, count] = [blocks[0], blocks.reduce((sum, block) => sum + block.l1OperationCount, 0)];
  if (first === undefined || blocks.length !== lastBlock - firstBlock + 1 || chainsBefore === undefined) return null;
  return {
    blocks,
    chainsBefore,
    queueEntries: count === 0 ? [] : await loadQueueEntries(db, first.firstQueueIndex, count),
    payouts: await loadBatchPayouts(db, range),
  };
}

/** Cells of sealed blocks one after another, whole rows. Throws `node/unavailable` for a block that is not sealed. */
export function cellsOf(blocks: readonly StoredBlock[]): bigint[] {
  return blocks.flatMap((block) => {
    const cells = bytesToCells(sealOf(block).cells);
    const { slots, extraCount } = decodeHeaderCell(cells[0] ?? 0n);
    return Array.from({ length: blockRows(slots, extraCount) * ROW_CELLS }, (_, i) => cells[i] ?? 0n);
  });
}

/** Cells in calldata: what is sent, and what commits to it. Throws as {@link cellsOf}. */
export function calldataOf(blocks: readonly StoredBlock[]): {
  readonly data: Uint8Array;
  readonly commitment: Uint8Array;
} {
  const data = cellsToBytes(cellsOf(blocks));
  return { data, commitment: calldataCommitment(data) };
}

/** Whether the stored queue still holds what the blocks consumed: a reorg of L1 changes it, and then they are rebuilt. */
export function isQueueUnchanged({ blocks, queueEntries }: Pick<BatchContent, "blocks" | "queueEntries">): boolean {
  const count = blocks.reduce((sum, block) => sum + block.l1OperationCount, 0);
  const [last, entry] = [blocks.at(-1), queueEntries.at(-1)];
  if (queueEntries.length !== count) return false;
  return entry === undefined || (last !== undefined && isSameBytes(entry.hashAfter, last.queueHashAfter));
}

/** L1 operations that the blocks consumed. Throws `node/unavailable` unless {@link isQueueUnchanged}. */
export function l1OperationsOf(content: Pick<BatchContent, "blocks" | "queueEntries">): L1Operation[] {
  if (isQueueUnchanged(content)) return content.queueEntries.map(({ operation }) => operation);
  throw unavailable(`the L1 queue has changed under block ${content.blocks.at(-1)?.number}`);
}

/** What the blocks of a batch claim together. Throws `node/unavailable` for a block that is not sealed. */
export function claimOf(
  { blocks, chainsBefore }: Pick<BatchContent, "blocks" | "chainsBefore">,
  domain: Domain,
): Claim {
  const { first, last } = endsOf(blocks);
  const [before, after] = [sealOf(first), sealOf(last)];
  const state = (root: bigint, nextIndex: number, chains: Chains): ChainState => {
    return { root, nextIndex, history: historyOf(chains) };
  };
  return {
    domain,
    firstBlock: BigInt(first.number),
    lastBlock: BigInt(last.number),
    firstTimestamp: BigInt(first.timestamp),
    lastTimestamp: BigInt(last.timestamp),
    before: state(before.oldRoot, before.oldNextIndex, chainsBefore),
    after: state(after.newRoot, after.newNextIndex, after.chains),
  };
}

/** Header of a batch of stored blocks. Throws `node/unavailable` for a block that is not sealed. */
export function headerOf(
  { blocks }: Pick<BatchContent, "blocks">,
  how: Pick<BatchHeader, "circuit" | "dataSource">,
): BatchHeader {
  const { first, last } = endsOf(blocks);
  const { newRoot, newNextIndex, chains } = sealOf(last);
  return {
    circuit: how.circuit,
    dataSource: how.dataSource,
    firstBlock: BigInt(first.number),
    lastBlock: BigInt(last.number),
    firstTimestamp: BigInt(first.timestamp),
    lastTimestamp: BigInt(last.timestamp),
    newNextIndex,
    oldRoot: sealOf(first).oldRoot,
    newRoot,
    newHistory: historyOf(chains),
    blocksRoot: blocksRootOf(blocks),
  };
}

/**
 * What the last proof of a batch of stored blocks states. Throws `node/unavailable` for a block that is not sealed or a queue
 * that has changed, and as `bindBatch`.
 */
export function statementOf(content: BatchContent, domain: Domain, submission: Submission): BatchStatement {
  const { blocks } = content;
  const claim = claimOf(content, domain);
  const payouts = content.payouts.map(toPayout);
  const fields: PointFields = {
    claim,
    ...submission,
    blocksRoot: blocksRootOf(blocks),
    queueHash: endsOf(blocks).last.queueHashAfter,
    payoutsHash: payoutListHash(payouts),
  };
  const binding = bindBatch(fields, { cells: cellsOf(blocks), l1Operations: l1OperationsOf(content), payouts });
  return { point: binding.point, publicInputs: batchInputs(claim, binding) };
}

/**
 * Whether stored blocks are those of a batch that L1 accepted. How it was proven, where its data are and who submitted it does
 * not matter: anyone may submit these blocks.
 */
export function isAcceptedBatch(
  content: Pick<BatchContent, "blocks" | "payouts">,
  { header, payoutsHash }: { readonly header: BatchHeader; readonly payoutsHash: Uint8Array },
): boolean {
  if (content.blocks.length === 0 || content.blocks.some(({ seal }) => seal === null)) return false;
  const own = headerOf(content, header);
  // The history commits to the payouts too: with the same one, their list cannot be too long to be hashed.
  return (
    isSameBytes(encodeBatchHeader(own), encodeBatchHeader(header)) &&
    isSameBytes(payoutListHash(content.payouts.map(toPayout)), payoutsHash)
  );
}

/**
 * Times of the first and of the last block, in seconds: L1 refuses a batch whose first block is too old, and one whose last
 * block is of its future.
 */
export function timesOf({ blocks }: Pick<BatchContent, "blocks">): { readonly first: number; readonly last: number } {
  const times = blocks.map(({ timestamp }) => timestamp);
  return { first: Math.min(...times), last: Math.max(...times) };
}

/** A stored payout as the protocol has it. */
export function toPayout({ recipient, tokenId: token, amount }: StoredPayout): Payout {
  return { recipient, tokenId: tokenId(token), amount };
}

function blocksRootOf(blocks: readonly StoredBlock[]): bigint {
  return blocksRoot(blocks.map((block) => sealOf(block).chains.blocks));
}

function endsOf(blocks: readonly StoredBlock[]): { readonly first: StoredBlock; readonly last: StoredBlock } {
  const [first, last] = [blocks.at(0), blocks.at(-1)];
  if (first === undefined || last === undefined) throw unavailable("a batch has no blocks");
  return { first, last };
}

function sealOf({ seal, number }: StoredBlock): BlockSeal {
  if (seal === null) throw unavailable(`block ${number} is not ready for L1`);
  return seal;
}

function unavailable(reason: string): CairnError<NodeErrorCode> {
  return new CairnError("node/unavailable", reason);
}
