import {
  countBlocks,
  type Database,
  findL1Agreement,
  findLastL1Block,
  findRebuildHold,
  type L1Head,
  markFinal,
  pruneInnerProofs,
  pruneL1Blocks,
  pruneWitnesses,
  readDatabaseVersion,
  releaseRebuilds,
  storeL1Head,
} from "@cairn/db";
import {
  type BlobAccess,
  createL1Access,
  createRangeReader,
  findStart,
  type L1AccessOptions,
  type L1Rollup,
  type RangeLimits,
  readBlock,
  readContractCounts,
} from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { type L1Clock, readL1Clock } from "../l1-clock.ts";
import { createPoller } from "../poller.ts";
import { createUnchanged } from "../unchanged.ts";
import { backfill } from "./backfill.ts";
import type { RangeResult } from "./import-range.ts";
import type { WatcherMetrics } from "./metrics.ts";
import { readRangeContent } from "./range-content.ts";
import { undoReorg } from "./reorg.ts";

/** Which L1 blocks count, and when they are final. */
export type HeadPolicy =
  /** The consensus layer's own notions. */
  | { readonly type: "tags" }
  /** Counted from the latest block, which has 1 confirmation; for development chains. */
  | { readonly type: "confirmations"; readonly safe: number; readonly final: number };

/** How L1 is followed. */
export interface WatcherSettings {
  /** L1 block of the rollup's creation; 0 looks for it. */
  readonly deploymentBlock: number;
  readonly head: HeadPolicy;
  readonly pollMs: number;
  readonly ranges: RangeLimits;
  /** How reads that fail are repeated, within one look. */
  readonly access?: Pick<L1AccessOptions, "attempts" | "firstDelayMs" | "sleep">;
}

/** Dependencies of the watcher. */
export interface WatcherDeps {
  readonly database: Database;
  readonly rollup: L1Rollup;
  /** Who has the blobs of batches. */
  readonly blobs?: BlobAccess | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: WatcherMetrics;
}

/** Something that happened on L1, published to listeners. */
export type WatcherEvent =
  | { readonly type: "progress"; readonly result: RangeResult; readonly l1Block: number }
  /** Everything after `forkBlock` was removed from the database; `unproven` are the blocks that lost their batch. */
  | { readonly type: "reorg"; readonly forkBlock: number; readonly unproven: readonly number[] }
  /** The database is consistent with L1 up to the safe block. */
  | { readonly type: "looked" }
  | { readonly type: "final"; readonly blocks: readonly number[] };

/** Copies what L1 knows about the rollup into the database, and corrects it after reorgs. */
export interface Watcher {
  /**
   * Polls L1 once, then at intervals, even while L1 does not answer. Throws `l1/unknown-circuit` for batches of circuits
   * that this version does not know.
   */
  readonly start: () => Promise<void>;
  /** Polls L1 once, now. Throws what L1 and the database throw. */
  readonly poll: () => Promise<void>;
  readonly status: () => WatcherStatus;
  readonly onEvent: (listener: (event: WatcherEvent) => void) => () => void;
  readonly stop: () => Promise<void>;
}

/** State of the watcher. */
export interface WatcherStatus {
  readonly state: "starting" | "following" | "failing" | "diverged" | "stopped";
  /** Code of the error that ended the last look; null if there was none. */
  readonly failure: string | null;
  /** Last processed L1 block. */
  readonly l1Block: number | null;
  /** Timestamp of the latest L1 block and when it was seen. */
  readonly latest: { readonly timestamp: number; readonly seenAtMs: number } | null;
}

/** L1 block numbers: read up to `safe`; everything up to `final` is final. */
interface Targets {
  readonly safe: number;
  readonly final: number;
}

const MAX_PAUSE_MS = 30_000;
/** After a reorg, how long rebuilding waits at most for L1 to reach its former height. */
const HOLD_PATIENCE_MS = 120_000;
/** Tries per poll before a refusal counts: a node behind the address may lag a little. The next poll follows soon. */
const ATTEMPTS = 3;
const FIRST_DELAY_MS = 100;
/** Seconds by which L1's time must move between blocks before it is stored again. */
const CLOCK_STEP_SECONDS = 10;
/** L1 block headers kept below the final block, because RPC nodes may disagree about what is final. */
const KEPT_BLOCKS = 256;

