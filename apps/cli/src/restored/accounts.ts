import { type AccountIndex, accountIndex, addressToBigint, bigintToAddress, bigintToHex } from "@cairn/protocol";
import { accountAt } from "@cairn/restore";
import { type AccountView, isPaymentCode, parsePaymentCode } from "@cairn/sdk";
import { parseAddress } from "../address.ts";
import { parseIndex } from "../payments/session.ts";
import type { RestoredSession } from "./session.ts";

/** Which of the requested accounts to return. */
export interface PageQuery {
  readonly tokenId?: number;
  /** Lowest index to return. */
  readonly from: number;
  /** Most accounts to return. */
  readonly limit: number;
}

/** Accounts by index, and the index at which more follow: anyone can open accounts for an owner. */
export interface AccountsPage {
  readonly accounts: readonly AccountView[];
  readonly next: number | null;
}

/**
 * Accounts in the last proven state: of an owner, of a payment code, or one by its index; as a node would return them.
 */
export async function restoredAccounts(
  session: RestoredSession,
  whose: string,
  { tokenId, from, limit }: PageQuery,
): Promise<AccountsPage> {
  const { tree } = session.restored;
  const isWanted = (tokenIdOfOne: number) => tokenId === undefined || tokenIdOfOne === tokenId;
  if (/^[0-9]+$/.test(whose)) {
    const one = toView(accountAt(tree, accountIndex(parseIndex(whose))));
    return { accounts: isWanted(one.tokenId) ? [one] : [], next: null };
  }
  const target: { readonly owner: bigint; readonly key?: bigint } = isPaymentCode(whose)
    ? parsePaymentCode(whose, await session.network.domain())
    : { owner: addressToBigint(parseAddress(whose)) };
  const accounts: AccountView[] = [];
  for (const { index, tokenId: tokenIdOfOne } of tree.entriesOfOwner(target.owner, from)) {
    if (!isWanted(tokenIdOfOne)) continue;
    const one = accountAt(tree, index);
    if (target.key !== undefined && one.account.key !== target.key) continue;
    if (accounts.length === limit) return { accounts, next: index };
    accounts.push(toView(one));
  }
  return { accounts, next: null };
}

function toView({ index, account }: ReturnType<typeof accountAt>): AccountView {
  const { owner, tokenId, nonce, balance, key, ownerKey } = account;
  return {
    index: index satisfies AccountIndex,
    owner: bigintToAddress(owner),
    tokenId,
    nonce,
    balance: balance.toString(),
    key: bigintToHex(key, 32),
    ownerKey,
  };
}
