import { bigintToAddress, type Domain } from "@cairn/protocol";
import { bigintToWord } from "@cairn/rpc";
import { personOf } from "@cairn/testkit";
import type { AccountView } from "../src/payee.ts";

export const DOMAIN: Domain = { chainId: 31337n, rollup: 0xabcn };
export const ALICE = personOf("alice");
export const BOB = personOf("bob");
export const CAROL = personOf("carol");

/** An account as a node would show it. */
export function accountOf(
  person: { readonly owner: bigint; readonly key: bigint },
  change: Partial<AccountView> = {},
): AccountView {
  return {
    index: 64,
    owner: bigintToAddress(person.owner),
    tokenId: 0,
    nonce: 7,
    balance: "1000",
    key: bigintToWord(person.key),
    ownerKey: true,
    ...change,
  };
}
