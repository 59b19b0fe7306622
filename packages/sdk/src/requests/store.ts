import { bigintToAddress, bytesToHex, type Domain } from "@cairn/protocol";
import type * as z from "zod/mini";
import { sdkError } from "../errors.ts";
import type { RequestStorage } from "../storage/storage.ts";
import { parseDocument, REQUEST_ID, type RequestDocument } from "./document.ts";

/** Requests of one rollup in a storage. */
export interface RequestStore {
  readonly storage: RequestStorage;
  /** A name in the storage for this rollup. */
  readonly nameOf: (what: string) => string;
  /** Throws `sdk/bad-request-json`, `sdk/storage-failed`. */
  readonly find: (id: string) => Promise<RequestDocument | null>;
  /** Throws `sdk/storage-failed`. */
  readonly save: (document: RequestDocument) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
  /** All of them, oldest first. Throws `sdk/bad-request-json`, `sdk/storage-failed`. */
  readonly list: () => Promise<RequestDocument[]>;
  readonly locked: RequestStorage["locked"];
}

/** The requests that a storage has for a rollup. */
export function requestStore(storage: RequestStorage, { chainId, rollup }: Domain): RequestStore {
  const nameOf = (what: string) => `cairn-${chainId}-${bigintToAddress(rollup).toLowerCase()}-${what}`;
  const prefix = nameOf("request-");
  const find = async (id: string) => {
    const text = await storage.read(prefix + id);
    return text === null ? null : documentOf(text);
  };
  return {
    storage,
    nameOf,
    find,
    save: (document) => storage.write(prefix + document.id, JSON.stringify(document)),
    remove: (id) => storage.remove(prefix + id),
    list: async () => {
      const names = await storage.names(prefix);
      const texts = await Promise.all(names.map((name) => storage.read(name)));
      const found = texts.flatMap((text) => (text === null ? [] : [documentOf(text)]));
      return found.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    },
    locked: (what, work) => storage.locked(nameOf(what), work),
  };
}

function documentOf(text: string): RequestDocument {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw sdkError("sdk/bad-request-json", "a stored request is no JSON", { cause });
  }
  return parseDocument(json);
}

/** How a request is named. */
export interface RequestName {
  readonly id: string;
  readonly isNamed: boolean;
}

/** The caller's id, or a random one. Throws `sdk/bad-request` for an id of another form. */
export function nameRequest(requestId: string | undefined): RequestName {
  if (requestId === undefined) return { id: randomId(), isNamed: false };
  if (REQUEST_ID.test(requestId)) return { id: requestId, isNamed: true };
  const form = "a request id has 1 to 64 letters, digits, dots, dashes and underscores";
  throw sdkError("sdk/bad-request", `${form}; this one has ${requestId.length}: ${requestId.slice(0, 80)}`);
}

/**
 * The request that an id already stands for; null if there is none. Throws `sdk/request-conflict` when it is another
 * one.
 */
export async function findRepeated(
  store: RequestStore,
  { id, isNamed }: RequestName,
  { kind, content }: Pick<RequestDocument, "kind" | "content">,
): Promise<RequestDocument | null> {
  const found = isNamed ? await store.find(id) : null;
  if (found === null || (found.kind === kind && found.content === content)) return found;
  throw sdkError("sdk/request-conflict", `request ${id} is a ${found.kind} with another content`, {
    details: { id, kind: found.kind, content: found.content },
  });
}

/** 16 random bytes as hex, without 0x. */
export function randomId(): string {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(16))).slice(2);
}

/**
 * A stored JSON document of a form; null if there is none. Throws `sdk/bad-request-json` for another form,
 * `sdk/storage-failed`.
 */
export async function readStored<Schema extends z.ZodMiniType>(
  { storage }: Pick<RequestStore, "storage">,
  name: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const text = await storage.read(name);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw sdkError("sdk/bad-request-json", `what is stored as ${name} is damaged`, { cause });
  }
}
