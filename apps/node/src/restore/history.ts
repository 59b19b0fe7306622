import { rollupAbi } from "@cairn/contracts";
import { countAcceptedBatches, type Db, findLastSealedBlock } from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/**
 * Refuses to begin an empty database on a rollup that has batches, unless that is what is wanted: the state is then built from
 * what L1 holds. Throws `node/needs-restore`.
 */
export async function assertHistory(
  db: Db,
  { reader, address }: L1Rollup,
  options: { readonly isRestore: boolean },
): Promise<void> {
  const isBegun = (await findLastSealedBlock(db)) !== undefined || (await countAcceptedBatches(db)) > 0;
  if (isBegun || options.isRestore) return;
  // What cannot be asked now does no harm later: batches of others are taken over whenever they are seen.
  const state = await reader.readContract({ address, abi: rollupAbi, functionName: "state" }).catch(() => null);
  if (state === null || state.batchCount === 0n) return;
  const { batchCount } = state;
  throw new CairnError<NodeErrorCode>(
    "node/needs-restore",
    `the rollup has ${batchCount} batches and this node has none: start it with --restore (CAIRN_RESTORE=true) to build its state from L1`,
    { details: { batches: Number(batchCount) } },
  );
}
