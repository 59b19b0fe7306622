import { sql } from "kysely";
import type { Db } from "./database.ts";

/** Something that 32 bytes can name. */
export type WordMatch =
  | { readonly type: "block"; readonly number: number }
  | { readonly type: "batch"; readonly firstBlock: number }
  | { readonly type: "queueEntry"; readonly position: number }
  | { readonly type: "payout"; readonly block: number; readonly position: number };

/** Of each type. */
const MAX_MATCHES = 10;

/**
 * What an L1 transaction submitted, queued or paid, the batch with this data commitment, and the blocks with this root after
 * them, a few of each.
 */
export async function findByWord(db: Db, word: Uint8Array): Promise<WordMatch[]> {
  const [blocks, batches, entries, payouts] = await Promise.all([
    sql<{ readonly number: string }>`
      select number from blocks where new_root = ${word} order by number desc limit ${MAX_MATCHES}
    `.execute(db),
    sql<{ readonly first_block: string }>`
      select first_block from batches where l1_transaction = ${word} or data_commitment = ${word}
      union select first_block from accepted_batches where data_commitment = ${word}
      order by first_block desc limit ${MAX_MATCHES}
    `.execute(db),
    sql<{ readonly index: string }>`
      select index from queue_entries where l1_transaction = ${word} order by index limit ${MAX_MATCHES}
    `.execute(db),
    sql<{ readonly block_number: string; readonly position: number }>`
      select block_number, position from payouts where l1_transaction = ${word}
      order by block_number, position limit ${MAX_MATCHES}
    `.execute(db),
  ]);
  return [
    ...blocks.rows.map(({ number }) => ({ type: "block" as const, number: Number(number) })),
    ...batches.rows.map(({ first_block: first }) => ({ type: "batch" as const, firstBlock: Number(first) })),
    ...entries.rows.map(({ index }) => ({ type: "queueEntry" as const, position: Number(index) })),
    ...payouts.rows.map((row) => ({
      type: "payout" as const,
      block: Number(row.block_number),
      position: Number(row.position),
    })),
  ];
}
