import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bigintToAddress, type Domain, type SignedTransaction } from "@cairn/protocol";
import { signedTransactionFromJson, signedTransactionSchema, signedTransactionToJson } from "@cairn/rpc";
import { z } from "zod";
import { readJournalFile, writeJournalFile } from "../journal-file.ts";

const entrySchema = z.strictObject({
  version: z.literal(1),
  /** The user's request as text, the same for the same request. */
  intent: z.string(),
  createdAt: z.string(),
  transactions: z.array(signedTransactionSchema).min(1),
});

/** L2 transactions of an earlier command whose result has not been reported yet. */
export interface PendingPayment {
  /** ISO time of the signature. */
  readonly createdAt: string;
  readonly group: readonly SignedTransaction[];
}

/**
 * Signed L2 transactions between signature and reported result, in files by request. An entry is written before
 * anything is submitted, so a command repeated after a crash or an unknown outcome finds it and signs no second one.
 */
export interface PaymentJournal {
  /** The entry of a request. Throws `cli/bad-journal`. */
  readonly find: (intent: string) => PendingPayment | null;
  /** Durably writes a request's entry, replacing an earlier one. Throws `cli/bad-journal`. */
  readonly store: (intent: string, group: readonly SignedTransaction[]) => void;
  readonly remove: (intent: string) => void;
}

/** The journal of a rollup, in the command's home. */
export function openPaymentJournal(home: string, { chainId, rollup }: Domain): PaymentJournal {
  const directory = join(home, "l2-transactions", `${chainId}-${bigintToAddress(rollup)}`);
  const fileOf = (intent: string) => join(directory, `${createHash("sha256").update(intent).digest("hex")}.json`);
  return {
    find: (intent) => {
      const entry = readJournalFile(fileOf(intent), entrySchema);
      return entry && { createdAt: entry.createdAt, group: entry.transactions.map(signedTransactionFromJson) };
    },
    store: (intent, group) => {
      const transactions = group.map(signedTransactionToJson);
      writeJournalFile(fileOf(intent), { version: 1, intent, createdAt: new Date().toISOString(), transactions });
    },
    remove: (intent) => rmSync(fileOf(intent), { force: true }),
  };
}
