import { type AcceptedSummary, type Db, findOwnAcceptance } from "@cairn/db";
import { type AccountIndex, blockNumber, CairnError, isCairnError } from "@cairn/protocol";
import { accountProofToJson, type RouteRequest, type RouteResponse } from "@cairn/rpc";
import type { AccountInState } from "@cairn/state";
import type { NodeErrorCode } from "../errors.ts";
import { PROVABLE_BATCHES, readProvableBatches } from "../provable-batches.ts";
import type { StateKeeper } from "../sequencer/state-keeper.ts";
import { ApiError } from "./errors.ts";

/** Where proofs come from. */
export interface AccountProofDeps {
  readonly db: Db;
  readonly keeper: Pick<StateKeeper, "blockNumber" | "proveAccount" | "provableBlocks">;
}

/**
 * Proof of an account after a batch that L1 accepted, or after the last sealed block. Throws `ApiError`; `node/unavailable`
 * while blocks are replaced by those of L1.
 */
export async function findAccountProof(
  deps: AccountProofDeps,
  index: AccountIndex,
  { batch: wanted, state }: RouteRequest<"accountProof">["query"],
): Promise<RouteResponse<"accountProof">> {
  if (state === "sealed") {
    if (wanted !== undefined) throw new ApiError("bad-request", "the state after the last sealed block has no batch");
    const block = deps.keeper.blockNumber();
    const { account, siblings } = deps.keeper.proveAccount(index, block);
    return accountProofToJson({ index, account, block, batch: null, siblings });
  }
  const accepted = await findWanted(deps, wanted);
  const { account, siblings, root } = await proveAfter(deps, index, accepted);
  if (root !== accepted.header.newRoot) throw beingReplaced();
  const batch = { ...accepted, batchNumber: accepted.number };
  return accountProofToJson({ index, account, block: accepted.lastBlock, batch, siblings });
}

async function findWanted(deps: AccountProofDeps, wanted: number | undefined): Promise<AcceptedSummary> {
  const newest = await findOwnAcceptance(deps.db, "newest");
  if (newest === undefined || (wanted ?? 0) > newest.number) {
    const reason = wanted === undefined ? "L1 has not accepted a batch yet" : `L1 has not accepted batch ${wanted} yet`;
    throw new ApiError("not-accepted", reason, { newest: newest?.number ?? null });
  }
  if (wanted === undefined || wanted === newest.number) return newest;
  const accepted = await findOwnAcceptance(deps.db, wanted);
  if (accepted === undefined || wanted <= newest.number - PROVABLE_BATCHES) throw await gone(deps, wanted);
  return accepted;
}

async function proveAfter(
  deps: AccountProofDeps,
  index: AccountIndex,
  { number, lastBlock }: AcceptedSummary,
): Promise<AccountInState> {
  try {
    return deps.keeper.proveAccount(index, blockNumber(lastBlock));
  } catch (error) {
    if (isCairnError(error, "state/beyond-retention")) throw await gone(deps, number);
    // The state store is behind the database while blocks are replaced.
    if (isCairnError(error, "state/wrong-block")) throw beingReplaced(error);
    throw error;
  }
}

async function gone({ db, keeper }: AccountProofDeps, batch: number): Promise<ApiError> {
  const { oldest, newest } = (await readProvableBatches(db, keeper)) ?? { oldest: null, newest: null };
  return new ApiError("gone", `the node does not have the state after batch ${batch}`, { oldest, newest });
}

function beingReplaced(cause?: unknown): CairnError<NodeErrorCode> {
  return new CairnError("node/unavailable", "blocks are being replaced by those that L1 accepted", { cause });
}
