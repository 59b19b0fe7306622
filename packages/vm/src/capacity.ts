import { type BlockSize, blockCapacity, type SlotUse, TRANSACTION_KINDS, type TransactionGroup } from "@cairn/protocol";

/** Slots and other limited places of a block (spec 2.9), or how many of them a group uses. */
export interface Capacity extends SlotUse {
  readonly slots: number;
}

/** A limit that a group can hit. */
export type CapacityLimit = keyof Capacity;

const LIMITS: readonly CapacityLimit[] = ["slots", "payouts", "newAccounts", "extras"];

/** What an empty block of `slotCount` slots holds. */
export function emptyBlockCapacity(slotCount: BlockSize): Capacity {
  const capped = blockCapacity(slotCount);
  return { slots: slotCount, payouts: capped, newAccounts: capped, extras: capped };
}

/** What the group uses; depends on the kinds of its transactions only. */
export function requiredCapacity(group: TransactionGroup): Capacity {
  const none: Capacity = { slots: 0, payouts: 0, newAccounts: 0, extras: 0 };
  return group.reduce((sum, { transaction }) => {
    const { payouts, newAccounts, extras } = TRANSACTION_KINDS[transaction.type];
    return {
      slots: sum.slots + 1,
      payouts: sum.payouts + payouts,
      newAccounts: sum.newAccounts + newAccounts,
      extras: sum.extras + extras,
    };
  }, none);
}

/** First limit at which `required` exceeds `available`, null when it fits. */
export function exceededLimit(required: Capacity, available: Capacity): CapacityLimit | null {
  return LIMITS.find((limit) => required[limit] > available[limit]) ?? null;
}

/** `available` less `used`. */
export function remainingCapacity(available: Capacity, used: Capacity): Capacity {
  return {
    slots: available.slots - used.slots,
    payouts: available.payouts - used.payouts,
    newAccounts: available.newAccounts - used.newAccounts,
    extras: available.extras - used.extras,
  };
}
