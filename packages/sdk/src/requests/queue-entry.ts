import { rollupAbi } from "@cairn/contracts";
import { type L1OperationKind, l1OperationKind } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { type Address, type Hex, isAddressEqual, parseEventLogs, type TransactionReceipt } from "viem";
import type { NodeClient } from "../client.ts";
import { apiErrorOf } from "../errors.ts";

/** An L1 queue entry as its transaction created it. */
export interface QueuedEntry {
  readonly position: number;
  readonly kind: L1OperationKind;
  /** Owner of the money, or sender of the request. */
  readonly owner: Address;
  readonly tokenId: number;
  /** Units that the contract received: a token may keep a part of what was sent. */
  readonly amount: bigint;
  readonly index: number;
  readonly key: bigint;
  /** Wei that the contract charged for it; half is burned. */
  readonly queueFee: bigint;
}

/** How far a node has brought a queue entry. */
export type EntryStatus = "unseen" | "queued" | "confirmed" | "proven" | "final";

/** What an entry did once a block had consumed it, as the node says. */
export type EntryOutcome = NonNullable<RouteResponse<"queueEntry">["outcome"]>;

/** A queue entry's status, the block that consumed it, and what it did there. */
export interface EntryProgress {
  readonly status: EntryStatus;
  readonly block: number | null;
  /** For a deposit, the account that it made or topped up. */
  readonly outcome: EntryOutcome | null;
}

/**
 * The queue entries that an L1 transaction created in a rollup.
 *
 * @example const [entry] = entriesOf(rollup.address, receipt);
 */
export function entriesOf(rollup: Address, receipt: Pick<TransactionReceipt, "logs">): QueuedEntry[] {
  const logs = receipt.logs.filter((log) => isAddressEqual(log.address, rollup));
  return parseEventLogs({ abi: rollupAbi, eventName: "L1OperationQueued", logs }).map(({ args }) => ({
    position: Number(args.position),
    kind: l1OperationKind(args.kind),
    owner: args.owner,
    tokenId: args.tokenId,
    amount: args.amount,
    index: args.index,
    key: args.key,
    queueFee: 2n * args.submitterFee,
  }));
}

/**
 * How far the node has brought the entry that an L1 transaction created, and what that did. Throws as the client's reads
 * do.
 *
 * @example const { status, outcome } = await findEntry(node, entry.position, receipt.transactionHash);
 */
export async function findEntry(
  client: Pick<NodeClient, "queueEntry">,
  position: number,
  l1Transaction: Hex,
): Promise<EntryProgress> {
  const entry = await client.queueEntry({ position }).catch((error: unknown) => {
    if (apiErrorOf(error)?.code === "not-found") return null;
    throw error;
  });
  if (entry?.position !== position || entry.l1Transaction.toLowerCase() !== l1Transaction.toLowerCase())
    return { status: "unseen", block: null, outcome: null };
  const { status, block, outcome } = entry;
  return { status: status === "received" ? "queued" : status, block, outcome };
}

const ORDER: readonly EntryStatus[] = ["unseen", "queued", "confirmed", "proven", "final"];

/**
 * Whether a status of a queue entry is the wanted one or comes after it.
 *
 * @example isAtLeast("proven", "confirmed") // true
 */
export function isAtLeast(status: EntryStatus, wanted: EntryStatus): boolean {
  return ORDER.indexOf(status) >= ORDER.indexOf(wanted);
}
