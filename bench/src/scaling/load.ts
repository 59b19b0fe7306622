import { L1_LIMITS, type ScalingBasis } from "./model.ts";
import { batchesUnderWay, batchWork, type Pipeline, simulateBatches } from "./simulation.ts";

/** How the node of the simulation is set: the defaults, except for batches of many blocks that wait for a minute. */
export const LOAD_SETTINGS = { blockSeconds: 10, batchSeconds: 60 } as const;

/** What a node closes under a stream of transfers, whatever proves it. */
export interface ClosedBatches {
  readonly blocks: number;
  readonly transfers: number;
  readonly batchEvery: number;
  readonly coreSecondsPerTransfer: number;
  readonly l1GasPerTransfer: number;
  readonly blobGasPerTransfer: number;
  readonly blobsPerSlot: number;
}

/** Batches from which the average one is taken. */
const SAMPLE = 12;
const ANY_MACHINES = 4096;

/** The average batch of a stream, by the node's policy, and its cost by the recorded batch: L1 asks as much for one that is not full. */
export function closedBatches(basis: ScalingBasis, transfersPerSecond: number): ClosedBatches {
  const { l1 } = basis.run.batch;
  const pipeline = pipelineOf(basis, transfersPerSecond);
  const sample = simulateBatches(pipeline, ANY_MACHINES, SAMPLE);
  const mean = (of: (batch: (typeof sample)[number]) => number): number =>
    sample.reduce((sum, batch) => sum + of(batch), 0) / sample.length;
  const [blocks, transfers] = [mean((batch) => batch.blocks), mean((batch) => batch.transfers)];
  const work = mean((batch) => batchWork({ blocks: batch.blocks, seconds: pipeline.seconds }));
  const batchEvery = transfers / transfersPerSecond;
  return {
    blocks,
    transfers,
    batchEvery,
    coreSecondsPerTransfer: (work * basis.run.machine.cores) / transfers,
    l1GasPerTransfer: l1.gasUsed / transfers,
    blobGasPerTransfer: l1.blobGas / transfers,
    blobsPerSlot: L1_LIMITS.slotSeconds / batchEvery,
  };
}

/**
 * Seconds from the first transfer of a batch until L1 has it, the longest, for each number of machines, fewest first; null if
 * batches wait longer and longer. Batches reach L1 in order, an L1 slot after their last proof.
 *
 * @example simulateLoad(scalingBasis(runs), 100, [1, 100])[0] // null: one machine cannot keep up
 */
export function simulateLoad(
  basis: ScalingBasis,
  transfersPerSecond: number,
  machines: readonly number[],
): (number | null)[] {
  const pipeline = pipelineOf(basis, transfersPerSecond);
  const { batchEvery, transfers, coreSecondsPerTransfer } = closedBatches(basis, transfersPerSecond);
  const work = (coreSecondsPerTransfer * transfers) / basis.run.machine.cores;
  const shortest = latencyOf(pipeline, ANY_MACHINES, SAMPLE);
  let found: number | null = null;
  return machines.map((count) => {
    if (work > count * batchEvery) return null;
    // More machines than never let a proof wait change nothing. Otherwise the second half is in a steady state.
    if (found !== shortest) found = latencyOf(pipeline, count, 20 + 2 * batchesUnderWay(pipeline, batchEvery));
    return found;
  });
}

/** Rounded to milliseconds: sums of the same times differ by their order. */
function latencyOf(pipeline: Pipeline, machines: number, count: number): number {
  let acceptedAt = 0;
  const latencies = simulateBatches(pipeline, machines, count).map(({ provenAt, firstTransferAt }) => {
    acceptedAt = Math.max(acceptedAt, provenAt + L1_LIMITS.slotSeconds);
    return acceptedAt - firstTransferAt;
  });
  return Math.round(1000 * Math.max(...latencies.slice(Math.floor(count / 2)))) / 1000;
}

function pipelineOf({ run, seconds }: ScalingBasis, transfersPerSecond: number): Pipeline {
  const { slots, blocks } = run.batch;
  return { transfersPerSecond, slots, blocks, seconds, ...LOAD_SETTINGS };
}
