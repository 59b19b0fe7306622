import { rollupAbi } from "@cairn/contracts";
import {
  addressToBigint,
  type BlockSize,
  bytesToHex,
  CIRCUIT_TYPE,
  type Hex,
  hexToBytes,
  isCairnError,
} from "@cairn/protocol";
import { BaseError, BlockNotFoundError } from "viem";
import { restoreError } from "../errors.ts";
import { isBlockSize, type RollupIdentity } from "../identity.ts";
import { type L1Access, unavailable } from "./access.ts";
import { READS_PER_CALL, readMany } from "./read-many.ts";

/** An L1 block that everything is read at. */
export interface L1Head {
  readonly block: number;
  readonly hash: Hex;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** Which head of L1 counts. */
export type L1HeadTag = "latest" | "safe" | "finalized";

/** What the contract says of itself at one L1 block. */
export interface ContractState {
  readonly root: bigint;
  readonly nextIndex: number;
  readonly batchCount: number;
  readonly queueHead: number;
  readonly queueTail: number;
  /** Rolling queue hash after all entries, 32 bytes. */
  readonly queueTailHash: Uint8Array;
}

/** The head of L1. Throws `restore/l1-unavailable`. */
export async function readHead({ rollup, call }: L1Access, blockTag: L1HeadTag): Promise<L1Head> {
  const what = `its ${blockTag} block`;
  try {
    const { number, hash, timestamp } = await call(what, () => rollup.reader.getBlock({ blockTag }));
    return { block: Number(number), hash, timestamp: Number(timestamp) };
  } catch (cause) {
    throw cause instanceof BlockNotFoundError ? unavailable(what, cause) : cause;
  }
}

/** Whether an L1 block is still the one it was. Throws `restore/l1-unavailable`. */
export async function isStillThere({ rollup, call }: L1Access, head: Pick<L1Head, "block" | "hash">): Promise<boolean> {
  const blockNumber = BigInt(head.block);
  try {
    const { hash } = await call(`block ${head.block}`, () => rollup.reader.getBlock({ blockNumber }));
    return hash === head.hash;
  } catch (error) {
    if (error instanceof BlockNotFoundError) return false;
    throw error;
  }
}

/** Chain, address and circuits of the rollup. Throws `restore/not-a-rollup`, `restore/unsupported-rollup`, `restore/l1-unavailable`. */
export async function readIdentity({ rollup, call }: L1Access): Promise<RollupIdentity> {
  const { reader, address } = rollup;
  try {
    const { circuits } = await call("the rollup's parameters", () =>
      reader.readContract({ address, abi: rollupAbi, functionName: "parameters" }),
    );
    const sizes = circuits.map(({ circuitType, slots }) => sizeOfCircuit(circuitType, slots)).sort((a, b) => a - b);
    return { chainId: BigInt(reader.chain.id), rollup: addressToBigint(address), sizes };
  } catch (cause) {
    if (isCairnError(cause)) throw cause;
    throw restoreError("restore/not-a-rollup", `no Cairn rollup answers at ${address}`, { cause });
  }
}

/** What the contract says of itself after an L1 block. Throws `restore/not-a-rollup`, `restore/l1-unavailable`. */
export async function readContractState({ rollup, call }: L1Access, block: number): Promise<ContractState> {
  const { reader, address } = rollup;
  const read = () =>
    reader.readContract({ address, abi: rollupAbi, functionName: "state", blockNumber: BigInt(block) });
  const state = await call("the rollup's state", read).catch((cause: unknown) => {
    if (isCairnError(cause) || !(cause instanceof BaseError)) throw cause;
    throw restoreError("restore/not-a-rollup", `no Cairn rollup answers at ${address} in block ${block}`, { cause });
  });
  const queueTail = Number(state.queueTail);
  return {
    root: BigInt(state.root),
    nextIndex: state.nextIndex,
    batchCount: Number(state.batchCount),
    queueHead: Number(state.queueHead),
    queueTail,
    queueTailHash: await readQueueHashAt({ rollup, call }, queueTail, block),
  };
}

/** Batches that the contract had accepted at L1's finalized block; 0 where the RPC knows no such block or no rollup in it. */
export async function readFinalizedBatchCount({ rollup, call }: L1Access): Promise<number> {
  const { reader, address } = rollup;
  try {
    const state = await call("the rollup's finalized state", () =>
      reader.readContract({ address, abi: rollupAbi, functionName: "state", blockTag: "finalized" }),
    );
    return Number(state.batchCount);
  } catch (error) {
    if (error instanceof BaseError || isCairnError(error, "restore/l1-unavailable")) return 0;
    throw error;
  }
}

/** Rolling queue hash after the first `count` entries, at an L1 block. Throws `restore/l1-unavailable`. */
export async function readQueueHashAt(
  { rollup, call }: Pick<L1Access, "rollup" | "call">,
  count: number,
  block: number,
): Promise<Uint8Array> {
  if (count === 0) return new Uint8Array(32);
  const entry = await call(`queue entry ${count - 1}`, () =>
    rollup.reader.readContract({
      address: rollup.address,
      abi: rollupAbi,
      functionName: "queueEntry",
      args: [BigInt(count - 1)],
      blockNumber: BigInt(block),
    }),
  );
  return hexToBytes(entry.queueHash, 32);
}

/** Commitments of batches in the order in which they are asked for, read many at once ahead of the question. */
export interface CommitmentReader {
  /** What the contract keeps of a batch; zero when it has none. Throws `restore/l1-unavailable`. */
  of(batch: number): Promise<Hex>;
}

/** Reads the commitments of batches up to `last`, at an L1 block. */
export function createCommitmentReader(access: L1Access, last: number, block: number): CommitmentReader {
  const groups = new Map<number, Promise<readonly Hex[]>>();
  return {
    async of(batch) {
      const group = Math.floor(batch / READS_PER_CALL);
      let read = groups.get(group);
      if (read === undefined) {
        const first = Math.max(1, group * READS_PER_CALL);
        const end = Math.min(last, (group + 1) * READS_PER_CALL - 1);
        const calls = Array.from({ length: Math.max(0, end - first + 1) }, (_, i) => [BigInt(first + i)] as const);
        read = readMany(access, "batchCommitment", calls, block);
        // Awaited below, maybe by nobody if another batch fails first.
        read.catch(() => {});
        groups.set(group, read);
        groups.delete(group - 2);
      }
      return (await read)[batch - Math.max(1, group * READS_PER_CALL)] ?? bytesToHex(new Uint8Array(32));
    },
  };
}

function sizeOfCircuit(circuitType: number, slots: number): BlockSize {
  if (isBlockSize(slots) && CIRCUIT_TYPE[slots] === circuitType) return slots;
  throw restoreError("restore/unsupported-rollup", `circuit type ${circuitType} with ${slots} slots is unknown`);
}
