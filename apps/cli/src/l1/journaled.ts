import { DEV_CHAIN_IDS } from "@cairn/contracts";
import {
  type FollowOptions,
  type L1Reader,
  type L1Wallet,
  newestAttempt,
  resumeTransaction,
  type SendOptions,
  type SignedTransaction,
} from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { BlockNotFoundError, type TransactionReceipt } from "viem";
import type { Context } from "../context.ts";
import type { Journal, JournalEntry } from "./journal.ts";

/**
 * What the user asked for, without anything that changes between runs: the queue fee, a permit's signature, an account
 * that exists by now. Two runs with the same request are the same payment.
 */
export type Request = Readonly<Record<string, string | number | bigint | null>>;

/** Whoever sends transactions that outlive this process in a journal. */
export interface JournaledSender {
  readonly context: Context;
  readonly journal: Journal;
  readonly reader: L1Reader;
  /** Makes a second transaction although one of the same request has an unknown outcome. */
  readonly again: boolean;
  readonly timing: FollowOptions;
}

/** A transaction that L1 holds. */
export interface JournaledResult {
  readonly receipt: TransactionReceipt;
  readonly transaction: SignedTransaction | null;
  /** An earlier run signed it; this one only found out what became of it. */
  readonly isResumed: boolean;
}

/**
 * Sends one transaction of an intent, or resumes that of an earlier run whose result was never printed. Its entry is
 * removed once the command has printed its result. Throws as `sendToRollup` does, `cli/l1-busy` and `cli/bad-journal`.
 */
export async function sendJournaled(
  sender: JournaledSender,
  intent: string,
  signer: L1Wallet,
  sendNew: (options: SendOptions) => Promise<TransactionReceipt>,
): Promise<JournaledResult> {
  const { context, journal, reader, timing } = sender;
  const lock = await journal.lock();
  try {
    const options = { ...timing, store: journal.storeFor(intent), sent: lock.release };
    const earlier = await findEarlier(sender, intent);
    if (earlier !== null) {
      const { hash } = newestAttempt(earlier.transaction);
      context.output.progress(`resuming ${hash}, which an earlier run signed at ${earlier.createdAt}`);
    }
    const resumed = earlier === null ? null : await resume(journal, reader, signer, earlier, options);
    const receipt = resumed ?? (await forgettingWhatFailed(journal, intent, () => sendNew(options)));
    const done = journal.find(intent);
    if (done !== null) context.afterResult(() => journal.remove(intent, done.transaction));
    return { receipt, transaction: done?.transaction ?? null, isResumed: resumed !== null };
  } finally {
    lock.release();
  }
}

/**
 * The entry of an earlier run, if it counts. It does not with `--again`, when the user knows about it, nor after a
 * development chain was recreated with the same chain id and addresses.
 */
export async function findEarlier(
  { journal, reader, again }: Pick<JournaledSender, "journal" | "reader" | "again">,
  intent: string,
): Promise<JournalEntry | null> {
  const entry = journal.find(intent);
  if (entry === null) return null;
  if (again !== true && !(DEV_CHAIN_IDS.includes(reader.chain.id) && (await isOfAnotherChain(reader, entry)))) {
    return entry;
  }
  journal.remove(intent, entry.transaction);
  return null;
}

async function isOfAnotherChain(reader: L1Reader, { transaction }: JournalEntry): Promise<boolean> {
  const { block, blockHash } = transaction.signedAt;
  try {
    return (await reader.getBlock({ blockNumber: BigInt(block) })).hash !== blockHash;
  } catch (error) {
    if (error instanceof BlockNotFoundError) return true;
    throw error;
  }
}

/** Resumes an earlier run's transaction; null when another one used its nonce, so that it never happened. */
async function resume(
  journal: Journal,
  reader: L1Reader,
  signer: L1Wallet,
  { intent, transaction }: JournalEntry,
  options: SendOptions,
): Promise<TransactionReceipt | null> {
  try {
    return await forgettingWhatFailed(journal, intent, () => resumeTransaction(reader, signer, transaction, options));
  } catch (error) {
    if (isCairnError(error, "l1/transaction-replaced")) return null;
    throw error;
  }
}

/** Removes an entry whose transaction is known to have failed: the next run makes a new one. */
async function forgettingWhatFailed<T>(journal: Journal, intent: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isMinedRevert = isCairnError(error, "l1/transaction-reverted") && error.details.hash !== undefined;
    const entry = journal.find(intent);
    if (entry !== null && (isMinedRevert || isCairnError(error, "l1/transaction-replaced"))) {
      journal.remove(intent, entry.transaction);
    }
    throw error;
  }
}

/** The text of a request, by which an entry is found again. */
export function intentOf(request: Request): string {
  const parts = Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(parts.map(([name, value]) => [name, typeof value === "bigint" ? value.toString() : value]));
}
