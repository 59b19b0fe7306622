import { type BlockSize, blockCapacity, type TransactionGroup } from "@cairn/protocol";

/** Slots and capped things of a block (spec 2.9), or how many of them a group takes. */
export interface Capacity {
  readonly slots: number;
  readonly payouts: number;
  readonly newAccounts: number;
  readonly extras: number;
}

/** What a group can run out of. */
export type CapacityLimit = keyof Capacity;

const LIMITS: readonly CapacityLimit[] = ["slots", "payouts", "newAccounts", "extras"];

/** What an empty block of `slotCount` slots holds. */
export function emptyBlockCapacity(slotCount: BlockSize): Capacity {
  const capped = blockCapacity(slotCount);
  return { slots: slotCount, payouts: capped, newAccounts: capped, extras: capped };
}

/** What the group takes; depends on the kinds of its transactions only. */
export function requiredCapacity(group: TransactionGroup): Capacity {
  let payouts = 0;
  let newAccounts = 0;
  for (const { transaction } of group) {
    if (transaction.type === "withdraw") payouts++;
    else if (transaction.type === "transferToNew") newAccounts++;
  }
  return { slots: group.length, payouts, newAccounts, extras: payouts + newAccounts };
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
