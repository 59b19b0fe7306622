import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, type DatabaseLocation, openDatabase } from "../database.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";

/** A database for one test; it can be closed and opened again. */
export interface TestDatabase {
  readonly location: DatabaseLocation;
  readonly open: () => Promise<Database>;
}

/** Makes empty databases of one engine for a test file. */
export interface TestDatabases {
  readonly start: () => Promise<void>;
  readonly create: () => Promise<TestDatabase>;
  readonly stop: () => Promise<void>;
  /** The server behind it, null for the embedded engine. */
  readonly server: () => PostgresServer | null;
}

/** Both engines by name, for suites that run against each. */
export function createTestDatabases(): Readonly<Record<"embedded" | "server", TestDatabases>> {
  return { embedded: embedded(), server: server() };
}

function embedded(): TestDatabases {
  const folders: string[] = [];
  const opened: Database[] = [];
  return {
    start: () => Promise.resolve(),
    create: async () => {
      const directory = await mkdtemp(join(tmpdir(), "cairn-pglite-"));
      folders.push(directory);
      return testDatabase({ type: "embedded", directory }, opened);
    },
    stop: async () => {
      for (const database of opened) await database.close();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
    server: () => null,
  };
}

function server(): TestDatabases {
  let postgres: PostgresServer | null = null;
  const opened: Database[] = [];
  return {
    start: async () => {
      postgres = await startPostgres();
    },
    create: async () => {
      postgres ??= await startPostgres();
      return testDatabase({ type: "server", url: await postgres.createDatabase() }, opened);
    },
    stop: async () => {
      for (const database of opened) await database.close();
      await postgres?.stop();
    },
    server: () => postgres,
  };
}

function testDatabase(location: DatabaseLocation, opened: Database[]): TestDatabase {
  return {
    location,
    open: async () => {
      const database = await openDatabase(location);
      const once = { ...database, close: onlyOnce(database.close) };
      opened.push(once);
      return once;
    },
  };
}

function onlyOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}
