import { rollupAbi } from "@cairn/contracts";
import { countAcceptedBatches, type Db, findLastSealedBlock } from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/**
 * Refuses to start an empty database on a rollup that has batches, unless that is intended: the state is then built
 * from L1. Throws `node/needs-restore`.
 */
export async function assertHistory(
  db: Db,
  { reader, address }: L1Rollup,
  options: { readonly isRestore: boolean },
): Promise<void> {
  const isBegun = (await findLastSealedBlock(db)) !== undefined || (await countAcceptedBatches(db)) > 0;
  if (isBegun || options.isRestore) return;
  // Skipping the check does no harm: batches of others are adopted whenever they are seen.
  const state = await reader.readContract({ address, abi: rollupAbi, functionName: "state" }).catch(() => null);
  if (state === null || state.batchCount === 0n) return;
  const { batchCount } = state;
  throw new CairnError<NodeErrorCode>(
    "node/needs-restore",
    `the rollup has ${batchCount} batches but this node has none: start it with --restore (CAIRN_RESTORE=true) to build its state from L1`,
    { details: { batches: Number(batchCount) } },
  );
}
