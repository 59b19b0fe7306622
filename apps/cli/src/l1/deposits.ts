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

/** How far the node has brought the entry created by `l1Transaction`; null when blocks changed during the reads. */
export async function findEntry(
  client: NodeClient,
  position: number,
  l1Transaction: Hex,
): Promise<EntryProgress | null> {
  const { entries, processed } = await client.queue({ from: position, limit: 1 });
  const entry = entries.find((one) => one.position === position);
  if (entry?.l1Transaction !== l1Transaction) return { status: "unseen", block: null };
  if (!entry.isProcessed) return { status: "queued", block: null };
  const block = await blockOf(client, position, processed);
  // The number of processed entries was read before the blocks: the two fit only if it is unchanged.
  if (block === null || (await client.queue({ from: position, limit: 1 })).processed !== processed) return null;
  const isSettled = block.status === "proven" || block.status === "final";
  return { status: isSettled ? block.status : "confirmed", block: block.number };
}

/** Blocks consume the queue in order: counting back from the newest finds the one that consumed a position. */
async function blockOf(
  client: NodeClient,
  position: number,
  processed: number,
): Promise<{ readonly number: number; readonly status: string } | null> {
  let end = processed;
  let before: number | null = null;
  do {
    const page: Awaited<ReturnType<NodeClient["blocks"]>> = await client.blocks({
      limit: 100,
      ...(before === null ? {} : { before }),
    });
    for (const block of page.blocks) {
      end -= block.l1Operations;
      if (end <= position) return block;
    }
    before = page.next;
  } while (before !== null);
  return null;
}
