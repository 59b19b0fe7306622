import { sql } from "kysely";
import { type StoredForeignTransaction, toForeignTransaction } from "./block-records.ts";
import type { Db } from "./database.ts";
import type { BlockStatus } from "./schema.ts";
import { type StoredTransaction, upsertTransactions } from "./transactions.ts";
import { word } from "./values.ts";

/**
 * The transaction of others that used a nonce of an account: each executed transaction uses one, in order. Undefined when
 * the nonce is unused, or when its transaction is known.
 */
export async function findForeignByNonce(
  db: Db,
  from: number,
  nonce: number,
): Promise<StoredForeignTransaction | undefined> {
  // Of most accounts everything is known: then nothing has to be counted.
  const any = await db
    .selectFrom("foreign_transactions")
    .select("slot")
    .where("from_index", "=", from)
    .limit(1)
    .executeTakeFirst();
  if (any === undefined) return undefined;
  const { rows } = await sql<{ readonly block_number: number; readonly slot: number; readonly is_foreign: boolean }>`
    select block_number, slot, is_foreign from (
      select block_number, slot, false as is_foreign from transactions
        where from_index = ${from} and status = 'confirmed'
      union all
      select block_number, slot, true from foreign_transactions where from_index = ${from}
    ) as executed
    order by block_number, slot offset ${nonce} limit 1
  `.execute(db);
  const [used] = rows;
  if (used?.is_foreign !== true) return undefined;
  const row = await db
    .selectFrom("foreign_transactions")
    .selectAll()
    .where("block_number", "=", Number(used.block_number))
    .where("slot", "=", used.slot)
    .executeTakeFirst();
  return row && toForeignTransaction(row);
}

/**
 * Puts a signed transaction in the place of the one of others that it may be; false when that is gone. What has its place in
 * the block from now on has its id and reference as well, which are its sender's word: who signed the transaction that ran can
 * also have signed one that differs from it in what L1 does not get. The log of events tells of it up to the status that
 * its block has: no block would tell of it later.
 */
export async function recallTransaction(db: Db, transaction: StoredTransaction): Promise<boolean> {
  const { inclusion } = transaction;
  if (inclusion === null) return false;
  return db.transaction().execute(async (writing) => {
    const { numDeletedRows } = await writing
      .deleteFrom("foreign_transactions")
      .where("block_number", "=", inclusion.blockNumber)
      .where("slot", "=", inclusion.slot)
      .executeTakeFirst();
    if (numDeletedRows !== 1n) return false;
    await upsertTransactions(writing, [transaction]);
    await writing
      .updateTable("transactions")
      .set({ is_recalled: true })
      .where("id", "=", word(transaction.id))
      .execute();
    await tellAsItIs(writing, transaction.id, inclusion);
    return true;
  });
}

/** Statuses of a block after the first, in order. */
const LATER_STATUSES: readonly BlockStatus[] = ["proven", "final"];

/** Adds to the log what the triggers do not know of a transaction whose block L1 has. */
async function tellAsItIs(
  db: Db,
  id: bigint,
  { blockNumber, slot }: { readonly blockNumber: number; readonly slot: number },
): Promise<void> {
  // Its next status comes after this: whoever writes it waits for the row.
  const blocks = db.selectFrom("blocks").select("status").where("number", "=", blockNumber);
  const { status } = await blocks.forShare().executeTakeFirstOrThrow();
  const reached = LATER_STATUSES.indexOf(status);
  if (reached < 0) return;
  // The triggers wait for the commit: first comes that the block holds it.
  await sql`set constraints all immediate`.execute(db);
  for (const told of LATER_STATUSES.slice(0, reached + 1)) {
    await sql`select log_event('transaction', ${told}, ${word(id)}, ${blockNumber}, ${slot}, null)`.execute(db);
  }
}
