import {
  type Account,
  type AccountIndex,
  type BlockData,
  CairnError,
  decodeFloat16,
  isEmptyAccount,
  type L1Operation,
  type Payout,
  type PublishedSlot,
  type SlotKindName,
} from "@cairn/protocol";
import {
  amountMoved,
  applyTransfer,
  applyTransferToNew,
  applyWithdraw,
  NO_EFFECT,
  type SlotEffect,
} from "./effects.ts";
import type { VmErrorCode } from "./errors.ts";
import { creditFees, type FeeSums, gatherFee } from "./fees.ts";
import { applyL1Operation, type L1Outcome } from "./l1-operations.ts";
import { createOverlay, isTreeFull, netUpdates, type StateReader, type WorkingState } from "./state.ts";
import type { FeeCreditTrace } from "./trace.ts";

/** What L1 knows of a proven block. */
export interface ReplayInput {
  /** The state before the block. */
  readonly state: StateReader;
  /** As read from its cells. */
  readonly data: BlockData;
  /** Queue entries that the block consumed, in order. */
  readonly l1Operations: readonly L1Operation[];
}

/** A block rebuilt from L1, equal in these parts to the block that was executed. */
export interface ReplayedBlock {
  readonly oldNextIndex: number;
  readonly newNextIndex: number;
  readonly updates: ReadonlyMap<AccountIndex, Account>;
  readonly payouts: readonly Payout[];
  /** One per slot. */
  readonly kinds: readonly SlotKindName[];
  /** One per slot. */
  readonly effects: readonly SlotEffect[];
  /** One per L1 operation. */
  readonly l1Outcomes: readonly L1Outcome[];
  readonly feeCredits: readonly (FeeCreditTrace | null)[];
}

/**
 * Rebuilds what a proven block did (spec 3.6). Signatures, links and times are not known here and need no check.
 * Throws `vm/invalid-data` for data that no block can have published on this state, `vm/supply-exceeded`.
 */
export function replayBlock({ state, data, l1Operations }: ReplayInput): ReplayedBlock {
  requireData(l1Operations.length === data.l1Count, `${l1Operations.length} L1 operations instead of ${data.l1Count}`);
  const overlay = createOverlay(state);
  const fees: FeeSums = new Map();
  const kinds: SlotKindName[] = [];
  const l1Outcomes: L1Outcome[] = [];
  const effects = data.slots.map((slot, i): SlotEffect => {
    const operation = l1Operations[i];
    if (operation === undefined) {
      kinds.push(slot.type === "nothing" ? "noop" : slot.type);
      return replaySlot(overlay, slot, fees);
    }
    requireData(slot.type === "nothing", `slot ${i} is an L1 operation but publishes a transaction`);
    kinds.push(operation.type);
    const { outcome, effect } = applyL1Operation(overlay, operation);
    l1Outcomes.push(outcome);
    return effect;
  });
  const feeCredits = creditFees(overlay, data.feeIndices, fees);
  return {
    oldNextIndex: state.nextIndex(),
    newNextIndex: overlay.nextIndex(),
    updates: netUpdates(state, overlay),
    payouts: effects.flatMap(({ payout }) => (payout === null ? [] : [payout])),
    kinds,
    effects,
    l1Outcomes,
    feeCredits,
  };
}

function replaySlot(state: WorkingState, slot: PublishedSlot, fees: FeeSums): SlotEffect {
  if (slot.type === "nothing") return NO_EFFECT;
  const { from } = slot;
  const sender = state.getAccount(from);
  requireData(!isEmptyAccount(sender), `sender ${from} is not assigned`);
  const fee = decodeFloat16(slot.fee);
  const amount = amountMoved(slot.amount, fee, sender.balance);
  requireData(amount >= 0n && amount + fee <= sender.balance, `account ${from} cannot pay ${amount} and fee ${fee}`);
  gatherFee(fees, sender.tokenId, fee);
  const debit = { from, amount, fee };
  switch (slot.type) {
    case "transfer": {
      const receiver = state.getAccount(slot.to);
      requireData(!isEmptyAccount(receiver), `receiver ${slot.to} is not assigned`);
      requireData(receiver.tokenId === sender.tokenId, `receiver ${slot.to} has another token than ${from}`);
      return applyTransfer(state, debit, slot.to);
    }
    case "transferToNew":
      requireData(!isTreeFull(state), "an account is created in a full tree");
      return applyTransferToNew(state, debit, { owner: slot.toOwner, key: slot.toKey });
    case "withdraw":
      return applyWithdraw(state, debit, slot.recipient);
  }
}

function requireData(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new CairnError<VmErrorCode>("vm/invalid-data", `replay: ${problem}`);
}
