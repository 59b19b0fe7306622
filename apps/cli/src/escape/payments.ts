import { rollupAbi } from "@cairn/contracts";
import { isCairnError } from "@cairn/protocol";
import { findUnpaidPayouts, payoutArguments, payoutsOf, type UnpaidPayout } from "@cairn/restore";
import { encodeFunctionData, parseEventLogs, type TransactionReceipt } from "viem";
import { showAddress } from "../address.ts";
import type { L1Sender, SentCall } from "../l1/sending.ts";
import type { RestoredSession } from "../restored/session.ts";

/** A payout that was executed, or would be. */
export interface PaidPayout {
  readonly batch: number;
  /** In the batch's list. */
  readonly position: number;
  readonly recipient: string;
  readonly tokenId: number;
  readonly amount: bigint;
  /** False when the recipient could not receive it: then it is claimable. Null of a dry run. */
  readonly paid: boolean | null;
}

/** What paying came to. */
export interface PayOutcome {
  readonly payouts: readonly PaidPayout[];
  readonly transactions: readonly SentCall[];
}

/**
 * Executes payouts, those of one batch together, at most `maxCount` records of a list in one transaction. What somebody else
 * pays meanwhile is passed over. Throws what sending throws.
 */
export async function payAll(
  session: RestoredSession,
  sender: L1Sender,
  unpaid: readonly UnpaidPayout[],
  maxCount: number,
): Promise<PayOutcome> {
  const payouts: PaidPayout[] = [];
  const transactions: SentCall[] = [];
  for (const { batch, first, records } of ranges(unpaid, maxCount)) {
    const args = payoutArguments(session.restored, batch, { first, maxCount });
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
    try {
      const { sent, receipt } = await sender.send({ name: "pay", data });
      transactions.push(sent);
      payouts.push(...(receipt === null ? records.map(triedPayout) : paidPayouts(receipt)));
    } catch (error) {
      if (!isCairnError(error, "l1/transaction-reverted") || !(await isSettled(session, batch, records))) throw error;
    }
  }
  return { payouts, transactions };
}

/** Parts of the batches' lists that hold something unpaid. */
function ranges(unpaid: readonly UnpaidPayout[], maxCount: number) {
  const found: { readonly batch: number; readonly first: number; readonly records: UnpaidPayout[] }[] = [];
  for (const payout of unpaid) {
    const last = found.at(-1);
    if (last?.batch === payout.batch && payout.position < last.first + maxCount) last.records.push(payout);
    else found.push({ batch: payout.batch, first: payout.position, records: [payout] });
  }
  return found;
}

async function isSettled(
  { access, restored }: RestoredSession,
  batch: number,
  records: readonly UnpaidPayout[],
): Promise<boolean> {
  const block = Number(await access.rollup.reader.getBlockNumber());
  const left = await findUnpaidPayouts(access, [payoutsOf(restored, batch)], block);
  return records.every(({ position }) => left.every((payout) => payout.position !== position));
}

function triedPayout({ batch, position, recipient, tokenId, amount }: UnpaidPayout): PaidPayout {
  return { batch, position, recipient: showAddress(recipient), tokenId, amount, paid: null };
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
