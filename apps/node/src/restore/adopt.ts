import { type Compress, chainsAfter, historyOf } from "@cairn/crypto";
import {
  type AcceptedBatch,
  addTransactionEvents,
  applySettlements,
  type BlockOpening,
  type BlockSeal,
  type Db,
  findBlock,
  findOpenTransactionsOf,
  insertFeeCredits,
  insertForeignBatch,
  insertForeignBlock,
  insertForeignTransactions,
  insertL1Outcomes,
  loadQueueEntries,
  markBatchAccepted,
  type QueueEntry,
  type StoredBlock,
  type StoredTransaction,
  upsertTransactions,
} from "@cairn/db";
import {
  type BlockData,
  bindingPoint,
  blockNumber,
  bytesToCells,
  CairnError,
  cellsToBytes,
  type Domain,
  decodeFloat16,
  encodeSlotWord,
  isCairnError,
  type L1Operation,
  type PublishedBlock,
  type PublishedSlot,
  readBatchCells,
  slotExtra,
} from "@cairn/protocol";
import {
  type BatchOnL1,
  type ChainPosition,
  followBatch,
  genesisPosition,
  publishedSlot,
  type ReplayedBlock,
  replayBatch,
  replayBlock,
} from "@cairn/vm";
import type { NodeErrorCode } from "../errors.ts";
import { feeCreditsOf, foreignTransactionsOf, outcomesOf, payoutsOf } from "../sequencer/block-records.ts";
import type { StateKeeper } from "../sequencer/state-keeper.ts";

/** What adoption works on; nothing else may change it meanwhile. */
export interface AdoptionTarget {
  readonly db: Db;
  readonly keeper: StateKeeper;
  readonly domain: Domain;
  readonly compress: Compress;
  readonly nowMs: () => number;
}

/** What L1 holds of a batch that is not stored here. */
type ForeignBatch = AcceptedBatch & { readonly content: NonNullable<AcceptedBatch["content"]> };

/** A block of an accepted batch, as it is stored here, and what it published and did. */
interface AdoptedBlock {
  readonly opening: BlockOpening;
  readonly seal: BlockSeal;
  readonly data: BlockData;
  readonly replayed: ReplayedBlock;
  readonly operations: readonly L1Operation[];
}

/**
 * Takes over the blocks of a batch that others made and L1 accepted: rolls the state back to the block before them,
 * replays what the batch published, and stores the blocks. This node's transactions among them count as confirmed.
 * Precondition: no block from the batch's first on is stored. Throws `node/l1-diverged` when the data on L1 does not
 * lead to the proven history and root, `node/state-diverged`, `state/beyond-retention`.
 */
export async function adoptBatch(target: AdoptionTarget, accepted: AcceptedBatch): Promise<void> {
  const { db, keeper, compress, domain, nowMs } = target;
  const { number: batchNumber, header, firstBlock, lastBlock, content } = accepted;
  if (header.firstBlock !== BigInt(firstBlock) || header.lastBlock !== BigInt(lastBlock)) {
    throw diverged(`batch ${batchNumber}`, `its header does not describe blocks ${firstBlock} to ${lastBlock}`);
  }
  if (keeper.blockNumber() >= firstBlock) await keeper.rollbackTo(blockNumber(firstBlock - 1));
  if (content === null || keeper.root() !== header.oldRoot || keeper.blockNumber() !== firstBlock - 1) {
    throw new CairnError<NodeErrorCode>(
      "node/state-diverged",
      `batch ${batchNumber} does not follow the stored block ${keeper.blockNumber()}`,
    );
  }
  const before = await positionBefore(db, keeper, accepted);
  const { blocks, position } = await replayAccepted(target, before, { ...accepted, content });
  const stateOf = ({ root, nextIndex, chains }: ChainPosition) => {
    return { root, nextIndex, history: historyOf(chains, compress) };
  };
  const { firstTimestamp, lastTimestamp, blocksRoot, circuit, dataSource } = header;
  const { submitter, dataCommitment, payoutsHash, l1Transaction, l1Block, l1BlockHash } = accepted;
  const range = { firstBlock: header.firstBlock, lastBlock: header.lastBlock, firstTimestamp, lastTimestamp };
  const point = bindingPoint({
    claim: { domain, ...range, before: stateOf(before), after: stateOf(position) },
    blocksRoot,
    submitter,
    dataSource,
    dataCommitment,
    queueHash: position.queueHash,
    payoutsHash,
  });
  const atMs = accepted.l1Timestamp * 1000;
  await db.transaction().execute(async (transaction) => {
    for (const block of blocks) await storeAdopted(transaction, block, nowMs());
    const about = { circuit, dataSource, submitter, dataCommitment, point, closedAtMs: atMs };
    await insertForeignBatch(transaction, { firstBlock, lastBlock, ...about });
    const acceptance = { number: batchNumber, l1Transaction, l1Block, l1BlockHash, atMs };
    await markBatchAccepted(transaction, firstBlock, acceptance);
    await applySettlements(transaction, batchNumber);
  });
}

