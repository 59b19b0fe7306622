import { isCairnError } from "@cairn/protocol";
import type { InputMap } from "@noir-lang/noir_js";
import { type LoadedProgram, proveSolved, solveWitness, writeSolidityVerifier } from "../../src/index.ts";
import { provingCircuit } from "./cache.ts";
import { compileSolidity, isRevert, type TestChain, verifyCalldata } from "./evm.ts";

/** A circuit, and its verifier on a chain. */
export interface Judge {
  readonly circuit: LoadedProgram;
  /** Whether the verifier accepts these bytes with these public inputs; it reverts otherwise. */
  readonly accepts: (proof: Uint8Array, publicInputs: readonly bigint[]) => Promise<boolean>;
  /**
   * Proves the inputs, which the solver must not refuse, and asks the verifier; false also when the prover makes no proof of
   * them.
   */
  readonly accepted: (inputs: InputMap) => Promise<boolean>;
  /** The same with a solved witness, which may break constraints. */
  readonly acceptsWitness: (witness: Uint8Array) => Promise<boolean>;
}

/** Deploys the verifier of a crate's circuit over the development SRS. */
export async function createJudge(name: string, chain: TestChain): Promise<Judge> {
  const circuit = await provingCircuit(name);
  const { key, srs, program } = circuit;
  const verifier = await writeSolidityVerifier({
    circuit: name.slice(name.lastIndexOf("/") + 1),
    key,
    srs,
    cacheDir: program.dir,
  });
  const address = await chain.deploy(compileSolidity(verifier.source, verifier.contractName).creation);
  const accepts = async (proof: Uint8Array, publicInputs: readonly bigint[]): Promise<boolean> => {
    try {
      return BigInt(await chain.call(address, verifyCalldata(proof, publicInputs))) === 1n;
    } catch (error) {
      if (isRevert(error)) return false;
      throw error;
    }
  };
  const acceptsWitness = async (witness: Uint8Array): Promise<boolean> => {
    try {
      const { proof, publicInputs } = await proveSolved(circuit, witness);
      return await accepts(proof, publicInputs);
    } catch (error) {
      if (isCairnError(error, "circuits/prover-failed")) return false;
      throw error;
    }
  };
  return {
    circuit,
    accepts,
    acceptsWitness,
    accepted: async (inputs) => acceptsWitness((await solveWitness(program.circuit, inputs)).witness),
  };
}
