import { paymentRequestId } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { apiErrorOf, parsePaymentRequest } from "@cairn/sdk";
import { readAccount } from "./accounts.ts";
import { type WithAmounts, withAmounts } from "./amounts.ts";
import { type LiveResult, useLiveQuery } from "./live-query.ts";

/** A request is over when a second has passed its last one. */
const LATE_MS = 1_000;

/** A transaction, with what became of it. */
export type Transaction = WithAmounts<RouteResponse<"transaction">, "amount" | "fee">;

/** A request for a payment, with what became of it. */
export type PaymentRequestView = WithAmounts<
  RouteResponse<"paymentRequest">,
  "amount" | "paid" | "paidLate" | "paidRecalled"
>;

/**
 * An L2 transaction by its id; `data` is null when the node does not know it, and nothing is asked while the id is
 * undefined. What it says is the node's word: wait for a handle's `proven` or check the receipt where that matters. Live
 * if the provider's owner pays or is paid. Throws `react/no-provider`.
 *
 * @example const { data } = useTransaction(handle.hashes()[0]); // data?.status === "confirmed"
 */
export function useTransaction(id: string | undefined): LiveResult<Transaction | null> {
  return useLiveQuery({
    topic: id === undefined ? null : { type: "transaction", id: id.toLowerCase() },
    read: async (node, options, value) => {
      const transaction = await orNull(node.transaction({ id: id ?? "" }, options));
      const from = transaction?.transaction.from;
      if (from !== undefined && value.live.ownerOf(from) === undefined) await readAccount(node, from, options, value);
      return transaction;
    },
    select: toTransaction,
  });
}

/**
 * A request for a payment by its link, the text of its QR code, or its id; `data` is null when the node does not know it.
 * `error` is `sdk/bad-payment-request` for a text that is none. Live for the provider's owner's own requests, and for what
 * it pays itself. Throws `react/no-provider`.
 *
 * @example
 * const { data, isLive } = usePaymentRequest(link);
 * const isPaid = data?.status === "paid" && data.certainty === "final";
 */
export function usePaymentRequest(linkOrId: string | undefined): LiveResult<PaymentRequestView | null> {
  return useLiveQuery({
    topic: linkOrId === undefined ? null : { type: "paymentRequest", text: linkOrId },
    read: async (node, options) => orNull(node.paymentRequest({ id: idOf(linkOrId ?? "") }, options)),
    select: toPaymentRequest,
    changesInMs: untilExpiry,
  });
}

function idOf(text: string): string {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  const { request, domain } = parsePaymentRequest(text);
  return paymentRequestId(request, domain);
}

/** Nothing happens when a request expires: its time is over, and the answer is another. */
function untilExpiry(answer: RouteResponse<"paymentRequest"> | null): number | null {
  if (answer === null || (answer.status !== "open" && answer.status !== "underpaid")) return null;
  return answer.expiresAt * 1000 + LATE_MS - Date.now();
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (apiErrorOf(error)?.code === "not-found") return null;
    throw error;
  }
}

function toTransaction(answer: RouteResponse<"transaction"> | null): Transaction | null {
  return answer === null ? null : withAmounts(answer, ["amount", "fee"]);
}

function toPaymentRequest(answer: RouteResponse<"paymentRequest"> | null): PaymentRequestView | null {
  return answer === null ? null : withAmounts(answer, ["amount", "paid", "paidLate", "paidRecalled"]);
}
