import { accountHash } from "@cairn/crypto";
import { type AccountIndex, accountIndex } from "@cairn/protocol";
import {
  buildMultiproof,
  createMemoryStore,
  createStateTree,
  merkleRoot,
  multiproofRoot,
  type StateTree,
} from "@cairn/state";
import { arbitraryHistory, FAKE_CRYPTO, type History, PEOPLE } from "@cairn/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountsOf, assignedAccounts, proveAllExits, proveExit, proveExits, verifyExitProof } from "./exit-proof.ts";

const { compress } = FAKE_CRYPTO;
const badProof = expect.objectContaining({ code: "state/bad-proof" });
const histories = arbitraryHistory({ maxBlocks: 5, sizes: [16, 64] }).filter(({ tree }) => tree.nextIndex() > 64);

const indicesOf = ({ tree }: History): AccountIndex[] => [...assignedAccounts(tree)].map(({ index }) => index);

/** At least one of a history's accounts. */
const chosen = histories.chain((history) =>
  fc.tuple(fc.constant(history), fc.shuffledSubarray(indicesOf(history), { minLength: 1 })),
);

function leavesOf(tree: StateTree, indices: readonly AccountIndex[]) {
  return indices.map((index) => ({ index, leafHash: accountHash(tree.getAccount(index), compress) }));
}

describe("a multiproof", () => {
  it("proves any accounts, in any order, under the root of the tree", () => {
    fc.assert(
      fc.property(chosen, ([{ tree }, indices]) => {
        const proof = proveExits(tree, indices);
        expect(proof.accounts.map(({ index }) => index)).toEqual([...indices].sort((a, b) => a - b));
        expect(verifyExitProof(proof, tree.root(), compress)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("of one account is its Merkle proof, three siblings per level from the leaf up", () => {
    fc.assert(
      fc.property(chosen, ([{ tree }, [index]]) => {
        if (index === undefined) expect.unreachable();
        const { siblings } = proveExit(tree, index);
        expect(siblings).toEqual(tree.prove(index).siblings.flat());
        expect(siblings).toHaveLength(36);
        const leafHash = accountHash(tree.getAccount(index), compress);
        expect(merkleRoot(index, leafHash, tree.prove(index).siblings, compress)).toBe(tree.root());
      }),
      { numRuns: 30 },
    );
  });

  it("of many accounts is shorter than their proofs, and proves empty leaves too", () => {
    const tree = createStateTree({ store: createMemoryStore(), compress });
    const indices = [0, 1, 5, 64, 65, 4000, 2 ** 24 - 1];
    const siblings = buildMultiproof(tree.nodes, indices);
    expect(siblings.length).toBeLessThan(36 * 4);
    expect(
      multiproofRoot(
        indices.map((index) => ({ index, leafHash: 0n })),
        siblings,
        compress,
      ),
    ).toBe(tree.root());
    const family = [64, 65, 66, 67];
    expect(buildMultiproof(tree.nodes, family)).toHaveLength(33);
  });

  it("is refused with anything changed", () => {
    fc.assert(
      fc.property(chosen, fc.nat(), fc.bigInt(1n, 2n ** 120n), ([{ tree }, indices], at, difference) => {
        const ascending = [...indices].sort((a, b) => a - b);
        const { siblings } = proveExits(tree, ascending);
        const leaves = leavesOf(tree, ascending);
        const changed = siblings.map((sibling, i) => (i === at % siblings.length ? sibling ^ difference : sibling));
        expect(multiproofRoot(leaves, changed, compress)).not.toBe(tree.root());
        const other = leaves.map((leaf, i) =>
          i === at % leaves.length ? { ...leaf, leafHash: leaf.leafHash ^ difference } : leaf,
        );
        expect(multiproofRoot(other, siblings, compress)).not.toBe(tree.root());
        expect(() => multiproofRoot(leaves, siblings.slice(1), compress)).toThrow(badProof);
        expect(() => multiproofRoot(leaves, [...siblings, 0n], compress)).toThrow(badProof);
        expect(() => multiproofRoot([...leaves, ...leaves.slice(-1)], siblings, compress)).toThrow(badProof);
      }),
      { numRuns: 40 },
    );
  });

  it.each([[[]], [[65, 64]], [[64, 64]], [[-1]], [[2 ** 24]], [[64.5]]])("is refused for the indices %j", (indices) => {
    const tree = createStateTree({ store: createMemoryStore(), compress });
    expect(() => buildMultiproof(tree.nodes, indices)).toThrow(badProof);
    expect(() =>
      multiproofRoot(
        indices.map((index) => ({ index, leafHash: 0n })),
        [],
        compress,
      ),
    ).toThrow(badProof);
  });
});

describe("all exits", () => {
  it("cover every account that holds something, once, in chunks that prove", () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 9 }), ({ tree, states }, chunkSize) => {
        const chunks = [...proveAllExits(tree, chunkSize)];
        const holding = [...(states.at(-1)?.accounts ?? [])].filter(([, { balance }]) => balance > 0n);
        expect(chunks.flatMap(({ accounts }) => accounts)).toEqual(
          holding.sort(([a], [b]) => a - b).map(([index, account]) => ({ index, account })),
        );
        for (const chunk of chunks) expect(verifyExitProof(chunk, tree.root(), compress)).toBe(true);
        for (const chunk of chunks.slice(0, -1)) expect(chunk.accounts).toHaveLength(chunkSize);
      }),
      { numRuns: 40 },
    );
  });

  it("leave out accounts that have exited", () => {
    const [history] = fc.sample(histories, { numRuns: 1, seed: 4 });
    if (history === undefined) expect.unreachable();
    const gone = history.tree.nextIndex() - 1;
    const left = [...proveAllExits(history.tree, 5, (index) => index === gone)].flatMap(({ accounts }) => accounts);
    expect(left.map(({ index }) => index)).not.toContain(gone);
  });

  it.each([0, -1, 1.5])("are refused in chunks of %s", (chunkSize) => {
    const tree = createStateTree({ store: createMemoryStore(), compress });
    expect(() => [...proveAllExits(tree, chunkSize)]).toThrow(expect.objectContaining({ code: "restore/bad-option" }));
  });
});

describe("accounts", () => {
  it("are found by owner and token", () => {
    fc.assert(
      fc.property(histories, ({ tree, states }) => {
        for (const { owner } of PEOPLE) {
          const expected = [...(states.at(-1)?.accounts ?? [])].filter(([, account]) => account.owner === owner);
          const found = accountsOf(tree, owner);
          expect(found).toEqual(expected.sort(([a], [b]) => a - b).map(([index, account]) => ({ index, account })));
          const [first] = found;
          if (first === undefined) continue;
          const { tokenId } = first.account;
          expect(accountsOf(tree, owner, tokenId)).toEqual(found.filter(({ account }) => account.tokenId === tokenId));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("that were never assigned have no proof", () => {
    const tree = createStateTree({ store: createMemoryStore(), compress });
    for (const index of [0, 63, 64]) {
      expect(() => proveExit(tree, accountIndex(index))).toThrow(
        expect.objectContaining({ code: "restore/not-found" }),
      );
    }
  });
});
