import {
  type BatchCircuit,
  type ClaimProof,
  type InnerCircuit,
  KEY_FIELDS,
  PROOF_FIELDS,
  type Proof,
  type ProvingCircuit,
  type ProvingCost,
  type proveBatch,
  type proveBlockClaim,
  type proveMerge,
  type proveSolo,
  type SoloCircuit,
} from "@cairn/circuits";
import type { CompiledContract } from "@cairn/contracts";
import {
  type BatchBinding,
  batchInputs,
  bigintToBytes,
  type Claim,
  FIELD_BYTES,
  joinClaims,
  type LastCircuit,
} from "@cairn/protocol";
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

/**
 * Prover for a node, in place of the functions of the same names: the node builds every witness, and this makes stand-in
 * proofs of batches, and of blocks and merges proofs that prove nothing.
 */
export const STAND_IN_PROVER: StandInProver = {
  loadCircuit: (name) => Promise.resolve({ ...NO_CIRCUIT, name }),
  proveSolo: async (_circuit, { claim, binding }) => standInFor(claim, binding),
  proveBatch: async (_circuit, { children, binding }) =>
    standInFor(joinClaims(children.map(({ claim }) => claim)), binding),
  proveBlockClaim: async ({ name }, { claim }) => ({ ...NO_CLAIM_PROOF, ...NO_COST, circuit: name, claim }),
  proveMerge: async ({ name }, proofs) => {
    const claim = joinClaims(proofs.map((proof) => proof.claim));
    return { ...NO_CLAIM_PROOF, ...NO_COST, circuit: name, claim };
  },
};

/** What a node's prover calls. */
export interface StandInProver {
  readonly loadCircuit: <Name extends InnerCircuit | BatchCircuit | SoloCircuit>(
    name: Name,
  ) => Promise<ProvingCircuit<Name>>;
  readonly proveSolo: typeof proveSolo;
  readonly proveBatch: typeof proveBatch;
  readonly proveBlockClaim: typeof proveBlockClaim;
  readonly proveMerge: typeof proveMerge;
}

function standInFor(claim: Claim, binding: BatchBinding): Proof {
  return { proof: standInProof(binding.point), publicInputs: batchInputs(claim, binding), ...NO_COST };
}

const NO_COST: ProvingCost = { witnessSeconds: 0, proveSeconds: 0, proverPeakBytes: null };

const NO_CLAIM_PROOF: Pick<ClaimProof, "key" | "proof"> = {
  key: { fields: Array.from({ length: KEY_FIELDS }, () => 0n), hash: 0n },
  proof: new Uint8Array(PROOF_FIELDS * FIELD_BYTES),
};

const NO_CIRCUIT: Omit<ProvingCircuit<string>, "name"> = {
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
  key: { path: "", target: "evm", srs: "dev", isCached: true },
  srs: { kind: "dev", dir: "" },
};
