import { publicInputFields } from "@cairn/contracts";
import {
  type AcceptedBatch,
  addTransactionEvents,
  applySettlements,
  type BlockOpening,
  type BlockSeal,
  type Db,
  findBlock,
  findOpenTransactionsOf,
  insertBatch,
  insertForeignBlock,
  loadQueueEntries,
  markBatchAccepted,
  type QueueEntry,
  type StoredBlock,
  type StoredTransaction,
  upsertTransactions,
} from "@cairn/db";
import {
  blockNumber,
  CairnError,
  CIRCUIT_TYPE,
  type Domain,
  decodeFloat16,
  decodePublishedData,
  EMPTY_QUEUE_HASH,
  encodeSlot,
  type PublishedData,
  payoutsHash,
  publicInput,
  trimPublishedData,
} from "@cairn/protocol";
import { publishedSlot, type ReplayedBlock, replayPublishedData } from "@cairn/vm";
import { decodeHeaderFields } from "../batch-header.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { StateKeeper } from "../sequencer/state-keeper.ts";

/** What adoption works on; all of it stands still meanwhile. */
export interface AdoptionTarget {
  readonly db: Db;
  readonly keeper: StateKeeper;
  readonly domain: Domain;
  readonly nowMs: () => number;
}

/**
 * Makes a batch that L1 accepted, and that others made, the next block here: replays what it published on the state, which is
 * taken back to the block before, and stores it. The transactions of this node that it holds count as confirmed.
 * Precondition: no block from its number on is stored. Throws `node/l1-diverged` when what L1 shows does not lead to the root
 * that was proven, `node/state-diverged`, `state/beyond-retention`.
 */
export async function adoptBatch(
  { db, keeper, domain, nowMs }: AdoptionTarget,
  accepted: AcceptedBatch,
): Promise<void> {
  const { number: batchNumber, firstBlock, data } = accepted;
  const header = decodeHeaderFields(accepted.header);
  if (keeper.blockNumber() >= firstBlock) await keeper.rollbackTo(blockNumber(firstBlock - 1));
  if (data === null || keeper.root() !== header.oldRoot || keeper.blockNumber() !== firstBlock - 1) {
    throw new CairnError<NodeErrorCode>(
      "node/state-diverged",
      `batch ${batchNumber} does not follow the stored block ${keeper.blockNumber()}`,
    );
  }
  const before = await positionBefore(db, firstBlock);
  const entries = await loadQueueEntries(db, before.queueIndex, header.l1OperationCount);
  const published = readData(accepted, data, header.slots, header.l1OperationCount);
  const replayed = replay(keeper, batchNumber, header.slots, entries, published);
  const isAsProven =
    entries.length === header.l1OperationCount &&
    replayed.newNextIndex === header.newNextIndex &&
    Buffer.compare(payoutsHash(header.slots, replayed.payouts), header.payoutsHash) === 0;
  if (!isAsProven) throw diverged(batchNumber, "its data does not lead to what was proven");
  await applyChecked(keeper, batchNumber, firstBlock, replayed, header.newRoot);

  const atMs = accepted.l1Timestamp * 1000;
  const queueHashAfter = entries.at(-1)?.hashAfter ?? before.queueHash;
  const opening: BlockOpening = {
    number: blockNumber(firstBlock),
    timestamp: Number(header.timestamp),
    slotCount: header.slots,
    feeAccounts: published.feeIndices.filter((index) => index !== 0),
    firstQueueIndex: before.queueIndex,
    l1OperationCount: header.l1OperationCount,
    queueHashBefore: before.queueHash,
    queueHashAfter,
    openedAtMs: atMs,
  };
  const seal: BlockSeal = {
    oldRoot: header.oldRoot,
    oldNextIndex: replayed.oldNextIndex,
    newRoot: header.newRoot,
    newNextIndex: header.newNextIndex,
    txRoot: header.txRoot,
    data: trimPublishedData(data),
    transactionCount: published.slots.filter(({ type }) => type !== "nothing").length,
    sealedAtMs: atMs,
  };
  const context = {
    domain,
    oldNextIndex: replayed.oldNextIndex,
    queueHashBefore: before.queueHash,
    queueHashAfter,
  };
  await db.transaction().execute(async (transaction) => {
    await insertForeignBlock(transaction, { opening, seal, payouts: replayed.payouts });
    await insertBatch(transaction, {
      firstBlock,
      lastBlock: accepted.lastBlock,
      circuitType: CIRCUIT_TYPE[header.slots],
      publicInput: publicInput(publicInputFields(header, data, context)),
    });
    const { l1Transaction, l1Block, l1BlockHash } = accepted;
    await markBatchAccepted(transaction, firstBlock, {
      number: batchNumber,
      l1Transaction,
      l1Block,
      l1BlockHash,
      atMs,
    });
    await applySettlements(transaction, batchNumber);
    const included = await findIncluded(transaction, firstBlock, published, replayed);
    await upsertTransactions(transaction, included);
    await addTransactionEvents(
      transaction,
      included.map(({ id }) => ({
        transactionId: id,
        atMs: nowMs(),
        type: "adopted",
        details: { block: firstBlock, reason: "a batch made by others holds it" },
      })),
    );
  });
}

