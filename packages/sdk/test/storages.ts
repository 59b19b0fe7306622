import type { RequestStorage } from "../src/index.ts";

/** A storage that ends the "process" at a moment of the test's choice: from then on nothing more can be done with it. */
export interface MortalStorage extends RequestStorage {
  /** Dies after the write that satisfies the condition. */
  dieAfter: ((name: string, text: string) => boolean) | null;
}

/** What a storage that has died throws. */
export class ProcessEnded extends Error {}

/** The storage as one process sees it, which can die; what is stored stays. */
export function mortal(inner: RequestStorage): MortalStorage {
  let isDead = false;
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead) throw new ProcessEnded("the process has ended");
    return work();
  };
  const storage: MortalStorage = {
    dieAfter: null,
    read: (name) => alive(() => inner.read(name)),
    write: (name, text) =>
      alive(async () => {
        await inner.write(name, text);
        if (storage.dieAfter?.(name, text) !== true) return;
        isDead = true;
        throw new ProcessEnded("the process has ended");
      }),
    remove: (name) => alive(() => inner.remove(name)),
    names: (prefix) => alive(() => inner.names(prefix)),
    locked: (name, work) => alive(() => inner.locked(name, work)),
  };
  return storage;
}
