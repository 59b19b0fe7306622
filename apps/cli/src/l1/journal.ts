import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SignedTransaction } from "@cairn/l1";
import type { FileLock } from "@cairn/sdk/node";
import type { Address } from "viem";
import { z } from "zod";
import { readJournalFile, writeJournalFile, writing } from "../journal-file.ts";
import { lockAccount } from "./lock.ts";

const hex = z
  .string()
  .regex(/^0x[0-9a-fA-F]*$/)
  .transform((text): `0x${string}` => `0x${text.slice(2)}`);
const wei = z
  .string()
  .regex(/^[0-9]+$/)
  .transform((text) => BigInt(text));

const attempt = z.strictObject({ hash: hex, raw: hex, maxFeePerGas: wei, maxPriorityFeePerGas: wei });

const entrySchema = z.strictObject({
  version: z.literal(1),
  /** The user's request as text, the same for the same request. */
  intent: z.string(),
  createdAt: z.string(),
  transaction: z.strictObject({
    chainId: z.int().positive(),
    from: hex,
    nonce: z.int().min(0),
    call: z.strictObject({
      name: z.string(),
      to: hex.nullable(),
      data: hex,
      value: wei,
      gas: wei,
      isRollup: z.boolean(),
    }),
    signedAt: z.strictObject({ block: z.int().min(0), blockHash: hex }),
    attempts: z.tuple([attempt], attempt),
  }),
});

/** An L1 transaction of an earlier command whose result has not been reported yet. */
export interface JournalEntry {
  readonly intent: string;
  /** ISO time of the first signature. */
  readonly createdAt: string;
  readonly transaction: SignedTransaction;
}

/**
 * L1 transactions of one account in one rollup between signature and reported result, in files. An entry is written
 * before anything is sent and removed once its result was printed, so a command repeated after a crash or an unknown
 * outcome finds it.
 */
export interface Journal {
  readonly directory: string;
  /** The entry of a request. Throws `cli/bad-journal`. */
  readonly find: (intent: string) => JournalEntry | null;
  /** A function that durably writes a request's entry, replacing an earlier one. Throws `cli/bad-journal`. */
  readonly storeFor: (intent: string) => (transaction: SignedTransaction) => void;
  /** Removes an entry, unless another transaction has taken its place. */
  readonly remove: (intent: string, transaction: Pick<SignedTransaction, "nonce">) => void;
  /** All entries, oldest first. Throws `cli/bad-journal`. */
  readonly list: () => JournalEntry[];
  /** Prevents other processes from signing for the account. Throws `cli/l1-busy`, `cli/bad-journal`. */
  readonly lock: () => Promise<FileLock>;
}

/** The journal of an account in a rollup, in the command's home. */
export function openJournal(
  home: string,
  { chainId, rollup, from }: { readonly chainId: number; readonly rollup: Address; readonly from: Address },
): Journal {
  const root = join(home, "l1-transactions");
  const directory = join(root, `${chainId}-${rollup}-${from}`.toLowerCase());
  const fileOf = (intent: string) => join(directory, `${createHash("sha256").update(intent).digest("hex")}.json`);
  const find = (intent: string) => readEntry(fileOf(intent));
  return {
    directory,
    find,
    storeFor: (intent) => (transaction) => {
      const createdAt = find(intent)?.createdAt ?? new Date().toISOString();
      writeJournalFile(fileOf(intent), { version: 1, intent, createdAt, transaction });
    },
    remove: (intent, { nonce }) => {
      if (find(intent)?.transaction.nonce === nonce) rmSync(fileOf(intent), { force: true });
    },
    list: () => {
      if (!existsSync(directory)) return [];
      const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
      return names
        .flatMap((name) => readEntry(join(directory, name)) ?? [])
        .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    },
    // Nonces belong to the account, whichever rollup it calls.
    lock: () => {
      writing(root, () => mkdirSync(root, { recursive: true, mode: 0o700 }));
      return lockAccount(join(root, `${chainId}-${from}.lock`.toLowerCase()));
    },
  };
}

function readEntry(path: string): JournalEntry | null {
  const entry = readJournalFile(path, entrySchema);
  if (entry === null) return null;
  const { intent, createdAt, transaction } = entry;
  return { intent, createdAt, transaction };
}
