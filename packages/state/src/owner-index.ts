import type { Account, AccountIndex } from "@cairn/protocol";
import type { KeyValueChange, KeyValueReader } from "./key-value-store.ts";
import { corrupt, encodeCount, encodeOwnerEntry, ownerCountKey, ownerEntryKey } from "./records.ts";
import { readAccount, readOwnerCount } from "./state-view.ts";

/** Changes that append created accounts, given in order of their indices, to the lists of their owners. */
export function ownerIndexAdditions(
  reader: KeyValueReader,
  created: readonly (readonly [AccountIndex, Account])[],
): KeyValueChange[] {
  const counts = new Map<bigint, number>();
  const changes = created.map(([index, { owner, tokenId }]): KeyValueChange => {
    const position = counts.get(owner) ?? readOwnerCount(reader, owner);
    counts.set(owner, position + 1);
    return { key: ownerEntryKey(owner, position), value: encodeOwnerEntry({ index, tokenId }) };
  });
  return [...changes, ...countChanges(counts)];
}

/** Changes that remove the last created accounts from the lists of their owners, where they are the last entries. */
export function ownerIndexRemovals(reader: KeyValueReader, removed: readonly AccountIndex[]): KeyValueChange[] {
  const counts = new Map<bigint, number>();
  const changes = removed.map((index): KeyValueChange => {
    const account = readAccount(reader, index);
    if (account === undefined) throw corrupt(`account ${index} is missing`);
    const position = (counts.get(account.owner) ?? readOwnerCount(reader, account.owner)) - 1;
    if (position < 0) throw corrupt(`account ${index} is not in the list of its owner`);
    counts.set(account.owner, position);
    return { key: ownerEntryKey(account.owner, position), value: null };
  });
  return [...changes, ...countChanges(counts)];
}

function countChanges(counts: ReadonlyMap<bigint, number>): KeyValueChange[] {
  return [...counts].map(([owner, count]) => ({
    key: ownerCountKey(owner),
    value: count === 0 ? null : encodeCount(count),
  }));
}
