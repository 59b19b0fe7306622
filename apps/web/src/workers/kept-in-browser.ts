import type { BatchStorage } from "@cairn/restore";

const STORE = "batches";
/** Batches that are read at a time. */
const PAGE = 256;

/** A storage of batches in the browser, which may refuse: then nothing is kept, and nothing fails. */
export interface BrowserStorage extends BatchStorage {
  /** Whether what is given to it now is kept. */
  readonly isKept: () => boolean;
}

/**
 * Batches of a rollup in IndexedDB. Only one page of an origin writes at a time; others read what is there. What comes from it
 * is checked by whoever reads it: other pages of the origin may have written it.
 */
export async function keptInBrowser(rollup: string, chainId: number): Promise<BrowserStorage> {
  const name = `cairn-batches-${chainId}-${rollup.toLowerCase()}`;
  const lock = waitForLock(name);
  let database = await openDatabase(name).catch(() => null);
  const attempt = async <T>(work: (opened: IDBDatabase) => Promise<T>, otherwise: T): Promise<T> => {
    if (database === null) return otherwise;
    try {
      return await work(database);
    } catch {
      // Full, switched off or deleted meanwhile: the rebuilding goes on without it.
      database = null;
      return otherwise;
    }
  };
  return {
    isKept: () => database !== null && lock.isOurs(),
    read: (first) => attempt((opened) => readFrom(opened, first), []),
    write: async (first, batches) => {
      if (lock.isOurs()) await attempt((opened) => replaceFrom(opened, first, batches), undefined);
    },
  };
}

/** A lock that is ours, as soon as no other page has it, until the worker ends. */
function waitForLock(name: string): { readonly isOurs: () => boolean } {
  let isOurs = !("locks" in navigator);
  if (!isOurs) {
    const held = navigator.locks.request(name, () => {
      isOurs = true;
      return new Promise<never>(() => undefined);
    });
    held.catch(() => undefined);
  }
  return { isOurs: () => isOurs };
}

async function openDatabase(name: string): Promise<IDBDatabase> {
  const asked = indexedDB.open(name, 1);
  asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore(STORE));
  return answerOf(asked);
}

/** Batches from a number on, up to the first that is missing. */
async function readFrom(database: IDBDatabase, first: number): Promise<Uint8Array[]> {
  const store = database.transaction(STORE, "readonly").objectStore(STORE);
  const range = IDBKeyRange.bound(first, first + PAGE - 1);
  const [numbers, values] = await Promise.all([answerOf(store.getAllKeys(range)), answerOf(store.getAll(range))]);
  const batches: Uint8Array[] = [];
  for (const [i, value] of (values as unknown[]).entries()) {
    if (numbers[i] !== first + i || !(value instanceof Uint8Array)) break;
    batches.push(value);
  }
  return batches;
}

function replaceFrom(database: IDBDatabase, first: number, batches: readonly Uint8Array[]): Promise<void> {
  const transaction = database.transaction(STORE, "readwrite", { durability: "relaxed" });
  const store = transaction.objectStore(STORE);
  store.delete(IDBKeyRange.lowerBound(first));
  for (const [i, batch] of batches.entries()) store.put(batch, first + i);
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    for (const end of ["abort", "error"]) transaction.addEventListener(end, () => reject(transaction.error));
  });
}

function answerOf<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.addEventListener("success", () => resolve(asked.result));
    asked.addEventListener("error", () => reject(asked.error));
  });
}
