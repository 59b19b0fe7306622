import { type AccountIndex, decodeFloat16 } from "@cairn/protocol";
import type { OfferedGroup } from "@cairn/vm";

/** A checked group on its way into a block. */
export interface PoolGroup {
  /** Message hashes, in the order of the group. */
  readonly ids: readonly bigint[];
  readonly transactions: OfferedGroup;
  /** Owners of the senders' accounts, as last known. */
  readonly owners: readonly bigint[];
  readonly receivedAtMs: number;
  /** Sequence of its first transaction; the others follow. */
  readonly sequence: number;
  /** It lost its place in a block, and gets another one whatever fees are now. */
  readonly wasConfirmed?: boolean;
}

/** Limits of the pool. */
export interface PoolLimits {
  /** Transactions that may wait in total. */
  readonly maxTransactions: number;
  /** Transactions of one account that may wait. */
  readonly maxPerAccount: number;
  /** Percent by which a replacement must raise the fee. */
  readonly replacementPercent: number;
}

/** What became of a group offered to the pool. */
export type PoolOutcome =
  | { readonly type: "added"; readonly replaced: readonly PoolGroup[] }
  | { readonly type: "full" }
  | { readonly type: "accountFull"; readonly from: AccountIndex }
  | { readonly type: "underpriced"; readonly from: AccountIndex; readonly nonce: number; readonly minimumFee: bigint };

/** Groups that wait for the nonces before them, or for their time to begin; in memory, the journal keeps the durable copy. */
export interface Pool {
  readonly add: (group: PoolGroup) => PoolOutcome;
  /** The group that has this nonce of an account. */
  readonly find: (from: AccountIndex, nonce: number) => PoolGroup | undefined;
  readonly has: (id: bigint) => boolean;
  readonly remove: (group: PoolGroup) => void;
  /** Groups that become valid by `timestamp`, by sequence; each is named once, unless it is added again. */
  readonly takeDue: (timestamp: number) => PoolGroup[];
  /** Groups with a transaction that expires before `timestamp`, by sequence; the caller removes them. */
  readonly expiredAt: (timestamp: number) => PoolGroup[];
  /** Number of transactions. */
  readonly size: () => number;
  /** All groups by sequence. */
  readonly groups: () => PoolGroup[];
}

/** An empty pool. */
export function createPool(limits: PoolLimits): Pool {
  const byAccount = new Map<AccountIndex, Map<number, PoolGroup>>();
  const byId = new Map<bigint, PoolGroup>();
  /** No group expires before it; may be too low after groups have left. */
  let firstExpiry = Number.POSITIVE_INFINITY;
  /** Groups that say from when on they are valid. */
  const scheduled = new Set<PoolGroup>();

  const find = (from: AccountIndex, nonce: number) => byAccount.get(from)?.get(nonce);

  const remove = (group: PoolGroup): void => {
    scheduled.delete(group);
    for (const id of group.ids) byId.delete(id);
    for (const { transaction } of group.transactions) {
      const nonces = byAccount.get(transaction.from);
      if (nonces?.get(transaction.nonce) !== group) continue;
      nonces.delete(transaction.nonce);
      if (nonces.size === 0) byAccount.delete(transaction.from);
    }
  };

  /** An account that would exceed its limit of waiting transactions. */
  const findCrowded = ({ transactions }: PoolGroup, replaced: ReadonlySet<PoolGroup>): AccountIndex | undefined => {
    const brought = new Map<AccountIndex, number>();
    for (const { transaction } of transactions) {
      brought.set(transaction.from, (brought.get(transaction.from) ?? 0) + 1);
    }
    for (const [from, count] of brought) {
      const kept = [...(byAccount.get(from)?.values() ?? [])].filter((waiting) => !replaced.has(waiting));
      if (kept.length + count > limits.maxPerAccount) return from;
    }
    return undefined;
  };

  const add = (group: PoolGroup): PoolOutcome => {
    const replaced = new Set<PoolGroup>();
    for (const { transaction } of group.transactions) {
      const { from, nonce, fee } = transaction;
      const rival = find(from, nonce);
      if (rival === undefined) continue;
      replaced.add(rival);
      const rivalFee = feeOf(rival, from, nonce);
      const minimumFee = rivalFee + (rivalFee * BigInt(limits.replacementPercent) + 99n) / 100n;
      const minimum = minimumFee > rivalFee ? minimumFee : rivalFee + 1n;
      if (decodeFloat16(fee) < minimum) return { type: "underpriced", from, nonce, minimumFee: minimum };
    }
    const freed = [...replaced].reduce((sum, { ids }) => sum + ids.length, 0);
    if (byId.size - freed + group.ids.length > limits.maxTransactions) return { type: "full" };
    const crowded = findCrowded(group, replaced);
    if (crowded !== undefined) return { type: "accountFull", from: crowded };
    for (const rival of replaced) remove(rival);
    for (const id of group.ids) byId.set(id, group);
    firstExpiry = Math.min(firstExpiry, deadlineOf(group));
    if (beginningOf(group) > 0) scheduled.add(group);
    for (const { transaction } of group.transactions) {
      const nonces = byAccount.get(transaction.from) ?? new Map<number, PoolGroup>();
      nonces.set(transaction.nonce, group);
      byAccount.set(transaction.from, nonces);
    }
    return { type: "added", replaced: [...replaced] };
  };

  const groups = () => [...new Set(byId.values())].sort((a, b) => a.sequence - b.sequence);
  return {
    add,
    find,
    has: (id) => byId.has(id),
    remove,
    takeDue: (timestamp) => {
      const due = [...scheduled].filter((group) => beginningOf(group) <= timestamp);
      for (const group of due) scheduled.delete(group);
      return due.sort((a, b) => a.sequence - b.sequence);
    },
    expiredAt: (timestamp) => {
      if (timestamp <= firstExpiry) return [];
      const expired: PoolGroup[] = [];
      firstExpiry = Number.POSITIVE_INFINITY;
      for (const group of groups()) {
        const expiry = deadlineOf(group);
        if (expiry < timestamp) expired.push(group);
        else firstExpiry = Math.min(firstExpiry, expiry);
      }
      return expired;
    },
    size: () => byId.size,
    groups,
  };
}

function feeOf(group: PoolGroup, from: AccountIndex, nonce: number): bigint {
  const held = group.transactions.find(({ transaction }) => transaction.from === from && transaction.nonce === nonce);
  return held === undefined ? 0n : decodeFloat16(held.transaction.fee);
}

/** Last second at which the whole group is valid. */
export function deadlineOf({ transactions }: Pick<PoolGroup, "transactions">): number {
  return Math.min(...transactions.map(({ transaction }) => transaction.validUntil));
}

/** First second at which the whole group is valid; 0 for at once. */
function beginningOf({ transactions }: PoolGroup): number {
  return Math.max(...transactions.map(({ transaction }) => transaction.validFrom));
}

/** Whether a group that was refused for this reason waits in the pool: for the nonces before it, or for its time. */
export function isWorthWaiting(reason: { readonly type: string }): boolean {
  return reason.type === "nonceTooHigh" || reason.type === "notYetValid";
}