/** A watcher on an open database and an L1 connection; the caller closes both. */
export function createWatcher(settings: WatcherSettings, deps: WatcherDeps): Watcher {
  const { clock, logger, metrics, rollup } = deps;
  const { db } = deps.database;
  const listeners = new Set<(event: WatcherEvent) => void>();
  const stopping = new AbortController();
  const access = createL1Access(rollup, {
    attempts: ATTEMPTS,
    firstDelayMs: FIRST_DELAY_MS,
    retry: "refusals",
    ...settings.access,
    signal: stopping.signal,
  });
  const blobs = deps.blobs && { ...deps.blobs, signal: stopping.signal };
  const ranges = createRangeReader(access, readRangeContent, settings.ranges);
  let state: WatcherStatus["state"] = "starting";
  let failure: string | null = null;
  let l1Block: number | null = null;
  let latest: WatcherStatus["latest"] = null;
  const missingTags = new Set<string>();
  /** Where reading begins; null until it has been found. */
  let firstBlock: number | null = null;
  /** Last final block; null until it has been read from the database. */
  let lastFinal: number | null = null;
  /** Since when rebuilding is on hold, by elapsed time; null while it is not. */
  let heldSinceMs: number | null = null;
  /** The head that this watcher stored last; null before the first. */
  let storedHead: L1Head | null = null;
  const unchanged = createUnchanged(clock);

  const publish = (event: WatcherEvent): void => {
    for (const listener of listeners) listener(event);
  };

  const look = async (): Promise<void> => {
    const newest = await readL1Clock(rollup.reader);
    latest = { timestamp: newest.timestamp, seenAtMs: clock.nowMs() };
    const targets = await readTargets(newest.number);
    // The hash of the head identifies the whole chain below it.
    const basis = JSON.stringify([newest.number, newest.hash, targets, await readDatabaseVersion(db)]);
    const isClockMoving = storedHead !== null && hasClockMoved(storedHead, newest);
    if (unchanged.holds(basis) && !isClockMoving) return;
    unchanged.forget();
    await lookAtAll(newest, targets);
    // A hold ends by time alone.
    if (heldSinceMs === null) unchanged.note(basis);
  };

  const lookAtAll = async (newest: L1Clock, { safe, final }: Targets): Promise<void> => {
    const reorg = await undoReorg(db, access, settings.deploymentBlock, clock.nowMs());
    if (reorg !== null) {
      firstBlock = null;
      metrics.reorg();
      logger.warn({ ...reorg }, "L1 reorg");
      publish({ type: "reorg", forkBlock: reorg.forkBlock, unproven: reorg.unproven });
    }
    await backfill(db, access, safe, {
      firstBlock: await findFirstBlock(newest.number),
      ranges,
      blobs,
      nowMs: clock.nowMs,
      signal: stopping.signal,
      onRange: (result, end) => {
        metrics.range(result);
        publish({ type: "progress", result, l1Block: end });
      },
      onRollback: (rollback) => {
        firstBlock = null;
        logger.warn({ ...rollback }, "events of L1 were missing; they are read again");
        publish({ type: "reorg", forkBlock: rollback.forkBlock, unproven: rollback.unproven });
      },
    });
    const last = await findLastL1Block(db);
    l1Block = last?.number ?? null;
    const { number, timestamp, nextTimestamp } = newest;
    const safeHead = { safeNumber: last?.number ?? 0, safeTimestamp: last?.timestamp ?? 0 };
    await noteHead({ number, timestamp, nextTimestamp, ...safeHead });
    await endHold();
    publish({ type: "looked" });
    const blocks = await markFinal(db, Math.min(final, safe), clock.nowMs());
    const finalBlock = blocks.at(-1);
    lastFinal ??= (await countBlocks(db)).final;
    if (finalBlock !== undefined) {
      lastFinal = finalBlock;
      await pruneWitnesses(db, finalBlock);
      await pruneInnerProofs(db, finalBlock);
      // After a rollback, reading continues from the block of the last agreement.
      await pruneL1Blocks(db, Math.min(final - KEPT_BLOCKS, (await findL1Agreement(db)).block ?? 0));
      publish({ type: "final", blocks });
    }
    metrics.observe({ l1Block: l1Block ?? 0, lag: newest.number - (l1Block ?? 0), final: lastFinal });
  };

  /** Stores a head unless only its time has moved a little: each write wakes everyone who polls the database. */
  const noteHead = async (head: L1Head): Promise<void> => {
    if (storedHead !== null && isSameHead(storedHead, head)) return;
    await storeL1Head(db, head);
    storedHead = head;
  };

  /** Ends the hold once L1 has reached its former height, or after a while: a shortened chain may never get there. */
  const endHold = async (): Promise<void> => {
    const heldUntil = await findRebuildHold(db);
    if (heldUntil === null) {
      heldSinceMs = null;
      return;
    }
    heldSinceMs ??= clock.elapsedMs();
    const isReached = l1Block !== null && l1Block >= heldUntil;
    if (!isReached && clock.elapsedMs() - heldSinceMs < HOLD_PATIENCE_MS) return;
    heldSinceMs = null;
    await releaseRebuilds(db);
  };

  const readTargets = async (newest: number): Promise<Targets> => {
    if (settings.head.type === "confirmations") {
      const { safe, final } = settings.head;
      return { safe: newest - safe + 1, final: newest - final + 1 };
    }
    const [safe, final] = await Promise.all([readTag("safe"), readTag("finalized")]);
    return { safe, final };
  };

  /** Number of the block that a tag names; 0 while L1 has none. */
  const readTag = async (tag: "safe" | "finalized"): Promise<number> => {
    const found = await readBlock(access, tag);
    if (found === null && !missingTags.has(tag)) {
      const advice = "nothing is read before there is one; a chain without finality needs CAIRN_L1_CONFIRMATIONS";
      logger.warn({ tag }, `L1 has no ${tag} block: ${advice}`);
    }
    if (found === null) missingTags.add(tag);
    else missingTags.delete(tag);
    return found?.block ?? 0;
  };

  /** The L1 block from which to read when nothing is stored. */
  const findFirstBlock = async (head: number): Promise<number> => {
    if (settings.deploymentBlock > 0 || (await findLastL1Block(db)) !== undefined) return settings.deploymentBlock;
    if (firstBlock !== null) return firstBlock;
    const contract = await readContractCounts(access, head);
    const nothing = { batch: 0, queuePosition: 0 };
    const counts = contract ?? { batchCount: 0, queueTail: 0 };
    firstBlock = await findStart(access, nothing, counts, head, settings.ranges);
    return firstBlock;
  };

  const run = async (): Promise<void> => {
    try {
      await look();
      failure = null;
      if (state !== "stopped") state = "following";
    } catch (error) {
      failure = isCairnError(error) ? error.code : "unknown";
      if (state !== "stopped") state = isDiverged(error) ? "diverged" : "failing";
      metrics.failed();
      throw error;
    }
  };

  const poller = createPoller({
    run,
    clock,
    logger,
    failure: "L1 cannot be followed",
    pollMs: settings.pollMs,
    maxPauseMs: MAX_PAUSE_MS,
  });

  return {
    start: async () => {
      await poller.poll().catch((error: unknown) => {
        if (isDiverged(error)) throw error;
        logger.error({ err: error }, "L1 cannot be followed yet");
      });
      poller.start(settings.pollMs);
    },
    poll: poller.poll,
    status: () => ({ state, failure, l1Block, latest }),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      state = "stopped";
      stopping.abort();
      await poller.stop();
      listeners.clear();
    },
  };
}

function isSameHead(before: L1Head, now: L1Head): boolean {
  const fields = ["number", "timestamp", "safeNumber", "safeTimestamp"] as const;
  return !hasClockMoved(before, now) && fields.every((field) => before[field] === now[field]);
}

function hasClockMoved(before: Pick<L1Head, "nextTimestamp">, now: Pick<L1Head, "nextTimestamp">): boolean {
  return Math.abs(now.nextTimestamp - before.nextTimestamp) >= CLOCK_STEP_SECONDS;
}

/** Whether retrying is pointless: L1 accepted something that this version does not know. */
function isDiverged(error: unknown): boolean {
  return isCairnError(error, "node/l1-diverged") || isCairnError(error, "l1/unknown-circuit");
}
