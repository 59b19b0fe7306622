import type { Proof, ProvingCircuit, proveSolo, SoloCircuit } from "@cairn/circuits";
import type { CompiledContract } from "@cairn/contracts";
import { batchInputs, bigintToBytes, type LastCircuit } from "@cairn/protocol";
import { createTestClient, type Hex, http } from "viem";
import type { DevRollup } from "../dev-rollup.ts";

/**
 * Runtime code of a verifier that accepts only the stand-in proof of a batch's point, public input 12:
 * `mstore(0, eq(calldataload(add(0x1a4, calldataload(0x24))), calldataload(0x64))) return(0, 32)`. The ABI puts the proof's
 * first word at 0x64, and at 0x24 the offset of the list of public inputs, counted from 4.
 */
export const STAND_IN_VERIFIER: Hex = "0x6024356101a401356064351460005260206000f3";
/** Returns the code behind it: `codecopy(0, 9, 20) return(0, 20)`. */
const CREATE: Hex = "0x60148060095f395ff3";

/** Replaces a real proof where proofs are not under test: the point of its batch. */
export function standInProof(point: bigint): Uint8Array {
  return bigintToBytes(point, 32);
}

/** {@link STAND_IN_VERIFIER} as the compiled verifier of a circuit, to be deployed in place of a real one. */
export function standInVerifier(circuit: LastCircuit): CompiledContract {
  return {
    name: `stand-in verifier of ${circuit}`,
    inputHash: "",
    abi: [],
    bytecode: `${CREATE}${STAND_IN_VERIFIER.slice(2)}`,
    runtimeCode: STAND_IN_VERIFIER,
    immutables: [],
  };
}

/**
 * Replaces every verifier of a rollup by {@link STAND_IN_VERIFIER}: L1 then accepts stand-in proofs and no real ones.
 */
export async function acceptStandInProofs({
  rpcUrl,
  verifiers,
}: Pick<DevRollup, "rpcUrl" | "verifiers">): Promise<void> {
  const client = createTestClient({ mode: "anvil", transport: http(rpcUrl) });
  for (const address of verifiers.values()) await client.setCode({ address, bytecode: STAND_IN_VERIFIER });
}

/** Prover for a node: it builds every witness and makes a stand-in proof of the batch. */
export const STAND_IN_PROVER = {
  loadCircuit: (name: SoloCircuit): Promise<ProvingCircuit<SoloCircuit>> => Promise.resolve({ ...NO_CIRCUIT, name }),
  prove: (...[, { claim, binding }]: Parameters<typeof proveSolo>): Promise<Proof> =>
    Promise.resolve({
      proof: standInProof(binding.point),
      publicInputs: batchInputs(claim, binding),
      witnessSeconds: 0,
      proveSeconds: 0,
      proverPeakBytes: null,
    }),
};

const NO_CIRCUIT: Omit<ProvingCircuit<SoloCircuit>, "name"> = {
  program: {
    name: "none",
    circuit: {
      bytecode: "",
      abi: { parameters: [], return_type: null, error_types: {} },
      debug_symbols: "",
      file_map: {},
    },
    dir: "",
    path: "",
    keyList: null,
    isCached: true,
  },
  key: { path: "", target: "evm", srs: "dev", isCached: true },
  srs: { kind: "dev", dir: "" },
};
