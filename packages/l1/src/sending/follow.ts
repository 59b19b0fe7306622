import { CairnError } from "@cairn/protocol";
import {
  getContractAddress,
  type Hex,
  isAddressEqual,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from "viem";
import type { L1ErrorCode } from "../errors.ts";
import { hasExpectedEvents } from "./expected-events.ts";
import { findNonceUser, type NonceUser } from "./nonce-user.ts";
import { offer } from "./offer.ts";
import type { SendingReader } from "./parties.ts";
import { isSameCall, newestAttempt, type SignedTransaction } from "./signed-transaction.ts";

/** What L1 says now of a signed transaction. */
export type Fate =
  /** L1 holds the call, in one of its own versions or one that someone else signed with the same key and other fees. */
  | { readonly type: "mined"; readonly receipt: TransactionReceipt }
  /** Another transaction of the account used the nonce. */
  | { readonly type: "replaced"; readonly by: NonceUser }
  /** The nonce is used, but by which transaction was not found. */
  | { readonly type: "unclear" }
  /** The nonce is free. */
  | { readonly type: "open" };

/** How to wait for a transaction. */
export interface FollowOptions {
  /** Longest wait; 180 s by default. */
  readonly timeoutMs?: number;
  /** How often the bytes are sent again, in case L1 lost them; every 10 s by default. */
  readonly resendMs?: number;
  /** Ends the wait early, with `l1/outcome-unknown`. */
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 180_000;
const DEFAULT_RESEND_MS = 10_000;

/**
 * Looks up on L1 what became of a transaction. Throws what the RPC throws.
 *
 * @example const fate = await fateOf(reader, storedTransaction);
 */
export async function fateOf(reader: SendingReader, transaction: SignedTransaction): Promise<Fate> {
  for (const { hash } of transaction.attempts) {
    const receipt = await findReceipt(reader, hash);
    if (receipt !== null) return { type: "mined", receipt };
  }
  const { from, nonce, signedAt, attempts } = transaction;
  if ((await reader.getTransactionCount({ address: from, blockTag: "latest" })) <= nonce) return { type: "open" };
  const user = await findNonceUser(reader, from, nonce, signedAt.block);
  if (user === null) return { type: "unclear" };
  const isOwn = attempts.some(({ hash }) => hash === user.hash) || isSameCall(transaction, user);
  if (!isOwn) return { type: "replaced", by: user };
  const receipt = await findReceipt(reader, user.hash);
  // Behind one address, some nodes may have the block while others do not have its receipts yet.
  return receipt === null ? { type: "unclear" } : { type: "mined", receipt };
}

/**
 * Waits until L1 holds this very call, and returns its receipt. Throws `l1/transaction-reverted`,
 * `l1/transaction-replaced` when another transaction took the nonce, `l1/unknown-event` when the call's event is
 * missing, and `l1/outcome-unknown` when L1 has not decided in time or does not answer.
 */
export async function followTransaction(
  reader: SendingReader,
  transaction: SignedTransaction,
  options: FollowOptions = {},
): Promise<TransactionReceipt> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, resendMs = DEFAULT_RESEND_MS, signal } = options;
  const startMs = performance.now();
  let resendAtMs = startMs + resendMs;
  let cause: unknown;
  for (;;) {
    const leftMs = startMs + timeoutMs - performance.now();
    if (leftMs <= 0 || signal?.aborted === true) throw outcomeUnknown(transaction, timeoutMs, cause);
    try {
      const fate = await within(leftMs, signal, fateOf(reader, transaction));
      if (fate.type === "mined") return settled(transaction, fate.receipt);
      if (fate.type === "replaced") throw await replaced(reader, transaction, fate.by);
      if (fate.type === "open" && performance.now() >= resendAtMs) {
        resendAtMs = performance.now() + resendMs;
        await within(leftMs, signal, offer(reader, newestAttempt(transaction)));
      }
    } catch (error) {
      if (error instanceof CairnError) throw error;
      cause = error;
    }
    await pause(Math.min(reader.pollingInterval, Math.max(leftMs, 1)), signal);
  }
}

