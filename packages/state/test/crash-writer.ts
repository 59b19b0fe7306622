/**
 * Writes blocks to the LMDB store at argv[2] and prints the number of each acknowledged block, until killed. In
 * the middle of writing block argv[3] it kills itself.
 */
import { writeSync } from "node:fs";
import { createFastCompress } from "@cairn/crypto/fast";
import { blockNumber } from "@cairn/protocol";
import { createStateTree, type KeyValueChange } from "../src/index.ts";
import { createLmdbStore } from "../src/lmdb.ts";
import { crashBlock } from "./crash-blocks.ts";

const [path = "", lastBlock] = process.argv.slice(2);
const store = createLmdbStore({ path });
let isLast = false;
const tree = createStateTree({
  store: { ...store, write: (changes) => store.write(isLast ? deadly(changes) : changes) },
  compress: await createFastCompress(),
  retainedBlocks: 3,
});
for (;;) {
  const block = blockNumber(tree.blockNumber() + 1);
  const { updates, nextIndex } = crashBlock(block);
  isLast = block === Number(lastBlock);
  tree.applyBlock(block, updates, nextIndex);
  writeSync(1, `${block}\n`);
}

/** The same changes, but reading the middle one ends the process at once. */
function deadly(changes: Iterable<KeyValueChange>): KeyValueChange[] {
  const copy = [...changes];
  const middle = Math.floor(copy.length / 2);
  return Object.defineProperty(copy, middle, { get: () => process.kill(process.pid, "SIGKILL") });
}
