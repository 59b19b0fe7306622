import { CairnError } from "@cairn/protocol";
import type { StateErrorCode } from "./errors.ts";
import type { KeyValueSnapshot, KeyValueStore } from "./key-value-store.ts";

type Values = Map<string, Uint8Array | undefined>;

/**
 * A key-value store in memory: for tests, browsers and chains that need not survive a restart. `next` looks at every key.
 */
export function createMemoryStore(): KeyValueStore {
  const values: Values = new Map();
  /** Per open snapshot, the former values of the keys written since. */
  const snapshots = new Set<Values>();
  let isOpen = true;

  return {
    get(key) {
      assertOpen(isOpen);
      return values.get(mapKey(key))?.slice();
    },
    next(key) {
      assertOpen(isOpen);
      const wanted = mapKey(key);
      let first: string | undefined;
      for (const name of values.keys()) if (name >= wanted && (first === undefined || name < first)) first = name;
      const value = first === undefined ? undefined : values.get(first);
      if (first === undefined || value === undefined) return undefined;
      return { key: Uint8Array.from(first, (character) => character.charCodeAt(0)), value: value.slice() };
    },
    write(changes) {
      assertOpen(isOpen);
      for (const { key, value } of [...changes]) {
        const name = mapKey(key);
        for (const before of snapshots) if (!before.has(name)) before.set(name, values.get(name));
        if (value === null) values.delete(name);
        else values.set(name, value.slice());
      }
    },
    snapshot(): KeyValueSnapshot {
      assertOpen(isOpen);
      const before: Values = new Map();
      snapshots.add(before);
      return {
        get(key) {
          assertOpen(isOpen && snapshots.has(before));
          const name = mapKey(key);
          return (before.has(name) ? before.get(name) : values.get(name))?.slice();
        },
        close() {
          snapshots.delete(before);
        },
      };
    },
    async close() {
      isOpen = false;
      snapshots.clear();
      values.clear();
    },
  };
}

function assertOpen(isOpen: boolean): void {
  if (!isOpen) throw new CairnError<StateErrorCode>("state/store-closed", "the store or snapshot is closed");
}

function mapKey(key: Uint8Array): string {
  return String.fromCharCode(...key);
}
