/**
 * Where requests are kept between signature and result. Texts by name; whatever is shared by those who may send for the
 * same accounts: the tabs of a page, the processes of a server.
 */
export interface RequestStorage {
  /** The text with a name; null if there is none. */
  readonly read: (name: string) => Promise<string | null>;
  /** Resolves when the text would survive a crash. */
  readonly write: (name: string, text: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** The names that begin with a prefix, in any order. */
  readonly names: (prefix: string) => Promise<readonly string[]>;
  /**
   * Does work that nobody with the same storage does at the same time under the same name. The lock of a tab or process
   * that died is free.
   */
  readonly locked: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /**
   * Calls back with the name of a text that somebody else with the storage has written or removed, null for all of them;
   * returns what ends that. Storages that do not hear of it have no such method.
   */
  readonly onChange?: (listener: (name: string | null) => void) => () => void;
}

/**
 * Storage that ends with the page or process: after a crash nothing is known of what was sent, so repeating a request
 * may pay twice. For tests, and for those who keep the handles' documents themselves.
 *
 * @example const storage = memoryStorage();
 */
export function memoryStorage(): RequestStorage {
  const texts = new Map<string, string>();
  return {
    read: async (name) => texts.get(name) ?? null,
    write: async (name, text) => {
      texts.set(name, text);
    },
    remove: async (name) => {
      texts.delete(name);
    },
    names: async (prefix) => [...texts.keys()].filter((name) => name.startsWith(prefix)),
    locked: createLocks(),
  };
}

/**
 * Locks within one page or process: who comes later waits.
 *
 * @example const locked = createLocks(); await locked("nonces", async () => 1);
 */
export function createLocks(): RequestStorage["locked"] {
  const last = new Map<string, Promise<void>>();
  return async (name, work) => {
    const before = last.get(name);
    const turn = (async () => {
      await before;
      return work();
    })();
    const done = turn.then(
      () => undefined,
      () => undefined,
    );
    last.set(name, done);
    try {
      return await turn;
    } finally {
      if (last.get(name) === done) last.delete(name);
    }
  };
}
