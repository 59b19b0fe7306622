import { bigintToWord } from "@cairn/rpc";
import * as z from "zod/mini";
import { sdkError } from "../errors.ts";
import { hashOf } from "../hash.ts";
import { type RequestStore, readStored } from "../requests/store.ts";
import type { CustomerKeys } from "./keys.ts";

const count = z.int().check(z.minimum(0));

const entrySchema = z.strictObject({
  id: z.string(),
  /** x of the public key, 32 bytes of hex. */
  key: z.string().check(z.regex(/^0x[0-9a-f]{64}$/)),
  /** Accounts with this key, as token and index. */
  accounts: z.array(z.tuple([count, count])),
});

const pageSchema = z.strictObject({ version: z.literal(1), customers: z.array(entrySchema) });

/** A customer as kept. What it says of accounts was true once, and is compared with the chain wherever it is used. */
export type BookEntry = z.infer<typeof entrySchema>;

/** Customers of an owner with their accounts, in the client's storage. The secret and the ids make it anew. */
export interface CustomerBook {
  readonly all: () => Promise<Map<string, BookEntry>>;
  /** Adds entries and replaces those of the same customers, alone among all processes. */
  readonly save: (entries: readonly BookEntry[]) => Promise<void>;
  /**
   * The entries of customers, added where they are missing. Throws `sdk/request-conflict` when a customer has another
   * key in the book: that of another secret.
   */
  readonly register: (keys: CustomerKeys, customers: readonly string[]) => Promise<BookEntry[]>;
}

/** Customers of a page: what is written anew when one of them changes. */
const PAGE = 64;
/** Accounts of a customer in a token that are kept. Anyone can open more; the lowest are the ones that wallets pay. */
const MAX_ACCOUNTS = 16;

/** The book of an owner. Its methods throw `sdk/storage-failed`, `sdk/storage-busy`, `sdk/bad-request-json`. */
export function openBook(store: RequestStore, owner: string): CustomerBook {
  const short = hashOf(owner.toLowerCase()).slice(0, 32);
  const nameOf = (number: number) => store.nameOf(`customers-${short}-${number}`);

  const readPages = async (): Promise<BookEntry[][]> => {
    const pages: BookEntry[][] = [];
    for (;;) {
      const page = await readStored(store, nameOf(pages.length), pageSchema);
      if (page === null) return pages;
      pages.push(page.customers);
    }
  };
  const all = async () => new Map((await readPages()).flat().map((entry) => [entry.id, entry]));
  const save = (entries: readonly BookEntry[]): Promise<void> =>
    store.locked(`customers-${short}`, async () => {
      const pages = await readPages();
      const placeOf = new Map(pages.flatMap((page, number) => page.map(({ id }, at) => [id, { number, at }] as const)));
      const changed = new Set<number>();
      for (const entry of entries) {
        const last = Math.max(0, pages.length - 1);
        const isFull = (pages[last]?.length ?? 0) >= PAGE;
        const place = placeOf.get(entry.id) ?? { number: isFull ? last + 1 : last, at: pages[last]?.length ?? 0 };
        const page = pages[place.number] ?? [];
        pages[place.number] = page;
        if (placeOf.has(entry.id)) page[place.at] = entry;
        else placeOf.set(entry.id, { number: place.number, at: page.push(entry) - 1 });
        changed.add(place.number);
      }
      // In order: a page is found only after those before it.
      for (const number of [...changed].sort((a, b) => a - b))
        await store.storage.write(nameOf(number), JSON.stringify({ version: 1, customers: pages[number] }));
    });

  return {
    all,
    save,
    register: async (keys, customers) => {
      const known = await all();
      const added: BookEntry[] = [];
      const found: BookEntry[] = [];
      for (const id of customers) {
        const key = bigintToWord(await keys.publicKey(id));
        const entry = known.get(id);
        if (entry !== undefined && entry.key !== key) throw otherKey(id);
        if (entry === undefined) added.push({ id, key, accounts: [] });
        found.push(entry ?? { id, key, accounts: [] });
      }
      if (added.length > 0) await save(added);
      return found;
    },
  };
}

/** Indices of a customer's accounts in a token, as far as the book has them. */
export function indicesOf({ accounts }: BookEntry, tokenId: number): number[] {
  return accounts.flatMap(([token, index]) => (token === tokenId ? [index] : []));
}

/** The entry with these accounts in a token; the same one when nothing changes. */
export function withIndices(entry: BookEntry, tokenId: number, indices: readonly number[]): BookEntry {
  const kept = [...indices].sort((a, b) => a - b).slice(0, MAX_ACCOUNTS);
  if (JSON.stringify(kept) === JSON.stringify(indicesOf(entry, tokenId))) return entry;
  const others = entry.accounts.filter(([token]) => token !== tokenId);
  return { ...entry, accounts: [...others, ...kept.map((index): [number, number] => [tokenId, index])] };
}

function otherKey(customer: string) {
  return sdkError(
    "sdk/request-conflict",
    `customer ${customer} has another key in the book: it is that of another secret`,
    {
      details: { customer },
    },
  );
}
