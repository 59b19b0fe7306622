import type {
  AskedLike,
  DatabaseLike,
  IndexedDbLike,
  ObjectStoreLike,
  TransactionLike,
} from "../src/storage/web-database.ts";

/** A database as browsers have them, in memory; texts that are too long do not fit. */
export interface FakeIndexedDb extends IndexedDbLike {
  readonly texts: Map<string, string>;
  /** Longest text that can be written. */
  capacity: number;
  /** Ends all connections, as a browser does whose user clears what pages keep. */
  readonly closeAll: () => void;
}

/** An empty one. */
export function fakeIndexedDb(): FakeIndexedDb {
  const texts = new Map<string, string>();
  const open = new Set<DatabaseLike>();
  const fake: FakeIndexedDb = {
    texts,
    capacity: Number.POSITIVE_INFINITY,
    closeAll: () => {
      for (const database of open) database.onclose?.();
      open.clear();
    },
    open: () => {
      const opening = { ...asked<DatabaseLike>(databaseOf()), onupgradeneeded: null as (() => void) | null };
      open.add(opening.result);
      queueMicrotask(() => {
        opening.onupgradeneeded?.();
        opening.onsuccess?.();
      });
      return opening;
    },
  };
  const databaseOf = (): DatabaseLike => {
    const database: DatabaseLike = {
      createObjectStore: () => undefined,
      transaction: () => {
        if (!open.has(database)) throw new DOMException("closed", "InvalidStateError");
        return transactionOf();
      },
      close: () => open.delete(database),
      onversionchange: null,
      onclose: null,
    };
    return database;
  };
  const transactionOf = (): TransactionLike => {
    let failure: unknown = null;
    const store: ObjectStoreLike = {
      get: (name) => asked<unknown>(texts.get(name)),
      getAllKeys: () => asked([...texts.keys()]),
      put: (value, name) => {
        if (value.length > fake.capacity) failure = new DOMException("full", "QuotaExceededError");
        else texts.set(name, value);
        return asked<unknown>(name);
      },
      delete: (name) => asked<unknown>(texts.delete(name)),
    };
    const transaction: TransactionLike = {
      objectStore: () => store,
      get error() {
        return failure;
      },
      oncomplete: null,
      onabort: null,
    };
    queueMicrotask(() => (failure === null ? transaction.oncomplete : transaction.onabort)?.());
    return transaction;
  };
  return fake;
}

function asked<Result>(result: Result): AskedLike<Result> {
  return { result, error: null, onsuccess: null, onerror: null };
}
