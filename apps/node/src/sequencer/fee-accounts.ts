import { type Account, type AccountIndex, CairnError, FEE_TOKENS_PER_BLOCK, type TokenId } from "@cairn/protocol";
import type { AccountView } from "@cairn/state";
import type { NodeErrorCode } from "../errors.ts";

/** Who receives fees, and in which tokens. */
export interface FeeTakers {
  readonly owner: bigint;
  /** Distinct, at most FEE_TOKENS_PER_BLOCK. */
  readonly tokens: readonly TokenId[];
}

/**
 * The accounts that receive the fees: in each token the owner's first account whose key the owner authorised on L1,
 * else the owner's first account without a key. Anyone can open accounts for an owner, but an account under a key that
 * its owner never authorised receives no fees, and one without a key can only be used by the owner, from L1.
 */
export interface FeeAccounts {
  /** One account for each token that has one, in the order of the tokens. */
  readonly current: () => AccountIndex[];
  /** Tokens in which no account can receive fees. */
  readonly missing: () => TokenId[];
  /** Applies the accounts that a closed block changed. */
  readonly follow: (updates: ReadonlyMap<AccountIndex, Account>) => void;
}

/** Accounts of one token that may receive fees. */
interface Candidates {
  readonly authorised: IndexSet;
  readonly keyless: IndexSet;
}

/**
 * The fee accounts after the blocks in `stored`; `null` means no fees. Reads the owner's list once, then follows the
 * blocks: strangers can make the list long. Throws `node/bad-config` for too many tokens, and what reading throws.
 */
export function createFeeAccounts(
  stored: Pick<AccountView, "entriesOfOwner" | "getAccount">,
  takers: FeeTakers | null,
): FeeAccounts {
  if (takers === null) return { current: () => [], missing: () => [], follow: () => undefined };
  const { owner, tokens } = takers;
  if (tokens.length > FEE_TOKENS_PER_BLOCK || new Set(tokens).size < tokens.length) {
    throw new CairnError<NodeErrorCode>("node/bad-config", `fees in ${tokens.length} tokens: ${tokens.join(", ")}`);
  }
  const byToken = new Map<TokenId, Candidates>(
    tokens.map((tokenId) => [tokenId, { authorised: createIndexSet(), keyless: createIndexSet() }]),
  );

  const note = (index: AccountIndex, account: Account): void => {
    const candidates = account.owner === owner ? byToken.get(account.tokenId) : undefined;
    candidates?.authorised.put(index, account.ownerKey);
    candidates?.keyless.put(index, account.key === 0n);
  };
  for (const { index, tokenId } of stored.entriesOfOwner(owner)) {
    if (byToken.has(tokenId)) note(index, stored.getAccount(index));
  }

  const accountIn = ({ authorised, keyless }: Candidates): AccountIndex | null => authorised.first() ?? keyless.first();
  return {
    current: () => [...byToken.values()].flatMap((candidates) => accountIn(candidates) ?? []),
    missing: () => [...byToken].flatMap(([tokenId, candidates]) => (accountIn(candidates) === null ? [tokenId] : [])),
    follow: (updates) => {
      for (const [index, account] of updates) note(index, account);
    },
  };
}

/** Indices whose lowest is known without a search. */
interface IndexSet {
  readonly put: (index: AccountIndex, isMember: boolean) => void;
  readonly first: () => AccountIndex | null;
}

/** Searches only when the lowest index leaves, and only an account's owner can make it leave. */
function createIndexSet(): IndexSet {
  const members = new Set<AccountIndex>();
  let lowest: AccountIndex | null = null;
  return {
    first: () => lowest,
    put: (index, isMember) => {
      if (isMember === members.has(index)) return;
      if (isMember) {
        members.add(index);
        if (lowest === null || index < lowest) lowest = index;
        return;
      }
      members.delete(index);
      if (index !== lowest) return;
      lowest = null;
      for (const member of members) if (lowest === null || member < lowest) lowest = member;
    },
  };
}