/**
 * The receipt of a call that succeeded and emitted its event. Throws `l1/transaction-reverted`, `l1/unknown-event`.
 *
 * @example if (fate.type === "mined") return settled(transaction, fate.receipt);
 */
export function settled(
  { from, nonce, call }: Pick<SignedTransaction, "from" | "nonce" | "call">,
  receipt: TransactionReceipt,
): TransactionReceipt {
  const { transactionHash: hash, status, logs, contractAddress } = receipt;
  if (status !== "success") {
    throw new CairnError<L1ErrorCode>("l1/transaction-reverted", `${call.name} reverted on L1 in ${hash}`, {
      details: { reason: "unknown", hash },
    });
  }
  if (call.to === null) {
    // The address follows from what was signed; an RPC that names another would slip in its own contract.
    const address = getContractAddress({ from, nonce: BigInt(nonce) });
    if (contractAddress != null && isAddressEqual(contractAddress, address)) return receipt;
    throw new CairnError<L1ErrorCode>("l1/unknown-event", `${call.name} was not created at ${address} in ${hash}`, {
      details: { hash, address },
    });
  }
  if (call.isRollup && !hasExpectedEvents({ from, to: call.to, data: call.data }, logs)) {
    throw new CairnError<L1ErrorCode>("l1/unknown-event", `${call.name} emitted no event of its own in ${hash}`, {
      details: { hash, to: call.to },
    });
  }
  return receipt;
}

/**
 * `l1/transaction-replaced`: another transaction of the account used the nonce.
 *
 * @example if (fate.type === "replaced") throw await replaced(reader, transaction, fate.by);
 */
export async function replaced(
  reader: SendingReader,
  {
    from,
    nonce,
    call,
    attempts,
  }: Pick<SignedTransaction, "from" | "nonce" | "call"> & {
    readonly attempts: readonly { readonly hash: Hex }[];
  },
  by: NonceUser,
): Promise<CairnError<L1ErrorCode>> {
  const final = await reader.getBlock({ blockTag: "finalized" }).catch(() => null);
  const isFinal = final !== null && final.number !== null && Number(final.number) >= by.block;
  return new CairnError(
    "l1/transaction-replaced",
    `another transaction of ${from} used nonce ${nonce}: ${by.hash} in L1 block ${by.block}; ${call.name} did not happen`,
    {
      details: {
        hash: attempts.at(-1)?.hash,
        hashes: attempts.map(({ hash }) => hash),
        from,
        nonce,
        replacedBy: by.hash,
        l1Block: by.block,
        isFinal,
      },
    },
  );
}

/** `l1/outcome-unknown`: L1 may or may not include the transaction. */
export function outcomeUnknown(
  transaction: SignedTransaction,
  waitedMs: number,
  cause: unknown,
): CairnError<L1ErrorCode> {
  const { from, nonce, call } = transaction;
  const { hash } = newestAttempt(transaction);
  return new CairnError(
    "l1/outcome-unknown",
    `${call.name} was signed as ${hash}, nonce ${nonce} of ${from}; L1 has not decided after ${Math.round(waitedMs / 1000)} s`,
    { cause, details: { hash, hashes: transaction.attempts.map((attempt) => attempt.hash), from, nonce } },
  );
}

/** The receipt of a transaction; null if there is none, or the RPC answers with that of another one. */
export async function findReceipt(reader: SendingReader, hash: Hex): Promise<TransactionReceipt | null> {
  try {
    const receipt = await reader.getTransactionReceipt({ hash });
    return receipt.transactionHash.toLowerCase() === hash.toLowerCase() ? receipt : null;
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  }
}

/** Gives up waiting after `ms`, for an L1 node that never answers. */
async function within<T>(ms: number, signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  const end = new AbortController();
  const late = pause(ms, signal, end.signal).then(() => {
    throw new DOMException("L1 does not answer", "TimeoutError");
  });
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    end.abort();
  }
}

function pause(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve) => {
    const given = signals.filter((signal) => signal !== undefined);
    const done = () => {
      clearTimeout(timer);
      for (const signal of given) signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const signal of given) {
      if (signal.aborted) done();
      else signal.addEventListener("abort", done, { once: true });
    }
  });
}