/**
 * Checks a batch against the chain before it, executes its blocks, and applies them to the state one after another; the roots
 * between them, which L1 does not know, are those of the tree.
 */
async function replayAccepted(
  { db, keeper, compress }: AdoptionTarget,
  before: ChainPosition,
  accepted: ForeignBatch,
): Promise<{ readonly blocks: readonly AdoptedBlock[]; readonly position: ChainPosition }> {
  const { number, header, payoutsHash } = accepted;
  const what = `batch ${number}`;
  const cells = bytesToCells(accepted.content.cells);
  const consumed = asNodeError(what, () => countL1Operations(cells, accepted));
  const entries = consumed === 0 ? [] : await loadQueueEntries(db, before.queuePosition, consumed);
  const batch: BatchOnL1 = {
    number,
    header,
    cells,
    l1Operations: entries.map(({ operation }) => operation),
    payouts: accepted.content.payouts,
    payoutsHash,
    queueHash: entries.at(-1)?.hashAfter ?? before.queueHash,
  };
  const { position, blocks, replayed } = asNodeError(what, () => {
    const followed = followBatch(before, batch, compress);
    return { ...followed, replayed: replayBatch(keeper, batch, followed.blocks).blocks };
  });
  const adopted: AdoptedBlock[] = [];
  let at: BlockStart = { ...before, entries };
  for (const [i, read] of blocks.entries()) {
    const done = replayed[i];
    if (done === undefined) throw diverged(what, "a block was not executed");
    const isLast = i === blocks.length - 1;
    const oldRoot = keeper.root();
    const newRoot = await applyChecked(keeper, what, at.block + 1, done, isLast ? header.newRoot : null);
    const next = describeBlock(at, read, done, { oldRoot, newRoot, atMs: accepted.l1Timestamp * 1000 }, compress);
    adopted.push(next.block);
    at = next.end;
  }
  return { blocks: adopted, position };
}

/** How many queue entries the blocks of a batch consumed by their header cells. Throws as `readBatchCells`. */
function countL1Operations(cells: readonly bigint[], { firstBlock, lastBlock }: ForeignBatch): number {
  return readBatchCells(cells, lastBlock - firstBlock + 1).reduce((sum, { data }) => sum + data.l1Count, 0);
}

/** Where a block of a batch begins. */
interface BlockStart extends Pick<ChainPosition, "block" | "chains" | "queuePosition" | "queueHash"> {
  /** Queue entries that it and the blocks after it consume. */
  readonly entries: readonly QueueEntry[];
}

