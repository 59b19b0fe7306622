import { expect, it } from "vitest";
import { waitingProof } from "../../../test/support/waiting-proof.ts";
import { forestOf } from "./forest.ts";

it("places what L1 verifies above the proofs that it verifies, each above its blocks", () => {
  const [tree, ...others] = forestOf([
    waitingProof(1, "block256", [5, 5], 4),
    waitingProof(2, "block256", [6, 6], 4),
    waitingProof(3, "block256", [7, 7], 5),
    waitingProof(4, "merge1", [5, 6], 5),
    waitingProof(5, "pair", [5, 7], null),
  ]);
  expect(others).toEqual([]);
  expect(tree).toMatchObject({ firstBlock: 5, lastBlock: 7, rows: 3, isWhole: true });
  expect(tree?.proofs.map(({ id, row, column, width }) => [id, row, column, width])).toEqual([
    [5, 1, 1, 3],
    [4, 2, 1, 2],
    [1, 3, 1, 1],
    [2, 3, 2, 1],
    [3, 3, 3, 1],
  ]);
});

it("keeps apart what nobody joins yet, also where the one that joins was not asked for", () => {
  const trees = forestOf([waitingProof(9, "block16", [12, 12], 77), waitingProof(3, "solo16", [4, 4], null)]);
  expect(trees.map(({ firstBlock, rows, isWhole }) => [firstBlock, rows, isWhole])).toEqual([
    [4, 1, true],
    [12, 1, false],
  ]);
  expect(forestOf([])).toEqual([]);
});
