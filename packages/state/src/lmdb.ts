import { CairnError, isCairnError } from "@cairn/protocol";
import { type Database, open, type RootDatabase, type Transaction } from "lmdb";
import type { StateErrorCode } from "./errors.ts";
import type { KeyValue, KeyValueStore, OrderedReader } from "./key-value-store.ts";
import { isRunning, processIdentity } from "./process-identity.ts";

export interface LmdbStoreOptions {
  /** Directory of the store, created if missing. On a local disk: LMDB does not work on network file systems. */
  readonly path: string;
}

/** Holds the identity of the process that has the store open; outside the tags of records.ts. */
const WRITER_KEY = Uint8Array.of(0xf0);

type BinaryDatabase = RootDatabase<Uint8Array, Uint8Array>;

/**
 * Opens a durable key-value store in a directory: memory-mapped reads, snapshots, one synced LMDB transaction per
 * batch. One process at a time may have it open. Which one is recorded in the store itself, under LMDB's own writer
 * lock; the record of a process that has ended is ignored. Throws `state/store-locked`, `state/io`.
 */
export function createLmdbStore({ path }: LmdbStoreOptions): KeyValueStore {
  const database = attempt("open", () => openDatabase(path));
  /** Snapshots taken with no write between them share a transaction, which counts its users. */
  const snapshots = new Map<symbol, Transaction>();
  let isOpen = true;
  try {
    acquire(database, path);
  } catch (error) {
    void database.close();
    throw error;
  }

  return {
    get(key) {
      assertOpen(isOpen);
      return attempt("read", () => database.getBinary(key));
    },
    next(key) {
      assertOpen(isOpen);
      return attempt("read", () => firstFrom(database, key));
    },
    write(changes) {
      assertOpen(isOpen);
      attempt("write", () =>
        database.transactionSync(() => {
          for (const { key, value } of changes) {
            if (value === null) database.removeSync(key);
            else database.putSync(key, value);
          }
        }),
      );
    },
    snapshot() {
      assertOpen(isOpen);
      const transaction = attempt("read", () => {
        database.resetReadTxn();
        return database.useReadTransaction();
      });
      const name = Symbol("snapshot");
      snapshots.set(name, transaction);
      return {
        get(key) {
          assertOpen(snapshots.has(name));
          return attempt("read", () => database.get(key, { transaction }));
        },
        close() {
          if (snapshots.delete(name)) transaction.done();
        },
      };
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      for (const transaction of snapshots.values()) transaction.done();
      snapshots.clear();
      attempt("close", () => database.removeSync(WRITER_KEY));
      await database.close();
    },
  };
}

/** Reads a store that another thread of this process writes. */
export interface LmdbReader extends OrderedReader {
  /** Lets the next read see everything written so far; without it, reads within one turn of the event loop may not. */
  refresh(): void;
  close(): Promise<void>;
}

/**
 * Opens a store for reading beside {@link createLmdbStore} in another thread, which must have opened it first. Throws
 * `state/io`.
 */
export function openLmdbReader({ path }: LmdbStoreOptions): LmdbReader {
  const database = attempt("open", () => openDatabase(path, { readOnly: true }));
  let isOpen = true;
  return {
    get(key) {
      assertOpen(isOpen);
      return attempt("read", () => database.getBinary(key));
    },
    next(key) {
      assertOpen(isOpen);
      return attempt("read", () => firstFrom(database, key));
    },
    refresh() {
      if (isOpen) attempt("read", () => database.resetReadTxn());
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await database.close();
    },
  };
}

function openDatabase(path: string, options: { readonly readOnly?: true } = {}): BinaryDatabase {
  return open<Uint8Array, Uint8Array>({
    ...options,
    path,
    noSubdir: false,
    encoding: "binary",
    keyEncoding: "binary",
    // Otherwise a commit may return before its pages are on the disk.
    overlappingSync: false,
  });
}

function firstFrom(database: BinaryDatabase, start: Uint8Array): KeyValue | undefined {
  for (const { key, value } of database.getRange({ start, limit: 1 })) return { key, value };
  return undefined;
}

function acquire(database: Database<Uint8Array, Uint8Array>, path: string): void {
  const identity = processIdentity() ?? `${process.pid}`;
  const holder = attempt("lock", () =>
    database.transactionSync(() => {
      const bytes = database.getBinary(WRITER_KEY);
      const recorded = bytes === undefined ? null : new TextDecoder().decode(bytes);
      if (recorded !== null && isRunning(recorded)) return recorded;
      database.putSync(WRITER_KEY, new TextEncoder().encode(identity));
      return null;
    }),
  );
  if (holder !== null) {
    const pid = Number.parseInt(holder, 10);
    throw new CairnError<StateErrorCode>("state/store-locked", `process ${pid} has ${path} open`, {
      details: { pid, path },
    });
  }
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    // What a change is made from may be corrupt.
    if (isCairnError(cause)) throw cause;
    throw new CairnError<StateErrorCode>("state/io", `LMDB failed to ${what}`, { cause });
  }
}

function assertOpen(isOpen: boolean): void {
  if (!isOpen) throw new CairnError<StateErrorCode>("state/store-closed", "the store or snapshot is closed");
}
