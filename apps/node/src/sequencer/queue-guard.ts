import type { Compress } from "@cairn/crypto";
import {
  clearRebuildRequest,
  type Database,
  type Db,
  findBatch,
  findBlock,
  findEarliestDeadline,
  findForkedBlock,
  findL1Head,
  findRebuildHold,
  findRebuildRequest,
  findRevokedForeignBlock,
  findSubmissionRight,
  findUnadoptedBatch,
  findUnproven,
  readDatabaseVersion,
  type StoredBlock,
} from "@cairn/db";
import type { Domain } from "@cairn/protocol";
import { MAX_BATCH_AGE_SECONDS } from "@cairn/protocol";
import type { Logger } from "pino";
import { type BlockRules, TOO_OLD } from "../block-rules.ts";
import type { Clock } from "../clock.ts";
import { createPoller } from "../poller.ts";
import { adoptBatch } from "../restore/adopt.ts";
import { createUnchanged } from "../unchanged.ts";
import type { Promises } from "./promises.ts";
import type { Sequencer } from "./sequencer.ts";
import type { StateKeeper } from "./state-keeper.ts";

/** Keeps the sequencer's blocks consistent with what watcher and publisher store about L1. */
export interface QueueGuard {
  /** Checks once, now. Throws what database and sequencer throw. */
  readonly look: () => Promise<void>;
  /** Checks soon: something has changed. */
  readonly poke: () => void;
  readonly start: (firstMs?: number) => void;
  readonly stop: () => Promise<void>;
}

/** Seconds that rebuilding a block must gain to be worth the lost proofs. */
const WORTHWHILE_SECONDS = 600;
/** Seconds before L1 would refuse a block at which it is rebuilt regardless. */
const LAST_CALL_SECONDS = 60;
/** Adopted batches between two log lines. */
const PROGRESS_EVERY = 500;

/**
 * Passes the stored L1 facts to the rules, reading the queue in between: entries up to the head are known before its
 * time. Returns whether blocks wait for L1.
 */
export async function observeChain(
  db: Db,
  { rules, promises }: { readonly rules: BlockRules; readonly promises: Pick<Promises, "observe"> },
  readQueue: () => Promise<void>,
): Promise<boolean> {
  const [head, submission] = [await findL1Head(db), await findSubmissionRight(db)];
  await readQueue();
  const unproven = (await findUnproven(db)) ?? null;
  rules.observe({ head, submission, unproven, isBehindL1: (await findUnadoptedBatch(db)) !== undefined });
  await promises.observe(db);
  return unproven !== null;
}

/** A guard that checks every `pollMs`, and whenever woken. */
export function createQueueGuard(deps: {
  readonly database: Database;
  readonly sequencer: Sequencer;
  readonly rules: BlockRules;
  readonly promises: Pick<Promises, "observe">;
  readonly keeper: StateKeeper;
  readonly domain: Domain;
  readonly compress: Compress;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pollMs: number;
}): QueueGuard {
  const { db } = deps.database;
  const unchanged = createUnchanged(deps.clock);
  let isStopped = false;

  const check = async (): Promise<void> => {
    if (deps.sequencer.status().phase !== "running") return;
    // Everything checked here is stored, and only blocks that wait for L1 need work by the mere passing of time.
    const version = await readDatabaseVersion(db);
    if (unchanged.holds(version)) return;
    unchanged.forget();
    await adoptAccepted();
    if ((await findRebuildHold(db)) === null) {
      const revoked = await findRevokedForeignBlock(db);
      if (revoked !== undefined)
        await deps.sequencer.rebuildFrom(revoked, "a reorg of L1 removed a batch made by others");
      const forked = await findForkedBlock(db);
      if (forked !== undefined) await deps.sequencer.rebuildFrom(forked, "the L1 queue changed");
    }
    await obeyRequest();
    const isWaiting = await observeChain(db, deps, deps.sequencer.queueChanged);
    if (!isWaiting) unchanged.note(version);
  };

  /** What L1 accepted stands, whoever made it; our blocks in its place are rebuilt after it. */
  const adoptAccepted = async (): Promise<void> => {
    const first = await findUnadoptedBatch(db);
    if (first === undefined) return;
    const { keeper, domain, compress, clock, logger } = deps;
    await deps.sequencer.rebuildFrom(first.firstBlock, "L1 accepted a batch made by others", async () => {
      let adopted = 0;
      for (let next: typeof first | undefined = first; next !== undefined && !isStopped; ) {
        await adoptBatch({ db, keeper, domain, compress, nowMs: clock.nowMs }, next);
        adopted++;
        if (adopted % PROGRESS_EVERY === 0) logger.info({ batch: next.number, adopted }, "batches adopted from L1");
        next = await findUnadoptedBatch(db);
      }
      logger.info({ adopted, block: keeper.blockNumber() }, "batches adopted from L1");
    });
  };

  /** A request about a batch that is no longer stored, or that L1 has accepted, is void. */
  const obeyRequest = async (): Promise<void> => {
    const request = await findRebuildRequest(db);
    if (request === null) return;
    const [batch, block] = [await findBatch(db, request.firstBlock), await findBlock(db, request.firstBlock)];
    if (batch?.point.toString() === request.point && batch.acceptance === null && block !== undefined) {
      if (request.reason === TOO_OLD && !(await isRebuildDue(block))) return;
      await deps.sequencer.rebuildFrom(request.firstBlock, request.reason);
    }
    await clearRebuildRequest(db);
  };

  /**
   * A block that has become old is rebuilt when that gains time and loses no transaction; else it keeps its place,
   * where its proof may still come in time, until L1 is about to refuse it.
   */
  const isRebuildDue = async ({ number, timestamp }: StoredBlock): Promise<boolean> => {
    const now = deps.rules.now();
    if (now > timestamp + MAX_BATCH_AGE_SECONDS - LAST_CALL_SECONDS) return true;
    const deadline = (await findEarliestDeadline(db, number)) ?? now;
    const isWorthwhile = Math.min(now, deadline) - timestamp >= WORTHWHILE_SECONDS;
    return isWorthwhile && deadline >= deps.rules.earliest(timestamp);
  };

  const poller = createPoller({ ...deps, run: check, failure: "the L1 queue cannot be followed" });
  return {
    look: poller.poll,
    poke: poller.poke,
    start: poller.start,
    stop: async () => {
      isStopped = true;
      await poller.stop();
    },
  };
}
