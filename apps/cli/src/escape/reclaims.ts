import { parseEscapeEvents, payGasLimit, reclaimArguments, rollupAbi } from "@cairn/contracts";
import { isCairnError, type L1Operation, tokenId } from "@cairn/protocol";
import type { WaitingEntry } from "@cairn/restore";
import { encodeFunctionData } from "viem";
import { showAddress } from "../address.ts";
import type { RollupCaller } from "../l1/caller.ts";
import type { SentCall } from "../l1/sent-calls.ts";
import type { RestoredSession } from "../restored/session.ts";

/** A queue entry that was paid back, or would be. */
export interface ReclaimedEntry {
  readonly position: number;
  readonly owner: string;
  readonly tokenId: number;
  readonly amount: bigint;
  /** Half of the queue fee, in wei. */
  readonly fee: bigint;
}

/** A queue entry that could not be paid back, and why. */
export interface RefusedEntry extends ReclaimedEntry {
  readonly reason: string;
}

/** Result of paying back. */
export interface ReclaimOutcome {
  readonly reclaimed: readonly ReclaimedEntry[];
  readonly refused: readonly RefusedEntry[];
  readonly transactions: readonly SentCall[];
}

/**
 * Pays queue entries back, one by one; a refused one does not block others. Entries that someone else pays back
 * meanwhile are skipped. Throws the refusal of a single entry, and whatever else sending throws.
 */
export async function reclaimAll(
  session: RestoredSession,
  caller: RollupCaller,
  entries: readonly WaitingEntry[],
): Promise<ReclaimOutcome> {
  const reclaimed: ReclaimedEntry[] = [];
  const refused: RefusedEntry[] = [];
  const transactions: SentCall[] = [];
  for (const entry of entries) {
    const args = reclaimArguments(entry.position, entry.operation);
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "reclaim", args });
    try {
      const { sent, receipt } = await caller.send({ name: "reclaim", data, gas: reclaimGas(entry) });
      transactions.push(sent);
      reclaimed.push(...(receipt === null ? [triedEntry(entry)] : reclaimedEntries(receipt.logs)));
    } catch (error) {
      if (!isCairnError(error, "l1/transaction-reverted")) throw error;
      if (await isReclaimed(session, entry.position)) continue;
      if (entries.length === 1) throw error;
      refused.push({ ...triedEntry(entry), reason: String(error.details.reason) });
    }
  }
  return { reclaimed, refused, transactions };
}

/** Owner of a queue entry: who is paid. */
export function ownerOf(operation: L1Operation): bigint {
  return operation.type === "deposit" ? operation.owner : operation.sender;
}

/** Gas for a reclaim's two payments at their worst: of the deposit, and of the fee in ETH. */
function reclaimGas({ operation, submitterFee }: WaitingEntry): bigint {
  const recipient = ownerOf(operation);
  const fee = { recipient, tokenId: tokenId(0), amount: submitterFee };
  const deposits = operation.type === "deposit" ? [{ ...operation, recipient }] : [];
  return BigInt(payGasLimit([...deposits, fee], 0));
}

function isReclaimed({ access }: RestoredSession, position: number): Promise<boolean> {
  const { reader, address } = access.rollup;
  return reader.readContract({ address, abi: rollupAbi, functionName: "isReclaimed", args: [BigInt(position)] });
}

function triedEntry({ position, operation, submitterFee }: WaitingEntry): ReclaimedEntry {
  const isDeposit = operation.type === "deposit";
  return {
    position,
    owner: showAddress(ownerOf(operation)),
    tokenId: isDeposit ? operation.tokenId : 0,
    amount: isDeposit ? operation.amount : 0n,
    fee: submitterFee,
  };
}

function reclaimedEntries(logs: Parameters<typeof parseEscapeEvents>[0]): ReclaimedEntry[] {
  return parseEscapeEvents(logs).flatMap((event) => {
    if (event.eventName !== "Reclaimed") return [];
    const { position, owner, tokenId, amount, fee } = event.args;
    return [{ position: Number(position), owner, tokenId, amount, fee }];
  });
}
