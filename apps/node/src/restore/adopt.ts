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
  loadBlockPayouts,
  loadQueueEntries,
  markBatchAccepted,
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
  encodeSlot,
  isCairnError,
  type PublishedData,
  publicInput,
  trimPublishedData,
} from "@cairn/protocol";
import {
  type BatchOnL1,
  type ChainPosition,
  followBatch,
  genesisPosition,
  publishedSlot,
  type ReplayedBatch,
  type ReplayedBlock,
  replayBatch,
} from "@cairn/vm";
import { headerOf } from "../batch-header.ts";
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
  const { number: batchNumber, header, firstBlock, data } = accepted;
  if (keeper.blockNumber() >= firstBlock) await keeper.rollbackTo(blockNumber(firstBlock - 1));
  if (data === null || keeper.root() !== header.oldRoot || keeper.blockNumber() !== firstBlock - 1) {
    throw new CairnError<NodeErrorCode>(
      "node/state-diverged",
      `batch ${batchNumber} does not follow the stored block ${keeper.blockNumber()}`,
    );
  }
  const before = await positionBefore(db, keeper, firstBlock);
  const entries = await loadQueueEntries(db, before.queuePosition, header.l1OperationCount);
  const queueHashAfter = entries.at(-1)?.hashAfter ?? before.queueHash;
  const batch: BatchOnL1 = {
    number: batchNumber,
    header,
    dataHash: accepted.dataHash,
    publishedData: data,
    l1Operations: entries.map(({ operation }) => operation),
    queueHash: queueHashAfter,
  };
  const { published, ...replayed } = follow(keeper, { ...before, batch: batchNumber - 1 }, batch);
  await applyChecked(keeper, batch, replayed);

  const atMs = accepted.l1Timestamp * 1000;
  const opening: BlockOpening = {
    number: blockNumber(firstBlock),
    timestamp: Number(header.timestamp),
    slotCount: header.slots,
    feeAccounts: published.feeIndices.filter((index) => index !== 0),
    firstQueueIndex: before.queuePosition,
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

/** Executes again a stored block that others made. Throws as {@link adoptBatch}. */
export async function replayForeignBlock(db: Db, keeper: StateKeeper, block: StoredBlock): Promise<void> {
  const { number, firstQueueIndex, l1OperationCount, seal } = block;
  const entries = await loadQueueEntries(db, firstQueueIndex, l1OperationCount);
  const header = headerOf(block, await loadBlockPayouts(db, number));
  const l1Operations = entries.map(({ operation }) => operation);
  const batch = { number, header, publishedData: seal?.data ?? new Uint8Array(), l1Operations };
  await applyChecked(
    keeper,
    batch,
    asNodeError(number, () => replayBatch(keeper, batch)),
  );
}

/** Where the chain stands before a block, but for the number of its batch. */
async function positionBefore(db: Db, keeper: StateKeeper, firstBlock: number): Promise<Omit<ChainPosition, "batch">> {
  const genesis = genesisPosition(keeper.root());
  if (firstBlock === 1) return genesis;
  const previous = await findBlock(db, firstBlock - 1);
  if (previous === undefined) {
    throw new CairnError<NodeErrorCode>("node/state-diverged", `block ${firstBlock - 1} is missing in the database`);
  }
  return {
    block: previous.number,
    timestamp: BigInt(previous.timestamp),
    root: keeper.root(),
    nextIndex: keeper.nextIndex(),
    queuePosition: previous.firstQueueIndex + previous.l1OperationCount,
    queueHash: previous.queueHashAfter,
  };
}

function follow(keeper: StateKeeper, before: ChainPosition, batch: BatchOnL1): ReplayedBatch {
  return asNodeError(batch.number, () => {
    followBatch(before, batch);
    return replayBatch(keeper, batch);
  });
}

function asNodeError<Result>(batch: number, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    // Others, such as of the state's reads, say nothing about the batch.
    if (!isCairnError(cause) || !/^(?:vm|protocol)\//.test(cause.code)) throw cause;
    throw diverged(batch, cause.message, cause);
  }
}

async function applyChecked(
  keeper: StateKeeper,
  { number, header }: Pick<BatchOnL1, "number" | "header">,
  { updates, newNextIndex }: ReplayedBlock,
): Promise<void> {
  try {
    const block = blockNumber(Number(header.firstBlock));
    await keeper.applyBlock(block, updates, newNextIndex, { expectedRoot: header.newRoot });
  } catch (cause) {
    if (isCairnError(cause, "state/io")) throw cause;
    throw diverged(number, "its data leads to another root", cause);
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
