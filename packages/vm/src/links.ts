import { type L2Transaction, type TransactionGroup, transactionLink, WHOLE_BALANCE } from "@cairn/protocol";
import type { Rejection, RejectionReason } from "./rejections.ts";

/** Link content of a transaction (spec 2.7). */
export type HashLinkContent = (transaction: L2Transaction) => bigint;

/** First broken link of the group (spec 2.7), null when all hold. A group is complete: links stay inside it. */
export function findBrokenLink(group: TransactionGroup, hashLinkContent: HashLinkContent): Rejection | null {
  for (const [index, { transaction }] of group.entries()) {
    const reason = brokenLink(group, index, transaction, hashLinkContent);
    if (reason !== null) return { reason, index };
  }
  return null;
}

function brokenLink(
  group: TransactionGroup,
  index: number,
  transaction: L2Transaction,
  hashLinkContent: HashLinkContent,
): RejectionReason | null {
  const link = transactionLink(transaction);
  if (link === null) return null;
  if (transaction.amount === WHOLE_BALANCE) return { type: "wholeBalanceInLink" };
  const partner = group[index + link.offset]?.transaction;
  if (partner === undefined) return { type: "linkOutOfGroup", offset: link.offset };
  if (partner.type === "withdraw") return { type: "linkToWithdraw" };
  if (partner.link?.offset !== -link.offset) return { type: "linkOneWay" };
  return hashLinkContent(partner) === link.content ? null : { type: "linkContentMismatch" };
}