/** Executes a stored block that others made again. Throws as {@link adoptBatch}. */
export async function replayForeignBlock(db: Db, keeper: StateKeeper, block: StoredBlock): Promise<void> {
  const entries = await loadQueueEntries(db, block.firstQueueIndex, block.l1OperationCount);
  const data = block.seal?.data ?? new Uint8Array();
  const published = decodePublishedData(block.slotCount, data, block.l1OperationCount);
  const replayed = replay(keeper, block.number, block.slotCount, entries, published);
  await keeper.applyBlock(block.number, replayed.updates, replayed.newNextIndex);
}

async function positionBefore(
  db: Db,
  firstBlock: number,
): Promise<{ readonly queueIndex: number; readonly queueHash: Uint8Array }> {
  if (firstBlock === 1) return { queueIndex: 0, queueHash: EMPTY_QUEUE_HASH };
  const previous = await findBlock(db, firstBlock - 1);
  if (previous === undefined) {
    throw new CairnError<NodeErrorCode>("node/state-diverged", `block ${firstBlock - 1} is missing in the database`);
  }
  return { queueIndex: previous.firstQueueIndex + previous.l1OperationCount, queueHash: previous.queueHashAfter };
}

function readData(
  { number }: AcceptedBatch,
  data: Uint8Array,
  slots: StoredBlock["slotCount"],
  l1OperationCount: number,
): PublishedData {
  try {
    return decodePublishedData(slots, data, l1OperationCount);
  } catch (cause) {
    throw diverged(number, "its data cannot be read", cause);
  }
}

function replay(
  keeper: StateKeeper,
  batch: number,
  slotCount: StoredBlock["slotCount"],
  entries: readonly QueueEntry[],
  publishedData: PublishedData,
): ReplayedBlock {
  try {
    return replayPublishedData({
      state: keeper,
      slotCount,
      l1Operations: entries.map(({ operation }) => operation),
      publishedData,
    });
  } catch (cause) {
    throw diverged(batch, "its data cannot follow from the state", cause);
  }
}

async function applyChecked(
  keeper: StateKeeper,
  batch: number,
  block: number,
  { updates, newNextIndex }: ReplayedBlock,
  expectedRoot: bigint,
): Promise<void> {
  try {
    await keeper.applyBlock(blockNumber(block), updates, newNextIndex, { expectedRoot });
  } catch (cause) {
    if (cause instanceof CairnError && cause.code === "state/io") throw cause;
    throw diverged(batch, "its data leads to another root", cause);
  }
}

/**
 * Transactions of this node that the block holds: nobody but their signer can have used these nonces for the same content.
 * Of several with one nonce it is the one that the slot tells of; of several that no slot can tell apart, the one that was
 * still to run, or the last.
 */
async function findIncluded(
  db: Db,
  blockNumber: number,
  { slots }: PublishedData,
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

function isSameSlot(a: PublishedData["slots"][number], b: PublishedData["slots"][number]): boolean {
  if (Buffer.compare(encodeSlot(a), encodeSlot(b)) !== 0) return false;
  if (a.type === "transferToNew" && b.type === "transferToNew") return a.toOwner === b.toOwner && a.toKey === b.toKey;
  return a.type !== "withdraw" || b.type !== "withdraw" || a.recipient === b.recipient;
}

function diverged(batch: number, reason: string, cause?: unknown): CairnError<NodeErrorCode> {
  return new CairnError("node/l1-diverged", `batch ${batch} of L1 cannot be adopted: ${reason}`, { cause });
}
