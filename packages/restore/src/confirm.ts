import { historyOf } from "@cairn/crypto";
import { insist, type L1Access, type L1Block, readBlock, readContractState } from "@cairn/l1";
import { bytesToHex, isSameBytes } from "@cairn/protocol";
import { findLastCommon } from "./compare-batches.ts";
import { restoreError } from "./errors.ts";
import type { RestoredState } from "./restored-state.ts";

/**
 * Checks that another L1 node agrees with the one that the state was restored from: on the L1 block, on the contract's
 * state in it with its history and the hash of the whole queue, and on the commitment of each batch. A single node could invent a whole
 * rollup; two independent ones would hardly invent the same. If they differ on a batch, the next restoration compares
 * all batches again. Throws `restore/state-mismatch` when they differ, `restore/incomplete`, `l1/unavailable`.
 *
 * @example await confirmState(restored, createL1Access(rollupAt(otherReader, address)));
 */
export async function confirmState(restored: RestoredState, other: L1Access): Promise<L1Block> {
  const end = restored.end();
  if (end === null) throw restoreError("restore/incomplete", "the restoration has not finished");
  const hash = bytesToHex(end.l1BlockHash);
  const head = await insist(() => readBlock(other, end.l1Block));
  if (head?.hash !== hash) {
    throw restoreError("restore/state-mismatch", `on the other L1 node, block ${end.l1Block} is not ${hash}`);
  }
  const contract = await readContractState(other, head.block);
  const position = restored.position();
  const { batchCount } = contract;
  const common = await findLastCommon(restored, other, 0, { last: position.batch, batchCount, block: head.block });
  if (common < position.batch) {
    restored.distrustAfter(common);
    const batch = common + 1;
    throw restoreError("restore/state-mismatch", `the other L1 node has a different batch ${batch}`, {
      details: { batch },
    });
  }
  const isSame =
    contract.root === position.root &&
    contract.history === historyOf(position.chains, restored.compress) &&
    contract.nextIndex === position.nextIndex &&
    batchCount === position.batch &&
    contract.queueHead === position.queuePosition &&
    contract.queueTail === end.queueTail &&
    isSameBytes(contract.queueTailHash, restored.waiting().at(-1)?.queueHash ?? position.queueHash);
  if (isSame) return head;
  throw restoreError(
    "restore/state-mismatch",
    `the other L1 node has a different state of the rollup in block ${head.block}`,
    { details: { root: contract.root, restoredRoot: position.root } },
  );
}
