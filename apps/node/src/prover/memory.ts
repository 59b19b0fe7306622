import { type BlockSize, CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/** Memory of one proof by block size, in megabytes: half as much again as docs/benchmarks.md measured at the peak. */
export const PROOF_MEMORY_MB: Readonly<Record<BlockSize, number>> = { 16: 400, 64: 1200, 256: 4000 };

/** How many proofs may be made at a time. Throws `node/bad-config` when not even one fits into the memory. */
export function proofsAtATime(
  slots: BlockSize,
  limits: { readonly concurrency: number; readonly maxMemoryBytes: number },
): number {
  const neededMb = PROOF_MEMORY_MB[slots];
  const allowedMb = limits.maxMemoryBytes / 1e6;
  const fitting = Math.floor(allowedMb / neededMb);
  if (fitting > 0) return Math.min(limits.concurrency, fitting);
  throw new CairnError<NodeErrorCode>(
    "node/bad-config",
    `a proof of ${slots} slots needs ${neededMb} MB of memory, and CAIRN_PROVER_MEMORY_MB allows ${allowedMb}`,
    { details: { slots, neededMb, allowedMb } },
  );
}
