import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { cliError } from "../errors.ts";

/** How far a rollup is from overdue entries to a freeze, at the latest L1 block. Times are in seconds. */
export interface Ladder {
  readonly isFrozen: boolean;
  readonly isSubmissionOpen: boolean;
  readonly now: number;
  readonly queueHead: number;
  readonly queueTail: number;
  readonly inclusionDelay: number;
  readonly freezeDelay: number;
  /** When the entry at the head was made; null for an empty queue. */
  readonly oldestEnqueuedAt: number | null;
}

/** Reads it. Throws what the L1 library throws. */
export async function readLadder({ reader, address }: L1Rollup): Promise<Ladder> {
  const block = await reader.getBlock();
  const contract = { address, abi: rollupAbi, blockNumber: block.number } as const;
  const [state, parameters, isFrozen, isSubmissionOpen] = await Promise.all([
    reader.readContract({ ...contract, functionName: "state" }),
    reader.readContract({ ...contract, functionName: "parameters" }),
    reader.readContract({ ...contract, functionName: "isFrozen" }),
    reader.readContract({ ...contract, functionName: "isSubmissionOpen" }),
  ]);
  const { queueHead, queueTail } = state;
  const oldest =
    queueHead === queueTail
      ? null
      : await reader.readContract({ ...contract, functionName: "queueEntry", args: [queueHead] });
  return {
    isFrozen,
    isSubmissionOpen,
    now: Number(block.timestamp),
    queueHead: Number(queueHead),
    queueTail: Number(queueTail),
    inclusionDelay: Number(parameters.inclusionDelay),
    freezeDelay: Number(parameters.freezeDelay),
    oldestEnqueuedAt: oldest === null ? null : Number(oldest.enqueuedAt),
  };
}

/** Throws `cli/not-frozen` unless the rollup is frozen. */
export async function assertFrozen({ reader, address }: L1Rollup): Promise<void> {
  const isFrozen = await reader.readContract({ address, abi: rollupAbi, functionName: "isFrozen" });
  if (!isFrozen) throw cliError("cli/not-frozen", `the rollup ${address} is not frozen`);
}

/** A time as text, from seconds since the epoch. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
