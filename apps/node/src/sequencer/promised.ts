import { deadlineOf, type PoolGroup } from "./pool.ts";

/** Groups that lost their place in a block and must be placed again: confirmations are kept. */
export interface Promised {
  readonly has: (group: PoolGroup) => boolean;
  readonly remove: (group: PoolGroup) => void;
  /**
   * Earliest deadline, at or after `earliest`, of the remaining ones; null if there is none. `earliest` must not
   * decrease.
   */
  readonly deadline: (earliest: number) => number | null;
}

/** These groups; no more can join. */
export function createPromised(groups: readonly PoolGroup[]): Promised {
  const left = new Set(groups);
  const byDeadline = groups.map((group) => ({ group, deadline: deadlineOf(group) }));
  byDeadline.sort((a, b) => a.deadline - b.deadline);
  let next = 0;
  return {
    has: (group) => left.has(group),
    remove: (group) => {
      left.delete(group);
    },
    deadline: (earliest) => {
      for (; next < byDeadline.length; next++) {
        const candidate = byDeadline[next];
        if (candidate === undefined) break;
        if (left.has(candidate.group) && candidate.deadline >= earliest) return candidate.deadline;
      }
      return null;
    },
  };
}
