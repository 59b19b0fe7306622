import type { Account, AccountIndex } from "@cairn/protocol";
import { showAddress } from "../address.ts";

/** Why an account is left until it is asked for. */
export type LeftReason =
  /** It holds less ETH than its payout costs. */
  | "dust"
  /** Its token is not in the profile, so nothing says that it is worth anything. */
  | "unknown-token"
  /** Its owner has enough larger ones in this token that strangers opened. */
  | "many";

/** An account that was left. */
export interface LeftAccount {
  readonly index: number;
  readonly owner: string;
  readonly tokenId: number;
  readonly amount: bigint;
  readonly reason: LeftReason;
}

/** An account with its index. */
export interface IndexedAccount {
  readonly index: AccountIndex;
  readonly account: Account;
}

/** Gas of an account's payout among others, the least that it costs. */
const EXIT_GAS = 144_000n;
/** Most accounts per owner and known token that are paid by default although strangers may have opened them. */
const MAX_OPENED_BY_OTHERS = 4;
const ETH = 0;

/**
 * Separates accounts that are paid out by default from those that are only paid when named. Anyone can open accounts for
 * an owner, almost empty or in a token of their own making, and each payout costs gas: without a bound, strangers would
 * decide what leaving costs. Accounts whose key the owner authorised on L1 are always paid: only the owner can open them.
 */
export function separateStrangers(
  accounts: readonly IndexedAccount[],
  { gasPriceWei, knownTokens }: { readonly gasPriceWei: bigint; readonly knownTokens: readonly number[] },
): { readonly paid: readonly AccountIndex[]; readonly left: readonly LeftAccount[] } {
  const reasons = new Map<AccountIndex, LeftReason>();
  const counts = new Map<string, number>();
  const largestFirst = [...accounts].sort((a, b) => (b.account.balance > a.account.balance ? 1 : -1));
  for (const { index, account } of largestFirst) {
    const { owner, tokenId, balance, ownerKey } = account;
    if (ownerKey) continue;
    if (tokenId === ETH) {
      if (balance < EXIT_GAS * gasPriceWei) reasons.set(index, "dust");
    } else if (knownTokens.includes(tokenId)) {
      const place = `${owner}/${tokenId}`;
      const count = counts.get(place) ?? 0;
      counts.set(place, count + 1);
      if (count >= MAX_OPENED_BY_OTHERS) reasons.set(index, "many");
    } else reasons.set(index, "unknown-token");
  }
  return {
    paid: accounts.flatMap(({ index }) => (reasons.has(index) ? [] : [index])),
    left: accounts.flatMap(({ index, account }) => {
      const reason = reasons.get(index);
      const { owner, tokenId, balance: amount } = account;
      return reason === undefined ? [] : [{ index, owner: showAddress(owner), tokenId, amount, reason }];
    }),
  };
}
