import { rollupAbi } from "@cairn/contracts";
import type { RouteResponse } from "@cairn/rpc";
import { type Address, type Hex, isAddressEqual, parseEventLogs, TransactionReceiptNotFoundError } from "viem";
import type { L1Connection } from "../actions/context.ts";
import type { NodeClient } from "../client.ts";

/** A payout as the node knows it. */
export type PayoutView = RouteResponse<"payouts">["payouts"][number];

/** Which payout of a block. */
export interface PayoutQuery {
  readonly block: number;
  readonly recipient: string;
  readonly tokenId: number;
  /** Null for any. */
  readonly amount: bigint | null;
}

const PAGE = 100;
/** A block has at most 256 payouts. */
const MAX_PAGES = 3;

/**
 * The payout that a block owes, as the node knows it; null when it shows none. Equal payouts of one block cannot be
 * told apart: the last to be settled stands for all. Throws as the client's reads do.
 *
 * @example const payout = await findPayout(node, { block: 7, recipient, tokenId: 0, amount: null });
 */
export async function findPayout(
  client: Pick<NodeClient, "payouts">,
  { block, recipient, tokenId, amount }: PayoutQuery,
): Promise<PayoutView | null> {
  const fitting: PayoutView[] = [];
  let cursor: string | null | undefined;
  for (let pages = 0; pages < MAX_PAGES && cursor !== null; pages++) {
    const page: RouteResponse<"payouts"> = await client.payouts({
      recipient,
      block,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const isFitting = (one: PayoutView) =>
      one.block === block && one.tokenId === tokenId && (amount === null || BigInt(one.amount) === amount);
    fitting.push(...page.payouts.filter(isFitting));
    cursor = page.payouts.length === 0 ? null : page.next;
  }
  return fitting.find((one) => one.status === "owed") ?? fitting[0] ?? null;
}

/** How L1 settled a payout. */
export interface SettledPayout {
  readonly status: "paid" | "claimable";
  readonly l1Transaction: Hex;
  readonly l1Block: number;
  readonly batch: number;
  readonly position: number;
  readonly amount: bigint;
}

/**
 * What L1 says of a payout: read from the event of the transaction that the node names. Null while L1 does not show it.
 * Throws what the RPC throws.
 */
export async function readSettled(
  { reader, address }: L1Connection,
  { batch, recipient, tokenId, amount, l1Transaction }: PayoutView,
): Promise<SettledPayout | null> {
  if (l1Transaction === null || batch?.number == null) return null;
  const hash = l1Transaction as Hex;
  const receipt = await reader.getTransactionReceipt({ hash }).catch((error: unknown) => {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  });
  if (receipt?.transactionHash.toLowerCase() !== hash.toLowerCase()) return null;
  const logs = receipt.logs.filter((log) => isAddressEqual(log.address, address));
  const events = parseEventLogs({ abi: rollupAbi, eventName: ["PayoutPaid", "PayoutDeferred"], logs });
  const event = events.find(
    ({ args }) =>
      Number(args.batchNumber) === batch.number &&
      Number(args.position) === batch.place &&
      isAddressEqual(args.recipient, recipient as Address) &&
      args.tokenId === tokenId &&
      args.amount === BigInt(amount),
  );
  if (event === undefined) return null;
  return {
    status: event.eventName === "PayoutPaid" ? "paid" : "claimable",
    l1Transaction: hash,
    l1Block: Number(receipt.blockNumber),
    batch: batch.number,
    position: batch.place,
    amount: event.args.amount,
  };
}
