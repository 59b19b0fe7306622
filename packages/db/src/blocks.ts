import { BLOCK_SIZES, type BlockNumber, type BlockSize, blockNumber, bytesToBigint, CairnError } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";
import { insertPayouts, type OwedPayout } from "./payouts.ts";
import type { BlockOrigin, BlockStatus, Tables } from "./schema.ts";
import { bytes, word, words, wordsOf } from "./values.ts";

/** What is fixed when a block is opened: enough to build it again from its transactions. */
export interface BlockOpening {
  readonly number: BlockNumber;
  /** Seconds. */
  readonly timestamp: number;
  readonly slotCount: BlockSize;
  readonly feeAccounts: readonly number[];
  /** Queue entries before the block, and those it consumes. */
  readonly firstQueueIndex: number;
  readonly l1OperationCount: number;
  /** Rolling queue hash after the block, 32 bytes. */
  readonly queueHashAfter: Uint8Array;
  readonly openedAtMs: number;
}

/** The four chains of the protocol, field elements. */
export interface BlockChains {
  readonly data: bigint;
  readonly l1: bigint;
  readonly payouts: bigint;
  /** Hash of the last block. */
  readonly blocks: bigint;
}

/** What sealing adds to a block. */
export interface BlockSeal {
  readonly oldRoot: bigint;
  readonly oldNextIndex: number;
  readonly newRoot: bigint;
  readonly newNextIndex: number;
  /** Its rows, as `cellsToBytes` of the protocol. */
  readonly cells: Uint8Array;
  /** After the block. */
  readonly chains: BlockChains;
  readonly transactionCount: number;
  readonly sealedAtMs: number;
}

/** A block as stored. */
export interface StoredBlock extends BlockOpening {
  readonly origin: BlockOrigin;
  readonly status: BlockStatus;
  /** Null while open. */
  readonly seal: BlockSeal | null;
  readonly provenAtMs: number | null;
  readonly finalAtMs: number | null;
}

/** Stores a newly opened block. */
export async function insertOpenBlock(db: Db, block: BlockOpening): Promise<void> {
  await db
    .insertInto("blocks")
    .values({
      number: block.number,
      status: "open",
      timestamp: block.timestamp,
      slot_count: block.slotCount,
      fee_accounts: JSON.stringify(block.feeAccounts),
      first_queue_index: block.firstQueueIndex,
      l1_operation_count: block.l1OperationCount,
      queue_hash_after: block.queueHashAfter,
      opened_at_ms: block.openedAtMs,
      transaction_count: 0,
    })
    .execute();
}

/**
 * Stores what sealing fixed, the payouts owed and the prover's input. Its transactions are to be stored before. Throws
 * `db/conflict` unless the block is open.
 */
export async function sealStoredBlock(
  db: Db,
  number: BlockNumber,
  { seal, payouts, witness }: { seal: BlockSeal; payouts: readonly OwedPayout[]; witness: Uint8Array },
): Promise<void> {
  await writeSeal(db, number, seal, "own");
  await db.insertInto("witnesses").values({ block_number: number, input: witness }).execute();
  await insertPayouts(db, number, payouts);
}

async function writeSeal(db: Db, number: BlockNumber, seal: BlockSeal, origin: BlockOrigin): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("blocks")
    .set({
      status: "sealed",
      origin,
      old_root: word(seal.oldRoot),
      old_next_index: seal.oldNextIndex,
      new_root: word(seal.newRoot),
      new_next_index: seal.newNextIndex,
      cells: seal.cells,
      chains: chainBytes(seal.chains),
      transaction_count: seal.transactionCount,
      sealed_at_ms: seal.sealedAtMs,
    })
    .where("number", "=", number)
    .where("status", "=", "open")
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new CairnError<DbErrorCode>("db/conflict", `block ${number} is not open`);
}

/** Stores a sealed block made by others, and its payouts. */
export async function insertForeignBlock(
  db: Db,
  { opening, seal, payouts }: { opening: BlockOpening; seal: BlockSeal; payouts: readonly OwedPayout[] },
): Promise<void> {
  await insertOpenBlock(db, opening);
  await writeSeal(db, opening.number, seal, "l1");
  await insertPayouts(db, opening.number, payouts);
}

/** The first block made by others that L1 no longer accepts, undefined if there is none. */
export async function findRevokedForeignBlock(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom("blocks")
    .select("number")
    .where("origin", "=", "l1")
    .where("status", "=", "sealed")
    .orderBy("number")
    .limit(1)
    .executeTakeFirst();
  return row?.number;
}

/** The block of a number, undefined if there is none. */
export async function findBlock(db: Db, number: number): Promise<StoredBlock | undefined> {
  const row = await db.selectFrom("blocks").selectAll().where("number", "=", number).executeTakeFirst();
  return row && toBlock(row);
}

