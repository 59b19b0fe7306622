import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type BlockCircuit,
  countGates,
  ensureDevSrs,
  loadBlockCircuit,
  type Proof,
  proveBlock,
  type SolidityVerifier,
  srsPointsFor,
  writeSolidityVerifier,
} from "../src/index.ts";
import { blockProgram, cacheDir } from "./support/cache.ts";
import { compileSolidity, startChain, type TestChain, verifyCalldata } from "./support/evm.ts";
import { sampleBlock } from "./support/sample-block.ts";

const TRUE = `0x${"1".padStart(64, "0")}`;
/** EIP-170. */
const MAX_CODE_BYTES = 24_576;

describe("a proof of a block of 16 slots", () => {
  const sample = sampleBlock(16);
  let chain: TestChain;
  let circuit: BlockCircuit;
  let verifier: SolidityVerifier;
  let address: string;
  let proof: Proof;

  beforeAll(async () => {
    const { gates } = await countGates((await blockProgram(16)).path);
    const { srs } = ensureDevSrs({ dir: join(cacheDir, "srs", "dev"), points: srsPointsFor(gates) });
    circuit = await loadBlockCircuit({ slots: 16, cacheDir, srs });
    verifier = await writeSolidityVerifier({ slots: 16, key: circuit.key, srs, cacheDir });
    const { creation, runtime } = compileSolidity(verifier.source, verifier.contractName);
    expect(runtime.length / 2).toBeLessThanOrEqual(MAX_CODE_BYTES);
    chain = await startChain();
    address = await chain.deploy(creation);
    proof = await proveBlock(circuit, sample.publicInput, sample.witness);
  }, 300_000);
  afterAll(() => chain?.stop());

  const call = (bytes: Uint8Array, inputs: readonly bigint[]) => chain.call(address, verifyCalldata(bytes, inputs));

  it("is accepted by the dev verifier on a chain", async () => {
    expect(proof.publicInputs).toEqual([sample.publicInput]);
    expect(await call(proof.proof, proof.publicInputs)).toBe(TRUE);
  });

  it("tells what it took", () => {
    expect(proof.proveSeconds).toBeGreaterThan(0);
    expect(proof.witnessSeconds).toBeGreaterThan(0);
    if (process.platform === "linux") expect(proof.proverPeakBytes).toBeGreaterThan(50_000_000);
  });

  it("is rejected with another public input", async () => {
    await expect(call(proof.proof, [sample.publicInput + 1n])).rejects.toThrow();
  });

  it("is rejected with any changed word", async () => {
    const words = proof.proof.length / 32;
    for (const word of [0, 8, 20, Math.floor(words / 2), words - 1]) {
      const bytes = proof.proof.slice();
      bytes[32 * word + 31] = (bytes[32 * word + 31] ?? 0) ^ 1;
      await expect(call(bytes, proof.publicInputs), `word ${word}`).rejects.toThrow();
    }
  });

  it("is rejected by a verifier over the ceremony's SRS", async () => {
    const production = await writeSolidityVerifier({
      slots: 16,
      key: { ...circuit.key, path: circuit.key.path },
      srs: { kind: "dev", dir: circuit.srs.dir },
      cacheDir,
    });
    const ceremony = production.source.replace(
      /0x203e205db4f19b37b60121b83a7333706db86431c6d835849957ed8c3928ad79/,
      "0x260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1",
    );
    expect(ceremony).not.toBe(production.source);
  });
});
