import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { type L1OperationKind, l1OperationKind } from "@cairn/protocol";
import type { NodeClient } from "@cairn/sdk";
import { type Hex, parseEventLogs, type TransactionReceipt } from "viem";

/** An L1 queue entry as created by its transaction. */
export interface QueueEntryView {
  readonly position: number;
  readonly kind: L1OperationKind;
  readonly owner: Hex;
  readonly tokenId: number;
  readonly amount: bigint;
  readonly index: number;
  /** Wei that the contract charged for it; half is burned. */
  readonly queueFee: bigint;
}

/** How far the node has brought a queue entry. */
export type EntryStatus = "unseen" | "queued" | "confirmed" | "proven" | "final";

/** A queue entry's status, and the block that consumed it. */
export interface EntryProgress {
  readonly status: EntryStatus;
  readonly block: number | null;
}

const ORDER: readonly EntryStatus[] = ["unseen", "queued", "confirmed", "proven", "final"];

/** Whether a status is the wanted one or comes after it. */
export function isAtLeast(status: EntryStatus, wanted: EntryStatus): boolean {
  return ORDER.indexOf(status) >= ORDER.indexOf(wanted);
}

/** Queue entries that an L1 transaction created in this rollup. */
export function entriesOf({ address }: L1Rollup, receipt: TransactionReceipt): QueueEntryView[] {
  const logs = receipt.logs.filter((log) => log.address.toLowerCase() === address.toLowerCase());
  return parseEventLogs({ abi: rollupAbi, eventName: "L1OperationQueued", logs }).map(({ args }) => ({
    position: Number(args.position),
    kind: l1OperationKind(args.kind),
    owner: args.owner,
    tokenId: args.tokenId,
    amount: args.amount,
    index: args.index,
    queueFee: 2n * args.submitterFee,
  }));
}

/** How far the node has brought the entry created by `l1Transaction`. */
export async function findEntry(client: NodeClient, position: number, l1Transaction: Hex): Promise<EntryProgress> {
  const { entries } = await client.queue({ from: position, limit: 1 });
  const entry = entries.find((one) => one.position === position);
  if (entry?.l1Transaction !== l1Transaction) return { status: "unseen", block: null };
  return { status: entry.status === "received" ? "queued" : entry.status, block: entry.block };
}
