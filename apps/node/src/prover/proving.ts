import {
  type Circuit,
  loadCircuit,
  type ProvingCircuit,
  proveBatch,
  proveBlockClaim,
  proveMerge,
  proveSolo,
  type Srs,
} from "@cairn/circuits";

/** What makes proofs; tests replace it. */
export interface Proving {
  /** Program, SRS and key of a circuit; what is missing is built, which may take minutes. */
  readonly loadCircuit: <Name extends Circuit>(name: Name) => Promise<ProvingCircuit<Name>>;
  readonly proveSolo: typeof proveSolo;
  readonly proveBlockClaim: typeof proveBlockClaim;
  readonly proveMerge: typeof proveMerge;
  readonly proveBatch: typeof proveBatch;
}

/** Over which reference string, from which directory. */
export interface CircuitSource {
  readonly cacheDir: string;
  readonly srs: Srs["kind"];
}

/** The real prover. */
export function createProving({ cacheDir, srs }: CircuitSource): Proving {
  return {
    loadCircuit: (name) => loadCircuit({ name, cacheDir, srs }),
    proveSolo,
    proveBlockClaim,
    proveMerge,
    proveBatch,
  };
}
