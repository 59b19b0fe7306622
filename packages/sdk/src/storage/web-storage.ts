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

/** The part of `window` that is used: its event "storage", which tells of what other tabs have written. */
export interface WebEventsLike {
  readonly addEventListener: (type: "storage", listener: (event: { readonly key: string | null }) => void) => void;
  readonly removeEventListener: (type: "storage", listener: (event: { readonly key: string | null }) => void) => void;
}

/** What {@link webStorage} uses; the platform's own by default. */
export interface WebStorageParts {
  readonly storage?: WebStorageLike;
  readonly locks?: WebLocksLike;
  readonly events?: WebEventsLike;
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
  const events = parts.events ?? (globalThis as Partial<WebEventsLike>);
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
    onChange: (listener) => {
      const hear = ({ key }: { readonly key: string | null }) => listener(key);
      events.addEventListener?.("storage", hear);
      return () => events.removeEventListener?.("storage", hear);
    },
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