/** A block as it is stored, and where the next one begins. */
function describeBlock(
  start: BlockStart,
  { slotCount, data, cells }: PublishedBlock,
  replayed: ReplayedBlock,
  { oldRoot, newRoot, atMs }: { readonly oldRoot: bigint; readonly newRoot: bigint; readonly atMs: number },
  compress: Compress,
): { readonly block: AdoptedBlock; readonly end: BlockStart } {
  const number = blockNumber(start.block + 1);
  const consumed = start.entries.slice(0, data.l1Count);
  const l1Operations = consumed.map(({ operation }) => operation);
  const chained = { number: BigInt(number), cells, l1Operations, payouts: replayed.payouts };
  const end: BlockStart = {
    block: number,
    chains: chainsAfter(start.chains, chained, compress),
    queuePosition: start.queuePosition + data.l1Count,
    queueHash: consumed.at(-1)?.hashAfter ?? start.queueHash,
    entries: start.entries.slice(data.l1Count),
  };
  const opening: BlockOpening = {
    number,
    timestamp: Number(data.timestamp),
    slotCount,
    feeAccounts: data.feeIndices.filter((index) => index !== 0),
    firstQueueIndex: start.queuePosition,
    l1OperationCount: data.l1Count,
    queueHashAfter: end.queueHash,
    openedAtMs: atMs,
  };
  const seal: BlockSeal = {
    oldRoot,
    oldNextIndex: replayed.oldNextIndex,
    newRoot,
    newNextIndex: replayed.newNextIndex,
    cells: cellsToBytes(cells),
    chains: end.chains,
    transactionCount: data.slots.filter(({ type }) => type !== "nothing").length,
    sealedAtMs: atMs,
  };
  return { block: { opening, seal, data, replayed, operations: l1Operations }, end };
}

/** Stores a block with everything it did; this node's transactions first, to which its payouts belong. */
async function storeAdopted(db: Db, block: AdoptedBlock, nowMs: number): Promise<void> {
  const { opening, seal, data, replayed, operations } = block;
  const included = await confirmIncluded(db, block, nowMs);
  const slots = new Set(included.flatMap(({ inclusion }) => inclusion?.slot ?? []));
  await insertForeignBlock(db, { opening, seal, payouts: payoutsOf(replayed.effects) });
  await insertL1Outcomes(db, opening.number, outcomesOf(operations, replayed.l1Outcomes));
  await insertFeeCredits(db, opening.number, feeCreditsOf(replayed.feeCredits));
  await insertForeignTransactions(db, opening.number, foreignTransactionsOf(data, replayed, slots));
}

async function confirmIncluded(
  db: Db,
  { opening: { number }, data, replayed }: AdoptedBlock,
  atMs: number,
): Promise<StoredTransaction[]> {
  const included = await findIncluded(db, number, data, replayed);
  await upsertTransactions(db, included);
  await addTransactionEvents(
    db,
    included.map(({ id }) => ({
      transactionId: id,
      atMs,
      type: "adopted",
      details: { block: number, reason: "a batch made by others holds it" },
    })),
  );
  return included;
}

/** Executes a stored block that others made once more. Throws as {@link adoptBatch}, `node/unavailable`. */
export async function replayForeignBlock(db: Db, keeper: StateKeeper, block: StoredBlock): Promise<void> {
  const { number, firstQueueIndex, l1OperationCount, seal } = block;
  if (seal === null) throw new CairnError<NodeErrorCode>("node/unavailable", `block ${number} is not sealed`);
  const entries = await loadQueueEntries(db, firstQueueIndex, l1OperationCount);
  const what = `block ${number}`;
  const replayed = asNodeError(what, () => {
    const [read] = readBatchCells(bytesToCells(seal.cells), 1);
    if (read === undefined) throw diverged(what, "it has no cells");
    const l1Operations = entries.map(({ operation }) => operation);
    return replayBlock({ state: keeper, data: read.data, l1Operations });
  });
  await applyChecked(keeper, what, number, replayed, seal.newRoot);
}

