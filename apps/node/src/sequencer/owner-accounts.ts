import type { Account, AccountIndex, TokenId } from "@cairn/protocol";
import type { AccountView, OwnerEntry } from "@cairn/state";
import type { StateReader } from "@cairn/vm";

/** Which accounts of an owner to list. */
export interface OwnerQuery {
  readonly owner: bigint;
  readonly tokenId?: TokenId | undefined;
  /** Only accounts with this key; 0n for those without. */
  readonly key?: bigint | undefined;
  /** Only accounts whose key the owner authorised on L1, or only others. */
  readonly ownerKey?: boolean | undefined;
  /** Lowest index in the answer. */
  readonly from: number;
  /** Most accounts in the answer, at least 1. */
  readonly limit: number;
}

/** Some accounts of an owner, in order of their indices. */
export interface OwnerPage {
  readonly accounts: readonly { readonly index: AccountIndex; readonly account: Account }[];
  /** Where the next page begins; null after the last. A page may be short or empty before the end. */
  readonly next: AccountIndex | null;
}

/** Entries examined per request: anyone can make an owner's list long. */
export const MAX_ENTRIES_PER_PAGE = 1000;

/** Accounts of an owner in `state`, which continues the stored accounts. Throws what reading throws. */
export function listAccountsOfOwner(
  stored: Pick<AccountView, "nextIndex" | "entriesOfOwner">,
  state: StateReader,
  { owner, tokenId, key, ownerKey, from, limit }: OwnerQuery,
): OwnerPage {
  const accounts: { readonly index: AccountIndex; readonly account: Account }[] = [];
  let seen = 0;
  for (const entry of entriesOfOwner(stored, state, owner, from)) {
    if (accounts.length === limit || seen === MAX_ENTRIES_PER_PAGE) return { accounts, next: entry.index };
    seen++;
    if (tokenId !== undefined && entry.tokenId !== tokenId) continue;
    const account = state.getAccount(entry.index);
    if (key !== undefined && account.key !== key) continue;
    if (ownerKey !== undefined && account.ownerKey !== ownerKey) continue;
    accounts.push({ index: entry.index, account });
  }
  return { accounts, next: null };
}

function* entriesOfOwner(
  stored: Pick<AccountView, "nextIndex" | "entriesOfOwner">,
  state: StateReader,
  owner: bigint,
  from: number,
): Generator<OwnerEntry, void, void> {
  const end = stored.nextIndex();
  yield* stored.entriesOfOwner(owner, from);
  for (let index = Math.max(end, from); index < state.nextIndex(); index++) {
    const account = state.getAccount(index as AccountIndex);
    if (account.owner === owner) yield { index: index as AccountIndex, tokenId: account.tokenId };
  }
}
