import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import type { Address } from "viem";

/** What the contract reports at L1's head; times in seconds. */
export interface RollupFacts {
  readonly headTimestamp: number;
  /** Queue entries that no accepted batch has consumed, and those of them that are overdue. */
  readonly backlog: number;
  readonly overdue: number;
  /** Age of the oldest of them on L1's clock, 0 if there is none. */
  readonly oldestEntrySeconds: number;
  readonly inclusionDelaySeconds: number;
  readonly freezeDelaySeconds: number;
  readonly isSubmissionOpen: boolean;
  readonly isFrozen: boolean;
  /** Who has precedence in submitting now; 0 when nobody has. */
  readonly leader: Address;
}

/** Reads the contract. Throws what the RPC throws. */
export async function readRollupFacts({ reader, address }: L1Rollup): Promise<RollupFacts> {
  const contract = { address, abi: rollupAbi } as const;
  const { number: blockNumber, timestamp } = await reader.getBlock({ blockTag: "latest" });
  const at = { ...contract, blockNumber } as const;
  const [parameters, state, overdue, isSubmissionOpen, isFrozen, leader] = await Promise.all([
    reader.readContract({ ...at, functionName: "parameters" }),
    reader.readContract({ ...at, functionName: "state" }),
    reader.readContract({ ...at, functionName: "overdueCount", args: [timestamp] }),
    reader.readContract({ ...at, functionName: "isSubmissionOpen" }),
    reader.readContract({ ...at, functionName: "isFrozen" }),
    reader.readContract({ ...at, functionName: "leader" }),
  ]);
  const backlog = state.queueTail - state.queueHead;
  const oldest =
    backlog > 0n
      ? await reader.readContract({ ...at, functionName: "queueEntry", args: [state.queueHead] })
      : { enqueuedAt: timestamp };
  return {
    headTimestamp: Number(timestamp),
    backlog: Number(backlog),
    overdue: Number(overdue),
    oldestEntrySeconds: Number(timestamp - oldest.enqueuedAt),
    inclusionDelaySeconds: Number(parameters.inclusionDelay),
    freezeDelaySeconds: Number(parameters.freezeDelay),
    isSubmissionOpen,
    isFrozen,
    leader,
  };
}
