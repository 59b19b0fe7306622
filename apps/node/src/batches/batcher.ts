import {
  type Database,
  type Db,
  insertBatch,
  loadUnbatchedBlocks,
  readDatabaseVersion,
  type StoredBlock,
} from "@cairn/db";
import { CairnError, type Domain, isCairnError, MAX_BATCH_BLOCKS } from "@cairn/protocol";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { createPoller } from "../poller.ts";
import { createUnchanged } from "../unchanged.ts";
import { loadBatchContent, statementOf } from "./content.ts";
import type { BatchDecision, BatchPolicy } from "./policy.ts";

/** How often it looks by itself while blocks wait, and when none does; a sealed block wakes it. */
const POLL_MS = 5000;
const IDLE_POLL_MS = 30_000;

/** Closes batches: decides which sealed blocks form one, and what has to be proven for it. */
export interface Batcher {
  /** Closes what can be closed now. Throws what the database throws, `node/bad-batch`. */
  readonly close: () => Promise<void>;
  /** Looks soon, after a block was sealed. */
  readonly poke: () => void;
  readonly status: () => BatcherStatus;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** What the last look found. */
export interface BatcherStatus {
  /** Code of the error that ended it; null if there was none. */
  readonly failure: string | null;
  /** Sealed blocks that it left without a batch, because the policy waits for more; at most MAX_BATCH_BLOCKS. */
  readonly waiting: number;
}

/** A batcher that follows `policy`; one process at a time. */
export function createBatcher(deps: {
  readonly database: Database;
  readonly domain: Domain;
  readonly policy: BatchPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after batches were closed: there is something to prove. */
  readonly onClosed: () => void;
}): Batcher {
  const { clock, logger, domain } = deps;
  const { db } = deps.database;
  const unchanged = createUnchanged(clock);
  let status: BatcherStatus = { failure: null, waiting: 0 };

  const run = async (): Promise<void> => {
    try {
      await close();
    } catch (error) {
      status = { ...status, failure: isCairnError(error) ? error.code : "unknown" };
      throw error;
    }
  };

  const close = async (): Promise<void> => {
    const version = await readDatabaseVersion(db);
    if (unchanged.holds(version)) return;
    unchanged.forget();
    // Locking rows counts as a change, which would wake everyone who looks for changes.
    const waiting = await loadUnbatchedBlocks(db, MAX_BATCH_BLOCKS);
    const { batches, againAtMs } = decide(waiting);
    status = { failure: null, waiting: waiting.length };
    if (batches.length === 0) {
      if (againAtMs === null) unchanged.note(version);
      return;
    }
    const closed = await db.transaction().execute(closeBatches);
    if (closed === 0) return;
    crashPoint("batch-closed");
    deps.onClosed();
    await close();
  };

  const decide = (waiting: readonly StoredBlock[]): BatchDecision => {
    const decision = waiting.length === 0 ? NOTHING : deps.policy({ waiting, nowMs: clock.nowMs() });
    const blocks = decision.batches.reduce((sum, count) => sum + count, 0);
    if (blocks <= waiting.length && decision.batches.every((count) => Number.isInteger(count) && count > 0)) {
      return decision;
    }
    const problem = `${waiting.length} blocks cannot form batches of ${decision.batches.join(", ")} blocks`;
    throw new CairnError<NodeErrorCode>("node/bad-batch", problem);
  };

  /** Decides about blocks that stay as they are until the batches are stored; returns the number of batches. */
  const closeBatches = async (transaction: Db): Promise<number> => {
    const waiting = await loadUnbatchedBlocks(transaction, MAX_BATCH_BLOCKS, { isLocking: true });
    const { batches } = decide(waiting);
    let firstBlock: number = waiting[0]?.number ?? 0;
    for (const count of batches) {
      await closeBatch(transaction, { firstBlock, lastBlock: firstBlock + count - 1 });
      firstBlock += count;
    }
    return batches.length;
  };

  const closeBatch = async (
    transaction: Db,
    range: { readonly firstBlock: number; readonly lastBlock: number },
  ): Promise<void> => {
    const content = await loadBatchContent(transaction, range);
    if (content === null) {
      throw new CairnError<NodeErrorCode>("node/bad-batch", `blocks from ${range.firstBlock} on are not consecutive`);
    }
    await insertBatch(transaction, { ...range, ...statementOf(content, domain), closedAtMs: clock.nowMs() });
    logger.debug({ ...range }, "batch closed");
  };

  const pollMs = (): number => (status.failure === null && status.waiting === 0 ? IDLE_POLL_MS : POLL_MS);
  const poller = createPoller({ run, clock, logger, failure: "no batches can be closed", pollMs });
  return {
    close: poller.poll,
    poke: poller.poke,
    status: () => status,
    start: () => poller.start(POLL_MS),
    stop: poller.stop,
  };
}

const NOTHING: BatchDecision = { batches: [], againAtMs: null };
