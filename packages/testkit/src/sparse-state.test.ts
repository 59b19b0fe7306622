import { compress } from "@cairn/crypto";
import { accountIndex } from "@cairn/protocol";
import { createWorkingTree, genesisRoot, verifyMerkleProof } from "@cairn/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryState } from "./arbitrary-state.ts";
import { createFundedTree, createSparseState } from "./sparse-state.ts";
import { FAKE_CRYPTO } from "./test-crypto.ts";

describe("a sparse state", () => {
  it("without accounts has the genesis root", () => {
    const state = createSparseState({ accounts: new Map(), nextIndex: 64 }, compress);
    expect(state.root()).toBe(genesisRoot(compress));
  });

  it("has the root of a state tree with the same accounts", () => {
    fc.assert(
      fc.property(arbitraryState("dense"), (input) => {
        const tree = createFundedTree(input, FAKE_CRYPTO.compress);
        expect(createSparseState(input, FAKE_CRYPTO.compress).root()).toBe(tree.root());
      }),
      { numRuns: 50 },
    );
  });

  it("proves its leaves through a working tree", () => {
    const { compress: hash } = FAKE_CRYPTO;
    fc.assert(
      fc.property(arbitraryState("sparse"), fc.nat(2 ** 24 - 1), (input, anywhere) => {
        const state = createSparseState(input, hash);
        const tree = createWorkingTree(state, hash);
        for (const index of [...input.accounts.keys(), accountIndex(anywhere)]) {
          const { leafHash, siblings } = tree.prove(index);
          expect(verifyMerkleProof(state.root(), index, leafHash, siblings, hash)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
