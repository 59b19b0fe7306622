import { batchInputs } from "@cairn/protocol";
import { afterAll, expect, it } from "vitest";
import type { InnerCircuit, MergeCircuit } from "../src/circuits.ts";
import { type ProvingCircuit, proveBatch, proveBlockClaim, proveMerge } from "../src/prove/prove.ts";
import type { ClaimProof } from "../src/witness/children.ts";
import { provingCircuit } from "./support/cache.ts";
import { startChain, type TestChain } from "./support/evm.ts";
import { createJudge } from "./support/judge.ts";
import { reportCost } from "./support/report-cost.ts";
import { sampleBatch } from "./support/sample-batch.ts";

let chain: TestChain | undefined;
afterAll(() => chain?.stop());

it("a tree of all levels: blocks, merge1 of two, merge2 of that and a block, a batch of that and a block", async () => {
  const sample = sampleBatch(4);
  const inner = async <Name extends InnerCircuit>(name: Name): Promise<ProvingCircuit<Name>> => ({
    name,
    ...(await provingCircuit(`${name}`, "recursion")),
  });
  const block16 = await inner("block16");
  const blocks: ClaimProof[] = [];
  for (const built of sample.built) blocks.push(await proveBlockClaim(block16, built));
  const [first, second, third, fourth] = blocks;
  if (!first || !second || !third || !fourth) expect.unreachable();

  const merge = async (name: MergeCircuit, children: readonly ClaimProof[]) => {
    const merged = await proveMerge(await inner(name), children);
    reportCost(name, merged);
    return merged;
  };
  const low = await merge("merge1", [first, second]);
  const high = await merge("merge2", [low, third]);
  expect(high.claim.lastBlock).toBe(third.claim.lastBlock);

  chain = await startChain();
  const judge = await createJudge("batch", chain);
  const { content, binding, claim } = sample;
  const batch = await proveBatch({ name: "batch", ...judge.circuit }, { children: [high, fourth], content, binding });
  reportCost("batch", batch);
  expect(batch.publicInputs).toEqual(batchInputs(claim, binding));
  expect(await judge.accepts(batch.proof, batch.publicInputs)).toBe(true);
});
