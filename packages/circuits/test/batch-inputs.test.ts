import {
  BLOCK_SIZES,
  type BlockSize,
  batchInputs,
  blockCapacity,
  blockRows,
  evaluateCells,
  MAX_BATCH_L1_OPERATIONS,
  MAX_BATCH_PAYOUTS,
  MAX_BATCH_ROWS,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { KEY_FIELDS, PROOF_FIELDS } from "../src/build/recursion-key.ts";
import { type ClaimProof, childrenWitness } from "../src/witness/children.ts";
import { listsWitness } from "../src/witness/lists.ts";
import { sampleBatch } from "./support/sample-batch.ts";

const sample = sampleBatch(3);
const proofOf = (i: number, circuit: ClaimProof["circuit"] = "block16"): ClaimProof => {
  const claim = sample.built[i]?.claim;
  if (claim === undefined) throw new TypeError(`no block ${i}`);
  const key = { fields: Array.from({ length: KEY_FIELDS }, () => 1n), hash: 2n };
  return { circuit, claim, proof: new Uint8Array(32 * PROOF_FIELDS), key };
};
const error = (code: string) => expect.objectContaining({ code });

describe("children of a circuit", () => {
  it("are filled up with unused ones", () => {
    const { claim, children } = childrenWitness("merge1", [proofOf(0), proofOf(1)]);
    expect(claim.lastBlock).toBe(sample.built[1]?.claim.lastBlock);
    expect(children.map(({ isUsed }) => isUsed)).toEqual([true, true, false, false]);
    expect(childrenWitness("pair", [proofOf(0)]).children).toHaveLength(2);
  });

  it("are refused when they are too many, of another circuit, out of order, or no proofs", () => {
    const all = [proofOf(0), proofOf(1), proofOf(2)];
    expect(() => childrenWitness("pair", all)).toThrow(error("circuits/bad-children"));
    expect(() => childrenWitness("merge1", [proofOf(0, "merge1")])).toThrow(error("circuits/bad-children"));
    expect(() => childrenWitness("merge2", [proofOf(0, "merge2")])).toThrow(error("circuits/bad-children"));
    expect(() => childrenWitness("merge1", [])).toThrow(error("protocol/not-consecutive"));
    expect(() => childrenWitness("merge1", [proofOf(0), proofOf(2)])).toThrow(error("protocol/not-consecutive"));
    const cut = { ...proofOf(0), proof: new Uint8Array(32) };
    expect(() => childrenWitness("merge1", [cut])).toThrow(error("circuits/bad-proof"));
  });
});

describe("lists of a batch", () => {
  const { chains, blocks } = sample.content;

  it("hold what the blocks publish, consume and pay, in order, then zeros", () => {
    const { rows, operations, payouts, blocks: hashed } = listsWitness(chains, blocks);
    expect([rows, operations, payouts, hashed].map((list) => list.length)).toEqual([1365, 512, 1024, 64]);
    const cells = rows.flatMap(({ words }) => [0, 2, 4].map((i) => ((words[i] ?? 0n) << 104n) + (words[i + 1] ?? 0n)));
    expect(evaluateCells(cells, sample.binding.point)).toBe(sample.binding.evaluation);
    expect(operations.filter(({ isUsed }) => isUsed)).toHaveLength(3);
    expect(payouts.filter(({ isUsed }) => isUsed)).toHaveLength(3);
    expect(hashed.map(({ headerCell }) => headerCell).slice(0, 4)).toEqual([
      ...blocks.map((block) => block.cells[0]),
      0n,
    ]);
  });

  it("are refused when one is longer than the circuit's", () => {
    const many = Array.from({ length: 65 }, () => blocks[0] ?? expect.unreachable());
    expect(() => listsWitness(chains, many)).toThrow(error("protocol/too-many"));
    const [first] = blocks;
    if (first === undefined) expect.unreachable();
    for (const long of [
      { ...first, cells: Array.from({ length: 1366 * 3 }, () => first.cells[0] ?? 0n) },
      { ...first, l1Operations: Array.from({ length: 513 }, () => first.l1Operations[0] ?? expect.unreachable()) },
      { ...first, payouts: Array.from({ length: 1025 }, () => first.payouts[0] ?? expect.unreachable()) },
    ]) {
      expect(() => listsWitness(chains, [long])).toThrow(error("protocol/too-many"));
    }
  });

  it("have room for any block, and for batches of the sizes that the proof tree is made for", () => {
    for (const slots of BLOCK_SIZES) {
      const capacity = blockCapacity(slots);
      expect(blockRows(slots, capacity)).toBeLessThanOrEqual(MAX_BATCH_ROWS);
      expect(capacity).toBeLessThanOrEqual(Math.min(MAX_BATCH_L1_OPERATIONS, MAX_BATCH_PAYOUTS));
    }
    const rows = (blocks: number, slots: BlockSize, extras: number) => blocks * blockRows(slots, extras);
    expect(rows(31, 256, 0)).toBeLessThanOrEqual(MAX_BATCH_ROWS);
    // 7,936 transfers in ten blocks.
    expect(rows(7, 1024, 0) + rows(3, 256, 0)).toBeLessThanOrEqual(MAX_BATCH_ROWS);
    // Four blocks of 1,024 fit with all but four of their extras.
    expect(rows(3, 1024, 256) + rows(1, 1024, 252)).toBeLessThanOrEqual(MAX_BATCH_ROWS);
    expect(rows(3, 1024, 256) + rows(1, 1024, 253)).toBeGreaterThan(MAX_BATCH_ROWS);
  });

  it("have values that are the last public inputs", () => {
    expect(batchInputs(sample.claim, sample.binding)).toHaveLength(17);
  });
});
