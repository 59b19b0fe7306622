import type { Selectable } from "kysely";
import type { Db } from "./database.ts";
import type { Tables } from "./schema.ts";
import { bytes } from "./values.ts";

/** Header of an Ethereum block that the watcher has processed. */
export interface L1Header {
  readonly number: number;
  readonly hash: Uint8Array;
  readonly parentHash: Uint8Array;
  /** Seconds. */
  readonly timestamp: number;
}

/** Remembers a processed block. */
export async function insertL1Block(db: Db, header: L1Header): Promise<void> {
  await db
    .insertInto("l1_blocks")
    .values({
      number: header.number,
      hash: header.hash,
      parent_hash: header.parentHash,
      timestamp: header.timestamp,
    })
    .execute();
}

/** The last processed block, undefined before the first. */
export async function findLastL1Block(db: Db): Promise<L1Header | undefined> {
  const row = await db.selectFrom("l1_blocks").selectAll().orderBy("number", "desc").limit(1).executeTakeFirst();
  return row && toHeader(row);
}

/** Processed blocks below `number`, highest first, at most `limit`. */
export async function loadL1BlocksBelow(db: Db, number: number, limit: number): Promise<L1Header[]> {
  const rows = await db
    .selectFrom("l1_blocks")
    .selectAll()
    .where("number", "<", number)
    .orderBy("number", "desc")
    .limit(limit)
    .execute();
  return rows.map(toHeader);
}

/** Forgets a block and all later ones: they are no longer part of the chain. */
export async function deleteL1BlocksFrom(db: Db, number: number): Promise<void> {
  await db.deleteFrom("l1_blocks").where("number", ">=", number).execute();
}

/** Forgets blocks below `number`: a reorg cannot reach them. */
export async function pruneL1Blocks(db: Db, number: number): Promise<void> {
  await db.deleteFrom("l1_blocks").where("number", "<", number).execute();
}

function toHeader(row: Selectable<Tables["l1_blocks"]>): L1Header {
  return { number: row.number, hash: bytes(row.hash), parentHash: bytes(row.parent_hash), timestamp: row.timestamp };
}
