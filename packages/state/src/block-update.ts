import { type Account, type AccountIndex, CairnError, FIRST_ACCOUNT_INDEX, isEmptyAccount } from "@cairn/protocol";
import type { StateErrorCode } from "./errors.ts";
import type { KeyValueReader } from "./key-value-store.ts";
import { corrupt, type Head } from "./records.ts";
import { readAccount } from "./state-view.ts";
import { leafCount } from "./tree-shape.ts";

/**
 * Checks a block's updates against the invariants of the state (spec 1.4) and returns the accounts they replace.
 * Throws `state/invalid-update`.
 */
export function validateUpdates(
  reader: KeyValueReader,
  head: Head,
  updates: ReadonlyMap<AccountIndex, Account>,
  nextIndex: number,
  depth: number,
): Map<AccountIndex, Account> {
  if (!Number.isInteger(nextIndex) || nextIndex < head.nextIndex || nextIndex > leafCount(depth)) {
    throw invalid(`next index ${nextIndex} after ${head.nextIndex}`);
  }
  const replaced = new Map<AccountIndex, Account>();
  for (const [index, account] of updates) {
    if (!Number.isInteger(index) || index < FIRST_ACCOUNT_INDEX || index >= nextIndex) {
      throw invalid(`index ${index} is not assigned`);
    }
    if (isEmptyAccount(account)) throw invalid(`account ${index} would become empty`);
    if (index >= head.nextIndex) continue;
    const before = readAccount(reader, index);
    if (before === undefined) throw corrupt(`account ${index} is missing`);
    if (before.owner !== account.owner || before.tokenId !== account.tokenId) {
      throw invalid(`owner or token of account ${index} would change`);
    }
    replaced.set(index, before);
  }
  const created = updates.size - replaced.size;
  if (created !== nextIndex - head.nextIndex) {
    throw invalid(`${created} accounts created, but the next index goes from ${head.nextIndex} to ${nextIndex}`);
  }
  return replaced;
}

function invalid(message: string): CairnError<StateErrorCode> {
  return new CairnError("state/invalid-update", message);
}
