import { decodePayoutList, type Payout } from "@cairn/protocol";
import { sql } from "kysely";
import type { Db } from "./database.ts";
import type { SettlementStatus } from "./schema.ts";
import { get, put } from "./stored-settings.ts";
import { bytes, bytesColumn, numberColumn, optionalBytes, textColumn } from "./values.ts";

const KEY = "archive-restore";

/** How far a restoration from archives has come. */
export interface ArchiveRestore {
  /** Position in the chain of batches after the last one that was stored, as the restoration encodes it. */
  readonly position: Uint8Array;
  /** The L1 block after which everything is read from L1; null until the restoration is complete. */
  readonly lastL1Block: number | null;
}

/** What an archive, or the contract alone, says became of a payout. */
export interface ArchivedSettlement {
  /** Given by the contract. */
  readonly batch: number;
  /** In the batch's list. */
  readonly position: number;
  readonly status: SettlementStatus;
  /** Null where nobody says it. */
  readonly l1Transaction: Uint8Array | null;
  readonly l1Block: number;
}

/** Records how far a restoration from archives has come. */
export async function storeArchiveRestore(db: Db, { position, lastL1Block }: ArchiveRestore): Promise<void> {
  await put(db, KEY, { position: Buffer.from(position).toString("hex"), lastL1Block });
}

/** How far a restoration from archives has come, null if there never was one. */
export async function findArchiveRestore(db: Db): Promise<ArchiveRestore | null> {
  const stored = await get<{ readonly position: string; readonly lastL1Block: number | null }>(db, KEY);
  if (stored === null) return null;
  return { position: Uint8Array.from(Buffer.from(stored.position, "hex")), lastL1Block: stored.lastL1Block };
}

/** Records what archives say of payouts; what is stored of one already stays. */
export async function insertArchivedSettlements(db: Db, settlements: readonly ArchivedSettlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const column = <Value>(read: (settlement: ArchivedSettlement) => Value): Value[] => settlements.map(read);
  await sql`
    insert into settlements (batch, position, status, l1_transaction, l1_block, from_archive)
    select batch, position, status, l1_transaction, l1_block, true
    from unnest(
      ${numberColumn(column(({ batch }) => batch))},
      ${numberColumn(column(({ position }) => position))},
      ${textColumn(column(({ status }) => status))},
      ${bytesColumn(column(({ l1Transaction }) => l1Transaction))},
      ${numberColumn(column(({ l1Block }) => l1Block))}
    ) as given (batch, position, status, l1_transaction, l1_block)
    on conflict (batch, position) do nothing
  `.execute(db);
}

/** Removes what archives say of these payouts. */
export async function deleteArchivedSettlements(
  db: Db,
  payouts: readonly Pick<ArchivedSettlement, "batch" | "position">[],
): Promise<void> {
  if (payouts.length === 0) return;
  await sql`
    delete from settlements using unnest(
      ${numberColumn(payouts.map(({ batch }) => batch))},
      ${numberColumn(payouts.map(({ position }) => position))}
    ) as given (batch, position)
    where settlements.batch = given.batch and settlements.position = given.position and settlements.from_archive
  `.execute(db);
}

/** What archives say of the payouts of a range of batches, both ends included. */
export async function loadArchivedSettlements(db: Db, first: number, last: number): Promise<ArchivedSettlement[]> {
  const rows = await db
    .selectFrom("settlements")
    .selectAll()
    .where("batch", ">=", first)
    .where("batch", "<=", last)
    .where("from_archive", "=", true)
    .orderBy("batch")
    .orderBy("position")
    .execute();
  return rows.map(({ batch, position, status, l1_transaction, l1_block }) => {
    return { batch, position, status, l1Transaction: optionalBytes(l1_transaction), l1Block: l1_block };
  });
}

/** The payout lists of a range of batches of others, both ends included, in order. */
export async function loadAcceptedPayouts(
  db: Db,
  first: number,
  last: number,
): Promise<{ readonly batch: number; readonly payouts: readonly Payout[] }[]> {
  const rows = await db
    .selectFrom("accepted_batches")
    .select(["number", "payouts"])
    .where("number", ">=", first)
    .where("number", "<=", last)
    .orderBy("number")
    .execute();
  return rows.map(({ number, payouts }) => {
    return { batch: number, payouts: payouts === null ? [] : decodePayoutList(bytes(payouts)) };
  });
}

/** Removes batches and queue entries that L1 still shows itself: from this batch and this entry on. */
export async function deleteArchivedFrom(
  db: Db,
  first: { readonly batch: number; readonly entry: number },
): Promise<void> {
  await db.deleteFrom("accepted_batches").where("number", ">=", first.batch).execute();
  await db.deleteFrom("settlements").where("batch", ">=", first.batch).execute();
  await db.deleteFrom("queue_entries").where("index", ">=", first.entry).execute();
}

/** Nothing that an archive places later on L1 than this block is there. */
export async function limitArchivedBlocks(db: Db, lastL1Block: number): Promise<void> {
  for (const table of ["accepted_batches", "settlements", "queue_entries"] as const) {
    await db
      .updateTable(table)
      .set({ l1_block: lastL1Block })
      .where("from_archive", "=", true)
      .where("l1_block", ">", lastL1Block)
      .execute();
  }
}
