import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type BlockCircuit,
  countGates,
  devSrs,
  ensureDevSrs,
  ignitionSrs,
  loadBlockCircuit,
  type Proof,
  proveBlock,
  proveSolved,
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
    const { srs } = ensureDevSrs({ dir: devSrs(cacheDir).dir, points: srsPointsFor(gates) });
    circuit = await loadBlockCircuit({ slots: 16, cacheDir, srs });
    verifier = await writeSolidityVerifier({ circuit: "block16", key: circuit.key, srs, cacheDir });
    const { creation, runtime } = compileSolidity(verifier.source, verifier.contractName);
    expect(runtime.length / 2).toBeLessThanOrEqual(MAX_CODE_BYTES);
    chain = await startChain();
    address = await chain.deploy(creation);
    proof = await proveBlock(circuit, sample.publicInput, sample.witness);
  });
  afterAll(() => chain?.stop());

  const call = (bytes: Uint8Array, inputs: readonly bigint[]) => chain.call(address, verifyCalldata(bytes, inputs));

  it("is accepted by the dev verifier on a chain", async () => {
    expect(proof.publicInputs).toEqual([sample.publicInput]);
    expect(await call(proof.proof, proof.publicInputs)).toBe(TRUE);
  });

  it("reports the resources it took", () => {
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
    const dir = await mkdtemp(join(tmpdir(), "cairn-test-"));
    try {
      const path = join(dir, "vk");
      await copyFile(circuit.key.path, path);
      const production = await writeSolidityVerifier({
        circuit: "block16",
        key: { path, target: "evm", srs: "ignition", isCached: false },
        srs: ignitionSrs(dir),
        cacheDir: dir,
      });
      expect(production.contractName).toBe("Block16Verifier");
      expect(dirname(production.path)).toBe(join(dir, "verifiers", "ignition"));
      const { creation } = compileSolidity(production.source, production.contractName);
      const other = await chain.deploy(creation);
      await expect(chain.call(other, verifyCalldata(proof.proof, proof.publicInputs))).rejects.toThrow();
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe("the prover", () => {
  const sample = sampleBlock(16, 2);

  it("stops when aborted, and leaves nothing behind", async () => {
    const srs = devSrs(cacheDir);
    const circuit = await loadBlockCircuit({ slots: 16, cacheDir, srs });
    // Other processes prove in the system's folder.
    const dir = await mkdtemp(join(tmpdir(), "cairn-prover-test-"));
    vi.stubEnv("TMPDIR", dir);
    const aborted = proveBlock(circuit, sample.publicInput, sample.witness, AbortSignal.timeout(1500));
    await expect(aborted).rejects.toMatchObject({ code: "circuits/aborted" });
    const refused = proveBlock(circuit, sample.publicInput, sample.witness, AbortSignal.abort());
    await expect(refused).rejects.toMatchObject({ code: "circuits/aborted" });
    expect(await readdir(dir)).toEqual([]);
    vi.unstubAllEnvs();
    await rm(dir, { recursive: true });
  });

  it("says why a block cannot be proven", async () => {
    const srs = devSrs(cacheDir);
    const circuit = await loadBlockCircuit({ slots: 16, cacheDir, srs });
    await expect(proveBlock(circuit, sample.publicInput + 1n, sample.witness)).rejects.toMatchObject({
      code: "circuits/unsatisfied",
      details: { assertion: "public input differs" },
    });
    const misshapen = { ...sample.witness, linkTargets: [] };
    await expect(proveBlock(circuit, sample.publicInput, misshapen)).rejects.toMatchObject({
      code: "circuits/bad-input",
    });
  });

  it("says when it fails itself", async () => {
    const srs = devSrs(cacheDir);
    const circuit = await loadBlockCircuit({ slots: 16, cacheDir, srs });
    await expect(proveSolved(circuit, new Uint8Array(8))).rejects.toMatchObject({ code: "circuits/prover-failed" });
  });
});
