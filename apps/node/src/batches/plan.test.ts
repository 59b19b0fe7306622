import { isParent, PARENTS } from "@cairn/circuits";
import type { SoloSize } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { batchPlan, earlyPlans, type PlannedProof, proofTree } from "./plan.ts";

const MAX_BLOCKS = 64;
const sizesOf = (count: number, size: SoloSize = 16): SoloSize[] => Array.from({ length: count }, () => size);
const all = (plan: PlannedProof): PlannedProof[] => [plan, ...plan.children.flatMap(all)];
const keyOf = ({ circuit, firstBlock, lastBlock }: PlannedProof) => `${circuit} ${firstBlock}-${lastBlock}`;
/** Gates of the circuits in thousands, as spec 6.8 has them; those of the blocks are the same in every plan. */
const COST: Readonly<Record<string, number>> = { merge1: 2919, merge2: 2919, pair: 1756, batch: 3248 };
const costOf = (plan: PlannedProof): number => all(plan).reduce((sum, { circuit }) => sum + (COST[circuit] ?? 0), 0);

/** Least cost of covering blocks with at most `parts` proofs, by what one proof of some blocks costs. */
function leastSplit(blocks: number, parts: number, costOfOne: (blocks: number) => number): number {
  if (parts === 0) return blocks === 0 ? 0 : Number.POSITIVE_INFINITY;
  if (blocks === 0) return 0;
  const firsts = Array.from({ length: blocks }, (_, i) => i + 1);
  return Math.min(
    ...firsts.map((first) => {
      const one = costOfOne(first);
      return one === Number.POSITIVE_INFINITY ? one : one + leastSplit(blocks - first, parts - 1, costOfOne);
    }),
  );
}

const merge1Costs = (blocks: number): number => (blocks === 1 ? 0 : blocks <= 4 ? 2919 : Number.POSITIVE_INFINITY);
const merge2Costs = Array.from({ length: MAX_BLOCKS + 1 }, (_, blocks) =>
  blocks > 16 ? Number.POSITIVE_INFINITY : Math.min(merge1Costs(blocks), 2919 + leastSplit(blocks, 4, merge1Costs)),
);

/** Least cost of any tree over so many blocks. */
function leastCost(blocks: number): number {
  const one = (count: number): number => merge2Costs[count] ?? Number.POSITIVE_INFINITY;
  return Math.min(1756 + leastSplit(blocks, 2, one), 3248 + leastSplit(blocks, 4, one));
}

