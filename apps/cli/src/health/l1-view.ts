import { lastCircuitOf, rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import type { LastCircuit } from "@cairn/protocol";
import { type Address, type Hex, zeroAddress } from "viem";

/** The rollup as seen on L1. */
export interface RollupOnL1 {
  readonly chainId: number;
  readonly rollup: Address;
  readonly l1Block: number;
  /** Seconds since the epoch of the latest L1 block. */
  readonly l1Timestamp: number;
  readonly gasPriceWei: bigint;
  /** Who has precedence now; null when anyone may submit at any time. */
  readonly operator: Address | null;
  readonly isSubmissionOpen: boolean;
  readonly isFrozen: boolean;
  readonly root: Hex;
  readonly history: Hex;
  readonly batches: number;
  readonly lastBlock: number;
  readonly queue: {
    readonly consumed: number;
    readonly length: number;
    readonly waiting: number;
    readonly overdue: number;
    /** Null for a frozen rollup, which accepts no entries. */
    readonly feeWei: bigint | null;
  };
  readonly parameters: {
    readonly inclusionDelaySeconds: number;
    readonly operatorIdleDelaySeconds: number;
    readonly returnDelaySeconds: number;
    readonly freezeDelaySeconds: number;
    /** Says who has precedence; null when nobody ever has. */
    readonly policy: Address | null;
    readonly circuits: readonly {
      readonly circuitType: number;
      /** Null for one that this version does not know. */
      readonly circuit: LastCircuit | null;
      readonly l1Capacity: number;
      readonly verifier: Address;
    }[];
  };
}

/** Reads all of it at the latest L1 block. Throws what the L1 library throws. */
export async function readRollup({ reader, address }: L1Rollup): Promise<RollupOnL1> {
  const block = await reader.getBlock();
  const contract = { address, abi: rollupAbi, blockNumber: block.number } as const;
  const [state, leader, isSubmissionOpen, isFrozen, overdue, feeWei, parameters, gasPriceWei] = await Promise.all([
    reader.readContract({ ...contract, functionName: "state" }),
    reader.readContract({ ...contract, functionName: "leader" }),
    reader.readContract({ ...contract, functionName: "isSubmissionOpen" }),
    reader.readContract({ ...contract, functionName: "isFrozen" }),
    reader.readContract({ ...contract, functionName: "overdueCount", args: [block.timestamp] }),
    reader.readContract({ ...contract, functionName: "queueFee" }),
    reader.readContract({ ...contract, functionName: "parameters" }),
    reader.getGasPrice(),
  ]);
  return {
    chainId: reader.chain.id,
    rollup: address,
    l1Block: Number(block.number),
    l1Timestamp: Number(block.timestamp),
    gasPriceWei,
    operator: leader === zeroAddress ? null : leader,
    isSubmissionOpen,
    isFrozen,
    root: state.root,
    history: state.history,
    batches: Number(state.batchCount),
    lastBlock: Number(state.lastBlock),
    queue: {
      consumed: Number(state.queueHead),
      length: Number(state.queueTail),
      waiting: Number(state.queueTail - state.queueHead),
      overdue: Number(overdue),
      feeWei: isFrozen ? null : feeWei,
    },
    parameters: {
      inclusionDelaySeconds: Number(parameters.inclusionDelay),
      operatorIdleDelaySeconds: Number(parameters.operatorIdleDelay),
      returnDelaySeconds: Number(parameters.returnDelay),
      freezeDelaySeconds: Number(parameters.freezeDelay),
      policy: parameters.policy === zeroAddress ? null : parameters.policy,
      circuits: parameters.circuits.map(({ circuitType, l1Capacity, verifier }) => {
        return { circuitType, circuit: lastCircuitOf(circuitType) ?? null, l1Capacity, verifier };
      }),
    },
  };
}
