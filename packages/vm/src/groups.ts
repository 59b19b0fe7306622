import type { TransactionGroup } from "@cairn/protocol";
import { type Capacity, type CapacityLimit, exceededLimit, requiredCapacity } from "./capacity.ts";
import { findBrokenLink, type HashLinkContent } from "./links.ts";
import type { Rejection, RejectionReason } from "./rejections.ts";
import { createOverlay, type WorkingState } from "./state.ts";
import {
  type ExecutedTransaction,
  executeTransaction,
  findMalformation,
  type OfferedGroup,
  type TransactionContext,
} from "./transactions.ts";

/** What became of a group: executed whole, refused, or left for a later block because of a limit of this one. */
export type GroupResult =
  | { readonly type: "executed"; readonly transactions: readonly ExecutedTransaction[]; readonly used: Capacity }
  | ({ readonly type: "rejected" } & Rejection)
  | { readonly type: "deferred"; readonly limit: CapacityLimit };

/** What a group runs against. */
export interface GroupContext extends TransactionContext {
  /** What an empty block holds. */
  readonly blockCapacity: Capacity;
  /** What this block still holds. */
  readonly remaining: Capacity;
  readonly hashLinkContent: HashLinkContent;
}

/** Executes a group all or nothing: `state` changes only when the result is `executed`. Throws `vm/supply-exceeded`. */
export function executeGroup(state: WorkingState, group: OfferedGroup, context: GroupContext): GroupResult {
  const rejection = findLastingProblem(group, context);
  if (rejection !== null) return { type: "rejected", ...rejection };

  const used = requiredCapacity(group);
  const limit = exceededLimit(used, context.remaining);
  if (limit !== null) return { type: "deferred", limit };

  const staged = createOverlay(state);
  const transactions: ExecutedTransaction[] = [];
  for (const [index, signed] of group.entries()) {
    const result = executeTransaction(staged, signed, context);
    if (result.type === "rejected") return { type: "rejected", reason: result.reason, index };
    transactions.push(result);
  }
  staged.mergeInto(state);
  return { type: "executed", transactions, used };
}

/** Problems that no other state or block can cure. */
function findLastingProblem(group: TransactionGroup, context: GroupContext): Rejection | null {
  if (group.length === 0) return { reason: { type: "emptyGroup" }, index: 0 };
  for (const [index, { transaction }] of group.entries()) {
    const reason = findMalformation(transaction);
    if (reason !== null) return { reason, index };
  }
  const tooLarge = findOversize(group, context.blockCapacity);
  return tooLarge === null ? findBrokenLink(group, context.hashLinkContent) : { reason: tooLarge, index: 0 };
}

function findOversize(group: TransactionGroup, capacity: Capacity): RejectionReason | null {
  const required = requiredCapacity(group);
  const limit = exceededLimit(required, capacity);
  if (limit === null) return null;
  return { type: "groupTooLarge", limit, required: required[limit], maximum: capacity[limit] };
}
