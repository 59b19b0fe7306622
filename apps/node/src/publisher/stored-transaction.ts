import type { L1Attempt, StoredL1Transaction } from "@cairn/db";
import { bigintToAddress, bytesToHex, CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import type { L1Call } from "./l1-call.ts";

/** Whether two L1 transactions would do the same. */
export function isSameWork(a: StoredL1Transaction, b: StoredL1Transaction): boolean {
  return a.purpose === b.purpose && a.subject === b.subject && a.content === b.content;
}

/** The newest attempt; every transaction is stored with its first one. */
export function newestOf({ id, attempts }: StoredL1Transaction): L1Attempt {
  const newest = attempts.at(-1);
  if (newest !== undefined) return newest;
  throw new CairnError<NodeErrorCode>("node/unavailable", `L1 transaction ${id} was stored without signed bytes`);
}

/** What is signed of a call. */
export interface SignableCall extends Pick<L1Call, "to" | "data" | "gasLimit"> {
  /** Versioned hash of its blob; null for an ordinary transaction. */
  readonly blobHash: Uint8Array | null;
}

/** The call that the transaction makes. */
export function toCall(transaction: StoredL1Transaction): SignableCall {
  return {
    to: bigintToAddress(transaction.recipient),
    data: bytesToHex(transaction.data),
    gasLimit: transaction.gasLimit,
    blobHash: transaction.blobHash,
  };
}
