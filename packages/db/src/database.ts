import { CairnError } from "@cairn/protocol";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { createEmbeddedDialect } from "./embedded-dialect.ts";
import { type EmbeddedEngine, openEmbeddedEngine } from "./embedded-engine.ts";
import type { DbErrorCode } from "./errors.ts";
import { migrate } from "./migrations.ts";
import type { Tables } from "./schema.ts";

/**
 * Where the data lives: an embedded PostgreSQL in a directory, or a server. `preparedDir` is a folder that
 * keeps an empty database, which takes seconds to create, for the next fresh directory.
 */
export type DatabaseLocation =
  | { readonly type: "embedded"; readonly directory: string; readonly preparedDir?: string | undefined }
  | { readonly type: "server"; readonly url: string; readonly maxConnections?: number };

/** The Kysely instance or a transaction of it; the first argument of every repository function. */
export type Db = Kysely<Tables>;

/** The underlying engine, for the job engine, which has its own queries. */
export type DatabaseEngine =
  | { readonly type: "embedded"; readonly embedded: EmbeddedEngine }
  | { readonly type: "server"; readonly url: string };

/** An open database with an up-to-date schema. */
export interface Database {
  readonly db: Db;
  readonly engine: DatabaseEngine;
  /** Waits for running queries and closes. */
  readonly close: () => Promise<void>;
}

const INT8_OID = 20;

/**
 * Opens the database and migrates it. Throws `db/unavailable`, `db/old-schema`, `db/migration-failed`, `db/newer-schema`.
 */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  const database = location.type === "server" ? openServer(location) : await openEmbedded(location);
  try {
    await sql`select 1`.execute(database.db);
  } catch (cause) {
    await database.close();
    throw new CairnError<DbErrorCode>("db/unavailable", "the database cannot be reached", { cause });
  }
  try {
    await migrate(database.db);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** The location that a `DATABASE_URL` names, else an embedded database in `directory`. */
export function databaseLocation(url: string | undefined, directory: string, preparedDir?: string): DatabaseLocation {
  return url === undefined || url === "" ? { type: "embedded", directory, preparedDir } : { type: "server", url };
}

async function openEmbedded(location: Extract<DatabaseLocation, { type: "embedded" }>): Promise<Database> {
  const embedded = await openEmbeddedEngine(location);
  const db = new Kysely<Tables>({ dialect: createEmbeddedDialect(embedded) });
  return {
    db,
    engine: { type: "embedded", embedded },
    close: async () => {
      await db.destroy();
      await embedded.close();
    },
  };
}

function openServer({ url, maxConnections = 10 }: Extract<DatabaseLocation, { type: "server" }>): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: (oid, format) => (oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on("error", () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, engine: { type: "server", url }, close: () => db.destroy() };
}
