import { expect, it } from "vitest";
import { forestOf, type Proof } from "./forest.ts";

const proof = (id: number, circuit: string, blocks: readonly [number, number], parent: number | null): Proof => ({
  id,
  parent,
  circuit,
  firstBlock: blocks[0],
  lastBlock: blocks[1],
  state: "waiting",
  prover: null,
  startedAtMs: null,
  madeAtMs: null,
});

it("places what L1 verifies above the proofs that it verifies, each above its blocks", () => {
  const [tree, ...others] = forestOf([
    proof(1, "block256", [5, 5], 4),
    proof(2, "block256", [6, 6], 4),
    proof(3, "block256", [7, 7], 5),
    proof(4, "merge1", [5, 6], 5),
    proof(5, "pair", [5, 7], null),
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
  const trees = forestOf([proof(9, "block16", [12, 12], 77), proof(3, "solo16", [4, 4], null)]);
  expect(trees.map(({ firstBlock, rows, isWhole }) => [firstBlock, rows, isWhole])).toEqual([
    [4, 1, true],
    [12, 1, false],
  ]);
  expect(forestOf([])).toEqual([]);
});
