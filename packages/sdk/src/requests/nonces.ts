import { messageHash, verify } from "@cairn/crypto";
import { type Domain, messageWords, type SignedTransaction } from "@cairn/protocol";
import { bigintToWord, type RouteResponse, type SignedTransactionJson, signedTransactionFromJson } from "@cairn/rpc";
import * as z from "zod/mini";
import type { NodeClient } from "../client.ts";
import { apiErrorOf, sdkError } from "../errors.ts";
import type { AccountView } from "../payee.ts";
import type { RequestStore } from "./store.ts";

const nonces = z.string().check(z.regex(/^[0-9]{1,13}$/));
const recordSchema = z.strictObject({
  version: z.literal(1),
  /** Requests that hold a nonce, by nonce. */
  held: z.record(nonces, z.string()),
  /** Transactions that were signed under a nonce and failed, by nonce, with the last second at which they may run. */
  lost: z.record(nonces, z.strictObject({ id: z.string(), until: z.int() })),
});

type NonceRecord = z.infer<typeof recordSchema>;

/** Who signs for an account, and where. */
export interface NonceContext {
  readonly store: RequestStore;
  readonly node: Pick<NodeClient, "accountHistory" | "transaction">;
  readonly domain: Domain;
  /** x of the key that signs. */
  readonly key: bigint;
}

/** Held nonces this far below the account's are history, whatever became of their requests. */
const FORGOTTEN_AFTER = 1024;
/** Pages of an account's history that are searched for the transaction that used a nonce. */
const MAX_PAGES = 20;
const PAGE = 100;
/** Places around the expected one in a history that are looked at. */
const SLACK = 4;

/**
 * Does work that changes which nonces of an account are used: alone among all tabs and processes with the storage.
 */
export function withNonces<T>(
  { store }: Pick<NonceContext, "store">,
  index: number,
  work: () => Promise<T>,
): Promise<T> {
  return store.locked(`nonces-${index}`, work);
}

/**
 * The next nonces of an account, the lowest that are neither used nor held; the request holds them then. `signed` are
 * those under which it has signed before. Only within {@link withNonces}. Throws `sdk/outcome-unknown` when the node says that a nonce is used under which a
 * transaction failed, but shows nothing else that was signed under it: that transaction may have run.
 */
export async function takeNonces(
  context: NonceContext,
  account: Pick<AccountView, "index" | "nonce">,
  count: number,
  { requestId, signed }: { readonly requestId: string; readonly signed: ReadonlySet<number> },
): Promise<number[]> {
  const { store } = context;
  const record = await readRecord(store, account.index);
  await settleLost(context, account, record);
  for (const held of Object.keys(record.held)) {
    if (Number(held) < account.nonce - FORGOTTEN_AFTER) delete record.held[held];
  }
  const taken: number[] = [];
  for (let nonce = account.nonce; taken.length < count; nonce++) {
    const holder = record.held[nonce];
    // What was never stored was never sent: a request, or the part of this one that it was about to sign.
    const isHeld =
      holder === requestId ? signed.has(nonce) : holder !== undefined && (await store.find(holder)) !== null;
    if (isHeld) continue;
    record.held[nonce] = requestId;
    delete record.lost[nonce];
    taken.push(nonce);
  }
  await writeRecord(store, account.index, record);
  return taken;
}

/**
 * The nonce that a transaction would get which does not hold it, such as an offer that may never be taken; only within
 * {@link withNonces}. Throws as {@link takeNonces}.
 */
export async function peekNonce(context: NonceContext, account: Pick<AccountView, "index" | "nonce">): Promise<number> {
  const record = await readRecord(context.store, account.index);
  await settleLost(context, account, record);
  for (let nonce = account.nonce; ; nonce++) {
    const holder = record.held[nonce];
    if (holder === undefined || (await context.store.find(holder)) === null) return nonce;
  }
}

/**
 * Gives the nonces of a request's transactions back; only within {@link withNonces}. Those that were given away signed
 * are remembered as lost: whoever signs under the same nonce next makes sure that they cannot run.
 */
export async function giveBack(
  { store }: Pick<NonceContext, "store">,
  index: number,
  given: readonly { readonly nonce: number; readonly lost: { readonly id: string; readonly until: number } | null }[],
  requestId: string,
): Promise<void> {
  const record = await readRecord(store, index);
  let isChanged = false;
  for (const { nonce, lost } of given) {
    if (record.held[nonce] !== requestId) continue;
    delete record.held[nonce];
    if (lost !== null) record.lost[nonce] = lost;
    isChanged = true;
  }
  if (isChanged) await writeRecord(store, index, record);
}

