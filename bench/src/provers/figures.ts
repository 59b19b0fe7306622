import type { Machine } from "../machine.ts";

/** How long so many prover processes took for the proofs of one batch. */
export interface ProversTime {
  readonly provers: number;
  /** From the beginning of the first proof to the end of the last one. */
  readonly seconds: number;
  /** Sum of the seconds of all proofs. */
  readonly proofSeconds: number;
  /** Proofs that each process made, the busiest first. */
  readonly made: readonly number[];
}

/** The same batch proven by one, two and three processes, on one machine. */
export interface ProversRun {
  readonly takenAt: string;
  readonly machine: Machine;
  /** Load average of the last 15 minutes, at the end. */
  readonly load: number;
  readonly blocks: number;
  readonly slots: number;
  readonly times: readonly ProversTime[];
}
