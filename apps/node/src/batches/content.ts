import { batchCommitment, publicInputFields } from "@cairn/contracts";
import {
  type BatchPayout,
  type Db,
  loadBatchPayouts,
  loadBlocks,
  type StoredBlock,
  type StoredPayout,
} from "@cairn/db";
import {
  type BatchHeader,
  CairnError,
  CIRCUIT_TYPE,
  type Domain,
  dataHash,
  type Payout,
  payoutsHash,
  publicInput,
  tokenId,
} from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/** The blocks of a batch, lowest first, and its payouts in the order of its list. */
export interface BatchContent {
  readonly blocks: readonly StoredBlock[];
  readonly payouts: readonly StoredPayout[];
}

/** The same, as loaded for a batch: each payout with its place in the batch's list. */
export interface LoadedContent extends BatchContent {
  readonly payouts: readonly BatchPayout[];
}

/** A batch as L1 gets it. */
export interface DescribedBatch {
  readonly header: BatchHeader;
  /** Published data without trailing zeros. */
  readonly data: Uint8Array;
}

/** Reads consecutive blocks; null unless all of them are stored. */
export async function loadBatchContent(
  db: Db,
  range: { readonly firstBlock: number; readonly lastBlock: number },
): Promise<LoadedContent | null> {
  const blocks = await loadBlocks(db, range.firstBlock, range.lastBlock);
  if (blocks.length !== range.lastBlock - range.firstBlock + 1) return null;
  return { blocks, payouts: await loadBatchPayouts(db, range) };
}

/**
 * Header and data of a batch of stored blocks. Throws `node/unavailable` for a block that is not sealed,
 * `node/unsupported-batch` unless it is a single one: the contract of version 1 takes no others.
 */
export function describeBatch({ blocks, payouts }: BatchContent): DescribedBatch {
  const [block, ...more] = blocks;
  if (block === undefined || more.length > 0) {
    const problem = `the contract takes batches of one block, not of ${blocks.length}`;
    throw new CairnError<NodeErrorCode>("node/unsupported-batch", problem);
  }
  if (block.seal === null) {
    throw new CairnError<NodeErrorCode>("node/unavailable", `block ${block.number} is not ready for L1`);
  }
  const { oldRoot, newRoot, newNextIndex, txRoot, data } = block.seal;
  const header: BatchHeader = {
    slots: block.slotCount,
    firstBlock: BigInt(block.number),
    lastBlock: BigInt(block.number),
    timestamp: BigInt(block.timestamp),
    oldRoot,
    newRoot,
    newNextIndex,
    l1OperationCount: block.l1OperationCount,
    payoutsHash: payoutsHash(block.slotCount, payouts.map(toPayout)),
    txRoot,
  };
  return { header, data };
}

/**
 * What the last proof of a batch of stored blocks is about, and the circuit whose verifier accepts it. Throws as {@link
 * describeBatch}.
 */
export function statementOf(
  content: BatchContent,
  domain: Domain,
): { readonly circuitType: number; readonly publicInput: bigint } {
  const { header, data } = describeBatch(content);
  const [first, last] = [content.blocks.at(0), content.blocks.at(-1)];
  if (first?.seal == null || last === undefined) throw new TypeError("a described batch has sealed blocks");
  const { oldNextIndex } = first.seal;
  const context = { domain, oldNextIndex, queueHashBefore: first.queueHashBefore, queueHashAfter: last.queueHashAfter };
  return {
    circuitType: CIRCUIT_TYPE[header.slots],
    publicInput: publicInput(publicInputFields(header, data, context)),
  };
}

/** Whether stored blocks are exactly what L1 accepted as one batch. */
export function isAcceptedBatch(
  content: BatchContent,
  accepted: { readonly header: BatchHeader; readonly dataHash: Uint8Array },
): boolean {
  // L1 commits to all blocks of a batch at once; a header of version 1 can only describe one.
  if (content.blocks.length !== 1 || content.blocks.some(({ seal }) => seal === null)) return false;
  const { header, data } = describeBatch(content);
  return batchCommitment({ header, dataHash: dataHash(header.slots, data) }) === batchCommitment(accepted);
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
