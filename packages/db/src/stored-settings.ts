import { sql } from "kysely";
import type { Db } from "./database.ts";

/** The setting of a key, null if there is none; whoever owns the key knows its form. */
export async function get<T extends object>(db: Db, key: string): Promise<T | null> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", key).executeTakeFirst();
  return row === undefined ? null : (row.value as T);
}

/** Writes nothing if the value is already there: any write changes the database's version and waits for the disk. */
export async function put(db: Db, key: string, content: object): Promise<void> {
  const value = JSON.stringify(content);
  await sql`
    insert into settings (key, value)
    select ${key}::text, ${value}::jsonb
    where not exists (select from settings where key = ${key}::text and value = ${value}::jsonb)
    on conflict (key) do update set value = excluded.value
  `.execute(db);
}

/** Removes the setting of a key. */
export async function remove(db: Db, key: string): Promise<void> {
  await db.deleteFrom("settings").where("key", "=", key).execute();
}
