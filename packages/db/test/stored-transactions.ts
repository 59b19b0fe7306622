import type { StoredTransaction } from "../src/index.ts";
import { signedTransfer } from "./signed-transfer.ts";

/** A transfer that was received at this time and waits; the next in the order of execution after that of the nonce before. */
export function receivedTransfer(
  nonce: number,
  receivedAtMs: number,
  change: Partial<StoredTransaction> = {},
): StoredTransaction {
  return {
    id: BigInt(1000 + nonce),
    sequence: nonce + 1,
    groupId: BigInt(1000 + nonce),
    groupPosition: 0,
    groupSize: 1,
    signed: signedTransfer(nonce),
    fromOwner: 6n,
    status: "received",
    inclusion: null,
    amount: null,
    fee: null,
    createdIndex: null,
    rejection: null,
    receivedAtMs,
    ...change,
  };
}
