import type { CompiledContract, SrsKind } from "@cairn/contracts";
import { loadArtefact, loadVerifier, type VerifierArtefact } from "@cairn/contracts/artefacts";
import type { LastCircuit } from "@cairn/protocol";

/** What a deployment creates; the rollup creates account tree and binding itself. */
export interface DeploymentArtefacts {
  readonly srs: SrsKind;
  readonly rollup: CompiledContract;
  /** The policy that gives precedence to one account. */
  readonly fixedOperator: CompiledContract;
  readonly verifiers: readonly VerifierArtefact[];
}

/** The compiled contracts of a deployment. Throws `contracts/artefact-missing`, `contracts/bad-artefact`. */
export function loadDeployment(cacheDir: string, circuits: readonly LastCircuit[], srs: SrsKind): DeploymentArtefacts {
  return {
    srs,
    rollup: loadArtefact(cacheDir, "Rollup"),
    fixedOperator: loadArtefact(cacheDir, "FixedOperator"),
    verifiers: circuits.map((circuit) => loadVerifier(cacheDir, circuit, srs)),
  };
}
