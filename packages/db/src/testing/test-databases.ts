import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, type DatabaseLocation, openDatabase } from "../database.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { type SharedPostgres, shareTestPostgres } from "./shared-postgres.ts";

/** A database for one test; it can be closed and reopened. */
export interface TestDatabase {
  readonly location: DatabaseLocation;
  readonly open: () => Promise<Database>;
}

/** Creates empty databases of one engine for a test file. */
export interface TestDatabases {
  readonly start: () => Promise<void>;
  readonly create: () => Promise<TestDatabase>;
  readonly stop: () => Promise<void>;
  /** The server behind it, when it belongs to these databases alone and may be crashed. */
  readonly server: () => PostgresServer | null;
}

/** Where test runs keep the empty cluster of embedded databases. */
export const PREPARED_DIR = join(
  process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../../.cache"),
  "database",
);

/** Both engines by name, for suites that run against each, and a server that may be crashed. */
export function createTestDatabases(): Readonly<Record<"embedded" | "server" | "ownServer", TestDatabases>> {
  return { embedded: embedded(), server: server(shareTestPostgres), ownServer: ownServer() };
}

function embedded(): TestDatabases {
  const folders: string[] = [];
  const opened: Database[] = [];
  return {
    start: () => Promise.resolve(),
    create: async () => {
      const directory = await mkdtemp(join(tmpdir(), "cairn-pglite-"));
      folders.push(directory);
      return testDatabase({ type: "embedded", directory, preparedDir: PREPARED_DIR }, opened);
    },
    stop: async () => {
      for (const database of opened) await database.close();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
    server: () => null,
  };
}

function server(start: () => Promise<SharedPostgres>): TestDatabases {
  let postgres: Promise<SharedPostgres> | null = null;
  const opened: Database[] = [];
  const running = (): Promise<SharedPostgres> => {
    postgres ??= start();
    return postgres;
  };
  return {
    start: async () => void (await running()),
    create: async () => testDatabase({ type: "server", url: await (await running()).createDatabase() }, opened),
    stop: async () => {
      for (const database of opened) await database.close();
      await (await postgres)?.stop();
    },
    server: () => null,
  };
}

function ownServer(): TestDatabases {
  let own: PostgresServer | null = null;
  const start = async (): Promise<PostgresServer> => {
    own = await startPostgres();
    return own;
  };
  return { ...server(start), server: () => own };
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
