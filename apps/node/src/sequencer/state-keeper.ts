import { Worker } from "node:worker_threads";
import { type Account, type AccountIndex, type BlockNumber, CairnError } from "@cairn/protocol";
import { type AccountView, type ApplyOptions, createAccountView } from "@cairn/state";
import { type LmdbReader, openLmdbReader } from "@cairn/state/lmdb";
import type { NodeErrorCode } from "../errors.ts";
import type { SealedContent, SealTask } from "./sealing.ts";

/**
 * The state store, written by a thread of its own: hashing and syncing a block hold up nobody here. What it does is done in
 * the order asked for; reads see what has been answered, or later.
 */
export interface StateKeeper extends AccountView {
  /** The last block applied, as last answered. */
  readonly blockNumber: () => BlockNumber;
  readonly root: () => bigint;
  /** Executes and applies the next block. Rejects with `node/state-diverged`, `state/wrong-block`, `state/io`, `node/unavailable`. */
  readonly seal: (task: SealTask) => Promise<SealedContent>;
  /** As `applyBlock` of the tree; the records of `options` excepted. */
  readonly applyBlock: (
    block: BlockNumber,
    updates: ReadonlyMap<AccountIndex, Account>,
    nextIndex: number,
    options?: Pick<ApplyOptions, "expectedRoot">,
  ) => Promise<bigint>;
  /** As `rollbackTo` of the tree. */
  readonly rollbackTo: (block: BlockNumber) => Promise<bigint>;
  /** Finishes what was asked for, and closes the store. */
  readonly close: () => Promise<void>;
}

/** Where the state store is, and how much of it can be undone. */
export interface StateKeeperOptions {
  readonly path: string;
  readonly retainedBlocks: number;
}

/** Where the state stands. */
export interface StateHead {
  readonly blockNumber: BlockNumber;
  readonly root: bigint;
  readonly nextIndex: number;
}

/** What the thread is asked. */
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
  | { readonly type: "close" };

/** What the thread answers. */
export type StateAnswer =
  | { readonly id: number; readonly type: "done"; readonly value: unknown; readonly head: StateHead }
  | {
      readonly id: number;
      readonly type: "failed";
      readonly code: string | null;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** Opens the state store of a directory. Throws `state/store-locked`, `state/io`, `state/corrupt-store`. */
export async function openStateKeeper(options: StateKeeperOptions): Promise<StateKeeper> {
  const worker = new Worker(new URL("./state-worker.ts", import.meta.url), { workerData: options });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const opened = Promise.withResolvers<unknown>();
  pending.set(0, opened);
  let nextId = 1;
  let head: StateHead | null = null;
  let reader: LmdbReader | null = null;
  let ended: CairnError<NodeErrorCode> | null = null;
  let closing: Promise<void> | null = null;

  const end = (cause: unknown): void => {
    ended ??= new CairnError<NodeErrorCode>("node/unavailable", "the state store's thread has ended", { cause });
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  worker.on("error", end);
  worker.on("exit", end);
  worker.on("message", (answer: StateAnswer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) worker.unref();
    if (answer.type === "failed") {
      waiting?.reject(new CairnError(answer.code ?? "state/io", answer.message, { details: answer.details }));
      return;
    }
    head = answer.head;
    reader?.refresh();
    waiting?.resolve(answer.value);
  });

  const ask = <Value>(request: StateRequest): Promise<Value> => {
    if (ended !== null) return Promise.reject(ended);
    const waiting = Promise.withResolvers<unknown>();
    const id = nextId++;
    // The thread keeps the process alive only while something is asked of it.
    if (pending.size === 0) worker.ref();
    pending.set(id, waiting);
    worker.postMessage({ id, request });
    return waiting.promise as Promise<Value>;
  };

  try {
    await opened.promise;
    reader = openLmdbReader({ path: options.path });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  const current = (): StateHead => {
    if (head === null) throw new CairnError<NodeErrorCode>("node/unavailable", "the state store is not open");
    return head;
  };
  return {
    ...createAccountView({ reader, nextIndex: () => current().nextIndex }),
    blockNumber: () => current().blockNumber,
    root: () => current().root,
    seal: (task) => ask<SealedContent>({ type: "seal", task }),
    applyBlock: (block, updates, nextIndex, given = {}) =>
      ask<bigint>({ type: "apply", block, updates, nextIndex, options: given }),
    rollbackTo: (block) => ask<bigint>({ type: "rollback", block }),
    close: () => {
      closing ??= (async () => {
        if (ended === null) await ask<void>({ type: "close" });
        await reader.close();
        await worker.terminate();
      })();
      return closing;
    },
  };
}
