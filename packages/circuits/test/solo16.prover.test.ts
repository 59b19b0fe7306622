import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BATCH_INPUTS, batchInputs } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  ignitionSrs,
  loadCircuit,
  type Proof,
  type ProvingCircuit,
  proveSolo,
  proveSolved,
  rebuildVerifier,
  type SoloCircuit,
  writeSolidityVerifier,
} from "../src/index.ts";
import { cacheDir } from "./support/cache.ts";
import { compileSolidity, isRevert, startChain, type TestChain, verifyCalldata } from "./support/evm.ts";
import { sampleBlock } from "./support/sample-block.ts";

/** EIP-170. */
const MAX_CODE_BYTES = 24_576;
/** Within the time that the witness and the proof take together. */
const ABORTED_AFTER_MS = 1500;

const load = () => loadCircuit({ name: "solo16", cacheDir, srs: "dev" });

describe("a proof of a batch of one block of 16 slots", () => {
  const sample = sampleBlock(16, 8);
  const inputs = batchInputs(sample.claim, sample.binding);
  let chain: TestChain;
  let circuit: ProvingCircuit<SoloCircuit>;
  let address: string;
  let proof: Proof;

  beforeAll(async () => {
    circuit = await load();
    const verifier = await rebuildVerifier({ circuit: "solo16", cacheDir, srs: "dev" });
    expect(verifier.contractName).toBe("DevSolo16Verifier");
    const { creation, runtime } = compileSolidity(verifier.source, verifier.contractName);
    expect(runtime.length / 2).toBeLessThanOrEqual(MAX_CODE_BYTES);
    chain = await startChain();
    address = await chain.deploy(creation);
    proof = await proveSolo(circuit, sample);
  });
  afterAll(() => chain?.stop());

  const isAccepted = async (claimed: readonly bigint[], bytes = proof.proof, by = address): Promise<boolean> => {
    try {
      return BigInt(await chain.call(by, verifyCalldata(bytes, claimed))) === 1n;
    } catch (error) {
      if (isRevert(error)) return false;
      throw error;
    }
  };

  it("is accepted on a chain for the public inputs that the contract computes", async () => {
    expect(inputs).toHaveLength(BATCH_INPUTS);
    expect(proof.publicInputs).toEqual(inputs);
    expect(await isAccepted(inputs)).toBe(true);
  });

  it("reports the resources it took", () => {
    expect(proof.proveSeconds).toBeGreaterThan(0);
    expect(proof.witnessSeconds).toBeGreaterThan(0);
    if (process.platform === "linux") expect(proof.proverPeakBytes).toBeGreaterThan(50_000_000);
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

  it("is refused with any changed word", async () => {
    const words = proof.proof.length / 32;
    for (const word of [0, 8, 20, Math.floor(words / 2), words - 1]) {
      const bytes = proof.proof.slice();
      bytes[32 * word + 31] = (bytes[32 * word + 31] ?? 0) ^ 1;
      expect(await isAccepted(inputs, bytes), `word ${word}`).toBe(false);
    }
  });

  it("is refused by a verifier over the ceremony's SRS", async () => {
    const dir = await mkdtemp(join(tmpdir(), "cairn-test-"));
    try {
      const path = join(dir, "vk");
      await copyFile(circuit.key.path, path);
      const production = await writeSolidityVerifier({
        circuit: "solo16",
        key: { path, target: "evm", srs: "ignition", isCached: false },
        srs: ignitionSrs(dir),
        cacheDir: dir,
      });
      expect(production.contractName).toBe("Solo16Verifier");
      expect(dirname(production.path)).toBe(join(dir, "verifiers", "ignition"));
      const { creation } = compileSolidity(production.source, production.contractName);
      expect(await isAccepted(inputs, proof.proof, await chain.deploy(creation))).toBe(false);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe("the prover", () => {
  const sample = sampleBlock(16, 2);

  it("stops when aborted, and leaves nothing behind", async () => {
    const circuit = await load();
    // Other processes prove in the system's folder.
    const dir = await mkdtemp(join(tmpdir(), "cairn-prover-test-"));
    vi.stubEnv("TMPDIR", dir);
    try {
      for (const signal of [AbortSignal.timeout(ABORTED_AFTER_MS), AbortSignal.abort()]) {
        await expect(proveSolo(circuit, sample, { signal })).rejects.toMatchObject({ code: "circuits/aborted" });
      }
      expect(await readdir(dir)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await rm(dir, { recursive: true });
    }
  });

  it("says why a block cannot be proven", async () => {
    const circuit = await load();
    const { claim, witness } = sample;
    const forged = { ...claim, after: { ...claim.after, root: claim.after.root + 1n } };
    await expect(proveSolo(circuit, { ...sample, claim: forged })).rejects.toMatchObject({
      code: "circuits/unsatisfied",
      details: { assertion: "claim: new root differs" },
    });
    const misshapen = { ...witness, linkTargets: [] };
    await expect(proveSolo(circuit, { ...sample, witness: misshapen })).rejects.toMatchObject({
      code: "circuits/bad-input",
    });
  });

  it("says when it fails itself", async () => {
    const circuit = await load();
    await expect(proveSolved(circuit, new Uint8Array(8))).rejects.toMatchObject({ code: "circuits/prover-failed" });
  });
});
