import {
  type AccountIndex,
  accountIndex,
  CairnError,
  FEE_TOKENS_PER_BLOCK,
  isEmptyAccount,
  type TokenId,
} from "@cairn/protocol";
import { applyCredit } from "./effects.ts";
import type { VmErrorCode } from "./errors.ts";
import type { StateReader, WorkingState } from "./state.ts";
import type { FeeCreditTrace } from "./trace.ts";

/** An account that receives the fees of one token; its position in the block's list is its fee credit. */
export interface FeeAccount {
  readonly index: AccountIndex;
  readonly tokenId: TokenId;
}

/** Fees gathered in a block, by token. */
export type FeeSums = Map<TokenId, bigint>;

/**
 * The operator's accounts with their tokens. Throws `vm/bad-option` unless they are assigned, at most four, of distinct
 * tokens.
 */
export function resolveFeeAccounts(state: StateReader, indices: readonly AccountIndex[]): readonly FeeAccount[] {
  const accounts = indices.map((index): FeeAccount => {
    const account = state.getAccount(index);
    if (isEmptyAccount(account)) throw badFeeAccounts(`index ${index} is not assigned`);
    return { index, tokenId: account.tokenId };
  });
  if (accounts.length > FEE_TOKENS_PER_BLOCK) throw badFeeAccounts(`${accounts.length} accounts`);
  if (new Set(accounts.map(({ tokenId }) => tokenId)).size !== accounts.length)
    throw badFeeAccounts("two of one token");
  return accounts;
}

/** Fee credit of a token, null when the operator takes no fees in it. */
export function feePosition(accounts: readonly FeeAccount[], tokenId: TokenId): number | null {
  const position = accounts.findIndex((account) => account.tokenId === tokenId);
  return position === -1 ? null : position;
}

/** Adds a fee to the sum of its token; a fee of 0 leaves no entry. */
export function gatherFee(sums: FeeSums, tokenId: TokenId, fee: bigint): void {
  if (fee !== 0n) sums.set(tokenId, (sums.get(tokenId) ?? 0n) + fee);
}

/** The four fee indices to publish: 0 where nothing was gathered. */
export function publishedFeeIndices(accounts: readonly FeeAccount[], sums: FeeSums): readonly AccountIndex[] {
  return Array.from({ length: FEE_TOKENS_PER_BLOCK }, (_, position) => {
    const account = accounts[position];
    return account !== undefined && sums.has(account.tokenId) ? account.index : accountIndex(0);
  });
}

/**
 * Credits each used fee index, in order, with the fees in its account's token (spec 2.9); null where unused.
 * Throws `vm/invalid-data` for an unassigned account, a second one of a token, or fees without account;
 * `vm/supply-exceeded`.
 */
export function creditFees(
  state: WorkingState,
  indices: readonly AccountIndex[],
  sums: FeeSums,
): readonly (FeeCreditTrace | null)[] {
  const credited = new Set<TokenId>();
  const credits = indices.map((index): FeeCreditTrace | null => {
    if (index === 0) return null;
    const account = state.getAccount(index);
    const { tokenId } = account;
    if (isEmptyAccount(account)) throw badFeeIndices(`${index} is not assigned`);
    if (credited.has(tokenId)) throw badFeeIndices(`two are of token ${tokenId}`);
    credited.add(tokenId);
    const amount = sums.get(tokenId) ?? 0n;
    return { tokenId, amount, leaf: applyCredit(state, index, amount) };
  });
  for (const tokenId of sums.keys()) {
    if (!credited.has(tokenId)) throw badFeeIndices(`none is of token ${tokenId}, though fees were paid in it`);
  }
  return credits;
}

function badFeeAccounts(problem: string): CairnError<VmErrorCode> {
  return new CairnError<VmErrorCode>("vm/bad-option", `fee accounts: ${problem}`);
}

function badFeeIndices(problem: string): CairnError<VmErrorCode> {
  return new CairnError<VmErrorCode>("vm/invalid-data", `fee indices: ${problem}`);
}
