import { accountHash, type Compress } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { accountIndex, blockNumber, FIELD_MODULUS, TREE_DEPTH } from "@cairn/protocol";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { someAccounts } from "../test/blocks.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createStateTree, type StateTree } from "./state-tree.ts";
import { merkleRoot } from "./tree-shape.ts";
import { createWorkingTree } from "./working-tree.ts";

let compress: Compress;
beforeAll(async () => {
  compress = await createFastCompress();
});

const anyStep = fc.record({
  index: fc.oneof(fc.integer({ min: 60, max: 80 }), fc.nat({ max: 4 ** TREE_DEPTH - 1 })),
  leafHash: fc.oneof(fc.bigInt({ min: 0n, max: FIELD_MODULUS - 1n }), fc.constant(0n)),
});

describe("working tree", () => {
  it("makes steps whose siblings lead from the old root to the new one", () => {
    const base = fundedTree();
    const rootBefore = base.root();
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 12 }), (steps) => {
        const tree = createWorkingTree(base, compress);
        const leaves = new Map<number, bigint>();
        let root = rootBefore;
        for (const { index, leafHash } of steps) {
          const before = leaves.get(index) ?? base.prove(accountIndex(index)).leafHash;
          expect(tree.prove(index).leafHash).toBe(before);
          const step = tree.update(index, leafHash);
          expect([step.index, step.leafBefore, step.leafAfter, step.rootBefore]).toEqual([
            index,
            before,
            leafHash,
            root,
          ]);
          expect(merkleRoot(index, before, step.siblings, compress)).toBe(root);
          expect(merkleRoot(index, leafHash, step.siblings, compress)).toBe(step.rootAfter);
          root = step.rootAfter;
          leaves.set(index, leafHash);
        }
        expect(tree.root()).toBe(root);
        expect(base.root()).toBe(rootBefore);
      }),
      { numRuns: 60 },
    );
  });

  it("ends where a state tree ends that applies the same changes as a block", () => {
    const base = fundedTree();
    const working = createWorkingTree(base.snapshot(), compress);
    const updates = new Map([...someAccounts(70, 3, 5), ...someAccounts(84, 6, 6)]);
    for (const [index, account] of updates) {
      working.update(index, 1n);
      working.update(index, accountHash(account, compress));
    }
    expect(base.applyBlock(blockNumber(2), updates, 90)).toBe(working.root());
  });

  it("hashes twelve nodes for a change and none for a leaf that stays", () => {
    let calls = 0;
    const base = fundedTree();
    const tree = createWorkingTree(base, (a, b, c, d) => {
      calls++;
      return compress(a, b, c, d);
    });
    tree.update(64, 5n);
    expect(calls).toBe(TREE_DEPTH);
    const { rootBefore, rootAfter } = tree.update(64, 5n);
    expect(rootAfter).toBe(rootBefore);
    tree.update(0, 0n);
    expect(calls).toBe(TREE_DEPTH);
  });

  it.each([-1, 4 ** TREE_DEPTH])("refuses index %i", (index) => {
    const tree = createWorkingTree(fundedTree(), compress);
    expect(() => tree.update(index, 1n)).toThrow(expect.objectContaining({ code: "state/out-of-range" }));
  });
});

function fundedTree(): StateTree {
  const tree = createStateTree({ store: createMemoryStore(), compress });
  tree.applyBlock(blockNumber(1), someAccounts(64, 20, 1), 84);
  return tree;
}
