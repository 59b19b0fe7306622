import type { L2Transaction, PublishedSlot } from "@cairn/protocol";

/** What a transaction publishes (spec 3.2). */
export function publishedSlot(transaction: L2Transaction): PublishedSlot {
  const { from, amount, fee } = transaction;
  switch (transaction.type) {
    case "transfer":
      return { type: "transfer", from, to: transaction.to, amount, fee };
    case "transferToNew":
      return { type: "transferToNew", from, amount, fee, toOwner: transaction.toOwner, toKey: transaction.toKey };
    case "withdraw":
      return { type: "withdraw", from, amount, fee, recipient: transaction.recipient };
  }
}

/** What L1 operations and noops publish. */
export const PUBLISHES_NOTHING: PublishedSlot = { type: "nothing" };
