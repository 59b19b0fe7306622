import type { BlobKzg } from "@cairn/blobs";
import { rollup2Abi } from "@cairn/contracts";
import type { Compress } from "@cairn/crypto";
import { type DevRollup2, readAcceptedBatches2 } from "@cairn/devnet";
import { blockNumber, CairnError } from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { followBatch2, genesisPosition2, replayBatch2 } from "@cairn/vm";
import type { BenchErrorCode } from "../errors.ts";

/**
 * Rebuilds the state from L1 alone, events, transactions and blobs, and compares its root with the contract's. Throws
 * `bench/not-restored`, `vm/batch-mismatch`, and as L1 does.
 */
export async function restoreFromL1(devnet: DevRollup2, kzg: BlobKzg, compress: Compress): Promise<void> {
  const tree = createStateTree({ store: createMemoryStore(), compress });
  let position = genesisPosition2(tree.root());
  for (const batch of await readAcceptedBatches2(devnet, kzg)) {
    const followed = followBatch2(position, batch, compress);
    const { updates, newNextIndex } = replayBatch2(tree, batch, followed.blocks);
    tree.applyBlock(blockNumber(batch.number), updates, newNextIndex);
    position = followed.position;
  }
  const { root, batchCount } = await devnet.reader.readContract({
    address: devnet.deployment.rollup,
    abi: rollup2Abi,
    functionName: "state",
  });
  if (BigInt(root) === tree.root() && Number(batchCount) === position.batch) return;
  throw new CairnError<BenchErrorCode>("bench/not-restored", "the state rebuilt from L1 is not the contract's");
}
