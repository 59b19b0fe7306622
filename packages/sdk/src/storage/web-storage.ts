import { sdkError } from "../errors.ts";
import type { RequestStorage } from "./storage.ts";
import { type IndexedDbLike, openWebDatabase } from "./web-database.ts";

/** The part of `navigator.locks` that is used. */
export interface WebLocksLike {
  readonly request: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}

/** The part of a `BroadcastChannel` that is used. */
export interface WebChannelLike {
  readonly postMessage: (message: string) => void;
  readonly addEventListener: (type: "message", listener: (event: { readonly data: unknown }) => void) => void;
  readonly removeEventListener: (type: "message", listener: (event: { readonly data: unknown }) => void) => void;
}

/** What {@link webStorage} uses; the platform's own by default. */
export interface WebStorageParts {
  readonly indexedDB?: IndexedDbLike;
  readonly locks?: WebLocksLike;
  /** Tells other tabs what was written; null for nobody. */
  readonly channel?: WebChannelLike | null;
}

/** The channel on which tabs tell each other what they have written. */
const CHANNEL = "cairn-storage";

/**
 * Storage of a page, in IndexedDB, shared by the tabs of its origin, which take turns by Web Locks. Throws
 * `sdk/storage-failed` where either is missing, as on pages that are not served over HTTPS; its methods when nothing can be
 * read or written.
 *
 * @example createClient({ transport }).extend(cairnActions({ rollup, node, signer, storage: webStorage() }));
 */
export function webStorage(parts: WebStorageParts = {}): RequestStorage {
  const factory = parts.indexedDB ?? platformPart<IndexedDbLike>("indexedDB", () => valueAt("indexedDB"));
  const locks = parts.locks ?? platformPart<WebLocksLike>("navigator.locks", () => valueAt("navigator", "locks"));
  const database = openWebDatabase(factory);
  let channel: WebChannelLike | null | undefined = parts.channel;
  const others = (): WebChannelLike | null => {
    if (channel === undefined) channel = platformChannel();
    return channel;
  };
  const changed = (name: string): void => others()?.postMessage(name);
  return {
    read: database.read,
    write: async (name, text) => {
      await database.write(name, text);
      changed(name);
    },
    remove: async (name) => {
      await database.remove(name);
      changed(name);
    },
    names: async (prefix) => (await database.names()).filter((name) => name.startsWith(prefix)),
    locked: (name, work) => locks.request(name, work),
    onChange: (listener) => {
      const hear = ({ data }: { readonly data: unknown }) => listener(typeof data === "string" ? data : null);
      others()?.addEventListener("message", hear);
      return () => others()?.removeEventListener("message", hear);
    },
  };
}

/** Without one, other tabs hear of nothing before they look. */
function platformChannel(): WebChannelLike | null {
  const { BroadcastChannel: Channel } = globalThis as {
    readonly BroadcastChannel?: new (name: string) => unknown;
  };
  return Channel === undefined ? null : (new Channel(CHANNEL) as WebChannelLike);
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
    throw sdkError("sdk/storage-failed", "the page's storage refuses: it is switched off", { cause });
  }
}
