import { submitBatch } from "@cairn/l1";
import type { SoloSize } from "@cairn/protocol";
import { type Sample, summarise } from "../sample.ts";
import { type L1BenchRollup, type ProvenBlock, startL1BenchRollup } from "../workload/l1-rollup.ts";

/** Proving full blocks of one size on this machine. */
export interface ProvingReport {
  readonly slots: SoloSize;
  readonly transactions: number;
  readonly l1Operations: number;
  readonly payouts: number;
  /** Collecting Merkle paths and solving the circuit. */
  readonly witnessSeconds: Sample;
  readonly proveSeconds: Sample;
  /** Largest resident memory of the prover over all runs; null where the system does not report it. */
  readonly proverPeakBytes: number | null;
  readonly proofBytes: number;
  /** From a block that takes no more transactions to the receipt of its accepted batch. */
  readonly sealedToAcceptedSeconds: Sample;
}

/** Proves full blocks of each size and submits them to L1. Throws as devnet, prover and L1 do. */
export async function measureProving(options: {
  readonly sizes: readonly SoloSize[];
  readonly cacheDir: string;
  readonly runs: number;
}): Promise<ProvingReport[]> {
  const rollup = await startL1BenchRollup(options);
  try {
    const reports: ProvingReport[] = [];
    for (const slots of options.sizes) reports.push(await measureSize(rollup, slots, options.runs));
    return reports;
  } finally {
    await rollup.stop();
  }
}

async function measureSize(rollup: L1BenchRollup, slots: SoloSize, runs: number): Promise<ProvingReport> {
  const carried: (ProvenBlock & { readonly acceptedSeconds: number })[] = [];
  for (let run = 0; run < runs; run++) {
    const proven = await rollup.prove(await rollup.fill("full", slots));
    const startMs = performance.now();
    await submitBatch(rollup.devnet.rollup, rollup.operator, proven.batch);
    carried.push({ ...proven, acceptedSeconds: proven.seconds + (performance.now() - startMs) / 1000 });
  }
  const executed = carried[0]?.sealed.executed;
  const costs = carried.map(({ batch }) => batch.cost);
  const peaks = costs.map(({ proverPeakBytes }) => proverPeakBytes).filter((peak) => peak !== null);
  return {
    slots,
    transactions: executed?.receipts.filter(({ type }) => type === "transaction").length ?? 0,
    l1Operations: executed?.data.l1Count ?? 0,
    payouts: executed?.payouts.length ?? 0,
    witnessSeconds: summarise(costs.map(({ witnessSeconds }) => witnessSeconds)),
    proveSeconds: summarise(costs.map(({ proveSeconds }) => proveSeconds)),
    proverPeakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    proofBytes: carried[0]?.batch.proof.length ?? 0,
    sealedToAcceptedSeconds: summarise(carried.map(({ acceptedSeconds }) => acceptedSeconds)),
  };
}
