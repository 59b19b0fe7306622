import { payGasLimit, rollupAbi } from "@cairn/contracts";
import { MAX_TRANSACTION_GAS, type RollupCall } from "@cairn/l1";
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

/** Unpaid payouts of one batch, in the order of its list; at least one. */
type Group = readonly [UnpaidPayout, ...UnpaidPayout[]];

/**
 * Executes payouts, those of one batch together, at most `maxCount` in one transaction, fewer if a transaction cannot hold
 * their gas or they are refused: so payouts that cannot be paid do not block others. Payouts that someone else pays
 * meanwhile are skipped. Throws the refusal of a single payout, and whatever else sending throws.
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
  const maxGas = Math.min(Number(gasLimit), MAX_TRANSACTION_GAS);
  const open = groupsOf(session, unpaid, { maxCount, maxGas });
  for (let group = open.shift(); group !== undefined; group = open.shift()) {
    try {
      const { sent, receipt } = await caller.send(payCall(session, group));
      transactions.push(sent);
      const paid = receipt === null ? group.map(triedPayout) : paidPayouts(receipt);
      payouts.push(...paid);
      // A call settles what its gas covers with certainty, and skips what someone else has settled.
      const places = new Set(paid.map(({ position }) => position));
      const others = group.filter(({ position }) => !places.has(position));
      if (others.length > 0 && others.length < group.length) {
        open.unshift(...toGroups([await withoutPaid(session, others)]));
      }
    } catch (error) {
      if (!isCairnError(error, "l1/transaction-reverted")) throw error;
      const left = await withoutPaid(session, group);
      if (left.length === 0) continue;
      if (left.length < group.length) open.unshift(...toGroups([left]));
      else if (left.length > 1) open.unshift(...toGroups(halves(left)));
      else if (unpaid.length === 1) throw error;
      else refused.push({ ...recordOf(group[0]), reason: String(error.details.reason) });
    }
  }
  return { payouts, refused, transactions };
}

/** The call that pays a group, with gas for the worst that its recipients and tokens can do. */
function payCall(session: RestoredSession, group: Group): RollupCall {
  const [{ batch }] = group;
  const places = group.map(({ position }) => position);
  const args = payoutArguments(session.restored, batch, places);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
  return { name: "pay", data, gas: BigInt(payGasLimit(group, listLength(session, batch))) };
}

/** Unpaid payouts in groups of one batch each that a transaction can hold. */
function groupsOf(
  session: RestoredSession,
  unpaid: readonly UnpaidPayout[],
  { maxCount, maxGas }: { readonly maxCount: number; readonly maxGas: number },
): Group[] {
  const found: [UnpaidPayout, ...UnpaidPayout[]][] = [];
  let [batch, length] = [0, 0];
  for (const payout of unpaid) {
    if (payout.batch !== batch) [batch, length] = [payout.batch, listLength(session, payout.batch)];
    const last = found.at(-1);
    const hasRoom =
      last?.[0].batch === batch && last.length < maxCount && payGasLimit([...last, payout], length) <= maxGas;
    if (last !== undefined && hasRoom) last.push(payout);
    else found.push([payout]);
  }
  return found;
}

function listLength({ restored }: RestoredSession, batch: number): number {
  return payoutsOf(restored, batch).payouts.length;
}

function toGroups(parts: readonly (readonly UnpaidPayout[])[]): Group[] {
  return parts.flatMap(([first, ...others]) => (first === undefined ? [] : [[first, ...others] as const]));
}

/** The payouts of a refused call that have not been paid meanwhile. */
async function withoutPaid(
  { access, restored }: RestoredSession,
  group: readonly UnpaidPayout[],
): Promise<UnpaidPayout[]> {
  const [first] = group;
  if (first === undefined) return [];
  const block = Number(await access.rollup.reader.getBlockNumber());
  const unpaid = await findUnpaidPayouts(access, [payoutsOf(restored, first.batch)], block);
  const open = new Set(unpaid.map(({ position }) => position));
  return group.filter(({ position }) => open.has(position));
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
