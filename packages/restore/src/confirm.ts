import { restoreError } from "./errors.ts";
import type { L1Access } from "./l1/access.ts";
import { isStillThere, type L1Head, readContractState } from "./l1/contract-state.ts";
import type { RestoredState } from "./restored-state.ts";

/**
 * Asks another L1 node whether it agrees with the one that the state was restored from: on the L1 block, and on the contract's
 * state in it. One node alone can invent a whole rollup; two that are independent hardly the same one. Throws
 * `restore/state-mismatch` when they differ, `restore/incomplete`, `restore/l1-unavailable`.
 */
export async function confirmState(restored: RestoredState, other: L1Access): Promise<L1Head> {
  const end = restored.end();
  if (end === null) throw restoreError("restore/incomplete", "the restoration has not reached its end");
  const hash = `0x${Buffer.from(end.l1BlockHash).toString("hex")}` as const;
  const head: L1Head = { block: end.l1Block, hash, timestamp: end.l1Timestamp };
  if (!(await isStillThere(other, head))) {
    throw restoreError("restore/state-mismatch", `the other L1 node has another block ${head.block} than ${hash}`);
  }
  const { root, nextIndex, batchCount, queueHead, queueTail } = await readContractState(other, head.block);
  const position = restored.position();
  const isSame =
    root === position.root &&
    nextIndex === position.nextIndex &&
    batchCount === position.batch &&
    queueHead === position.queuePosition &&
    queueTail === end.queueTail;
  if (isSame) return head;
  throw restoreError(
    "restore/state-mismatch",
    `the other L1 node has another state of the rollup in block ${head.block}`,
    {
      details: { root, restoredRoot: position.root },
    },
  );
}
