import { sql } from "kysely";
import type { Db } from "./database.ts";

/**
 * A mark of what is stored: as long as it stays the same, nobody has changed anything, in whatever table and from whatever process.
 * It may also change without a reason, such as a write to another database of the server. Compare marks only within one process.
 *
 * @example
 * const before = await readDatabaseVersion(db);
 * await storeL1Head(db, head);
 * (await readDatabaseVersion(db)) === before; // false
 */
export async function readDatabaseVersion(db: Db): Promise<string> {
  // Who writes takes a transaction number; its end moves the snapshot. Reading takes none.
  const { rows } = await sql<{ readonly version: string }>`select pg_current_snapshot()::text as version`.execute(db);
  return rows[0]?.version ?? "";
}
