import { isCairnError } from "@cairn/protocol";
import { quoteFee } from "@cairn/sdk";
import { duePayments, expire, isDone, refundOf, totalOf } from "./orders.js";

/** How long a refund may keep others waiting. */
const PATIENCE_MS = 10_000;

/** @typedef {import("./orders.js").Refund} Refund */
/** @typedef {import("./booking.js").BookingDeps & { graceSeconds: number, refresh: (id: string) => Promise<void> }} SettlingDeps */

/**
 * Closes orders whose time is over, and sends back what has to go back. Whatever it is interrupted by, it goes on: what is to
 * be paid is in the store before it is signed, under an id with which the SDK pays at most once.
 * @param {SettlingDeps} deps
 */
export function createSettling({ client, account, store, inTurn, nowSeconds, graceSeconds, refresh }) {
  const token = account.tokenId;

  /** Changes an order in one transaction. @param {string} id @param {(order: import("./orders.js").Order) => import("./orders.js").Order} change */
  const update = (id, change) =>
    store.transaction(() => {
      const order = store.orders.get(id);
      if (order === undefined) throw new RangeError("there is no such order");
      const changed = change(order);
      if (changed !== order) store.orders.putSync(id, changed);
      return changed;
    });

  /** @param {string} id @param {number} place @param {Partial<Refund>} change */
  const updateRefund = (id, place, change) =>
    update(id, (order) => ({
      ...order,
      refunds: order.refunds.map((refund, i) => (i === place ? { ...refund, ...change } : refund)),
    }));

  const quote = async () => quoteFee(await client.cairn.node(), { kind: "transfer", tokenId: token });

  /** Sends a refund, or finds what became of it. @param {string} id @param {number} place @param {Refund} refund */
  async function moveOn(id, place, { payment, amount, fee, attempt }) {
    const node = await client.cairn.node();
    try {
      // #region refund
      const { transaction } = await node.transaction({ id: payment });
      const handle = await client.transfer({
        // The same call after a crash, with the same id, is the same payment.
        requestId: `refund-${id}-${place}-${attempt}`,
        to: transaction.from,
        from: account.index,
        token,
        amount: BigInt(amount),
        fee: BigInt(fee),
      });
      const [hash = null] = handle.hashes();
      updateRefund(id, place, { status: "sent", transaction: hash });
      // Sends again what was lost. Whether it is final yet, the next round asks again.
      await handle.wait({ for: "confirmed", timeout: PATIENCE_MS });
      if ((await handle.status()) === "final") updateRefund(id, place, { status: "final" });
      // #endregion
    } catch (error) {
      if (isCairnError(error, "sdk/timeout") || isCairnError(error, "sdk/outcome-unknown")) return;
      if (!isCairnError(error, "sdk/not-reached")) throw error;
      // It is certain that this one is never executed; only therefore may there be another, at today's fee.
      const next = await quote();
      update(id, (order) => ({
        ...order,
        refunds: order.refunds.map((refund, i) =>
          i === place ? refundOf({ payment, due: totalOf(refund) }, next, attempt + 1) : refund,
        ),
      }));
    }
  }

  /** Does what can be done for an order now. @param {string} id */
  async function settle(id) {
    const isOver = (/** @type {import("./orders.js").Order} */ order) => expire(order, nowSeconds(), graceSeconds);
    // Only on the node's word of now: what tells of a payment in time may be late.
    const known = update(id, (before) => before);
    if (isOver(known) !== known) await refresh(id);
    const order = update(id, isOver);
    if (duePayments(order).length > 0) {
      const fee = await quote();
      update(id, (now) => ({
        ...now,
        refunds: [...now.refunds, ...duePayments(now).map((due) => refundOf(due, fee, 0))],
      }));
    }
    for (const [place, refund] of (store.orders.get(id)?.refunds ?? []).entries())
      if (refund.status !== "final") await moveOn(id, place, refund);
    store.transaction(() => {
      const after = store.orders.get(id);
      if (after === undefined || isDone(after)) store.work.removeSync(id);
    });
  }

  return {
    update,
    /** @param {string} id */
    settle: (id) => inTurn(id, () => settle(id)),
    /** Goes through all orders with something left to do; resolves to what went wrong. */
    settleAll: async () => {
      /** @type {{ id: string, error: unknown }[]} */
      const failures = [];
      for (const id of [...store.work.getKeys()])
        await inTurn(id, () => settle(id)).catch((error) => failures.push({ id, error }));
      return failures;
    },
  };
}
