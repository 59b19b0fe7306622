import { accountHash, type Compress, compress as pureCompress } from "@cairn/crypto";
import {
  type Account,
  type AccountIndex,
  addressToBigint,
  bigintToHex,
  isCairnError,
  isEmptyAccount,
} from "@cairn/protocol";
import { type AccountProof, accountProofFromJson, accountProofSchema, ENGLISH } from "@cairn/rpc";
import { merkleRoot } from "@cairn/state";
import { verifyError } from "./errors.ts";
import type { VerifierL1 } from "./l1.ts";
import { findBatchOnL1, type SeenOnL1, type WantedOnL1 } from "./on-l1.ts";

/** What the proof of an account must show. */
export interface WantedAccount extends WantedOnL1 {
  /** The account that was asked for. */
  readonly index: number;
  /** Number of the batch after which it was asked for; any by default. */
  readonly batch?: number;
  /** L1 address and token that an existing account at the index must have; any by default. */
  readonly owner?: string;
  readonly tokenId?: number;
}

/** An account that L1 vouches for. */
export interface VerifiedAccount {
  readonly index: AccountIndex;
  /** The empty account where there was none. */
  readonly account: Account;
  readonly exists: boolean;
  /** Number of the batch after which the account was so, and its last block on L2. */
  readonly batch: number;
  readonly block: number;
  /** Root of the state after this batch. */
  readonly root: bigint;
  readonly l1: SeenOnL1;
  /** What was checked, in order. */
  readonly checked: readonly string[];
}

/** How proofs are checked. */
export interface VerifyOptions {
  /** Poseidon2; the implementation in TypeScript by default, which takes about a millisecond for a proof. */
  readonly compress?: Compress;
}

/**
 * Checks that an account was as a node says, or did not exist, in the state after a batch that L1 accepted: leaf and path
 * are hashed to the root in the batch's header, and the header to what the contract stores. Throws `verify/bad-proof`,
 * `verify/other-account`, `verify/other-batch`, `verify/unproven`, and as `findBatchOnL1`.
 *
 * @example
 * const proof = await (await fetch(`${node}/v1/accounts/64/proof`)).json();
 * const { account, l1 } = await verifyAccount(l1, proof, { index: 64, finality: "finalized" });
 */
export async function verifyAccount(
  l1: VerifierL1,
  proof: unknown,
  wanted: WantedAccount,
  { compress = pureCompress }: VerifyOptions = {},
): Promise<VerifiedAccount> {
  const parsed = parseProof(proof);
  const { index, account, batch } = parsed;
  assertWanted(parsed, wanted);
  if (batch === null) {
    throw verifyError("verify/unproven", "the proof is of the node's newest blocks, for which L1 does not vouch yet");
  }
  const root = accountProofRoot(parsed, compress);
  if (root !== batch.header.newRoot) {
    const roots = { computed: bigintToHex(root, 32), claimed: bigintToHex(batch.header.newRoot, 32) };
    throw badProof("account and path do not lead to the root after the batch", undefined, roots);
  }
  if (BigInt(parsed.block) !== batch.header.lastBlock) throw badProof("it names another block than the batch's last");
  const seen = await findBatchOnL1(l1, batch, wanted);
  return {
    index,
    account,
    exists: !isEmptyAccount(account),
    batch: batch.batchNumber,
    block: parsed.block,
    root,
    l1: seen,
    checked: [
      "the account's fields hash to the leaf",
      "leaf and path lead to the root in the batch's header",
      "header, data commitment and payouts hash are what the contract committed to",
      `the contract had the batch in L1's ${seen.finality} block ${seen.block}`,
    ],
  };
}

/**
 * The root to which account and path of a proof lead; nothing is compared. Throws `verify/bad-proof`.
 *
 * @example accountProofRoot(accountProofFromJson(json)) === header.newRoot
 */
export function accountProofRoot(
  { index, account, siblings }: Pick<AccountProof, "index" | "account" | "siblings">,
  compress: Compress = pureCompress,
): bigint {
  // Only the empty account has the empty leaf, so nothing proves its other fields.
  if (
    isEmptyAccount(account) &&
    Object.values(account).some((field) => field !== 0n && field !== 0 && field !== false)
  ) {
    throw badProof("an account without an owner has other fields than 0");
  }
  return proving(() => merkleRoot(index, accountHash(account, compress), siblings, compress));
}

function parseProof(proof: unknown): AccountProof {
  const parsed = accountProofSchema.safeParse(proof, ENGLISH);
  if (parsed.success) return proving(() => accountProofFromJson(parsed.data));
  const [issue] = parsed.error.issues;
  throw badProof(`${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
}

function assertWanted({ index, account, batch }: AccountProof, wanted: WantedAccount): void {
  const other = (what: string, got: unknown, asked: unknown) =>
    verifyError("verify/other-account", `the proof is of ${what} ${got}, not ${asked}`, { details: { index } });
  if (index !== wanted.index) throw other("account", index, wanted.index);
  if (!isEmptyAccount(account)) {
    const { owner, tokenId } = wanted;
    if (owner !== undefined && addressToBigint(owner) !== account.owner) throw other("another owner's", index, owner);
    if (tokenId !== undefined && tokenId !== account.tokenId) throw other("token", account.tokenId, tokenId);
  }
  if (wanted.batch === undefined || batch === null || batch.batchNumber === wanted.batch) return;
  const reason = `the proof is of the state after batch ${batch.batchNumber}, not ${wanted.batch}`;
  throw verifyError("verify/other-batch", reason, { details: { batch: batch.batchNumber } });
}

function proving<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw badProof(cause.message, cause);
  }
}

function badProof(reason: string, cause?: unknown, details: Readonly<Record<string, string>> = {}) {
  return verifyError("verify/bad-proof", `the proof proves nothing: ${reason}`, { cause, details });
}