/** The position of the chain before a batch. */
async function positionBefore(
  db: Db,
  keeper: StateKeeper,
  { number, firstBlock }: AcceptedBatch,
): Promise<ChainPosition> {
  if (firstBlock === 1) return { ...genesisPosition(keeper.root()), batch: number - 1 };
  const previous = await findBlock(db, firstBlock - 1);
  const chains = previous?.seal?.chains;
  if (previous === undefined || chains === undefined) {
    throw new CairnError<NodeErrorCode>("node/state-diverged", `block ${firstBlock - 1} is missing in the database`);
  }
  return {
    batch: number - 1,
    block: previous.number,
    timestamp: BigInt(previous.timestamp),
    root: keeper.root(),
    nextIndex: keeper.nextIndex(),
    chains,
    queuePosition: previous.firstQueueIndex + previous.l1OperationCount,
    queueHash: previous.queueHashAfter,
  };
}

function asNodeError<Result>(what: string, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    // Other errors, such as those of reading the state, say nothing about the batch.
    if (!isCairnError(cause) || !/^(?:vm|protocol)\//.test(cause.code)) throw cause;
    throw diverged(what, cause.message, cause);
  }
}

/** Applies a block to the state and returns the root after it, which must be the expected one if there is one. */
async function applyChecked(
  keeper: StateKeeper,
  what: string,
  block: number,
  { updates, newNextIndex }: ReplayedBlock,
  expectedRoot: bigint | null,
): Promise<bigint> {
  const options = expectedRoot === null ? {} : { expectedRoot };
  try {
    return await keeper.applyBlock(blockNumber(block), updates, newNextIndex, options);
  } catch (cause) {
    if (isCairnError(cause, "state/io")) throw cause;
    throw diverged(what, "its data leads to another root", cause);
  }
}

/**
 * This node's transactions in a block: only their signer can have used these nonces for the same content. Of several
 * with one nonce, the slot shows which one ran; of several that it cannot distinguish, the one that was still waiting
 * counts, or the last.
 */
async function findIncluded(
  db: Db,
  blockNumber: number,
  { slots }: BlockData,
  { effects }: ReplayedBlock,
): Promise<StoredTransaction[]> {
  const senders = slots.flatMap((slot) => (slot.type === "nothing" ? [] : [slot.from]));
  const candidates = Map.groupBy(await findOpenTransactionsOf(db, senders), ({ signed }) => keyOf(signed.transaction));
  return slots.flatMap((slot, position): StoredTransaction[] => {
    const effect = effects[position];
    if (slot.type === "nothing" || effect === undefined) return [];
    const rows = candidates.get(keyOf({ from: slot.from, nonce: effect.a.before.nonce })) ?? [];
    const alike = rows.filter(({ signed }) => isSameSlot(publishedSlot(signed.transaction), slot));
    const row = alike.find(({ status }) => status === "received") ?? alike.at(-1);
    if (row === undefined) return [];
    const { amount, created } = effect;
    const fee = decodeFloat16(slot.fee);
    return [
      {
        ...row,
        fromOwner: effect.a.before.owner,
        status: "confirmed",
        inclusion: { blockNumber, slot: position },
        amount,
        fee,
        createdIndex: created,
        rejection: null,
      },
    ];
  });
}

function keyOf({ from, nonce }: { readonly from: number; readonly nonce: number }): string {
  return `${from}:${nonce}`;
}

/** Whether two transactions publish the same. */
function isSameSlot(a: PublishedSlot, b: PublishedSlot): boolean {
  if (encodeSlotWord(a) !== encodeSlotWord(b)) return false;
  const [one, other] = [slotExtra(a), slotExtra(b)];
  return one?.owner === other?.owner && one?.key === other?.key;
}

function diverged(what: string, reason: string, cause?: unknown): CairnError<NodeErrorCode> {
  return new CairnError("node/l1-diverged", `${what} of L1 cannot be adopted: ${reason}`, { cause });
}
