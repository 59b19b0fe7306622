import { createFastCompress } from "@cairn/crypto/fast";
import type { Account, AccountIndex, BlockNumber, CairnError } from "@cairn/protocol";
import {
  type AccountInState,
  type AccountView,
  type ApplyOptions,
  createAccountView,
  createPastProver,
  type PastBlocks,
} from "@cairn/state";
import { type LmdbReader, openLmdbReader } from "@cairn/state/lmdb";
import type { NodeErrorCode } from "../errors.ts";
import { startThread, type Thread } from "../threads/thread.ts";
import type { SealedContent, SealTask } from "./sealing.ts";

/**
 * The state store, written by a separate thread, so that hashing and syncing a block delay nothing here. Requests run
 * in order; reads see at least what has been answered.
 */
export interface StateKeeper extends AccountView {
  /** The last block applied, as last answered. */
  readonly blockNumber: () => BlockNumber;
  readonly root: () => bigint;
  /**
   * Executes and applies the next block. Rejects with `node/state-diverged`, `state/wrong-block`, `state/io`,
   * `node/unavailable`.
   */
  readonly seal: (task: SealTask) => Promise<SealedContent>;
  /** Like `applyBlock` of the tree, but without the records in `options`. */
  readonly applyBlock: (
    block: BlockNumber,
    updates: ReadonlyMap<AccountIndex, Account>,
    nextIndex: number,
    options?: Pick<ApplyOptions, "expectedRoot">,
  ) => Promise<bigint>;
  /** Like `rollbackTo` of the tree. */
  readonly rollbackTo: (block: BlockNumber) => Promise<bigint>;
  /** Blocks after which accounts can be proven. */
  readonly provableBlocks: () => PastBlocks;
  /** Like `prove` of a past prover; it costs the caller's thread less than a millisecond or two. */
  readonly proveAccount: (index: AccountIndex, block: BlockNumber) => AccountInState;
  /** Like `forgetBefore` of the tree. */
  readonly forgetBefore: (block: BlockNumber) => Promise<void>;
  /** Resolves with the error when the thread ends unasked; then nothing is written until the store is reopened. */
  readonly lost: Promise<CairnError<NodeErrorCode>>;
  /** Finishes earlier requests and closes the store. */
  readonly close: () => Promise<void>;
}

/** Location of the state store, and how much of it can be undone. */
export interface StateKeeperOptions {
  readonly path: string;
  readonly retainedBlocks: number;
}

/** Position of the state. */
export interface StateHead {
  readonly blockNumber: BlockNumber;
  readonly root: bigint;
  readonly nextIndex: number;
}

/** A request to the thread. */
export type StateRequest =
  | { readonly type: "seal"; readonly task: SealTask }
  | {
      readonly type: "apply";
      readonly block: BlockNumber;
      readonly updates: ReadonlyMap<AccountIndex, Account>;
      readonly nextIndex: number;
      readonly options: Pick<ApplyOptions, "expectedRoot">;
    }
  | { readonly type: "rollback"; readonly block: BlockNumber }
  | { readonly type: "forget"; readonly before: BlockNumber }
  | { readonly type: "head" }
  | { readonly type: "close" };

/** An answer of the thread. */
export interface StateAnswer<Value> {
  readonly value: Value;
  readonly head: StateHead;
}

/** Opens the state store of a directory. Throws `state/store-locked`, `state/io`, `state/corrupt-store`. */
export async function openStateKeeper(options: StateKeeperOptions): Promise<StateKeeper> {
  const thread = await startThread<StateRequest>("state", new URL("./state-worker.ts", import.meta.url), options);
  const { head: first } = await thread.ask<StateAnswer<null>>({ type: "head" });
  const reader = await openReader(options, thread);
  const past = createPastProver({ reader, compress: await createFastCompress() });
  let head = first;
  let closing: Promise<void> | null = null;
  const lost = Promise.withResolvers<CairnError<NodeErrorCode>>();
  void thread.ended.then((error) => {
    if (closing === null) lost.resolve(error);
  });

  const ask = async <Value>(request: StateRequest): Promise<Value> => {
    const answer = await thread.ask<StateAnswer<Value>>(request);
    head = answer.head;
    reader.refresh();
    return answer.value;
  };

  return {
    ...createAccountView({ reader, nextIndex: () => head.nextIndex }),
    blockNumber: () => head.blockNumber,
    root: () => head.root,
    seal: (task) => ask<SealedContent>({ type: "seal", task }),
    applyBlock: (block, updates, nextIndex, given = {}) =>
      ask<bigint>({ type: "apply", block, updates, nextIndex, options: given }),
    rollbackTo: (block) => ask<bigint>({ type: "rollback", block }),
    provableBlocks: past.blocks,
    proveAccount: past.prove,
    forgetBefore: async (before) => {
      await ask<null>({ type: "forget", before });
    },
    lost: lost.promise,
    close: () => {
      closing ??= (async () => {
        if (!thread.hasEnded()) await ask<null>({ type: "close" });
        await reader.close();
        await thread.stop();
      })();
      return closing;
    },
  };
}

async function openReader({ path }: StateKeeperOptions, thread: Thread<StateRequest>): Promise<LmdbReader> {
  try {
    return openLmdbReader({ path });
  } catch (error) {
    await thread.stop();
    throw error;
  }
}
