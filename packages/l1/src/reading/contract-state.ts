import { rollupAbi } from "@cairn/contracts";
import { bytesToHex, EMPTY_QUEUE_HASH, type Hex, hexToBytes, isCairnError } from "@cairn/protocol";
import { BaseError } from "viem";
import { l1Error } from "../errors.ts";
import type { L1Access } from "./access.ts";
import { READS_PER_CALL, readMany } from "./read-many.ts";
import { isBusy, isNothingThere, isRefusal } from "./refusals.ts";

/** What the contract reports at one L1 block. */
export interface ContractCounts {
  readonly root: bigint;
  /** Commits to all that was published, consumed and paid so far. */
  readonly history: bigint;
  readonly nextIndex: number;
  readonly batchCount: number;
  readonly queueHead: number;
  readonly queueTail: number;
}

/** The same, with the queue. */
export interface ContractState extends ContractCounts {
  /** Rolling queue hash after all entries, 32 bytes. */
  readonly queueTailHash: Uint8Array;
}

/**
 * What the contract reports after an L1 block; null when there was none yet. Throws `l1/not-a-rollup` for another
 * contract, `l1/state-missing` when the RPC does not have that state, `l1/unavailable`.
 *
 * @example const { batchCount } = (await readContractCounts(access, head.block)) ?? { batchCount: 0 };
 */
export async function readContractCounts(access: L1Access, block: number): Promise<ContractCounts | null> {
  const { reader, address } = access.rollup;
  try {
    const state = await access.call(`the rollup's state in block ${block}`, () =>
      reader.readContract({ address, abi: rollupAbi, functionName: "state", blockNumber: BigInt(block) }),
    );
    return {
      root: BigInt(state.root),
      history: BigInt(state.history),
      nextIndex: state.nextIndex,
      batchCount: Number(state.batchCount),
      queueHead: Number(state.queueHead),
      queueTail: Number(state.queueTail),
    };
  } catch (cause) {
    if (isNothingThere(cause)) return null;
    if (isCairnError(cause) || !(cause instanceof BaseError)) throw asMissingState(cause);
    throw l1Error("l1/not-a-rollup", `no Cairn rollup answers at ${address} in block ${block}`, { cause });
  }
}

/**
 * What the contract reports after an L1 block, queue included. Throws as {@link readContractCounts}; `l1/not-a-rollup`
 * also for no contract.
 *
 * @example const { queueTail, queueTailHash } = await readContractState(access, head.block);
 */
export async function readContractState(access: L1Access, block: number): Promise<ContractState> {
  const counts = await readContractCounts(access, block);
  if (counts !== null) return { ...counts, queueTailHash: await readQueueHash(access, counts.queueTail, block) };
  const { address } = access.rollup;
  throw l1Error("l1/not-a-rollup", `there is no contract at ${address} in block ${block}`);
}

/**
 * Batches that the contract had accepted at L1's finalized block; 0 where the RPC knows no such block or no rollup in
 * it.
 *
 * @example const finalBatches = await readFinalizedBatchCount(access);
 */
export function readFinalizedBatchCount(access: L1Access): Promise<number> {
  return readBatchCountAt(access, "finalized");
}

/**
 * Batches that the contract had accepted at L1's safe or finalized block; 0 where the RPC knows no such block, no rollup in it,
 * or no longer its state.
 *
 * @example const isSafe = (await readBatchCountAt(access, "safe")) >= batchNumber;
 */
export async function readBatchCountAt({ rollup, call }: L1Access, blockTag: "safe" | "finalized"): Promise<number> {
  const { reader, address } = rollup;
  try {
    const state = await call(`the rollup's ${blockTag} state`, () =>
      reader.readContract({ address, abi: rollupAbi, functionName: "state", blockTag }),
    );
    return Number(state.batchCount);
  } catch (error) {
    const isUnknown = isCairnError(error, "l1/unavailable") || isCairnError(error, "l1/state-missing");
    if (error instanceof BaseError || isUnknown) return 0;
    throw error;
  }
}