describe("the plan of a batch", () => {
  it.each(Array.from({ length: MAX_BLOCKS }, (_, i) => i + 1))("of %i blocks is a tree of its circuits", (count) => {
    const plan = batchPlan(5, sizesOf(count));
    expect([plan.kind, plan.firstBlock, plan.lastBlock]).toEqual(["batch", 5, 4 + count]);
    for (const proof of all(plan)) {
      const { circuit, firstBlock, lastBlock, children } = proof;
      if (!isParent(circuit)) {
        expect([children, lastBlock]).toEqual([[], firstBlock]);
        continue;
      }
      const { accepts, children: limit } = PARENTS[circuit];
      expect(children.length).toBeLessThanOrEqual(limit);
      expect(children.length).toBeGreaterThanOrEqual(2);
      expect(children.filter((child) => !accepts.some((name) => name === child.circuit))).toEqual([]);
      const ends = children.map((child) => child.lastBlock);
      expect(children.map((child) => child.firstBlock)).toEqual([
        firstBlock,
        ...ends.slice(0, -1).map((end) => end + 1),
      ]);
      expect(ends.at(-1)).toBe(lastBlock);
    }
    expect(plan.circuit).toBe(count === 1 ? "solo16" : plan.children.length <= 2 ? "pair" : "batch");
  });

  it.each([
    [2, "pair", ["block16", "block16"]],
    [4, "batch", ["block16", "block16", "block16", "block16"]],
    [5, "pair", ["merge1", "block16"]],
    [7, "batch", ["merge1", "block16", "block16", "block16"]],
    [8, "pair", ["merge1", "merge1"]],
    [11, "batch", ["merge1", "merge1", "merge1"]],
    [16, "batch", ["merge1", "merge1", "merge1", "merge1"]],
    [17, "pair", ["merge2", "block16"]],
    [31, "pair", ["merge2", "merge2"]],
    [32, "pair", ["merge2", "merge2"]],
    [33, "batch", ["merge2", "merge2", "block16"]],
    [64, "batch", ["merge2", "merge2", "merge2", "merge2"]],
  ] as const)("of %i blocks is a %s of %j", (count, circuit, children) => {
    const plan = batchPlan(1, sizesOf(count));
    expect([plan.circuit, plan.children.map((child) => child.circuit)]).toEqual([circuit, children]);
  });

  it.each(Array.from({ length: MAX_BLOCKS - 1 }, (_, i) => i + 2))(
    "of %i blocks costs at most a merge more than any other tree",
    (count) => {
      expect(costOf(batchPlan(1, sizesOf(count)))).toBeLessThanOrEqual(leastCost(count) + 2919);
    },
  );

  it("proves blocks of different sizes by their own circuits", () => {
    const plan = batchPlan(1, [16, 64, 256]);
    expect(plan.children.map(keyOf)).toEqual(["block16 1-1", "block64 2-2", "block256 3-3"]);
    expect(batchPlan(9, [256]).circuit).toBe("solo256");
  });

  it("does not exist for no blocks, or for more than a batch holds", () => {
    for (const sizes of [[], sizesOf(MAX_BLOCKS + 1)]) {
      expect(() => batchPlan(1, sizes)).toThrow(expect.objectContaining({ code: "node/bad-batch" }));
    }
  });

  it("becomes a tree with what each of its proofs states", () => {
    const tree = proofTree(batchPlan(3, sizesOf(5)), ({ firstBlock, lastBlock }) => [
      BigInt(100 * firstBlock + lastBlock),
    ]);
    expect(tree.publicInputs).toEqual([307n]);
    expect(tree.children.map(({ publicInputs }) => publicInputs)).toEqual([[306n], [707n]]);
    expect(tree.children[0]?.children.map(({ publicInputs }) => publicInputs)).toEqual([
      [303n],
      [404n],
      [505n],
      [606n],
    ]);
  });
});

describe("proofs that can be made before a batch is closed", () => {
  it("are in the plan of every batch that holds these blocks", () => {
    for (let count = 0; count <= MAX_BLOCKS; count++) {
      const early = earlyPlans(7, sizesOf(count));
      const wanted = new Set(early.flatMap(all).map(keyOf));
      for (let final = Math.max(count, 1); final <= MAX_BLOCKS; final++) {
        const planned = new Set(all(batchPlan(7, sizesOf(final))).map(keyOf));
        expect(
          [...wanted].filter((key) => !planned.has(key)),
          `${count} of ${final} blocks`,
        ).toEqual([]);
      }
      // All blocks are among them, unless one may stay alone.
      const blocks = early.flatMap(all).filter(({ kind }) => kind === "block");
      expect(blocks.length).toBe(count < 2 ? 0 : count);
    }
  });

  it.each([
    [4, ["block16 1-1", "block16 2-2", "block16 3-3", "block16 4-4"]],
    [6, ["merge1 1-4", "block16 5-5", "block16 6-6"]],
    [16, ["merge1 1-4", "merge1 5-8", "merge1 9-12", "merge1 13-16"]],
    [22, ["merge2 1-16", "merge1 17-20", "block16 21-21", "block16 22-22"]],
  ] as const)("of %i blocks are %j and what is below", (count, early) => {
    expect(earlyPlans(1, sizesOf(count)).map(keyOf)).toEqual(early);
  });
});
