import type { BlobKzg } from "@cairn/blobs";
import type { Compress } from "@cairn/crypto";
import type { DevRollup } from "@cairn/devnet";
import {
  createBeaconSource,
  createL1Access,
  readContractState,
  readPublishedBatch,
  readQueueHash,
  readStateEvents,
} from "@cairn/l1";
import { blockNumber, CairnError } from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { followBatch2, genesisPosition2, replayBatch2 } from "@cairn/vm";
import type { BenchErrorCode } from "../errors.ts";

/**
 * Rebuilds the state from L1 alone, events, transactions and blobs, and compares its root with the contract's. Throws
 * `bench/not-restored`, `vm/batch-mismatch`, `l1/batch-mismatch`, and as L1 does.
 */
export async function restoreFromL1(
  { rollup, rpcUrl, deploymentBlock }: Pick<DevRollup, "rollup" | "rpcUrl" | "deploymentBlock">,
  kzg: BlobKzg,
  compress: Compress,
): Promise<void> {
  const access = createL1Access(rollup);
  const head = Number(await rollup.reader.getBlockNumber());
  const blobs = { sources: [createBeaconSource({ url: rpcUrl, slots: { type: "number" } })], kzg };
  const tree = createStateTree({ store: createMemoryStore(), compress });
  let position = genesisPosition2(tree.root());
  for (const event of await readStateEvents(access, { from: deploymentBlock, to: head })) {
    if (event.type !== "accepted") continue;
    const content = await readPublishedBatch(access, event, blobs);
    const queueHash = await readQueueHash(access, event.queueHead, head);
    const batch = { ...content, number: event.number, header: event.header, payoutsHash: event.payoutsHash, queueHash };
    const followed = followBatch2(position, batch, compress);
    const { updates, newNextIndex } = replayBatch2(tree, batch, followed.blocks);
    tree.applyBlock(blockNumber(batch.number), updates, newNextIndex);
    position = followed.position;
  }
  const { root, batchCount } = await readContractState(access, head);
  if (root === tree.root() && batchCount === position.batch) return;
  throw new CairnError<BenchErrorCode>("bench/not-restored", "the state rebuilt from L1 is not the contract's");
}
