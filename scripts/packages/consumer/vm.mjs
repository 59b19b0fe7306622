// #region use
import { compress, verify } from "@cairn/crypto";
import { accountIndex, blockNumber, tokenId } from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { executeBlock } from "@cairn/vm";

const tree = createStateTree({ store: createMemoryStore(), compress });
const target = { owner: 5n, index: accountIndex(0), key: 0n };
const { block } = executeBlock(
  {
    state: tree,
    domain: { chainId: 31337n, rollup: 0xabcn },
    slotCount: 16,
    blockNumber: blockNumber(1),
    timestamp: 1_800_000_000,
    feeAccounts: [],
    verifySignature: verify,
    compress,
  },
  { l1Operations: [{ type: "deposit", tokenId: tokenId(0), amount: 10n ** 18n, ...target }], groups: [] },
);
const root = tree.applyBlock(block.blockNumber, block.updates, block.newNextIndex);
// #endregion

/** What the example came to. */
export function run() {
  const [created] = block.updates.values();
  return { root: String(root), nextIndex: block.newNextIndex, balance: String(created?.balance) };
}
