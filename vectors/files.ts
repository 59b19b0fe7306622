import { archiveVectors } from "./generators/archive.ts";
import { blob2Vectors, receipt2Vectors } from "./generators/batch-2-l1.ts";
import { dataVectors, payoutVectors, publicInputVectors, queueVectors, txTreeVectors } from "./generators/blocks.ts";
import { exitVectors } from "./generators/exit.ts";
import { floatVectors } from "./generators/float.ts";
import { hashVectors, poseidon2Vectors, shaVectors } from "./generators/hash.ts";
import { payout2Vectors, queue2Vectors } from "./generators/lists-2.ts";
import { batch2Vectors, block2Vectors } from "./generators/protocol-2.ts";
import { rebuildVectors } from "./generators/rebuild.ts";
import { leafVectors, treeVectors } from "./generators/state.ts";
import { messageVectors, signatureVectors } from "./generators/transactions.ts";
import type { Vector } from "./json.ts";

/** Vector files by name, and what makes their content. */
export const VECTOR_FILES: Readonly<Record<string, () => Vector>> = {
  archive: archiveVectors,
  "batch-2": batch2Vectors,
  "blob-2": blob2Vectors,
  "block-2": block2Vectors,
  data: dataVectors,
  exit: exitVectors,
  float: floatVectors,
  hash: hashVectors,
  leaf: leafVectors,
  message: messageVectors,
  payouts: payoutVectors,
  "payouts-2": payout2Vectors,
  poseidon2: poseidon2Vectors,
  "public-input": publicInputVectors,
  queue: queueVectors,
  "queue-2": queue2Vectors,
  rebuild: rebuildVectors,
  "receipt-2": receipt2Vectors,
  sha: shaVectors,
  signature: signatureVectors,
  tree: treeVectors,
  "tx-tree": txTreeVectors,
};
