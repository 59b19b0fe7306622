import { bindIdempotencyKey, type Db, findTransactions, type IdempotencyKey, rebindIdempotencyKey } from "@cairn/db";
import type { Clock } from "../clock.ts";
import type { SubmissionOutcome } from "./submission.ts";

/** Keys by which clients name payments, so that one that is signed again does not run twice. */
export interface IdempotencyKeys {
  /**
   * Does the work of submitting transactions under a key; refuses instead while the key stands for other transactions that
   * have run or may still run.
   */
  readonly submit: (
    key: IdempotencyKey,
    ids: readonly bigint[],
    work: () => Promise<SubmissionOutcome>,
  ) => Promise<SubmissionOutcome>;
}

/** The keys in a database; `drain` waits until all that was acknowledged is stored there. */
export function createIdempotencyKeys(
  db: Db,
  { drain, clock }: { readonly drain: () => Promise<void>; readonly clock: Clock },
): IdempotencyKeys {
  /** Transactions under way by key, and how many requests brought them. */
  const underWay = new Map<string, { readonly ids: readonly bigint[]; requests: number }>();

  /** The transactions for which the key stands instead, null once it stands for these. */
  const findOther = async (key: IdempotencyKey, ids: readonly bigint[]): Promise<readonly bigint[] | null> => {
    const bound = await bindIdempotencyKey(db, key, ids, clock.nowMs());
    if (isSame(bound, ids)) return null;
    await drain();
    const stored = await findTransactions(db, bound);
    if (stored.some(({ status }) => status === "received" || status === "confirmed")) return bound;
    return (await rebindIdempotencyKey(db, key, { from: bound, to: ids }, clock.nowMs())) ? null : bound;
  };

  return {
    submit: async (key, ids, work) => {
      const name = `${key.account} ${key.key}`;
      const current = underWay.get(name) ?? { ids, requests: 0 };
      if (!isSame(current.ids, ids)) return used(current.ids);
      underWay.set(name, current);
      current.requests++;
      try {
        const other = await findOther(key, ids);
        return other === null ? await work() : used(other);
      } finally {
        current.requests--;
        if (current.requests === 0) underWay.delete(name);
      }
    },
  };
}

function used([by = 0n]: readonly bigint[]): SubmissionOutcome {
  return { type: "rejected", index: 0, reason: { type: "idempotencyKeyUsed", by } };
}

function isSame(a: readonly bigint[], b: readonly bigint[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
