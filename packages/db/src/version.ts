import { sql } from "kysely";
import type { Db } from "./database.ts";

/**
 * A version of everything stored: while it stays the same, no process has changed any table. It may also change for other
 * reasons, such as a write to another database of the server. Compare versions within one process only.
 *
 * @example
 * const before = await readDatabaseVersion(db);
 * await storeL1Head(db, head);
 * (await readDatabaseVersion(db)) === before; // false
 */
export async function readDatabaseVersion(db: Db): Promise<string> {
  // Every write uses up a transaction number, and its end moves the snapshot; reads use none.
  const { rows } = await sql<{ readonly version: string }>`select pg_current_snapshot()::text as version`.execute(db);
  return rows[0]?.version ?? "";
}
