import { batchInputs } from "@cairn/protocol";
import { afterAll, expect, it } from "vitest";
import { proveBatch, proveBlockClaim } from "../src/prove/prove.ts";
import type { ClaimProof } from "../src/witness/children.ts";
import { provingCircuit } from "./support/cache.ts";
import { startChain, type TestChain } from "./support/evm.ts";
import { createJudge } from "./support/judge.ts";
import { reportCost } from "./support/report-cost.ts";
import { sampleBatch } from "./support/sample-batch.ts";

let chain: TestChain | undefined;
afterAll(() => chain?.stop());

it("a batch of blocks of 1,024 and 16 slots, each proven on its own, is accepted on a chain", async () => {
  const { built, content, claim, binding } = sampleBatch(2, [1024, 16]);
  const children: ClaimProof[] = [];
  for (const [i, name] of (["block1024", "block16"] as const).entries()) {
    const child = await proveBlockClaim(
      { name, ...(await provingCircuit(`${name}`, "recursion")) },
      built[i] ?? expect.unreachable(),
    );
    reportCost(name, child);
    children.push(child);
  }
  chain = await startChain();
  const judge = await createJudge("pair", chain);
  const batch = await proveBatch({ name: "pair", ...judge.circuit }, { children, content, binding });
  reportCost("pair", batch);
  expect(batch.publicInputs).toEqual(batchInputs(claim, binding));
  expect(await judge.accepts(batch.proof, batch.publicInputs)).toBe(true);
});