/**
 * Rolling queue hash after the first `count` entries, which the contract had at an L1 block. An entry never changes, so
 * that it is read at the latest block where the RPC no longer has that state. Throws `l1/unavailable`,
 * `l1/state-missing`.
 *
 * @example const hash = await readQueueHash(access, 3, head.block); // after entries 0, 1 and 2
 */
export async function readQueueHash(access: L1Access, count: number, block: number): Promise<Uint8Array> {
  if (count === 0) return EMPTY_QUEUE_HASH;
  const { reader, address } = access.rollup;
  const position = count - 1;
  const entry = await orLatest(BigInt(block), (at) =>
    access.call(`queue entry ${position}`, () =>
      reader.readContract({
        address,
        abi: rollupAbi,
        functionName: "queueEntry",
        args: [BigInt(position)],
        ...(at === null ? {} : { blockNumber: at }),
      }),
    ),
  );
  return hexToBytes(entry.queueHash, 32);
}

/** Commitments of batches in the order they are requested, prefetched many at a time. */
export interface CommitmentReader {
  /** The contract's commitment to a batch; zero when it has none. Throws `l1/unavailable`, `l1/state-missing`. */
  of(batch: number): Promise<Hex>;
}

/**
 * Reads the commitments of batches up to `last`, which the contract had at an L1 block. A commitment never changes, so
 * that it is read at the latest block where the RPC no longer has that state: a long restoration takes longer than most
 * RPCs keep states.
 *
 * @example const commitments = createCommitmentReader(access, batchCount, head.block);
 */
export function createCommitmentReader(access: L1Access, last: number, block: number): CommitmentReader {
  const groups = new Map<number, Promise<readonly Hex[]>>();
  const readGroup = (first: number, end: number): Promise<readonly Hex[]> => {
    const calls = Array.from({ length: Math.max(0, end - first + 1) }, (_, i) => [BigInt(first + i)] as const);
    return orLatest(BigInt(block), (at) => readMany(access, "batchCommitment", calls, at));
  };
  return {
    async of(batch) {
      const group = Math.floor(batch / READS_PER_CALL);
      const first = Math.max(1, group * READS_PER_CALL);
      let read = groups.get(group);
      if (read === undefined) {
        read = readGroup(first, Math.min(last, (group + 1) * READS_PER_CALL - 1));
        // Awaited below, or never if another batch fails first.
        read.catch(() => {});
        groups.set(group, read);
        groups.delete(group - 2);
      }
      return (await read)[batch - first] ?? bytesToHex(new Uint8Array(32));
    },
  };
}

/** Which payouts of a batch are settled: bit p of word w is that of the payout at 256 · w + p. */
export interface SettledWord {
  readonly batch: number;
  readonly word: number;
}

/**
 * What the contract had settled at an L1 block, a word of bits for each asked. A payout that is settled stays so, but others
 * may be settled later: where the RPC no longer has the block's state this throws `l1/state-missing`. Throws
 * `l1/unavailable`.
 *
 * @example const [bits] = await readSettledWords(access, [{ batch: 7, word: 0 }], head.block);
 */
export async function readSettledWords(
  access: L1Access,
  words: readonly SettledWord[],
  block: number,
): Promise<readonly bigint[]> {
  const calls = words.map(({ batch, word }) => [BigInt(batch), BigInt(word)] as const);
  try {
    return await readMany(access, "payoutsSettled", calls, block);
  } catch (error) {
    throw asMissingState(error);
  }
}

async function orLatest<T>(block: bigint, read: (at: bigint | null) => Promise<T>): Promise<T> {
  try {
    return await read(block);
  } catch (error) {
    if (!isCairnError(asMissingState(error), "l1/state-missing")) throw error;
    return read(null);
  }
}

/** An RPC that answers but refuses a question about a block does not have that block's state, however it words this. */
function asMissingState(error: unknown): unknown {
  if (isCairnError(error, "l1/history-pruned")) return l1Error("l1/state-missing", error.message, { cause: error });
  if (!isCairnError(error, "l1/unavailable") || !isRefusal(error.cause) || isBusy(error.cause)) return error;
  return l1Error("l1/state-missing", error.message, { cause: error.cause });
}
