import { sql } from "kysely";
import type { Db } from "../src/index.ts";

/** Leaves a database as its migrations made it: a new one for each test would cost seconds. */
export async function emptyTables(db: Db): Promise<void> {
  const { rows } = await sql<{ readonly name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(db);
  const tables = sql.join(rows.map(({ name }) => sql.table(name)));
  await sql`truncate ${tables} restart identity cascade`.execute(db);
}
