import { type Compress, compress as pureCompress } from "@cairn/crypto";
import type { BlobAccess, L1HeadTag, L1Rollup } from "@cairn/l1";
import {
  type ArchiveSource,
  type BatchStorage,
  type OnProgress,
  type RestoredState,
  restoreRollup,
} from "@cairn/restore";
import { createMemoryStore, type KeyValueStore } from "@cairn/state";
import { verifyError } from "./errors.ts";
import { assertRollup } from "./l1.ts";
import type { SeenOnL1 } from "./on-l1.ts";

/** What {@link restoreState} restores, from where, and how. */
export interface RestoreStateOptions {
  readonly rollup: L1Rollup;
  /** Sources of blobs, such as beacon APIs; without, batches in blobs cannot be read from L1. */
  readonly blobs?: BlobAccess;
  /** Archives, read in this order before L1, and checked against it. */
  readonly archives?: readonly ArchiveSource[];
  /** Which head of L1; "finalized" by default, as what is only in later blocks may be undone. */
  readonly finality?: L1HeadTag;
  /**
   * Where the state is kept; in memory by default. After a cancelled or failed run, the same store continues where it
   * stopped.
   */
  readonly store?: KeyValueStore;
  /**
   * Keeps the batches that were read, such as in a page's database, so that a run after a reload need not read them from L1
   * again; they are checked again, like those of an archive from a stranger.
   */
  readonly kept?: BatchStorage;
  /** Poseidon2: `createFastCompress` of `@cairn/crypto/fast` is ten times as fast as the default. */
  readonly compress?: Compress;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** A state that anyone can rebuild. */
export interface StateFromL1 {
  /** Accounts, proofs, payouts and waiting entries; the caller closes it. */
  readonly restored: RestoredState;
  readonly l1: SeenOnL1;
  /** What was checked, in order. */
  readonly checked: readonly string[];
}

/**
 * Rebuilds the whole state of a rollup from L1, in a browser or on Node, without asking its node: batches from calldata,
 * blobs and archives are replayed, and root and history compared with the contract. Throws the reason of the signal,
 * `verify/wrong-chain`, and as `restoreRollup` of `@cairn/restore`.
 *
 * @example
 * const rollup = rollupAt(await connectToL1(rpcUrl), address);
 * const { restored } = await restoreState({ rollup, compress: await createFastCompress(), onProgress: console.log });
 * restored.tree.getAccount(accountIndex(64)).balance;
 */
export async function restoreState({
  finality = "finalized",
  store = createMemoryStore(),
  compress = pureCompress,
  ...options
}: RestoreStateOptions): Promise<StateFromL1> {
  const { reader, address } = options.rollup;
  const chainId = reader.chain.id;
  await assertRollup({ connection: reader, chainId, address });
  const { restored, position, head } = await restoreRollup({ ...options, store, compress, head: finality });
  if (head === null) throw verifyError("verify/l1-moved", "the state was compared with no block of L1");
  const { block, hash: blockHash, timestamp } = head;
  return {
    restored,
    l1: { chainId, rollup: address, finality, block, blockHash, timestamp, newestBatch: position.batch },
    checked: [
      `all ${position.batch} batches are those that the contract committed to`,
      "their cells, queue entries and payouts lead to the history that the contract has",
      `the replayed accounts lead to the root that the contract has in L1's ${finality} block ${block}`,
    ],
  };
}
