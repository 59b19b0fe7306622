import { archiveVectors } from "./generators/archive.ts";
import { batchVectors, blockVectors } from "./generators/batches.ts";
import { blobVectors } from "./generators/blob.ts";
import { customerKeyVectors } from "./generators/customer-keys.ts";
import { exitVectors } from "./generators/exit.ts";
import { floatVectors } from "./generators/float.ts";
import { hashVectors, poseidon2Vectors } from "./generators/hash.ts";
import { payoutVectors, queueVectors } from "./generators/lists.ts";
import { rebuildVectors } from "./generators/rebuild.ts";
import { receiptVectors } from "./generators/receipts.ts";
import { leafVectors, treeVectors } from "./generators/state.ts";
import { messageVectors, signatureVectors } from "./generators/transactions.ts";
import type { Vector } from "./json.ts";

/** Vector files by name, and what makes their content. */
export const VECTOR_FILES: Readonly<Record<string, () => Vector>> = {
  archive: archiveVectors,
  batch: batchVectors,
  blob: blobVectors,
  block: blockVectors,
  "customer-keys": customerKeyVectors,
  exit: exitVectors,
  float: floatVectors,
  hash: hashVectors,
  leaf: leafVectors,
  message: messageVectors,
  payouts: payoutVectors,
  poseidon2: poseidon2Vectors,
  queue: queueVectors,
  rebuild: rebuildVectors,
  receipt: receiptVectors,
  signature: signatureVectors,
  tree: treeVectors,
};
