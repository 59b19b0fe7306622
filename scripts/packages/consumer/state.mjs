// #region use
import { compress } from "@cairn/crypto";
import { accountIndex, blockNumber, tokenId } from "@cairn/protocol";
import { createMemoryStore, createStateTree, verifyMerkleProof } from "@cairn/state";

const tree = createStateTree({ store: createMemoryStore(), compress });
const index = accountIndex(tree.nextIndex());
const account = { owner: 5n, key: 0n, ownerKey: false, tokenId: tokenId(0), balance: 10n ** 18n, nonce: 0 };
const root = tree.applyBlock(blockNumber(1), new Map([[index, account]]), index + 1);
const { leafHash, siblings } = tree.prove(index);
verifyMerkleProof(root, index, leafHash, siblings, compress); // true
// #endregion

/** What the example came to. */
export function run() {
  const accepts = [leafHash, leafHash + 1n].map((leaf) => verifyMerkleProof(root, index, leaf, siblings, compress));
  return { root: String(root), leafHash: String(leafHash), accepts };
}
