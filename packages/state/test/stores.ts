import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore, type KeyValueStore } from "../src/index.ts";
import { createLmdbStore } from "../src/lmdb.ts";

/** A store for a test, with visible contents. */
export interface TestStore extends KeyValueStore {
  /** Every key and value written and not deleted since, as hex; the engine's own bookkeeping left out. */
  contents(): ReadonlyMap<string, string>;
  /** The next write fails with this error, before anything is written. */
  failNextWrite(error: Error): void;
}

/** The engines that every test of the store and of the tree runs on. */
export const ENGINES = ["memory", "lmdb"] as const;
export type Engine = (typeof ENGINES)[number];

const cleanups: (() => Promise<void>)[] = [];

export function createTestStore(engine: Engine): TestStore {
  const store = engine === "memory" ? createMemoryStore() : createLmdbStore({ path: temporaryFolder() });
  cleanups.push(() => store.close());
  return observed(store);
}

/** A new folder that {@link cleanUpStores} removes. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "cairn-state-"));
  cleanups.push(async () => rmSync(path, { recursive: true, force: true }));
  return path;
}

export async function cleanUpStores(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

function observed(store: KeyValueStore): TestStore {
  const contents = new Map<string, string>();
  let failure: Error | undefined;
  return {
    ...store,
    contents: () => contents,
    failNextWrite(error) {
      failure = error;
    },
    write(changes) {
      if (failure !== undefined) {
        const error = failure;
        failure = undefined;
        throw error;
      }
      const all = [...changes];
      store.write(all);
      for (const { key, value } of all) {
        if (value === null) contents.delete(hex(key));
        else contents.set(hex(key), hex(value));
      }
    },
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