/** Ids of the requests that hold nonces of an account which are not used yet. */
export async function holdersOf(
  { store }: Pick<NonceContext, "store">,
  account: Pick<AccountView, "index" | "nonce">,
): Promise<string[]> {
  const { held } = await readRecord(store, account.index);
  return [...new Set(Object.entries(held).flatMap(([nonce, id]) => (Number(nonce) >= account.nonce ? [id] : [])))];
}

/**
 * The lowest nonce that no request holds, below one that a request holds: nothing behind it runs before it is used.
 * Null if there is no gap. Only within {@link withNonces}.
 */
export async function findGap(
  { store }: Pick<NonceContext, "store">,
  account: Pick<AccountView, "index" | "nonce">,
): Promise<number | null> {
  const { held } = await readRecord(store, account.index);
  const alive = new Set<number>();
  for (const [nonce, holder] of Object.entries(held)) {
    if (Number(nonce) >= account.nonce && (await store.find(holder)) !== null) alive.add(Number(nonce));
  }
  const last = Math.max(-1, ...alive);
  for (let nonce = account.nonce; nonce < last; nonce++) if (!alive.has(nonce)) return nonce;
  return null;
}

/** Drops lost transactions that cannot run any more. Throws `sdk/outcome-unknown` for one that may have run. */
async function settleLost(
  { store, node, domain, key }: NonceContext,
  account: Pick<AccountView, "index" | "nonce">,
  record: NonceRecord,
): Promise<void> {
  for (const [text, { id }] of Object.entries(record.lost)) {
    const nonce = Number(text);
    if (nonce >= account.nonce) continue;
    const user = await findNonceUse({ node, domain, key }, account, nonce);
    if (user !== null && user !== id) {
      delete record.lost[text];
      continue;
    }
    if (user === id) {
      // Said once: whoever pays again after this knows what they do.
      delete record.lost[text];
      await writeRecord(store, account.index, record);
    }
    const what = user === null ? "the node shows nothing that the key signed under it" : "the node has executed it";
    throw sdkError(
      "sdk/outcome-unknown",
      `${id} was said to have failed, but nonce ${nonce} of account ${account.index} is used and ${what}`,
      { details: { id, account: account.index, nonce, hasRun: user === id } },
    );
  }
}

/**
 * Id of the transaction that the key signed under a nonce and the node has executed; null if it shows none. Each executed
 * transaction uses a nonce, so its place in the account's history is known.
 */
async function findNonceUse(
  { node, domain, key }: Pick<NonceContext, "node" | "domain" | "key">,
  account: Pick<AccountView, "index" | "nonce">,
  nonce: number,
): Promise<string | null> {
  let later = account.nonce - 1 - nonce;
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page: RouteResponse<"accountHistory"> = await node.accountHistory({
      index: account.index,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const executed = page.entries.filter((entry) => hasUsedNonce(entry, account.index));
    // More may have run since the account was read.
    for (const { id } of executed.slice(Math.max(0, later - SLACK), later + SLACK + 1)) {
      const signed = id === null ? null : await findSigned(node, id);
      if (signed?.from === account.index && signed.nonce === nonce) return signedId(signed, domain, key);
    }
    later -= executed.length;
    if (later < -SLACK || page.next === null) return null;
    cursor = page.next;
  }
  return null;
}

type HistoryEntry = RouteResponse<"accountHistory">["entries"][number];

function hasUsedNonce({ type, status, from }: HistoryEntry, index: number): boolean {
  const isExecuted = status === "confirmed" || status === "proven" || status === "final";
  return (type === "transfer" || type === "withdraw") && isExecuted && from?.account === index;
}

async function findSigned(node: Pick<NodeClient, "transaction">, id: string): Promise<SignedTransactionJson | null> {
  const view = await node.transaction({ id }).catch((error: unknown) => {
    if (apiErrorOf(error)?.code === "not-found") return null;
    throw error;
  });
  return view?.transaction ?? null;
}

/** Id of a transaction if the key signed it; null otherwise. */
function signedId(json: SignedTransactionJson, domain: Domain, key: bigint): string | null {
  let signed: SignedTransaction;
  try {
    signed = signedTransactionFromJson(json);
  } catch {
    return null;
  }
  const message = messageHash(messageWords(signed.transaction, domain));
  return verify(message, signed.signature, key) ? bigintToWord(message) : null;
}

async function readRecord(store: RequestStore, index: number): Promise<NonceRecord> {
  const text = await store.storage.read(store.nameOf(`nonces-${index}`));
  if (text === null) return { version: 1, held: {}, lost: {} };
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw sdkError("sdk/bad-request-json", `the stored nonces of account ${index} are damaged`, { cause });
  }
}

function writeRecord(store: RequestStore, index: number, record: NonceRecord): Promise<void> {
  return store.storage.write(store.nameOf(`nonces-${index}`), JSON.stringify(record));
}
