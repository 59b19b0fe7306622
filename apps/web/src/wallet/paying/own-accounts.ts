import { type AccountView, ownAccounts } from "@cairn/sdk";
import type { UseQueryResult } from "@tanstack/react-query";
import { useNode } from "../../data/use-node.ts";
import { useSession } from "../session/state.tsx";

/** An account as the node tells it. */
export type Account = AccountView;

/** The accounts that the session's key signs for, the richest first; the node says so. */
export function useOwnAccounts(): UseQueryResult<readonly Account[], Error> {
  const { owner, signer } = useSession();
  return useNode<readonly Account[]>(["own accounts", owner, String(signer.key)], ["entry", "block"], (node, options) =>
    ownAccounts(node, { owner: BigInt(owner), key: signer.key }, options),
  );
}

/** Numbers of the tokens in which there are accounts, ETH first. */
export function tokensOf(accounts: readonly Account[]): number[] {
  return [...new Set(accounts.map(({ tokenId }) => tokenId))].sort((a, b) => a - b);
}
