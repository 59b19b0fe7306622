import { createCommitmentReader, isStillThere, type L1Access } from "@cairn/l1";
import { bytesToHex } from "@cairn/protocol";
import { commitmentOf } from "./published-batch.ts";
import type { RestoredState } from "./restored-state.ts";
import type { ComparedBatches } from "./stored-records.ts";

/** The batches of a state, and the L1 block in which the contract is compared with them. */
export interface Comparison {
  /** The last batch to compare. */
  readonly last: number;
  /** Number of batches in the contract. */
  readonly batchCount: number;
  readonly block: number;
}

/**
 * The last batch up to which the contract committed to every batch of the state; those up to `after` are assumed to
 * match. Commitments are read many at once. Throws `l1/unavailable`.
 */
export async function findLastCommon(
  restored: RestoredState,
  access: L1Access,
  after: number,
  { last, batchCount, block }: Comparison,
): Promise<number> {
  const commitments = createCommitmentReader(access, batchCount, block);
  for (let batch = after + 1; batch <= last; batch++) {
    if ((await commitments.of(batch)) !== commitmentOf(restored.batch(batch))) return batch - 1;
  }
  return last;
}

/**
 * Like {@link findLastCommon}, but batches that were compared before, at an L1 block that still exists, are not
 * compared again, except the last one. The contract never changes a commitment, so on one chain an old comparison
 * holds.
 */
export async function findLastCommonSince(
  restored: RestoredState,
  access: L1Access,
  comparison: Comparison,
): Promise<number> {
  const compared = restored.compared();
  const known =
    compared !== null && (await isOnSameChain(access, compared)) ? Math.min(compared.batch, comparison.last) : 0;
  const common = await findLastCommon(restored, access, Math.max(0, known - 1), comparison);
  return common < known ? findLastCommon(restored, access, 0, comparison) : common;
}

async function isOnSameChain(access: L1Access, { l1Block, l1BlockHash }: ComparedBatches): Promise<boolean> {
  return isStillThere(access, { block: l1Block, hash: bytesToHex(l1BlockHash) });
}
