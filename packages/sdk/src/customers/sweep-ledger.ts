import { signedTransactionSchema } from "@cairn/rpc";
import * as z from "zod/mini";
import { hashOf } from "../hash.ts";
import { REQUEST_ID } from "../requests/document.ts";
import { type RequestStore, readStored } from "../requests/store.ts";

const count = z.int().check(z.minimum(0));
const amount = z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,38})$/));

const recordSchema = z.strictObject({
  version: z.literal(1),
  /** Counts the sweeps of the owner in the token. */
  number: count,
  isComplete: z.boolean(),
});

const outcomeSchema = z.strictObject({
  status: z.enum(["confirmed", "rejected", "replaced", "expired"]),
  /** What arrived, and what it cost; null where nothing happened. */
  amount: z.nullable(amount),
  fee: z.nullable(amount),
  reason: z.unknown(),
});

const partSchema = z.strictObject({
  version: z.literal(1),
  number: count,
  /** Which account, and its balance when its transfer was signed. */
  lines: z.array(z.strictObject({ customer: z.string(), account: count, balance: amount })).check(z.minLength(1)),
  /** One for each line. */
  transactions: z.array(signedTransactionSchema).check(z.minLength(1)),
  /** What pays the fees, where the swept accounts do not. */
  payer: z.nullable(
    z.strictObject({ requestId: z.string().check(z.regex(REQUEST_ID)), account: count, tokenId: count, fee: amount }),
  ),
  /** What became of each line; null until the node has confirmed or refused all of them. */
  outcomes: z.nullable(z.array(outcomeSchema)),
});

/** Transfers that were signed together, and what became of them. */
export type SweepPart = z.infer<typeof partSchema>;
/** What became of a transfer. */
export type SweepOutcome = z.infer<typeof outcomeSchema>;

/** Signs a part. */
export type MakePart = (
  number: number,
  added: readonly SweepPart[],
) => Promise<Omit<SweepPart, "version" | "number" | "outcomes"> | null>;

/** What is kept of the last sweep of an owner in a token. */
export interface SweepLedger {
  /** The sweep that is under way, else a new one; what was kept of an earlier one is removed. */
  readonly begin: () => Promise<number>;
  /** The last sweep; null before the first. */
  readonly last: () => Promise<{ readonly number: number; readonly isComplete: boolean } | null>;
  readonly parts: (sweep: number) => Promise<SweepPart[]>;
  /**
   * Adds a part that `make` signs, alone among all processes. `make` gets the number that the part will have, and those
   * that others have added behind the first `known` ones; it signs none by returning null. Resolves with the parts that
   * are new to the caller; with null when another process has ended the sweep.
   */
  readonly add: (sweep: number, known: number, make: MakePart) => Promise<SweepPart[] | null>;
  readonly settle: (sweep: number, part: SweepPart, outcomes: readonly SweepOutcome[]) => Promise<SweepPart>;
  /** Ends the sweep unless a part of it is not settled; whether it is over. */
  readonly complete: (sweep: number) => Promise<boolean>;
  /** The request under which the payer of a part's fees signs. */
  readonly requestIdOf: (sweep: number, part: number) => string;
}

/** The ledger of an owner in a token. Its methods throw `sdk/storage-failed`, `sdk/storage-busy`, `sdk/bad-request-json`. */
export function openSweepLedger(store: RequestStore, owner: string, tokenId: number): SweepLedger {
  const short = hashOf(`${owner.toLowerCase()} ${tokenId}`).slice(0, 32);
  const name = store.nameOf(`customers-sweep-${short}`);
  const prefixOf = (sweep: number) => `${name}-${sweep}-`;
  const read = () => readStored(store, name, recordSchema);
  const writeRecord = (number: number, isComplete: boolean) =>
    store.storage.write(name, JSON.stringify({ version: 1, number, isComplete }));
  const writePart = (sweep: number, part: SweepPart) =>
    store.storage.write(`${prefixOf(sweep)}${part.number}`, JSON.stringify(part));
  const locked = <T>(work: () => Promise<T>) => store.locked(`customers-sweep-${short}`, work);
  const parts = async (sweep: number, first = 0): Promise<SweepPart[]> => {
    const found: SweepPart[] = [];
    for (;;) {
      const part = await readStored(store, `${prefixOf(sweep)}${first + found.length}`, partSchema);
      if (part === null) return found;
      found.push(part);
    }
  };
  return {
    begin: () =>
      locked(async () => {
        const last = await read();
        if (last !== null && !last.isComplete) return last.number;
        const number = (last?.number ?? 0) + 1;
        await writeRecord(number, false);
        for (const old of await store.storage.names(`${name}-`))
          if (!old.startsWith(prefixOf(number))) await store.storage.remove(old);
        return number;
      }),
    last: read,
    parts: (sweep) => parts(sweep),
    add: (sweep, known, make) =>
      locked(async () => {
        const record = await read();
        if (record?.number !== sweep || record.isComplete) return null;
        const added = await parts(sweep, known);
        const number = known + added.length;
        const made = await make(number, added);
        if (made === null) return added;
        const part: SweepPart = { version: 1, number, ...made, outcomes: null };
        await writePart(sweep, part);
        return [...added, part];
      }),
    settle: async (sweep, part, outcomes) => {
      const settled = { ...part, outcomes: [...outcomes] };
      await writePart(sweep, settled);
      return settled;
    },
    complete: (sweep) =>
      locked(async () => {
        const record = await read();
        if (record?.number !== sweep) return true;
        if ((await parts(sweep)).some(({ outcomes }) => outcomes === null)) return false;
        await writeRecord(sweep, true);
        return true;
      }),
    requestIdOf: (sweep, part) => `sweep-${short.slice(0, 16)}-${sweep}-${part}`,
  };
}
