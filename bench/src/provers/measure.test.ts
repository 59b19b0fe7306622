import type { StoredProof } from "@cairn/db";
import { expect, test } from "vitest";
import { timeOf } from "./measure.ts";

const PROOF: StoredProof = {
  id: 1,
  kind: "block",
  circuit: "block16",
  firstBlock: 1,
  lastBlock: 1,
  publicInputs: [],
  parent: null,
  state: "made",
  proof: null,
  details: null,
  attempts: 1,
  refusals: 0,
  prover: "machine 1",
  createdAtMs: 0,
  startedAtMs: 0,
  madeAtMs: 0,
};

test("the time of a batch is from its first beginning to its last end, whoever proved what", () => {
  const proofs = [
    { ...PROOF, startedAtMs: 1000, madeAtMs: 4000 },
    { ...PROOF, startedAtMs: 1500, madeAtMs: 3500, prover: "machine 2" },
    { ...PROOF, startedAtMs: 4000, madeAtMs: 9000 },
  ];
  expect(timeOf(proofs)).toEqual({ seconds: 8, proofSeconds: 10, made: [2, 1] });
});

test("a proof that nobody made has no time", () => {
  expect(() => timeOf([{ ...PROOF, madeAtMs: null }])).toThrow(RangeError);
});
