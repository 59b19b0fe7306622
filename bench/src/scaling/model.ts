import type { BatchCircuit } from "@cairn/circuits";
import { CairnError } from "@cairn/protocol";
import type { BatchRun } from "../batch/figures.ts";
import { mergesOf, planTree } from "../batch/tree.ts";
import type { BenchErrorCode } from "../errors.ts";
import {
  batchWork,
  fewestMachines,
  fillSeconds,
  type Pipeline,
  type ProofSeconds,
  simulateLags,
} from "./simulation.ts";

/** What Ethereum's mainnet allows: parameters of the network, not figures of this benchmark. */
export const L1_LIMITS = {
  slotSeconds: 12,
  /** Gas of all transactions of a slot. */
  gasLimit: 60_000_000,
  /** Blobs of a slot at which their price stays as it is, since Prague; later forks raised it. */
  blobTarget: 6,
} as const;

/** What a stream of transfers needs, by the figures of one recorded batch. */
export interface ScalingRow {
  readonly transfersPerSecond: number;
  readonly gatesPerSecond: number;
  readonly fillSeconds: number;
  /** Cores that proofs keep busy, if no core ever waits. */
  readonly busyCores: number;
  /** Machines like that of the run, simulated. */
  readonly machines: number;
  /** From the last transfer of a batch to its last proof, with so many machines; simulated. */
  readonly lagSeconds: number;
  readonly l1GasPerSecond: number;
  readonly l1GasShare: number;
  /** 0 with data in calldata. */
  readonly blobsPerSlot: number;
}

/** What so many machines do, by the figures of one recorded batch. */
export interface ScalingMachines {
  readonly machines: number;
  /** All proofs of one batch whose blocks are sealed; simulated. */
  readonly batchSeconds: number;
  /** One machine's time divided by theirs. */
  readonly speedup: number;
  /** The same with the gates of a proof in place of its seconds. */
  readonly gatesSpeedup: number;
  /** When batch follows batch and no machine ever waits. */
  readonly transfersPerSecond: number;
  readonly blobsPerSlot: number;
}

/** A recorded batch from which other throughputs are computed. */
export interface ScalingBasis {
  readonly run: BatchRun;
  readonly seconds: ProofSeconds;
  /** Time of cores for all proofs of the batch. */
  readonly coreSeconds: number;
}

/** The basis: of the recorded batches with data in a blob, the largest. Throws `bench/bad-report` if there is none. */
export function scalingBasis(runs: readonly BatchRun[]): ScalingBasis {
  const usable = runs.filter(({ batch, coreSeconds }) => batch.da === "blob" && coreSeconds !== null);
  const run = usable.sort((a, b) => a.batch.transfers - b.batch.transfers).at(-1);
  if (run === undefined || run.coreSeconds === null) {
    throw new CairnError<BenchErrorCode>("bench/bad-report", "no batch in a blob is recorded");
  }
  const { batch, coreSeconds, machine } = run;
  const merges = mergesOf(planTree(batch.blocks)).length;
  const secondsOf = (used: number, proofs: number): number => (proofs === 0 ? 0 : used / proofs / machine.cores);
  return {
    run,
    seconds: {
      block: secondsOf(coreSeconds.blocks, batch.blocks),
      merge: secondsOf(coreSeconds.merges, merges),
      pair: lastSeconds(runs, run, "pair"),
      batch: lastSeconds(runs, run, "batch"),
    },
    coreSeconds: coreSeconds.blocks + coreSeconds.merges + coreSeconds.batch,
  };
}

/** Of a last proof, by the largest recorded batch that has one of this circuit; by the basis if none has. */
function lastSeconds(runs: readonly BatchRun[], basis: BatchRun, circuit: BatchCircuit): number {
  const largest = runs.filter(({ batch, coreSeconds }) => {
    return coreSeconds !== null && batch.blocks > 1 && planTree(batch.blocks).circuit === circuit;
  });
  const run = largest.sort((a, b) => a.batch.transfers - b.batch.transfers).at(-1) ?? basis;
  return (run.coreSeconds?.batch ?? 0) / run.machine.cores;
}

/**
 * What so many transfers per second need, in full batches like the recorded one.
 *
 * @example scalingRow(scalingBasis(runs), 100).machines
 */
export function scalingRow({ run, seconds, coreSeconds }: ScalingBasis, transfersPerSecond: number): ScalingRow {
  const { slots, blocks, gates, transfers, l1 } = run.batch;
  const pipeline: Pipeline = { transfersPerSecond, slots, blocks, seconds };
  const batchesPerSecond = 1 / fillSeconds(pipeline);
  const { machines, lagSeconds } = fewestMachines(pipeline);
  const l1GasPerSecond = l1.gasUsed * batchesPerSecond;
  return {
    transfersPerSecond,
    gatesPerSecond: gates.perTransfer * transfers * batchesPerSecond,
    fillSeconds: fillSeconds(pipeline),
    busyCores: coreSeconds * batchesPerSecond,
    machines,
    lagSeconds,
    l1GasPerSecond,
    l1GasShare: (l1GasPerSecond * L1_LIMITS.slotSeconds) / L1_LIMITS.gasLimit,
    blobsPerSlot: l1.blobGas === 0 ? 0 : batchesPerSecond * L1_LIMITS.slotSeconds,
  };
}

/**
 * What so many machines do with full batches like the recorded one.
 *
 * @example scalingMachines(scalingBasis(runs), 3).speedup // below 3: the last proof waits for all others
 */
export function scalingMachines({ run, seconds }: ScalingBasis, machines: number): ScalingMachines {
  const { slots, blocks, transfers, gates, l1 } = run.batch;
  // All blocks are sealed at once.
  const sealed = { transfersPerSecond: Number.POSITIVE_INFINITY, slots, blocks };
  const timeOf = (proofs: ProofSeconds, count: number): number =>
    simulateLags({ ...sealed, seconds: proofs }, count, 1)[0] ?? 0;
  const byGates: ProofSeconds = { block: gates.block, merge: gates.merge, pair: gates.batch, batch: gates.batch };
  const batchesPerSecond = machines / batchWork({ blocks, seconds });
  return {
    machines,
    batchSeconds: timeOf(seconds, machines),
    speedup: timeOf(seconds, 1) / timeOf(seconds, machines),
    gatesSpeedup: timeOf(byGates, 1) / timeOf(byGates, machines),
    transfersPerSecond: transfers * batchesPerSecond,
    blobsPerSlot: l1.blobGas === 0 ? 0 : batchesPerSecond * L1_LIMITS.slotSeconds,
  };
}
