import { describe, expect, it } from "vitest";
import { type Compress, compress } from "./poseidon2.ts";
import { treeRoot } from "./tree-root.ts";

const leaves = (count: number): bigint[] => Array.from({ length: count }, (_, i) => BigInt(i + 1));

/** The root from the top down. */
function naive(nodes: readonly bigint[]): bigint {
  if (nodes.length === 1) return nodes[0] ?? 0n;
  const quarter = nodes.length / 4;
  const [a = 0n, b = 0n, c = 0n, d = 0n] = [0, 1, 2, 3].map((i) => naive(nodes.slice(i * quarter, (i + 1) * quarter)));
  return compress(a, b, c, d);
}

describe("the root of a tree", () => {
  it.each([4, 16, 64, 256])("is that of the 4-ary tree over %i leaves", (count) => {
    expect(treeRoot(leaves(count), compress)).toBe(naive(leaves(count)));
  });

  it("hashes each node once with the given function", () => {
    let calls = 0;
    const counting: Compress = (a) => {
      calls++;
      return a;
    };
    treeRoot(leaves(64), counting);
    expect(calls).toBe(16 + 4 + 1);
  });

  it("hashes what is the same as before it once, and is still that of all leaves", () => {
    const half = [...leaves(32), ...Array.from({ length: 32 }, () => 0n)];
    let calls = 0;
    const counting: Compress = (...nodes) => {
      calls++;
      return compress(...nodes);
    };
    expect(treeRoot(half, counting)).toBe(naive(half));
    // 8 with leaves and one without; 2 with nodes and one without; the root.
    expect(calls).toBe(9 + 3 + 1);
    const repeating = [...leaves(4), ...leaves(4), ...leaves(4), 1n, 2n, 3n, 5n];
    expect(treeRoot(repeating, compress)).toBe(naive(repeating));
  });

  it.each([0, 2, 3, 5, 8, 12, 63, 128])("refuses %i leaves", (count) => {
    expect(() => treeRoot(leaves(count), compress)).toThrow(expect.objectContaining({ code: "crypto/bad-tree-size" }));
  });
});
