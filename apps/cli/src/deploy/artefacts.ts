import {
  type ContractArtefact,
  loadArtefact,
  loadVerifier,
  type SrsKind,
  type VerifierArtefact,
} from "@cairn/contracts";
import type { BlockSize } from "@cairn/protocol";

/** What a deployment creates; the rollup creates its account tree itself. */
export interface DeploymentArtefacts {
  readonly srs: SrsKind;
  readonly rollup: ContractArtefact;
  readonly verifiers: readonly VerifierArtefact[];
}

/** The compiled contracts of a deployment. Throws `contracts/artefact-missing`, `contracts/bad-artefact`. */
export function loadDeployment(cacheDir: string, sizes: readonly BlockSize[], srs: SrsKind): DeploymentArtefacts {
  return {
    srs,
    rollup: loadArtefact(cacheDir, "Rollup"),
    verifiers: sizes.map((slots) => loadVerifier(cacheDir, slots, srs)),
  };
}
