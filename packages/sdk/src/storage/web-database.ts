import { sdkError } from "../errors.ts";

/** The part of IndexedDB that is used. */
export interface IndexedDbLike {
  readonly open: (name: string, version: number) => OpeningLike;
}
/** What an action of IndexedDB resolves to, by its events. */
export interface AskedLike<Result> {
  readonly result: Result;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
/** A database that is being opened. */
export interface OpeningLike extends AskedLike<DatabaseLike> {
  onupgradeneeded: (() => void) | null;
}
/** An open database. */
export interface DatabaseLike {
  readonly createObjectStore: (name: string) => unknown;
  readonly transaction: (
    store: string,
    mode: "readonly" | "readwrite",
    options: { readonly durability: "strict" },
  ) => TransactionLike;
  readonly close: () => void;
  onversionchange: (() => void) | null;
  onclose: (() => void) | null;
}
/** A transaction of a database. */
export interface TransactionLike {
  readonly objectStore: (name: string) => ObjectStoreLike;
  readonly error: unknown;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}
/** Values by name. */
export interface ObjectStoreLike {
  readonly get: (name: string) => AskedLike<unknown>;
  readonly getAllKeys: () => AskedLike<readonly unknown[]>;
  readonly put: (value: string, name: string) => AskedLike<unknown>;
  readonly delete: (name: string) => AskedLike<unknown>;
}

/** Texts by name, in a database of the browser. */
export interface WebDatabase {
  readonly read: (name: string) => Promise<string | null>;
  /** Resolves when the text is on the disk. */
  readonly write: (name: string, text: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  readonly names: () => Promise<readonly string[]>;
}

const DATABASE = "cairn";
const VERSION = 1;
const STORE = "texts";

/**
 * The database of a page's origin. A text that one tab has written is there for whoever reads after that, in any tab:
 * `localStorage` has a copy in each process, which may be older, also for the next holder of a lock.
 */
export function openWebDatabase(factory: IndexedDbLike): WebDatabase {
  let opened: Promise<DatabaseLike> | null = null;
  const database = (): Promise<DatabaseLike> => {
    opened ??= open(factory, () => {
      opened = null;
    }).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  const transact = async <Result>(
    mode: "readonly" | "readwrite",
    work: (store: ObjectStoreLike) => AskedLike<Result>,
  ): Promise<Result> => {
    try {
      return await runOn(await database(), mode, work);
    } catch (cause) {
      throw sdkError("sdk/storage-failed", "the page's storage refuses: it is full or switched off", { cause });
    }
  };
  return {
    read: async (name) => {
      const text = await transact("readonly", (store) => store.get(name));
      return typeof text === "string" ? text : null;
    },
    write: async (name, text) => void (await transact("readwrite", (store) => store.put(text, name))),
    remove: async (name) => void (await transact("readwrite", (store) => store.delete(name))),
    names: async () => (await transact("readonly", (store) => store.getAllKeys())).map(String),
  };
}

/** `forget` is called when the connection has ended, by the browser or for another version of the pages. */
function open(factory: IndexedDbLike, forget: () => void): Promise<DatabaseLike> {
  return new Promise((resolve, reject) => {
    const opening = factory.open(DATABASE, VERSION);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      database.onclose = forget;
      database.onversionchange = () => {
        database.close();
        forget();
      };
      resolve(database);
    };
  });
}

function runOn<Result>(
  database: DatabaseLike,
  mode: "readonly" | "readwrite",
  work: (store: ObjectStoreLike) => AskedLike<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const asked = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = () => reject(transaction.error ?? asked.error);
  });
}
