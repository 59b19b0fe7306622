import { expect, test } from "vitest";
import { mergesOf, type ProofNode, planTree } from "./tree.ts";

const positions = (nodes: readonly ProofNode[]): number[] =>
  nodes.flatMap((node) => (node.type === "block" ? [node.position] : positions(node.children)));

/** Levels and numbers of children that the circuits take. */
function expectPossible(nodes: readonly ProofNode[], limit: number, merges: readonly string[]): void {
  expect(nodes.length).toBeGreaterThan(0);
  expect(nodes.length).toBeLessThanOrEqual(limit);
  for (const node of nodes) {
    if (node.type === "block") continue;
    expect(merges).toContain(node.circuit);
    expect(node.children.length).toBeGreaterThan(1);
    expectPossible(node.children, 4, node.circuit === "merge2" ? ["merge1"] : []);
  }
}

test("every number of blocks has a tree of what the circuits take, over each block once and in order", () => {
  for (let blocks = 1; blocks <= 64; blocks++) {
    const tree = planTree(blocks);
    expect(positions(tree.children)).toEqual(Array.from({ length: blocks }, (_, i) => i));
    expectPossible(tree.children, tree.circuit === "pair" ? 2 : 4, ["merge1", "merge2"]);
  }
});

test("no tree has more merges than needed: each takes at most three proofs away", () => {
  for (let blocks = 1; blocks <= 64; blocks++) {
    const tree = planTree(blocks);
    const places = tree.circuit === "pair" ? 2 : 4;
    expect(mergesOf(tree).length, `${blocks} blocks`).toBe(Math.ceil(Math.max(0, blocks - places) / 3));
    const underBatch = Math.ceil(Math.max(0, blocks - 4) / 3);
    expect(mergesOf(tree).length, `${blocks} blocks`).toBe(underBatch);
  }
});

test("the last proof is a pair where it saves a verification and costs no merge", () => {
  expect(planTree(2).circuit).toBe("pair");
  expect(planTree(5).circuit).toBe("pair");
  expect([3, 4, 16, 31].map((blocks) => planTree(blocks).circuit)).toEqual(["batch", "batch", "batch", "batch"]);
  expect(mergesOf(planTree(31)).length).toBe(9);
});

test("proofs that can be made at the same time are not made one above the other", () => {
  const four = { type: "merge", circuit: "merge1", children: expect.objectContaining({ length: 4 }) };
  expect(planTree(16).children).toEqual([four, four, four, four]);
  expect(new Set(mergesOf(planTree(17)))).toEqual(new Set(["merge1", "merge2"]));
});

test.each([0, 65])("%d blocks are refused", (blocks) => {
  expect(() => planTree(blocks)).toThrow(expect.objectContaining({ code: "bench/bad-option" }));
});
