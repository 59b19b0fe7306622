import {
  type AccountView,
  type CallOptions,
  findAccount,
  listAccounts,
  type NodeClient,
  sumBalances,
  type TokenBalance,
} from "@cairn/sdk";
import type { CairnValue } from "../provider/context.ts";
import { useCairn } from "../provider/context.ts";
import { type WithAmounts, withAmounts } from "./amounts.ts";
import { type LiveResult, useLiveQuery } from "./live-query.ts";

/** An account as the node has it, what it promises to execute included. */
export type Account = WithAmounts<AccountView, "balance">;

/** What an owner has in a token, in all accounts together. */
export type Balance = WithAmounts<TokenBalance, "balance" | "ownerKeyBalance" | "keylessBalance">;

/** Which accounts. */
export interface AccountsQuery {
  /** L1 address; by default the owner of the client. */
  readonly owner?: string | undefined;
  /** Number of a token; all by default. */
  readonly tokenId?: number;
  /** Only accounts with this key; x of the public key, such as `signer.key`. */
  readonly key?: bigint;
}

/** Accounts, oldest first. */
export interface Accounts {
  readonly accounts: readonly Account[];
  /** False when the owner has more, of which strangers can make any number. */
  readonly isComplete: boolean;
}

/** Sums over accounts. */
export interface Balances {
  readonly balances: readonly Balance[];
  /** False when the owner has so many accounts that only some of them were summed up. */
  readonly isComplete: boolean;
}

const MAX_ACCOUNTS = 100;

/**
 * An account by its index; `data` is null when there is none, and nothing is asked while the index is undefined. Live if
 * it is the provider's owner's. Throws `react/no-provider`.
 *
 * @example const { data: account, isLive } = useAccount(70);
 */
export function useAccount(index: number | undefined): LiveResult<Account | null> {
  return useLiveQuery({
    topic: index === undefined ? null : { type: "account", index },
    read: async (node, options, value) => readAccount(node, index ?? 0, options, value),
    select: toAccount,
  });
}

/**
 * The accounts of an owner, at most 100. Anyone can open accounts for an owner: give the `key` to see those that it signs
 * for. Live for the provider's owner. Throws `react/no-provider`.
 *
 * @example const { data } = useAccounts({ key: signer.key });
 */
export function useAccounts({ owner, tokenId, key }: AccountsQuery = {}): LiveResult<Accounts> {
  const who = useOwner(owner);
  const query = queryOf(tokenId, key);
  return useLiveQuery({
    topic: who === null ? null : { type: "accounts", owner: who, query },
    read: async (node, options, { live }) => {
      const accounts: AccountView[] = [];
      for await (const account of listAccounts(node, { owner: who ?? "", ...query }, options)) {
        if (accounts.length === MAX_ACCOUNTS) return { accounts, isComplete: false };
        live.learnOwner(account.index, account.owner);
        accounts.push(account);
      }
      return { accounts, isComplete: true };
    },
    select: toAccounts,
  });
}

/**
 * What an owner has, summed up by token. Strangers can add to it, and accounts with keys of strangers count: give the
 * `key` to see what it can spend. Live for the provider's owner. Throws `react/no-provider`.
 *
 * @example
 * const { data, isLive, error } = useBalances({ key: signer.key });
 * const eth = data?.balances.find(({ tokenId }) => tokenId === 0)?.balance ?? 0n;
 */
export function useBalances({ owner, tokenId, key }: AccountsQuery = {}): LiveResult<Balances> {
  const who = useOwner(owner);
  const query = queryOf(tokenId, key);
  return useLiveQuery({
    topic: who === null ? null : { type: "balances", owner: who, query },
    read: (node, options) => sumBalances(node, { owner: who ?? "", ...query }, options),
    select: toBalances,
  });
}

/** The owner that was named, else the provider's or the client's, in lower case; null when there is none. */
export function useOwner(named: string | undefined): string | null {
  const { owner } = useCairn();
  return (named ?? owner)?.toLowerCase() ?? null;
}

/** An account, whose owner is remembered. */
export async function readAccount(
  node: NodeClient,
  index: number,
  options: CallOptions,
  { live }: Pick<CairnValue, "live">,
): Promise<AccountView | null> {
  const account = await findAccount(node, index, options);
  live.learnOwner(index, account?.owner ?? null);
  return account;
}

function toAccount(account: AccountView | null): Account | null {
  return account === null ? null : withAmounts(account, ["balance"]);
}

function toAccounts({ accounts, isComplete }: { accounts: readonly AccountView[]; isComplete: boolean }): Accounts {
  return { accounts: accounts.map((account) => withAmounts(account, ["balance"])), isComplete };
}

function toBalances({ balances, isComplete }: { balances: readonly TokenBalance[]; isComplete: boolean }): Balances {
  const names = ["balance", "ownerKeyBalance", "keylessBalance"] as const;
  return { balances: balances.map((one) => withAmounts(one, names)), isComplete };
}

function queryOf(tokenId: number | undefined, key: bigint | undefined) {
  return {
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(key === undefined ? {} : { key: `0x${key.toString(16).padStart(64, "0")}` }),
  };
}
