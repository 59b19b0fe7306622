import type { IndexedAccount } from "@cairn/contracts";
import { accountHash, type Compress } from "@cairn/crypto";
import { type AccountIndex, accountIndex, FIRST_ACCOUNT_INDEX, isEmptyAccount, type TokenId } from "@cairn/protocol";
import { buildMultiproof, multiproofRoot, type StateView } from "@cairn/state";
import { restoreError } from "../errors.ts";

/** Accounts with the proof that they are in the state; arguments of the contract's `exit` and `exitMany`. */
export interface ExitProof {
  /** Ascending by index. */
  readonly accounts: readonly IndexedAccount[];
  /** In the order of spec 8.4; for one account three per level, 36 in all. */
  readonly siblings: readonly bigint[];
}

/**
 * The account at an index. Throws `restore/not-found` when none was assigned.
 *
 * @example const { account } = accountAt(restored.tree, accountIndex(64));
 */
export function accountAt(state: StateView, index: AccountIndex): IndexedAccount {
  const account = state.getAccount(index);
  if (isEmptyAccount(account)) throw restoreError("restore/not-found", `no account has index ${index}`);
  return { index, account };
}

/**
 * The accounts of an owner, all or those in one token, in order of creation. Throws `protocol/out-of-range`.
 *
 * @example const mine = accountsOf(restored.tree, owner);
 */
export function accountsOf(state: StateView, owner: bigint, token?: TokenId): IndexedAccount[] {
  return state.findByOwner(owner, token).map((index) => accountAt(state, index));
}

/**
 * All accounts that were ever assigned, in order; those with a balance only, if `withBalance` is set.
 *
 * @example for (const { index, account } of assignedAccounts(state, { withBalance: true })) console.log(index, account.balance);
 */
export function* assignedAccounts(
  state: StateView,
  { withBalance = false }: { readonly withBalance?: boolean } = {},
): Generator<IndexedAccount, void, void> {
  const end = state.nextIndex();
  for (let index = FIRST_ACCOUNT_INDEX; index < end; index++) {
    const found = accountAt(state, accountIndex(index));
    if (!withBalance || found.account.balance > 0n) yield found;
  }
}

/**
 * Proves one account. Throws `restore/not-found`.
 *
 * @example const { accounts, siblings } = proveExit(state, accountIndex(64));
 */
export function proveExit(state: StateView, index: AccountIndex): ExitProof {
  return proveExits(state, [index]);
}

/**
 * Proves several accounts together, given in any order, each once. Throws `restore/not-found`, `state/bad-proof`.
 *
 * @example const proof = proveExits(state, [64, 70].map(accountIndex));
 */
export function proveExits(state: StateView, indices: readonly AccountIndex[]): ExitProof {
  const ascending = [...indices].sort((a, b) => a - b);
  return {
    accounts: ascending.map((index) => accountAt(state, index)),
    siblings: buildMultiproof(state.nodes, ascending),
  };
}

/**
 * Proofs of all accounts with a balance, `chunkSize` of them together, except those for which `isLeftOut` holds. Throws
 * `restore/bad-option`.
 *
 * @example for (const { accounts, siblings } of proveAllExits(state, 50)) await exit(exitManyArguments(accounts, siblings));
 */
export function* proveAllExits(
  state: StateView,
  chunkSize: number,
  isLeftOut: (index: AccountIndex) => boolean = () => false,
): Generator<ExitProof, void, void> {
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw restoreError("restore/bad-option", `chunks of ${chunkSize} accounts`);
  }
  let chunk: AccountIndex[] = [];
  for (const { index } of assignedAccounts(state, { withBalance: true })) {
    if (isLeftOut(index)) continue;
    chunk.push(index);
    if (chunk.length < chunkSize) continue;
    yield proveExits(state, chunk);
    chunk = [];
  }
  if (chunk.length > 0) yield proveExits(state, chunk);
}

/**
 * Whether the contract would accept the proof under this root. Throws as `multiproofRoot`.
 *
 * @example verifyExitProof(proveExit(state, accountIndex(64)), state.root(), compress) // true
 */
export function verifyExitProof({ accounts, siblings }: ExitProof, root: bigint, compress: Compress): boolean {
  const leaves = accounts.map(({ index, account }) => ({ index, leafHash: accountHash(account, compress) }));
  return multiproofRoot(leaves, siblings, compress) === root;
}
