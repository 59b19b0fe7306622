import {
  batchBinding,
  type ClaimProof,
  decodeClaimProof,
  encodeClaimProof,
  KEY_FIELDS,
  PROOF_FIELDS,
  type ProvingOptions,
} from "@cairn/circuits";
import { type ChainedBlock, compress, GENESIS_CHAINS } from "@cairn/crypto";
import { STAND_IN_PROVER, standInProof } from "@cairn/devnet/testing";
import {
  accountIndex,
  batchInputs,
  type Claim,
  claimInputs,
  EMPTY_QUEUE_HASH,
  encodeBlockCells,
  joinClaims,
  type PublishedSlot,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { createProofMaker } from "./proof-maker.ts";
import type { BatchTask, MergeTask } from "./proof-task.ts";
import type { Proving } from "./proving.ts";

const claimOf = (block: number): Claim => ({
  domain: { chainId: 1n, rollup: 2n },
  firstBlock: BigInt(block),
  lastBlock: BigInt(block),
  firstTimestamp: BigInt(100 * block),
  lastTimestamp: BigInt(100 * block),
  before: { root: BigInt(block), nextIndex: 64, history: BigInt(block) },
  after: { root: BigInt(block + 1), nextIndex: 64, history: BigInt(block + 1) },
});
const proofOf = (claim: Claim): ClaimProof => ({
  circuit: "block16",
  claim,
  key: { fields: Array.from({ length: KEY_FIELDS }, (_, i) => BigInt(i)), hash: 7n },
  proof: new Uint8Array(32 * PROOF_FIELDS),
});
const chained = (block: number): ChainedBlock => {
  const slots = Array.from({ length: 16 }, (): PublishedSlot => ({ type: "nothing" }));
  const feeIndices = [0, 0, 0, 0].map(accountIndex);
  const cells = encodeBlockCells({ slots, feeIndices, l1Count: 0, timestamp: BigInt(100 * block) });
  return { number: BigInt(block), cells, l1Operations: [], payouts: [] };
};

const CLAIMS = [claimOf(1), claimOf(2)];
const CHILDREN = CLAIMS.map((claim) => encodeClaimProof(proofOf(claim)));
const JOINED = joinClaims(CLAIMS);
const MERGE: MergeTask = {
  type: "merge",
  circuit: "merge1",
  children: CHILDREN,
  publicInputs: claimInputs(JOINED),
};
const CONTENT = { chains: GENESIS_CHAINS, blocks: [chained(1), chained(2)] };
const SUBMISSION = {
  submitter: 5n,
  dataSource: "calldata",
  dataCommitment: new Uint8Array(32),
  queueHash: EMPTY_QUEUE_HASH,
} as const;
const BINDING = batchBinding(JOINED, CONTENT, SUBMISSION, compress);
const PAIR: BatchTask = {
  type: "batch",
  circuit: "pair",
  children: CHILDREN,
  content: CONTENT,
  submission: SUBMISSION,
  publicInputs: batchInputs(JOINED, BINDING),
};

const makerOf = (change: Partial<Proving> = {}, nice = 0) =>
  createProofMaker({ compress, nice, proving: { ...STAND_IN_PROVER, ...change } });
const { signal } = new AbortController();

describe("a maker of proofs", () => {
  it("makes merges that another machine can verify further, with claim and key", async () => {
    const { prove } = await makerOf().prepare(MERGE);
    const { proof, publicInputs } = await prove(signal);
    expect(publicInputs).toEqual(MERGE.publicInputs);
    expect(decodeClaimProof(proof)).toMatchObject({ circuit: "merge1", claim: JOINED });
  });

  it("makes the last proof of a batch from its children and its content", async () => {
    const given: unknown[] = [];
    const proveBatch: Proving["proveBatch"] = (circuit, batch, options) => {
      given.push([circuit.name, batch.children.map(({ key }) => key.hash), batch.binding, options]);
      return STAND_IN_PROVER.proveBatch(circuit, batch, options);
    };
    const { prove } = await makerOf({ proveBatch }, 7).prepare(PAIR);
    const options: ProvingOptions = { signal, nice: 7 };
    expect(await prove(signal)).toMatchObject({ publicInputs: PAIR.publicInputs, proof: standInProof(BINDING.point) });
    expect(given).toEqual([["pair", [7n, 7n], BINDING, options]]);
  });

  it("refuses what leads to another statement than the planned one, before anything is proven", async () => {
    const maker = makerOf();
    const mismatch = { code: "node/witness-mismatch" };
    const other = { ...SUBMISSION, submitter: 6n };
    await expect(maker.prepare({ ...MERGE, publicInputs: MERGE.publicInputs.with(8, 99n) })).rejects.toMatchObject(
      mismatch,
    );
    await expect(maker.prepare({ ...PAIR, submission: other })).rejects.toMatchObject(mismatch);
    await expect(maker.prepare({ ...PAIR, publicInputs: PAIR.publicInputs.slice(0, 11) })).rejects.toMatchObject(
      mismatch,
    );
    await expect(maker.prepare({ ...MERGE, children: CHILDREN.toReversed() })).rejects.toMatchObject({
      code: "protocol/not-consecutive",
    });
    await expect(maker.prepare({ ...MERGE, children: [new Uint8Array(5)] })).rejects.toMatchObject({
      code: "circuits/bad-proof",
    });
  });

  it("loads a circuit once, and again only if that failed", async () => {
    const loaded: string[] = [];
    const maker = makerOf({
      loadCircuit: (name) => {
        loaded.push(name);
        if (loaded.length === 1) return Promise.reject(new RangeError("no disk"));
        return STAND_IN_PROVER.loadCircuit(name);
      },
    });
    await expect(maker.prepare(MERGE)).rejects.toThrow("no disk");
    for (const task of [MERGE, PAIR, MERGE, PAIR]) await maker.prepare(task);
    expect(loaded).toEqual(["merge1", "merge1", "pair"]);
  });
});
