import { type AccountIndex, accountIndex, addressToBigint, bigintToAddress, bigintToHex } from "@cairn/protocol";
import { accountAt, accountsOf } from "@cairn/restore";
import { type AccountView, isPaymentCode, parsePaymentCode } from "@cairn/sdk";
import { parseAddress } from "../address.ts";
import { parseIndex } from "../payments/session.ts";
import type { RestoredSession } from "./session.ts";

/** Accounts in the last proven state: of an owner, of a payment code, or one by its index; as a node would show them. */
export async function restoredAccounts(session: RestoredSession, whose: string): Promise<AccountView[]> {
  const { tree } = session.restored;
  if (/^[0-9]+$/.test(whose)) return [toView(accountAt(tree, accountIndex(parseIndex(whose))))];
  if (isPaymentCode(whose)) {
    const { owner, key } = parsePaymentCode(whose, await session.network.domain());
    return accountsOf(tree, owner)
      .filter(({ account }) => account.key === key)
      .map(toView);
  }
  return accountsOf(tree, addressToBigint(parseAddress(whose))).map(toView);
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
