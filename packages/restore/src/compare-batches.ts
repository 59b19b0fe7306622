import { batchCommitment } from "@cairn/contracts";
import { createCommitmentReader, isStillThere, type L1Access } from "@cairn/l1";
import { bytesToHex } from "@cairn/protocol";
import type { RestoredState } from "./restored-state.ts";
import type { ComparedBatches } from "./stored-records.ts";

/** Batches of a state and the contract in an L1 block that they are compared with. */
export interface Comparison {
  /** The last batch to compare. */
  readonly last: number;
  /** Of the contract. */
  readonly batchCount: number;
  readonly block: number;
}

/**
 * The last batch up to which the contract committed to each of the state's, those up to `after` taken for granted. Commitments are
 * read many at once. Throws `l1/unavailable`.
 */
export async function findLastCommon(
  restored: RestoredState,
  access: L1Access,
  after: number,
  { last, batchCount, block }: Comparison,
): Promise<number> {
  const commitments = createCommitmentReader(access, batchCount, block);
  for (let batch = after + 1; batch <= last; batch++) {
    if ((await commitments.of(batch)) !== batchCommitment(restored.batch(batch))) return batch - 1;
  }
  return last;
}

/**
 * As {@link findLastCommon}, but batches that were compared before, at an L1 block that is still there, are not compared again; the
 * last one always is. The contract never changes a commitment, so on one chain an old comparison holds.
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
