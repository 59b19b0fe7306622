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
  insertForeignBatch,
  insertForeignBlock,
  loadBlockPayouts,
  loadQueueEntries,
  markBatchAccepted,
  type StoredBlock,
  type StoredTransaction,
  upsertTransactions,
} from "@cairn/db";
import {
  type BatchHeader,
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
import { describeBatch } from "../batches/content.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { StateKeeper } from "../sequencer/state-keeper.ts";

/** What adoption works on; nothing else may change it meanwhile. */
export interface AdoptionTarget {
  readonly db: Db;
  readonly keeper: StateKeeper;
  readonly domain: Domain;
  readonly nowMs: () => number;
}

/** A block of an accepted batch, as it is stored here, and what it published and did. */
interface AdoptedBlock {
  readonly opening: BlockOpening;
  readonly seal: BlockSeal;
  readonly published: PublishedData;
  readonly replayed: ReplayedBlock;
}

/**
 * Takes over the blocks of a batch that others made and L1 accepted: rolls the state back to the block before them,
 * replays what the batch published, and stores the blocks. This node's transactions among them count as confirmed.
 * Precondition: no block from the batch's first on is stored. Throws `node/l1-diverged` when the data on L1 does not
 * lead to the proven root, `node/state-diverged`, `state/beyond-retention`.
 */
export async function adoptBatch(target: AdoptionTarget, accepted: AcceptedBatch): Promise<void> {
  const { db, keeper, domain, nowMs } = target;
  const { number: batchNumber, header, firstBlock, lastBlock, data } = accepted;
  if (header.firstBlock !== BigInt(firstBlock) || header.lastBlock !== BigInt(lastBlock)) {
    throw diverged(`batch ${batchNumber}`, `its header does not describe blocks ${firstBlock} to ${lastBlock}`);
  }
  if (keeper.blockNumber() >= firstBlock) await keeper.rollbackTo(blockNumber(firstBlock - 1));
  if (data === null || keeper.root() !== header.oldRoot || keeper.blockNumber() !== firstBlock - 1) {
    throw new CairnError<NodeErrorCode>(
      "node/state-diverged",
      `batch ${batchNumber} does not follow the stored block ${keeper.blockNumber()}`,
    );
  }
  const before = await positionBefore(db, keeper, firstBlock);
  const blocks = await replayAccepted(target, before, { ...accepted, data });
  const [first, last] = [blocks.at(0), blocks.at(-1)];
  if (first === undefined || last === undefined) throw diverged(`batch ${batchNumber}`, "it holds no blocks");
  const context = {
    domain,
    oldNextIndex: first.seal.oldNextIndex,
    queueHashBefore: first.opening.queueHashBefore,
    queueHashAfter: last.opening.queueHashAfter,
  };
  const atMs = accepted.l1Timestamp * 1000;
  await db.transaction().execute(async (transaction) => {
    for (const { opening, seal, replayed } of blocks) {
      await insertForeignBlock(transaction, { opening, seal, payouts: replayed.payouts });
    }
    await insertForeignBatch(transaction, {
      firstBlock,
      lastBlock,
      circuitType: CIRCUIT_TYPE[header.slots],
      publicInput: publicInput(publicInputFields(header, data, context)),
      closedAtMs: atMs,
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
    for (const block of blocks) await confirmIncluded(transaction, block, nowMs());
  });
}

/** The blocks of a batch, applied to the state one after another. A header of version 1 describes one block. */
async function replayAccepted(
  { db, keeper }: AdoptionTarget,
  before: Omit<ChainPosition, "batch">,
  accepted: AcceptedBatch & { readonly data: Uint8Array },
): Promise<AdoptedBlock[]> {
  const { number, header, data, firstBlock } = accepted;
  const entries = await loadQueueEntries(db, before.queuePosition, header.l1OperationCount);
  const queueHashAfter = entries.at(-1)?.hashAfter ?? before.queueHash;
  const batch: BatchOnL1 = {
    number,
    header,
    dataHash: accepted.dataHash,
    publishedData: data,
    l1Operations: entries.map(({ operation }) => operation),
    queueHash: queueHashAfter,
  };
  const { published, ...replayed } = follow(keeper, { ...before, batch: number - 1 }, batch);
  await applyChecked(keeper, `batch ${number}`, header, replayed);

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
  return [{ opening, seal, published, replayed }];
}

async function confirmIncluded(
  db: Db,
  { opening: { number }, published, replayed }: AdoptedBlock,
  atMs: number,
): Promise<void> {
  const included = await findIncluded(db, number, published, replayed);
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
}

/** Executes a stored block that others made once more. Throws as {@link adoptBatch}. */
export async function replayForeignBlock(db: Db, keeper: StateKeeper, block: StoredBlock): Promise<void> {
  const { number, firstQueueIndex, l1OperationCount } = block;
  const entries = await loadQueueEntries(db, firstQueueIndex, l1OperationCount);
  const { header, data } = describeBatch({ blocks: [block], payouts: await loadBlockPayouts(db, number) });
  const l1Operations = entries.map(({ operation }) => operation);
  const replayed = asNodeError(`block ${number}`, () =>
    replayBatch(keeper, { number, header, publishedData: data, l1Operations }),
  );
  await applyChecked(keeper, `block ${number}`, header, replayed);
}

/** The position of the chain before a block, without the number of its batch. */
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
  return asNodeError(`batch ${batch.number}`, () => {
    followBatch(before, batch);
    return replayBatch(keeper, batch);
  });
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

async function applyChecked(
  keeper: StateKeeper,
  what: string,
  header: BatchHeader,
  { updates, newNextIndex }: ReplayedBlock,
): Promise<void> {
  try {
    const block = blockNumber(Number(header.firstBlock));
    await keeper.applyBlock(block, updates, newNextIndex, { expectedRoot: header.newRoot });
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

function diverged(what: string, reason: string, cause?: unknown): CairnError<NodeErrorCode> {
  return new CairnError("node/l1-diverged", `${what} of L1 cannot be adopted: ${reason}`, { cause });
}