/** Blocks that are not sealed, lowest first: the last one accepts transactions, earlier ones are being sealed. */
export async function loadOpenBlocks(db: Db): Promise<StoredBlock[]> {
  const rows = await db.selectFrom("blocks").selectAll().where("status", "=", "open").orderBy("number").execute();
  return rows.map(toBlock);
}

/** The last sealed block, undefined before the first. */
export async function findLastSealedBlock(db: Db): Promise<StoredBlock | undefined> {
  const row = await db
    .selectFrom("blocks")
    .selectAll()
    .where("status", "!=", "open")
    .orderBy("number", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && toBlock(row);
}

/** Blocks in a range of numbers, both ends included, lowest first. */
export async function loadBlocks(db: Db, first: number, last: number): Promise<StoredBlock[]> {
  const rows = await db
    .selectFrom("blocks")
    .selectAll()
    .where("number", ">=", first)
    .where("number", "<=", last)
    .orderBy("number")
    .execute();
  return rows.map(toBlock);
}

/** The chains after each sealed block in a range of numbers, both ends included, lowest first; nothing else of them is read. */
export async function loadBlockChains(
  db: Db,
  first: number,
  last: number,
): Promise<{ readonly number: number; readonly chains: BlockChains }[]> {
  const rows = await db
    .selectFrom("blocks")
    .select(["number", "chains"])
    .where("number", ">=", first)
    .where("number", "<=", last)
    .orderBy("number")
    .execute();
  return rows.flatMap(({ number, chains }) => (chains === null ? [] : { number, chains: toChains(chains) }));
}

/**
 * The sealed blocks of this node that no batch holds yet, lowest first, at most `limit`. Locking, they can neither change
 * nor be dropped until the transaction ends.
 */
export async function loadUnbatchedBlocks(
  db: Db,
  limit: number,
  { isLocking }: { readonly isLocking: boolean } = { isLocking: false },
): Promise<StoredBlock[]> {
  const rows = await db
    .selectFrom("blocks")
    .selectAll()
    .where("status", "=", "sealed")
    .where("origin", "=", "own")
    .where("number", ">", ({ selectFrom }) =>
      selectFrom("batches").select(({ fn, lit }) => fn.coalesce(fn.max("last_block"), lit(0)).as("last")),
    )
    .orderBy("number")
    .limit(limit)
    .$if(isLocking, (query) => query.forShare())
    .execute();
  return rows.map(toBlock);
}

/** Newest blocks first, below `before` when given. */
export async function listBlocks(
  db: Db,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<StoredBlock[]> {
  const rows = await db
    .selectFrom("blocks")
    .selectAll()
    .$if(page.before !== undefined, (query) => query.where("number", "<", page.before ?? 0))
    .orderBy("number", "desc")
    .limit(page.limit)
    .execute();
  return rows.map(toBlock);
}

/** Numbers of the last blocks that have come so far; 0 where none has. */
export interface BlockHeights {
  /** Sealed; later ones are open. */
  readonly sealed: number;
  readonly proven: number;
  readonly final: number;
}

/** How far blocks are; what it costs does not grow with their number. */
export async function readBlockHeights(db: Db): Promise<BlockHeights> {
  const { rows } = await sql<Record<keyof BlockHeights, number | string>>`
    with last as (select coalesce(max(number), 0) as number from blocks)
    select
      coalesce((select min(number) - 1 from blocks where status = 'open'), last.number) as sealed,
      coalesce((select min(number) - 1 from blocks where status in ('open', 'sealed')), last.number) as proven,
      coalesce((select min(number) - 1 from blocks where status <> 'final'), last.number) as final
    from last
  `.execute(db);
  const [row] = rows;
  return { sealed: Number(row?.sealed ?? 0), proven: Number(row?.proven ?? 0), final: Number(row?.final ?? 0) };
}

/** Number of blocks by status. */
export async function countBlocks(db: Db): Promise<Readonly<Record<BlockStatus, number>>> {
  const rows = await db
    .selectFrom("blocks")
    .select(({ fn }) => ["status", fn.countAll<number>().as("count")])
    .groupBy("status")
    .execute();
  const counts: Record<BlockStatus, number> = { open: 0, sealed: 0, proven: 0, final: 0 };
  for (const { status, count } of rows) counts[status] = Number(count);
  return counts;
}

/**
 * Removes a block and all later ones with their witnesses and payouts, and every proof and batch that holds one of them;
 * proofs of earlier blocks stay, also those that such a batch was to be proven with. To be called in a transaction, after
 * their transactions were requeued. Returns their number. Throws `db/conflict` when L1 has accepted one of them.
 */
export async function deleteBlocksFrom(db: Db, first: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("blocks")
    .where("number", ">=", first)
    .where("status", "in", ["open", "sealed"])
    .executeTakeFirstOrThrow();
  const kept = await db.selectFrom("blocks").select("number").where("number", ">=", first).limit(1).executeTakeFirst();
  if (kept === undefined) return Number(numDeletedRows);
  throw new CairnError<DbErrorCode>("db/conflict", `L1 has accepted block ${kept.number}`);
}

/** The oldest sealed block that L1 has not accepted and how many there are, undefined if there are none. */
export async function findUnproven(
  db: Db,
): Promise<{ readonly number: number; readonly timestamp: number; readonly count: number } | undefined> {
  const row = await db
    .selectFrom("blocks")
    .select(({ fn }) => [fn.min("number").as("number"), fn.countAll<number>().as("count")])
    .where("status", "=", "sealed")
    .executeTakeFirst();
  if (row?.number == null) return undefined;
  const oldest = await findBlock(db, row.number);
  return oldest && { number: row.number, timestamp: oldest.timestamp, count: Number(row.count) };
}

/**
 * The first block that is not final and whose L1 operations differ from the stored queue, which a reorg of L1 changed.
 * Undefined while all agree.
 */
export async function findForkedBlock(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom("blocks")
    .leftJoin("queue_entries", (join) =>
      join.on(sql`queue_entries.index`, "=", sql`blocks.first_queue_index + blocks.l1_operation_count - 1`),
    )
    .select("blocks.number")
    .where("blocks.status", "!=", "final")
    .where("blocks.l1_operation_count", ">", 0)
    .where(({ or, eb }) =>
      or([
        eb("queue_entries.hash_after", "is", null),
        eb("queue_entries.hash_after", "!=", eb.ref("blocks.queue_hash_after")),
      ]),
    )
    .orderBy("blocks.number")
    .limit(1)
    .executeTakeFirst();
  return row?.number;
}

/** The prover's input of a block, undefined once pruned. */
export async function findWitness(db: Db, number: number): Promise<Uint8Array | undefined> {
  const row = await db.selectFrom("witnesses").select("input").where("block_number", "=", number).executeTakeFirst();
  return row && bytes(row.input);
}

/** Removes the prover's inputs of blocks up to this one: they are final. */
export async function pruneWitnesses(db: Db, last: number): Promise<void> {
  await db.deleteFrom("witnesses").where("block_number", "<=", last).execute();
}

function toBlock(row: Selectable<Tables["blocks"]>): StoredBlock {
  return {
    number: blockNumber(row.number),
    origin: row.origin,
    status: row.status,
    timestamp: row.timestamp,
    slotCount: toBlockSize(row.slot_count),
    feeAccounts: row.fee_accounts,
    firstQueueIndex: row.first_queue_index,
    l1OperationCount: row.l1_operation_count,
    queueHashAfter: bytes(row.queue_hash_after),
    openedAtMs: row.opened_at_ms,
    seal: toSeal(row),
    provenAtMs: row.proven_at_ms,
    finalAtMs: row.final_at_ms,
  };
}

function toSeal(row: Selectable<Tables["blocks"]>): BlockSeal | null {
  const { old_root: oldRoot, new_root: newRoot, cells, chains } = row;
  const { old_next_index: oldNextIndex, new_next_index: newNextIndex, sealed_at_ms: sealedAtMs } = row;
  if (oldRoot === null || newRoot === null || cells === null || chains === null) return null;
  if (oldNextIndex === null || newNextIndex === null || sealedAtMs === null) return null;
  return {
    oldRoot: bytesToBigint(oldRoot),
    oldNextIndex,
    newRoot: bytesToBigint(newRoot),
    newNextIndex,
    cells: bytes(cells),
    chains: toChains(chains),
    transactionCount: row.transaction_count,
    sealedAtMs,
  };
}

function chainBytes({ data, l1, payouts, blocks }: BlockChains): Uint8Array {
  return words([data, l1, payouts, blocks]);
}

function toChains(stored: Uint8Array): BlockChains {
  const [data, l1, payouts, blocks, ...others] = wordsOf(stored);
  if (data !== undefined && l1 !== undefined && payouts !== undefined && blocks !== undefined && others.length === 0) {
    return { data, l1, payouts, blocks };
  }
  throw new CairnError<DbErrorCode>("db/corrupt", `the chains of a stored block have ${stored.length} bytes`);
}

function toBlockSize(slots: number): BlockSize {
  const size = BLOCK_SIZES.find((known) => known === slots);
  if (size !== undefined) return size;
  throw new CairnError<DbErrorCode>("db/corrupt", `a stored block has ${slots} slots`);
}
