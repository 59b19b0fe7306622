import { type Compress, compress, permute } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { FIELD_MODULUS, TREE_DEPTH } from "@cairn/protocol";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { GENESIS, oracleRoot } from "../test/oracle.ts";
import {
  emptySubtreeHashes,
  genesisRoot,
  indexDigits,
  insertAt,
  merkleRoot,
  type NodeSiblings,
  siblingsOf,
  verifyMerkleProof,
} from "./tree-shape.ts";

let fast: Compress;
beforeAll(async () => {
  fast = await createFastCompress();
});

describe("genesis root", () => {
  it.each([4, 5, 6])("is the root of 4^%i empty leaves", (depth) => {
    expect(genesisRoot(compress, depth)).toBe(oracleRoot(GENESIS, fast, depth));
  });

  it("at full depth is twelve permutations applied to 0", () => {
    let node = 0n;
    for (let level = 0; level < TREE_DEPTH; level++) {
      node = (permute([node, node, node, node])[0] + node) % FIELD_MODULUS;
    }
    expect(genesisRoot(compress)).toBe(node);
  });

  it("keeps its value: the contract stores it", () => {
    expect(genesisRoot(compress).toString(16)).toMatchInlineSnapshot(
      `"127314dc4f13036ac6a4482435840186e511e872197943c814189493179ab475"`,
    );
  });
});

describe("emptySubtreeHashes", () => {
  it("starts with the empty leaf and ends with the empty tree", () => {
    const hashes = emptySubtreeHashes(compress);
    expect(hashes).toHaveLength(TREE_DEPTH + 1);
    expect(hashes[0]).toBe(0n);
    expect(hashes[TREE_DEPTH]).toBe(genesisRoot(compress));
    expect(new Set(hashes).size).toBe(TREE_DEPTH + 1);
  });
});

describe("indexDigits", () => {
  it("are the base-4 digits, lowest first", () => {
    fc.assert(
      fc.property(fc.nat({ max: 4 ** TREE_DEPTH - 1 }), (index) => {
        const digits = indexDigits(index);
        expect(digits).toHaveLength(TREE_DEPTH);
        expect(digits.reduceRight((sum, digit) => 4 * sum + digit, 0)).toBe(index);
      }),
    );
  });

  it.each([-1, 0.5, Number.NaN, 4 ** 12])("refuse %s", (index) => {
    expect(() => indexDigits(index)).toThrow(expect.objectContaining({ code: "state/out-of-range" }));
  });
});

describe("siblings", () => {
  it("and the node between them make the children again", () => {
    for (const position of [0, 1, 2, 3]) {
      const children = [10n, 11n, 12n, 13n] as const;
      expect(insertAt(siblingsOf(children, position), position, children[position] ?? 0n)).toEqual(children);
    }
  });
});

describe("verifyMerkleProof", () => {
  const siblings: NodeSiblings[] = Array.from({ length: TREE_DEPTH }, (_, i) => [BigInt(3 * i), 5n, BigInt(i * i)]);
  const index = 0b01_10_11_00_01_10_11_00_01_10_11_00;
  const leaf = 123n;

  it("accepts the root that the path leads to", () => {
    expect(verifyMerkleProof(merkleRoot(index, leaf, siblings, fast), index, leaf, siblings, fast)).toBe(true);
  });

  it("refuses another leaf, index, root or sibling", () => {
    const root = merkleRoot(index, leaf, siblings, fast);
    expect(verifyMerkleProof(root, index, leaf + 1n, siblings, fast)).toBe(false);
    expect(verifyMerkleProof(root + 1n, index, leaf, siblings, fast)).toBe(false);
    for (let level = 0; level < TREE_DEPTH; level++) {
      expect(verifyMerkleProof(root, index ^ (1 << (2 * level)), leaf, siblings, fast)).toBe(false);
      for (const position of [0, 1, 2]) {
        const changed = siblings.map(([a, b, c], i): NodeSiblings => {
          const delta = (at: number): bigint => (i === level && at === position ? 1n : 0n);
          return [a + delta(0), b + delta(1), c + delta(2)];
        });
        expect(verifyMerkleProof(root, index, leaf, changed, fast)).toBe(false);
      }
    }
  });

  it.each([0, 11, 13])("refuses %i levels, so that an inner node cannot pass for a leaf", (levels) => {
    const path = Array.from({ length: levels }, (): NodeSiblings => [0n, 0n, 0n]);
    expect(() => verifyMerkleProof(0n, 0, 0n, path, fast)).toThrow(
      expect.objectContaining({ code: "state/bad-proof" }),
    );
  });

  it("refuses values that are not field elements", () => {
    const root = merkleRoot(index, leaf, siblings, fast);
    expect(() => verifyMerkleProof(root, index, leaf + FIELD_MODULUS, siblings, fast)).toThrow(
      expect.objectContaining({ code: "crypto/not-a-field-element" }),
    );
  });
});
