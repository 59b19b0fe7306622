import { expect, test } from "vitest";
import { mergesOf, type ProofNode, planTree } from "./tree.ts";

const positions = (nodes: readonly ProofNode[]): number[] =>
  nodes.flatMap((node) => (node.type === "block" ? [node.position] : positions(node.children)));

test("every number of blocks has a tree over each block once and in order", () => {
  for (let blocks = 2; blocks <= 64; blocks++) {
    const tree = planTree(blocks);
    expect(positions(tree.children)).toEqual(Array.from({ length: blocks }, (_, i) => i));
    expect(tree.children.length).toBeLessThanOrEqual(tree.circuit === "pair" ? 2 : 4);
  }
});

test("the trees are those of a node: merges of the kind and number that it plans", () => {
  expect(planTree(2)).toEqual({
    circuit: "pair",
    children: [
      { type: "block", position: 0 },
      { type: "block", position: 1 },
    ],
  });
  expect(planTree(4).circuit).toBe("batch");
  expect(mergesOf(planTree(4))).toEqual([]);
  const four = { type: "merge", circuit: "merge1", children: expect.objectContaining({ length: 4 }) };
  expect(planTree(16)).toEqual({ circuit: "batch", children: [four, four, four, four] });
  expect(mergesOf(planTree(31)).filter((circuit) => circuit === "merge2")).toHaveLength(2);
});

test.each([1, 65])("%d blocks are refused", (blocks) => {
  const code = expect.stringMatching(/^(bench\/bad-option|node\/bad-batch)$/);
  expect(() => planTree(blocks)).toThrow(expect.objectContaining({ code }));
});
