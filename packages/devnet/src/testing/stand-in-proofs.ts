import type { BlockCircuit, Proof } from "@cairn/circuits";
import { bigintToBytes } from "@cairn/protocol";
import { createTestClient, type Hex, http } from "viem";
import type { DevRollup } from "../dev-rollup.ts";

/**
 * Runtime code of a verifier that accepts only the stand-in proof of a public input:
 * `mstore(0, eq(calldataload(0xa4), calldataload(0x64))) return(0, 32)`. The ABI puts the only public input at 0xa4 and
 * the first word of the proof at 0x64.
 */
export const STAND_IN_VERIFIER: Hex = "0x60a4356064351460005260206000f3";

const NO_CIRCUIT: BlockCircuit = {
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
    isCached: true,
  },
  key: { path: "", target: "evm", isCached: true },
  srs: { kind: "dev", dir: "" },
};

/** Replaces a real proof where proofs are not under test: the public input itself. */
export function standInProof(publicInput: bigint): Uint8Array {
  return bigintToBytes(publicInput, 32);
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

/** Prover for a node: it builds every witness and makes a stand-in proof of it. */
export const STAND_IN_PROVER = {
  loadCircuit: (): Promise<BlockCircuit> => Promise.resolve(NO_CIRCUIT),
  prove: (_circuit: BlockCircuit, publicInput: bigint): Promise<Proof> =>
    Promise.resolve({
      proof: standInProof(publicInput),
      publicInputs: [publicInput],
      witnessSeconds: 0,
      proveSeconds: 0,
      proverPeakBytes: null,
    }),
};
