import {
  deleteBlocksFrom,
  lastSequence,
  loadPool,
  loadPromisedIds,
  loadQueueEntries,
  type QueueEntry,
  requeueTransactions,
} from "@cairn/db";
import { blockCapacity, CairnError, encodeL1Operation, isCairnError, nextQueueHash } from "@cairn/protocol";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { SequencerEvent } from "./events.ts";
import { createJournal, type Journal } from "./journal.ts";
import { type Reconciled, reconcile, toGroups } from "./recovery.ts";
import type { SequencerDeps, SequencerSettings } from "./settings.ts";

/** What a sequencer is doing. */
export type Phase = "starting" | "running" | "recovering" | "stopped";

/** One run between a recovery and the next failure. */
export interface Run {
  readonly engine: Engine;
  readonly journal: Journal;
}

/** Keeps an engine running: builds it from the stores, and again after any failure. */
export interface Lifecycle {
  readonly phase: () => Phase;
  /** The current run, even if it has failed; null before the first. */
  readonly latest: () => Run | null;
  /** The run that accepts transactions. Throws `node/unavailable`, `node/stopping`. */
  readonly running: () => Run;
  /** Reconciles the stores and begins. Throws `node/state-diverged`, `node/queue-gap`, and what storage throws. */
  readonly start: () => Promise<void>;
  /** An error in `action` ends the run. Throws `node/unavailable`. */
  readonly guarded: <T>(action: () => T) => T;
  /** Ends the run; another one starts as soon as the stores allow. */
  readonly fail: (error: unknown) => void;
  /** As in {@link Sequencer}. */
  readonly rebuildFrom: (firstBlock: number, reason: string, between?: () => Promise<void>) => Promise<void>;
  /** Reads the L1 queue again. */
  readonly queueChanged: () => Promise<void>;
  /** Finishes pending work. */
  readonly stop: () => Promise<void>;
}

const FIRST_RECOVERY_DELAY_MS = 250;
const MAX_RECOVERY_DELAY_MS = 30_000;

