import { payGasLimit, rollupAbi } from "@cairn/contracts";
import type { RollupCall } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { findUnpaidPayouts, payoutArguments, payoutsOf, type UnpaidPayout } from "@cairn/restore";
import { encodeFunctionData, parseEventLogs, type TransactionReceipt } from "viem";
import { showAddress } from "../address.ts";
import type { RollupCaller } from "../l1/caller.ts";
import type { SentCall } from "../l1/sent-calls.ts";
import type { RestoredSession } from "../restored/session.ts";
import { halves } from "./halves.ts";

/** A payout that was executed, or would be. */
export interface PaidPayout {
  readonly batch: number;
  /** In the batch's list. */
  readonly position: number;
  readonly recipient: string;
  readonly tokenId: number;
  readonly amount: bigint;
  /** False when the recipient could not receive it: then it is claimable. Null for a dry run. */
  readonly paid: boolean | null;
}

/** A payout that could not be executed, and why. */
export interface RefusedPayout extends Omit<PaidPayout, "paid"> {
  readonly reason: string;
}

/** Result of paying. */
export interface PayOutcome {
  readonly payouts: readonly PaidPayout[];
  readonly refused: readonly RefusedPayout[];
  readonly transactions: readonly SentCall[];
}

/** Unpaid records of one batch's list, in order; at least one. */
type Range = readonly [UnpaidPayout, ...UnpaidPayout[]];

/**
 * Executes payouts, those of one batch together, at most `maxCount` records of a list in one transaction, fewer if an
 * L1 block cannot hold their gas or they are refused: so records that cannot be paid do not block others. Payouts that
 * someone else pays meanwhile are skipped. Throws the refusal of a single record, and whatever else sending throws.
 */
export async function payAll(
  session: RestoredSession,
  caller: RollupCaller,
  unpaid: readonly UnpaidPayout[],
  maxCount: number,
): Promise<PayOutcome> {
  const payouts: PaidPayout[] = [];
  const refused: RefusedPayout[] = [];
  const transactions: SentCall[] = [];
  const { gasLimit } = await session.access.rollup.reader.getBlock();
  const open = ranges(unpaid, countWithin(maxCount, gasLimit));
  for (let range = open.shift(); range !== undefined; range = open.shift()) {
    try {
      const { sent, receipt } = await caller.send(payCall(session, range));
      transactions.push(sent);
      payouts.push(...(receipt === null ? range.map(triedPayout) : paidPayouts(receipt)));
    } catch (error) {
      if (!isCairnError(error, "l1/transaction-reverted")) throw error;
      const left = await withoutPaid(session, range);
      if (left.length === 0) continue;
      if (left.length < range.length) open.unshift(...toRanges([left]));
      else if (left.length > 1) open.unshift(...toRanges(halves(left)));
      else if (unpaid.length === 1) throw error;
      else refused.push({ ...recordOf(range[0]), reason: String(error.details.reason) });
    }
  }
  return { payouts, refused, transactions };
}

/** How many records, at most `maxCount`, fit into an L1 block in the worst case. */
function countWithin(maxCount: number, blockGasLimit: bigint): number {
  let count = maxCount;
  while (count > 1 && BigInt(payGasLimit(count)) > blockGasLimit) count--;
  return count;
}

/** The call that processes the list from a range's first record to its last, including those in between. */
function payCall({ restored }: RestoredSession, range: Range): RollupCall {
  const [{ batch, position: first }] = range;
  const maxCount = 1 + Math.max(...range.map(({ position }) => position)) - first;
  const args = payoutArguments(restored, batch, { first, maxCount });
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
  return { name: "pay", data, gas: BigInt(payGasLimit(maxCount)) };
}

/** Parts of the batches' lists with unpaid records. */
function ranges(unpaid: readonly UnpaidPayout[], maxCount: number): Range[] {
  const found: [UnpaidPayout, ...UnpaidPayout[]][] = [];
  for (const payout of unpaid) {
    const last = found.at(-1);
    const isWithin = last?.[0].batch === payout.batch && payout.position < last[0].position + maxCount;
    if (last !== undefined && isWithin) last.push(payout);
    else found.push([payout]);
  }
  return found;
}

function toRanges(parts: readonly (readonly UnpaidPayout[])[]): Range[] {
  return parts.flatMap(([first, ...others]) => (first === undefined ? [] : [[first, ...others] as const]));
}

/** The records of a refused call that have not been paid meanwhile. */
async function withoutPaid({ access, restored }: RestoredSession, range: Range): Promise<UnpaidPayout[]> {
  const block = Number(await access.rollup.reader.getBlockNumber());
  const unpaid = await findUnpaidPayouts(access, [payoutsOf(restored, range[0].batch)], block);
  const open = new Set(unpaid.map(({ position }) => position));
  return range.filter(({ position }) => open.has(position));
}

function recordOf({ batch, position, recipient, tokenId, amount }: UnpaidPayout): Omit<PaidPayout, "paid"> {
  return { batch, position, recipient: showAddress(recipient), tokenId, amount };
}

function triedPayout(payout: UnpaidPayout): PaidPayout {
  return { ...recordOf(payout), paid: null };
}

function paidPayouts({ logs }: TransactionReceipt): PaidPayout[] {
  const events = parseEventLogs({ abi: rollupAbi, eventName: ["PayoutPaid", "PayoutDeferred"], logs });
  return events.map(({ eventName, args }) => ({
    batch: Number(args.batchNumber),
    position: Number(args.position),
    recipient: args.recipient,
    tokenId: args.tokenId,
    amount: args.amount,
    paid: eventName === "PayoutPaid",
  }));
}
