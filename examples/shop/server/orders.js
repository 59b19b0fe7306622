/**
 * The rules of orders, and nothing else: no network, no clock, no storage.
 *
 * | From | To | When |
 * |---|---|---|
 * | open | underpaid | less than the price is in blocks in time |
 * | open, underpaid | paid | the price, or more, is: the node promises it |
 * | paid | open, underpaid | a block was dropped, or L1 has reorganised |
 * | paid | final | all that counts is final on L1; this never goes back |
 * | final | shipped | the shop ships |
 * | open, underpaid | expired | the time to pay, and some more, is over |
 * | paid, final | cancelled | the shop cancels |
 *
 * What has come for expired and cancelled orders, too late, or beyond the price goes back once it is final.
 */
import { floorToFloat40 } from "@cairn/protocol";

/** @typedef {import("@cairn/sdk").RequestState} RequestState */
/** @typedef {"open" | "underpaid" | "paid" | "final" | "shipped" | "expired" | "cancelled" | "refunded"} State */
/**
 * A payment that goes back, in whole or in part. `amount`, `fee` and what is `kept` because it is not worth a fee add up to
 * what is due. `attempt` changes when it is certain that the one before will never be executed.
 * @typedef {{ payment: string, amount: string, fee: string, kept: string, attempt: number,
 *   status: "due" | "sent" | "final", transaction: string | null }} Refund
 */
/**
 * An order; amounts are digits, in the token's smallest unit, times are in seconds.
 * @typedef {{ id: string, item: string, price: string, expiresAt: number, request: string, link: string, qrText: string,
 *   seen: RequestState | null, finalAt: number | null, shippedAt: number | null, closed: "expired" | "cancelled" | null,
 *   refunds: Refund[] }} Order
 */

/**
 * What has become of an order.
 * @param {Order} order
 * @returns {State}
 */
export function stateOf({ seen, finalAt, shippedAt, closed, refunds }) {
  if (shippedAt !== null) return "shipped";
  const isRefunded = refunds.length > 0 && refunds.every(({ status }) => status === "final");
  if (closed !== null) return isRefunded ? "refunded" : closed;
  if (finalAt !== null) return "final";
  if (seen === null || seen.status === "open" || seen.status === "expired") return "open";
  return seen.status === "underpaid" ? "underpaid" : "paid";
}

// #region book
/**
 * The order with what the node says of its request. Being final stays, whatever the node says later.
 * @param {Order} order
 * @param {RequestState} seen
 * @param {number} now
 * @returns {Order}
 */
export function book(order, seen, now) {
  const isFinal = (seen.status === "paid" || seen.status === "overpaid") && seen.certainty === "final";
  return { ...order, seen, finalAt: order.finalAt ?? (isFinal ? now : null) };
}
// #endregion

/**
 * The order as shipped. Throws when it is not certain that the money stays.
 * @param {Order} order
 * @param {number} now
 * @returns {Order}
 */
export function ship(order, now) {
  if (stateOf(order) !== "final") throw new RangeError(`the order is ${stateOf(order)}, not final`);
  return { ...order, shippedAt: now };
}

/**
 * The order as cancelled: all that was or will be paid for it goes back.
 * @param {Order} order
 * @returns {Order}
 */
export function cancel(order) {
  if (order.shippedAt !== null) throw new RangeError("the order is shipped");
  return { ...order, closed: order.closed ?? "cancelled" };
}

/**
 * The order as expired, if its time is over. From then on no payment makes it paid, so each can go back.
 * @param {Order} order
 * @param {number} now
 * @param {number} graceSeconds
 * @returns {Order}
 */
export function expire(order, now, graceSeconds) {
  const isUnpaid = ["open", "underpaid"].includes(stateOf(order));
  return isUnpaid && now > order.expiresAt + graceSeconds ? { ...order, closed: "expired" } : order;
}

/**
 * What has to go back and does not yet, by payment. Only final payments: others could still vanish, and the refund not.
 * @param {Order} order
 * @returns {{ payment: string, due: bigint }[]}
 */
export function duePayments({ price, seen, closed, refunds }) {
  // That a recalled payment is for this order is its sender's word: somebody has to look at it.
  const payments = (seen?.payments ?? []).filter(({ status, isRecalled }) => status === "final" && !isRecalled);
  const inTime = payments.filter(({ isLate }) => !isLate).reduce((sum, { amount }) => sum + BigInt(amount ?? 0), 0n);
  let excess = inTime - BigInt(price);
  // The newest first: they are what was paid too much.
  return payments.reverse().flatMap(({ id, amount: digits, isLate }) => {
    const amount = BigInt(digits ?? 0);
    const part = excess <= 0n ? 0n : excess < amount ? excess : amount;
    if (!isLate) excess -= part;
    const wanted = closed !== null || isLate ? amount : part;
    const given = refunds.filter(({ payment }) => payment === id).reduce((sum, refund) => sum + totalOf(refund), 0n);
    return wanted > given ? [{ payment: id, due: wanted - given }] : [];
  });
}

/**
 * A refund of what is due, less its fee, in an amount that can be signed. What does not pay for a fee is kept: otherwise
 * anyone could spend the shop's money on fees.
 * @param {{ payment: string, due: bigint }} due
 * @param {bigint} fee
 * @param {number} attempt
 * @returns {Refund}
 */
export function refundOf({ payment, due }, fee, attempt) {
  const amount = due > fee ? floorToFloat40(due - fee) : 0n;
  const paid = amount > 0n ? fee : 0n;
  const kept = due - amount - paid;
  return {
    payment,
    amount: `${amount}`,
    fee: `${paid}`,
    kept: `${kept}`,
    attempt,
    status: amount > 0n ? "due" : "final",
    transaction: null,
  };
}

/** @param {Refund} refund */
export function totalOf({ amount, fee, kept }) {
  return BigInt(amount) + BigInt(fee) + BigInt(kept);
}

/**
 * Whether nothing is left to do until another payment comes.
 * @param {Order} order
 */
export function isDone(order) {
  const isOver = order.finalAt !== null || order.closed !== null;
  const payments = order.seen?.payments ?? [];
  return (
    isOver &&
    duePayments(order).length === 0 &&
    payments.every(({ status }) => status === "final") &&
    order.refunds.every(({ status }) => status === "final")
  );
}
