import { sdkError } from "../errors.ts";
import type { RequestStorage } from "./storage.ts";

/** The part of `localStorage` that is used. */
export interface WebStorageLike {
  readonly length: number;
  readonly key: (index: number) => string | null;
  readonly getItem: (name: string) => string | null;
  readonly setItem: (name: string, text: string) => void;
  readonly removeItem: (name: string) => void;
}

/** The part of `navigator.locks` that is used. */
export interface WebLocksLike {
  readonly request: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}

/** What {@link webStorage} uses; the platform's own by default. */
export interface WebStorageParts {
  readonly storage?: WebStorageLike;
  readonly locks?: WebLocksLike;
}

/**
 * Storage of a page, in `localStorage`, shared by the tabs of its origin, which take turns by Web Locks. Throws
 * `sdk/storage-failed` where either is missing, as on pages that are not served over HTTPS, and when nothing can be
 * written.
 *
 * @example createClient({ transport }).extend(cairnActions({ rollup, node, signer, storage: webStorage() }));
 */
export function webStorage(parts: WebStorageParts = {}): RequestStorage {
  const storage = parts.storage ?? platformPart<WebStorageLike>("localStorage", () => valueAt("localStorage"));
  const locks = parts.locks ?? platformPart<WebLocksLike>("navigator.locks", () => valueAt("navigator", "locks"));
  return {
    read: async (name) => attempt(() => storage.getItem(name)),
    write: async (name, text) => attempt(() => storage.setItem(name, text)),
    remove: async (name) => attempt(() => storage.removeItem(name)),
    names: async (prefix) =>
      attempt(() =>
        Array.from({ length: storage.length }, (_, i) => storage.key(i)).filter(
          (name): name is string => name?.startsWith(prefix) === true,
        ),
      ),
    locked: (name, work) => locks.request(name, work),
  };
}

/** Browsers throw where a page may not use a part. */
function platformPart<T>(what: string, find: () => unknown): T {
  const found = attempt(find);
  if (typeof found === "object" && found !== null) return found as T;
  throw sdkError("sdk/storage-failed", `this platform has no ${what}: give another storage`);
}

function valueAt(...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    globalThis,
  );
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw sdkError("sdk/storage-failed", "the page's storage refuses: it is full or switched off", { cause });
  }
}
