export type { StateErrorCode } from "./errors.ts";
export type {
  KeyValue,
  KeyValueChange,
  KeyValueReader,
  KeyValueSnapshot,
  KeyValueStore,
  OrderedReader,
} from "./key-value-store.ts";
export { createMemoryStore } from "./memory-store.ts";
export { buildMultiproof, multiproofRoot, type PlacedLeaf } from "./multiproof.ts";
export { type NodeReader, nodeKey, nodePlace } from "./nodes.ts";
export {
  type AccountInState,
  createPastProver,
  type PastProver,
  type PastProverOptions,
} from "./past-proofs.ts";
export type { OwnerEntry, PastBlocks } from "./records.ts";
export {
  type ApplyOptions,
  createStateTree,
  DEFAULT_RETAINED_BLOCKS,
  type StateTree,
  type StateTreeOptions,
} from "./state-tree.ts";
export {
  type AccountView,
  type AccountViewSource,
  createAccountView,
  type StateSnapshot,
  type StateView,
} from "./state-view.ts";
export {
  emptySubtreeHashes,
  genesisRoot,
  indexDigits,
  type MerkleProof,
  merkleRoot,
  type NodeChildren,
  type NodeSiblings,
  verifyMerkleProof,
} from "./tree-shape.ts";
export { createWorkingTree, type LeafUpdate, type WorkingTree, type WorkingTreeBase } from "./working-tree.ts";
