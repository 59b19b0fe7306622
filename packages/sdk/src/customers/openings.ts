import * as z from "zod/mini";
import { hashOf } from "../hash.ts";
import { type RequestStore, readStored } from "../requests/store.ts";
import { type CustomerBook, indicesOf } from "./book.ts";

const count = z.int().check(z.minimum(0));

const openingSchema = z.strictObject({
  version: z.literal(1),
  /** Counts openings: names their requests. */
  number: count,
  /** Account that pays. */
  account: count,
  /** Empty once it is over. */
  customers: z.array(z.string()),
});

/** Customers for whom accounts are being opened. */
export type Opening = z.infer<typeof openingSchema>;

/** A part of an opening, signed and sent under one request. */
export interface OpeningPart {
  readonly requestId: string;
  readonly customers: readonly string[];
}

/** The opening that is under way for an owner and token, if one is: every process works on the same one. */
export interface Openings {
  readonly current: () => Promise<Opening | null>;
  /**
   * Begins one for those of the customers that have no account in the book, unless another is under way; whether one is
   * now.
   */
  readonly begin: (customers: readonly string[], account: number) => Promise<boolean>;
  /** Ends one, after what it opened was found: `keep` writes that down. */
  readonly end: (opening: Opening, keep: () => Promise<void>) => Promise<void>;
  readonly partsOf: (opening: Opening) => OpeningPart[];
}

/** Accounts of an opening. */
const MOST = 1_024;
/** Accounts that are signed and kept together. */
const PART = 32;

/** The openings of an owner in a token. Its methods throw `sdk/storage-failed`, `sdk/storage-busy`. */
export function openOpenings(store: RequestStore, book: CustomerBook, owner: string, tokenId: number): Openings {
  const short = hashOf(`${owner.toLowerCase()} ${tokenId}`).slice(0, 32);
  const name = store.nameOf(`customers-opening-${short}`);
  const read = () => readStored(store, name, openingSchema);
  const write = (opening: Opening) => store.storage.write(name, JSON.stringify(opening));
  const locked = <T>(work: () => Promise<T>) => store.locked(`customers-opening-${short}`, work);
  const isOver = (opening: Opening | null) => opening === null || opening.customers.length === 0;
  return {
    current: async () => {
      const opening = await read();
      return isOver(opening) ? null : opening;
    },
    begin: (customers, account) =>
      locked(async () => {
        const last = await read();
        if (!isOver(last)) return true;
        // Another process may have opened some since these were looked for.
        const known = await book.all();
        const missing = customers.filter((id) => {
          const entry = known.get(id);
          return entry === undefined || indicesOf(entry, tokenId).length === 0;
        });
        if (missing.length === 0) return false;
        await write({ version: 1, number: (last?.number ?? 0) + 1, account, customers: missing.slice(0, MOST) });
        return true;
      }),
    end: (opening, keep) =>
      locked(async () => {
        if ((await read())?.number !== opening.number) return;
        await keep();
        await write({ ...opening, customers: [] });
      }),
    partsOf: ({ number, customers }) => {
      const parts: OpeningPart[] = [];
      for (let at = 0; at < customers.length; at += PART)
        parts.push({
          requestId: `customers-${short.slice(0, 16)}-${number}-${parts.length}`,
          customers: customers.slice(at, at + PART),
        });
      return parts;
    },
  };
}
