import { hexToReference } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { formatAmount } from "../amounts.ts";
import type { Network } from "../network.ts";
import { table } from "../output.ts";
import { tokenForShow } from "../tokens.ts";
import { formatReference } from "./reference.ts";

type TransactionView = RouteResponse<"transaction">;
type PayoutView = RouteResponse<"payouts">["payouts"][number];

/** A transaction as text, line by line, optionally with its history. */
export async function describeTransaction(
  network: Network,
  shown: TransactionView,
  payout: PayoutView | null,
  withHistory: boolean,
): Promise<string> {
  const { transaction, inclusion } = shown;
  const token = await tokenForShow(network, transaction.tokenId);
  const rows = [
    ["transaction", shown.id],
    ["status", shown.status + (inclusion === null ? "" : ` (block ${inclusion.block}, slot ${inclusion.slot})`)],
    ["from", `account ${transaction.from}, nonce ${transaction.nonce}`],
    ["to", receiverOf(shown)],
    ["amount", shown.amount === null ? "not executed yet" : formatAmount(shown.amount, token)],
    ["fee", shown.fee === null ? "not executed yet" : formatAmount(shown.fee, token)],
  ];
  const reference = formatReference(hexToReference(transaction.reference));
  if (reference !== null) rows.push(["reference", reference]);
  if (shown.group.length > 1) rows.push(["together with", shown.group.filter((id) => id !== shown.id).join(", ")]);
  if (shown.rejection !== null) rows.push(["reason", JSON.stringify(shown.rejection)]);
  if (payout !== null) rows.push(["payout", payoutText(payout)]);
  if (withHistory) {
    for (const [i, { type, atMs, details }] of shown.history.entries()) {
      const extra = Object.keys(details).length === 0 ? "" : ` ${JSON.stringify(details)}`;
      rows.push([i === 0 ? "history" : "", `${new Date(atMs).toISOString()}  ${type}${extra}`]);
    }
  }
  return table(rows);
}

/** How a payout stands; one that the node leaves to others, with what pays it. */
export function payoutText({ status, leftGas, l1Transaction }: PayoutView): string {
  if (leftGas !== null)
    return `${status}; the node leaves it to others, since it burns ${leftGas} gas: \`cairn pay\` pays it`;
  return status + (l1Transaction === null ? "" : ` in ${l1Transaction}`);
}

function receiverOf({ transaction, createdIndex }: TransactionView): string {
  if (transaction.type === "withdraw") return `${transaction.recipient} on L1`;
  if (transaction.type === "transfer") return `account ${transaction.to} of ${transaction.toOwner}`;
  return `new account ${createdIndex ?? ""}`.trim().concat(` of ${transaction.toOwner}`);
}
