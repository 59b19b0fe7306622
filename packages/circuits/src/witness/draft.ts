import type { Compress } from "@cairn/crypto";
import { EMPTY_ACCOUNT, recipientOrOwner, TRANSACTION_KINDS, toKey, transactionLink } from "@cairn/protocol";
import type { BlockTrace, FeeCreditTrace, LeafStep, SlotTrace } from "@cairn/vm";
import {
  extraWitness,
  float16Witness,
  float40Witness,
  l1Witness,
  leafWitness,
  payoutWitness,
  signatureWitness,
  unsignedSignature,
} from "./parts.ts";
import { circuitShape } from "./shape.ts";
import type { BlockWitness, ExtraWitness, FeeCreditWitness, LeafWitness, SlotWitness } from "./types.ts";

/** One leaf before and after a step, not yet opened in a tree. */
export type StepDraft = { index: number; before: LeafWitness; after: LeafWitness };

/** A slot without Merkle paths. */
export type SlotDraft = Omit<SlotWitness, "a" | "b"> & { a: StepDraft; b: StepDraft };

/** A fee credit without Merkle path. */
export type FeeCreditDraft = Pick<FeeCreditWitness, "tokenId"> & { step: StepDraft };

/** The circuit's inputs without Merkle paths and sub-roots, which need the tree, and without the chains before the block. */
export type BlockDraft = Omit<BlockWitness, "slots" | "feeCredits" | "subroots" | "chains"> & {
  slots: SlotDraft[];
  feeCredits: FeeCreditDraft[];
};

/**
 * The circuit's inputs that follow from a trace alone. Throws `circuits/inconsistent-trace` for an invalid signature.
 */
export function draftBlock(trace: BlockTrace, compress: Compress): BlockDraft {
  const { capacity } = circuitShape(trace.slotCount);
  return {
    l1Operations: padded(
      trace.slots.flatMap(({ l1Operation }) => l1Operation ?? []).map(l1Witness),
      capacity,
      l1Witness(null),
    ),
    slots: draftSlots(trace, compress),
    terms: trace.slots.map(({ signed }) => ({
      reference: signed?.transaction.reference ?? 0n,
      validFrom: BigInt(signed?.transaction.validFrom ?? 0),
    })),
    linkTargets: trace.slots.map((slot, i) => BigInt(i + linkOffset(slot))),
    feeCredits: trace.feeCredits.map(draftFeeCredit),
    extras: padded(trace.slots.flatMap(extrasOf), capacity, extraWitness(0n, 0n)),
    payouts: padded(
      trace.slots.flatMap(({ payout }) => payout ?? []).map(payoutWitness),
      capacity,
      payoutWitness(null),
    ),
  };
}

function draftSlots(trace: BlockTrace, compress: Compress): SlotDraft[] {
  const unsigned = unsignedSignature(compress);
  return trace.slots.map((slot) => {
    const { signed } = slot;
    return {
      isTransfer: slot.kind === "transfer",
      isTransferToNew: slot.kind === "transferToNew",
      isWithdraw: slot.kind === "withdraw",
      a: draftStep(slot.a),
      b: draftStep(slot.b),
      amount: float40Witness(signed?.transaction.amount ?? 0),
      fee: float16Witness(signed?.transaction.fee ?? 0),
      feeSelectors: [0, 1, 2, 3].map((credit) => credit === slot.feeCredit),
      validUntil: BigInt(signed?.transaction.validUntil ?? 0),
      signature:
        signed === null ? { ...unsigned } : signatureWitness(signed.id, signed.signature, slot.a.before.key, compress),
    };
  });
}

function draftStep({ index, before, after }: LeafStep): StepDraft {
  return { index, before: leafWitness(before), after: leafWitness(after) };
}

function draftFeeCredit(credit: FeeCreditTrace | null): FeeCreditDraft {
  if (credit === null) {
    return { tokenId: 0n, step: { index: 0, before: leafWitness(EMPTY_ACCOUNT), after: leafWitness(EMPTY_ACCOUNT) } };
  }
  return { tokenId: BigInt(credit.tokenId), step: draftStep(credit.leaf) };
}

function linkOffset({ signed }: SlotTrace): number {
  return signed === null ? 0 : (transactionLink(signed.transaction)?.offset ?? 0);
}

function extrasOf({ signed }: SlotTrace): ExtraWitness[] {
  if (signed === null || TRANSACTION_KINDS[signed.transaction.type].extras === 0) return [];
  return [extraWitness(recipientOrOwner(signed.transaction), toKey(signed.transaction))];
}

function padded<T>(list: readonly T[], length: number, filler: T): T[] {
  return [...list, ...Array.from({ length: length - list.length }, () => structuredClone(filler))];
}
