import { BATCH_INPUTS, batchInputs, FIELD_MODULUS } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Proof } from "../src/index.ts";
import { proveBatch, proveBlockClaim } from "../src/prove/prove.ts";
import type { ClaimProof } from "../src/witness/children.ts";
import { provingCircuit } from "./support/cache.ts";
import { startChain, type TestChain } from "./support/evm.ts";
import { createJudge, type Judge } from "./support/judge.ts";
import { sampleBatch } from "./support/sample-batch.ts";

describe("a batch of two blocks of 16 slots, each proven on its own", () => {
  const sample = sampleBatch(2);
  const inputs = batchInputs(sample.claim, sample.binding);
  let chain: TestChain;
  let judge: Judge;
  let children: ClaimProof[];
  let batch: Proof;

  beforeAll(async () => {
    chain = await startChain();
    judge = await createJudge("pair", chain);
    const block16 = { name: "block16" as const, ...(await provingCircuit("block16", "recursion")) };
    children = [];
    for (const built of sample.built) children.push(await proveBlockClaim(block16, built));
    const { content, binding } = sample;
    batch = await proveBatch({ name: "pair", ...judge.circuit }, { children, content, binding });
  });
  afterAll(() => chain?.stop());

  it("is accepted on a chain with the inputs that L1 computes", async () => {
    expect(batch.publicInputs).toEqual(inputs);
    expect(inputs).toHaveLength(BATCH_INPUTS);
    expect(await judge.accepts(batch.proof, inputs)).toBe(true);
  });

  it("is refused with any of the 17 public inputs altered", async () => {
    for (let i = 0; i < BATCH_INPUTS; i++) {
      for (const by of [1n, FIELD_MODULUS]) {
        const altered = inputs.map((value, j) => (j === i ? value + by : value));
        expect(await judge.accepts(batch.proof, altered), `input ${i}`).toBe(false);
      }
    }
  });

  it("is refused with two inputs exchanged", async () => {
    for (let i = 1; i < BATCH_INPUTS; i++) {
      const exchanged = [...inputs];
      [exchanged[i - 1], exchanged[i]] = [inputs[i] ?? 0n, inputs[i - 1] ?? 0n];
      if (inputs[i - 1] === inputs[i]) continue;
      expect(await judge.accepts(batch.proof, exchanged), `inputs ${i - 1} and ${i}`).toBe(false);
    }
  });

  it("is refused with any changed word", async () => {
    const words = batch.proof.length / 32;
    for (const word of [0, 8, 20, Math.floor(words / 2), words - 1]) {
      const bytes = batch.proof.slice();
      bytes[32 * word + 31] = (bytes[32 * word + 31] ?? 0) ^ 1;
      expect(await judge.accepts(bytes, inputs), `word ${word}`).toBe(false);
    }
  });

  it("reports what it took", () => {
    expect(batch.proveSeconds).toBeGreaterThan(0);
    expect(children.map(({ circuit }) => circuit)).toEqual(["block16", "block16"]);
  });
});