/** A lifecycle that has not started. */
export function createLifecycle(
  settings: SequencerSettings,
  deps: SequencerDeps,
  publish: (event: SequencerEvent) => void,
  inFlight: () => number,
): Lifecycle {
  const { keeper, clock, logger, metrics } = deps;
  const { db } = deps.database;
  let phase: Phase = "starting";
  let run: Run | null = null;
  let queue: readonly QueueEntry[] = [];
  let recovery: Promise<void> | null = null;
  /** The stores are being changed: nothing may be built on them. */
  let isExclusive = false;
  /** What failed in a run that does not accept transactions yet. */
  let broken: unknown = null;

  return {
    phase: () => phase,
    latest: () => run,
    running: () => {
      if (phase === "running" && run !== null) return run;
      throw phase === "stopped"
        ? new CairnError<NodeErrorCode>("node/stopping", "the node is stopping")
        : new CairnError<NodeErrorCode>("node/unavailable", `the sequencer is ${phase}`);
    },
    start: recover,
    guarded: (action) => {
      try {
        return action();
      } catch (cause) {
        const error = new CairnError<NodeErrorCode>("node/unavailable", "the sequencer failed and is recovering", {
          cause,
        });
        fail(error);
        throw error;
      }
    },
    fail,
    rebuildFrom: async (firstBlock, reason, between) => {
      if (isStopped()) return;
      isExclusive = true;
      await recovery?.catch(() => undefined);
      if (!isStopped()) phase = "recovering";
      let dropped = 0;
      try {
        await run?.engine.settled();
        dropped = await drop(firstBlock, reason);
        await between?.();
        isExclusive = false;
        await recover();
      } catch (error) {
        isExclusive = false;
        retryRecovery(FIRST_RECOVERY_DELAY_MS);
        throw error;
      }
      if (dropped > 0) publish({ type: "rebuilt", firstBlock });
    },
    queueChanged: () => (run === null ? Promise.resolve() : loadQueue(run.engine)),
    stop: async () => {
      phase = "stopped";
      await recovery?.catch(() => undefined);
      await run?.engine.settled();
    },
  };

  function isStopped(): boolean {
    return phase === "stopped";
  }

  function recover(): Promise<void> {
    recovery ??= startRun().finally(() => {
      recovery = null;
    });
    return recovery;
  }

  /** Rebuilds the in-memory state from both stores. */
  async function startRun(): Promise<void> {
    // Nothing from the last run may reach the stores while they are read.
    await run?.engine.settled();
    broken = null;
    const { action, next } = await continueStores();
    run = next;
    await loadQueue(next.engine);
    next.engine.restore(toGroups(await loadPool(db)), await loadPromisedIds(db));
    await next.engine.settled();
    if (broken !== null) throw broken;
    if (phase !== "stopped") phase = "running";
    logger.info({ block: keeper.blockNumber(), action, pool: next.engine.poolSize() }, "sequencer ready");
  }

  /** A run that continues the stores; open blocks that cannot be rebuilt are dropped first. */
  async function continueStores(): Promise<{ readonly action: Reconciled["action"]; readonly next: Run }> {
    for (;;) {
      const stores = await reconcile(db, keeper, settings.domain);
      const next = newRun(stores, await lastSequence(db));
      const broken = await reopen(next.engine, stores.open);
      if (broken === null) return { action: stores.action, next };
      await next.engine.settled();
      await drop(broken, "the open block could not be rebuilt");
    }
  }

  function newRun({ position, chains }: Reconciled, last: number): Run {
    const journal = createJournal({ db, inFlight, onCommit: metrics.committed, onFailure: fail });
    const engine = createEngine(
      settings,
      {
        ...deps,
        journal,
        publish,
        queue: () => queue,
        onFailure: fail,
        onClosed: () => {
          if (queue.length === 0) return;
          queueMicrotask(() => {
            loadQueue(engine).catch((error: unknown) => logger.warn({ err: error }, "L1 queue not read"));
          });
        },
      },
      { position, chains, lastSequence: last },
    );
    return { engine, journal };
  }

  /** Rebuilds open blocks and has all but the last sealed; returns the first whose result differs. */
  async function reopen(engine: Engine, open: Reconciled["open"]): Promise<number | null> {
    for (const [i, one] of open.entries()) {
      const { number, firstQueueIndex, l1OperationCount } = one.block;
      const entries = await loadQueueEntries(db, firstQueueIndex, l1OperationCount);
      try {
        if (!engine.reopen(one, entries)) return number;
      } catch (error) {
        if (isCairnError(error, "node/queue-gap")) return number;
        throw error;
      }
      if (i < open.length - 1) await engine.sealNow();
    }
    return null;
  }

  /** Returns the number of blocks. */
  async function drop(firstBlock: number, reason: string): Promise<number> {
    const { requeued, blocks } = await db.transaction().execute(async (transaction) => ({
      requeued: await requeueTransactions(transaction, firstBlock, { atMs: clock.nowMs(), reason }),
      blocks: await deleteBlocksFrom(transaction, firstBlock),
    }));
    crashPoint("blocks-dropped");
    if (blocks > 0) logger.warn({ firstBlock, blocks, requeued, reason }, "blocks dropped");
    return blocks;
  }

  /** Reads the next entries, as far as they continue the chain. */
  async function loadQueue(engine: Engine): Promise<void> {
    const { queueIndex, queueHash } = engine.chain.position();
    const entries = await loadQueueEntries(db, queueIndex, 4 * blockCapacity(settings.slotCount));
    let hash = queueHash;
    const broken = entries.findIndex(({ index, operation, hashAfter }, i) => {
      hash = nextQueueHash(hash, encodeL1Operation(operation));
      return index !== queueIndex + i || Buffer.compare(hash, hashAfter) !== 0;
    });
    if (broken >= 0) logger.warn({ position: queueIndex + broken }, "the L1 queue does not continue the chain");
    queue = broken >= 0 ? entries.slice(0, broken) : entries;
  }

  function fail(error: unknown): void {
    if (phase !== "running") {
      broken ??= error;
      return;
    }
    phase = "recovering";
    metrics.failed();
    logger.error({ err: error }, "sequencer failed");
    retryRecovery(FIRST_RECOVERY_DELAY_MS);
  }

  function retryRecovery(delayMs: number): void {
    clock.after(delayMs, () => {
      if (phase !== "recovering") return;
      if (isExclusive) return retryRecovery(delayMs);
      recover().catch((error: unknown) => {
        logger.error({ err: error }, "sequencer did not recover");
        retryRecovery(Math.min(2 * delayMs, MAX_RECOVERY_DELAY_MS));
      });
    });
  }
}
