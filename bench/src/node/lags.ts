import type { ApiBatch, ApiBlock } from "./chain-reader.ts";
import { type Percentiles, percentilesOf } from "./percentiles.ts";

/** How long blocks took from stage to stage, in seconds. */
export interface Lags {
  /** From a block's first entry until it is sealed. */
  readonly sealing: Percentiles;
  /** From sealed until the proof is there, which includes waiting for the blocks before it. */
  readonly proving: Percentiles;
  /** From the proof until L1 has accepted the batch. */
  readonly l1: Percentiles;
  /** Time and memory of the proofs themselves. */
  readonly proofSeconds: Percentiles;
  readonly proverPeakBytes: number | null;
  readonly transactionsPerBlock: Percentiles;
}

/** The lags of blocks and their batches. */
export function lagsOf(blocks: readonly ApiBlock[], batches: readonly ApiBatch[]): Lags {
  const sealedAt = new Map(
    blocks.flatMap(({ number, sealedAtMs }) => (sealedAtMs === null ? [] : [[number, sealedAtMs]])),
  );
  const provenAt = new Map(
    blocks.flatMap(({ number, provenAtMs }) => (provenAtMs === null ? [] : [[number, provenAtMs]])),
  );
  const between = (from: number | null | undefined, to: number | null | undefined): number[] =>
    from == null || to == null ? [] : [(to - from) / 1000];
  const details = batches.flatMap(({ proof }) => (proof === null ? [] : [proof]));
  const peaks = details.flatMap(({ proverPeakBytes }) =>
    typeof proverPeakBytes === "number" ? [proverPeakBytes] : [],
  );
  return {
    sealing: percentilesOf(blocks.flatMap(({ openedAtMs, sealedAtMs }) => between(openedAtMs, sealedAtMs))),
    proving: percentilesOf(batches.flatMap(({ lastBlock, readyAtMs }) => between(sealedAt.get(lastBlock), readyAtMs))),
    l1: percentilesOf(batches.flatMap(({ lastBlock, readyAtMs }) => between(readyAtMs, provenAt.get(lastBlock)))),
    proofSeconds: percentilesOf(
      details.flatMap(({ proveSeconds }) => (typeof proveSeconds === "number" ? [proveSeconds] : [])),
    ),
    proverPeakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    transactionsPerBlock: percentilesOf(blocks.map(({ transactions }) => transactions)),
  };
}
