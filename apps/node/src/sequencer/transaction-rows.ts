import type { StoredTransaction, TransactionEvent } from "@cairn/db";
import { CairnError } from "@cairn/protocol";
import type { TransactionReceipt } from "@cairn/vm";
import type { NodeErrorCode } from "../errors.ts";
import { toPlain } from "../json.ts";
import type { PoolGroup } from "./pool.ts";

/** Row of the `position`-th transaction of a group that is in no block; its sender's owner is as last known. */
export function poolRow(
  group: PoolGroup,
  position: number,
  status: Exclude<StoredTransaction["status"], "confirmed">,
  rejection: object | null = null,
): StoredTransaction {
  return {
    ...common(group, position, group.owners[position]),
    status,
    inclusion: null,
    amount: null,
    fee: null,
    createdIndex: null,
    rejection,
  };
}

/** Rows of a group that a block included; `owners` are those of its senders in that block. */
export function confirmedRows(
  group: PoolGroup,
  blockNumber: number,
  receipts: readonly TransactionReceipt[],
  owners: readonly bigint[],
): StoredTransaction[] {
  return receipts.map(({ slot, amount, fee, created }, position) => ({
    ...common(group, position, owners[position]),
    status: "confirmed",
    inclusion: { blockNumber, slot },
    amount,
    fee,
    createdIndex: created,
    rejection: null,
  }));
}

/** History entry of a transaction that will not run. */
export function rejectedEvent(id: bigint, atMs: number, type: string, reason: object): TransactionEvent {
  const details = toPlain(reason);
  return { transactionId: id, atMs, type, details: typeof details === "object" && details !== null ? details : {} };
}

function common(group: PoolGroup, position: number, fromOwner: bigint | undefined) {
  const [id, signed] = [group.ids[position], group.transactions[position]];
  const groupId = group.ids[0];
  if (id === undefined || signed === undefined || groupId === undefined || fromOwner === undefined) {
    throw new CairnError<NodeErrorCode>("node/unavailable", `a group has no transaction ${position}`);
  }
  return {
    id,
    signed,
    fromOwner,
    groupId,
    groupPosition: position,
    groupSize: group.ids.length,
    sequence: group.sequence + position,
    receivedAtMs: group.receivedAtMs,
  };
}
