import type { L1OutcomeContent, OwedPayout, StoredFeeCredit, StoredForeignTransaction } from "@cairn/db";
import { type BlockData, decodeFloat16, type L1Operation, type Payout } from "@cairn/protocol";
import type { FeeCreditTrace, L1Outcome, ReplayedBlock } from "@cairn/vm";

/** A fee credit of a block that is being stored. */
export type BlockFeeCredit = Omit<StoredFeeCredit, "blockNumber">;

/** What L1 operations did, as it is stored with their block. */
export function outcomesOf(operations: readonly L1Operation[], outcomes: readonly L1Outcome[]): L1OutcomeContent[] {
  return outcomes.map((outcome, i) => toStored(outcome, operations[i]));
}

function toStored(outcome: L1Outcome, operation: L1Operation | undefined): L1OutcomeContent {
  switch (outcome.type) {
    case "toppedUp":
    case "created":
      return { type: outcome.type, account: outcome.index, moved: operation?.type === "deposit" ? operation : null };
    case "refunded":
      return { type: "refunded", account: null, moved: outcome.payout };
    case "exited":
      return { type: "exited", account: outcome.index, moved: outcome.payout };
    case "keySet":
      return { type: "keySet", account: outcome.index, moved: null };
    case "noEffect":
      return { type: "noEffect", account: null, moved: null };
  }
}

/** Payouts with the slots that cause them. */
export function payoutsOf(slots: readonly { readonly payout: Payout | null }[]): OwedPayout[] {
  return slots.flatMap(({ payout }, slot) => (payout === null ? [] : [{ ...payout, slot }]));
}

/** Fee credits as they are stored. */
export function feeCreditsOf(credits: readonly (FeeCreditTrace | null)[]): BlockFeeCredit[] {
  return credits.flatMap((credit, position) => {
    if (credit === null) return [];
    const { tokenId, amount, leaf } = credit;
    return [{ position, account: leaf.index, owner: leaf.after.owner, tokenId, amount }];
  });
}

/** The transactions in a block of others, by what it published and did, without those in the slots `known`. */
export function foreignTransactionsOf(
  { slots }: BlockData,
  { effects }: ReplayedBlock,
  known: ReadonlySet<number>,
): Omit<StoredForeignTransaction, "blockNumber">[] {
  return slots.flatMap((published, slot) => {
    const effect = effects[slot];
    if (published.type === "nothing" || effect === undefined || known.has(slot)) return [];
    const { a, b, amount } = effect;
    const isWithdrawal = published.type === "withdraw";
    return [
      {
        slot,
        kind: published.type,
        from: { index: a.index, owner: a.before.owner },
        to: isWithdrawal ? null : { index: b.index, owner: b.after.owner },
        recipient: isWithdrawal ? published.recipient : null,
        tokenId: a.before.tokenId,
        amount,
        fee: decodeFloat16(published.fee),
      },
    ];
  });
}
