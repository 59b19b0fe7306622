import { BATCH_INPUTS, batchInputs } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCircuit, proveSolo, rebuildVerifier2 } from "../../src/index.ts";
import { cacheDir } from "../support/cache.ts";
import { compileSolidity, isRevert, startChain, type TestChain, verifyCalldata } from "../support/evm.ts";
import { sampleBlock2 } from "../support/sample-block-2.ts";

describe("a proof of a batch of one block of 16 slots", () => {
  const sample = sampleBlock2(16, 8);
  const inputs = batchInputs(sample.claim, sample.binding);
  let chain: TestChain;
  let address: string;
  let proof: Uint8Array;
  let provenInputs: readonly bigint[];

  beforeAll(async () => {
    const circuit = await loadCircuit({ name: "solo16", cacheDir, srs: "dev" });
    const verifier = await rebuildVerifier2({ circuit: "solo16", cacheDir, srs: "dev" });
    expect(verifier.contractName).toBe("DevSolo16Verifier");
    chain = await startChain();
    address = await chain.deploy(compileSolidity(verifier.source, verifier.contractName).creation);
    ({ proof, publicInputs: provenInputs } = await proveSolo(circuit, sample));
  });
  afterAll(() => chain?.stop());

  const isAccepted = async (claimed: readonly bigint[]): Promise<boolean> => {
    try {
      return BigInt(await chain.call(address, verifyCalldata(proof, claimed))) === 1n;
    } catch (error) {
      if (isRevert(error)) return false;
      throw error;
    }
  };

  it("is accepted on a chain for the public inputs that the contract computes", async () => {
    expect(inputs).toHaveLength(BATCH_INPUTS);
    expect(provenInputs).toEqual(inputs);
    expect(await isAccepted(inputs)).toBe(true);
  });

  it("is refused for any other: each of the seventeen altered, and two exchanged", async () => {
    for (const i of inputs.keys()) {
      const altered = inputs.map((input, j) => (j === i ? input + 1n : input));
      expect(await isAccepted(altered), `input ${i}`).toBe(false);
    }
    const exchanged = [...inputs];
    [exchanged[5], exchanged[8]] = [inputs[8] ?? 0n, inputs[5] ?? 0n];
    expect(await isAccepted(exchanged), "old and new root exchanged").toBe(false);
  });
});
