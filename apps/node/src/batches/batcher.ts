import {
  type Database,
  type Db,
  findPublisher,
  findSubmissionRight,
  insertBatch,
  insertProofsAhead,
  loadEnqueueTimes,
  loadUnbatchedBlocks,
  type PublisherTerms,
  readDatabaseVersion,
  reopenBatches,
  type StoredBlock,
} from "@cairn/db";
import { CairnError, type Domain, isCairnError, MAX_BATCH_BLOCKS } from "@cairn/protocol";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { createPoller } from "../poller.ts";
import { createUnchanged } from "../unchanged.ts";
import { closingOf, type DataPlace, proofsAhead } from "./closing.ts";
import { type LoadedContent, loadBatchContent } from "./content.ts";
import type { BatchDecision, BatchPolicy, BatchSituation } from "./policy.ts";

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
  /** Sealed blocks that it left without a batch; at most MAX_BATCH_BLOCKS. */
  readonly waiting: number;
  /** Whether it closes none because no publisher has said which account submits. */
  readonly hasSubmitter: boolean;
}

/** A batcher that follows `policy`; one process at a time. */
export function createBatcher(deps: {
  readonly database: Database;
  readonly domain: Domain;
  readonly policy: BatchPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Decides where the cells of a batch go; it may take its time. */
  readonly placeOf: (content: LoadedContent, terms: PublisherTerms) => DataPlace | Promise<DataPlace>;
  /** Called when there is something new to prove: batches were closed, or proofs of a later one planned. */
  readonly onPlanned: () => void;
}): Batcher {
  const { clock, logger, domain } = deps;
  const { db } = deps.database;
  const unchanged = createUnchanged(clock);
  let status: BatcherStatus = { failure: null, waiting: 0, hasSubmitter: true };
  /** Who submits the batches that are stored, and how; null before the first look. */
  let publisher: PublisherTerms | null = null;
  /** The last waiting blocks whose proofs were planned ahead. */
  let plannedAhead = "";

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
    await followPublisher();
    // Locking rows counts as a change, which would wake everyone who looks for changes.
    const waiting = await loadUnbatchedBlocks(db, MAX_BATCH_BLOCKS);
    const { batches, againAtMs } = await decide(db, waiting);
    status = { failure: null, waiting: waiting.length, hasSubmitter: publisher !== null };
    if (publisher !== null && batches.length > 0) {
      for (const range of rangesOf(waiting, batches)) await closeBatch(range, publisher);
      return close();
    }
    if (againAtMs === null) unchanged.note(version);
    else if (await planAhead(waiting)) deps.onPlanned();
  };

  /** The last proof of a batch names its submitter: another one needs other proofs. */
  const followPublisher = async (): Promise<void> => {
    const found = await findPublisher(db);
    if (found === null) return;
    const reopened = found.account === publisher?.account ? 0 : await reopenBatches(db, found.account);
    if (reopened > 0) logger.warn({ reopened }, "another account submits: batches are closed again");
    publisher = found;
  };

  const decide = async (from: Db, waiting: readonly StoredBlock[]): Promise<BatchDecision> => {
    if (waiting.length === 0 || publisher === null) return NOTHING;
    const isStranger = (await findSubmissionRight(from))?.role === "stranger";
    const times = await loadTimesOfEntries(from, waiting);
    const mayUseCalldata = publisher.dataMode !== "blob";
    const decision = deps.policy({ waiting, ...times, isStranger, mayUseCalldata, nowMs: clock.nowMs() });
    const blocks = decision.batches.reduce((sum, count) => sum + count, 0);
    if (blocks <= waiting.length && decision.batches.every((count) => Number.isInteger(count) && count > 0)) {
      return decision;
    }
    const problem = `${waiting.length} blocks cannot form batches of ${decision.batches.join(", ")} blocks`;
    throw new CairnError<NodeErrorCode>("node/bad-batch", problem);
  };

  /** Closes a batch unless its blocks change meanwhile. */
  const closeBatch = async (range: BlockRange, terms: PublisherTerms): Promise<void> => {
    const decided = await loadContent(db, range);
    const place = await deps.placeOf(decided, terms);
    const isClosed = await db.transaction().execute(async (transaction) => {
      const locked = await loadUnbatchedBlocks(transaction, decided.blocks.length, { isLocking: true });
      if (!isSameBlocks(locked, decided.blocks)) return false;
      const content = await loadContent(transaction, range);
      const { account: submitter } = terms;
      const { batch, tree } = closingOf(content, { domain, submitter, place, closedAtMs: clock.nowMs() });
      await insertBatch(transaction, batch, tree);
      return true;
    });
    if (!isClosed) return;
    logger.debug({ ...range }, "batch closed");
    crashPoint("batch-closed");
    deps.onPlanned();
  };

  /** Plans proofs of blocks that wait for others; returns whether there were new ones. */
  const planAhead = async (waiting: readonly StoredBlock[]): Promise<boolean> => {
    const [first, last] = [waiting.at(0), waiting.at(-1)];
    if (first === undefined || last === undefined || first === last) return false;
    const key = `${first.number} to ${last.number}: ${last.seal?.chains.blocks}`;
    if (key === plannedAhead) return false;
    await db.transaction().execute(async (transaction) => {
      const locked = await loadUnbatchedBlocks(transaction, waiting.length, { isLocking: true });
      const range = { firstBlock: locked.at(0)?.number ?? 0, lastBlock: locked.at(-1)?.number ?? 0 };
      if (locked.length < 2) return;
      const content = await loadContent(transaction, range);
      await insertProofsAhead(transaction, proofsAhead(content, domain), clock.nowMs());
    });
    plannedAhead = key;
    return true;
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

interface BlockRange {
  readonly firstBlock: number;
  readonly lastBlock: number;
}

/** The blocks of each batch, one batch after another from the first waiting block on. */
function rangesOf(waiting: readonly StoredBlock[], counts: readonly number[]): BlockRange[] {
  let firstBlock: number = waiting[0]?.number ?? 0;
  return counts.map((count) => {
    const range = { firstBlock, lastBlock: firstBlock + count - 1 };
    firstBlock += count;
    return range;
  });
}

/** Whether these are the same blocks, sealed to the same content: block hashes chain. */
function isSameBlocks(a: readonly StoredBlock[], b: readonly StoredBlock[]): boolean {
  const ends = [a, b].map((blocks) => `${blocks.at(0)?.number}: ${blocks.at(-1)?.seal?.chains.blocks}`);
  return a.length === b.length && ends[0] === ends[1];
}

async function loadContent(db: Db, range: BlockRange): Promise<LoadedContent> {
  const content = await loadBatchContent(db, range);
  if (content !== null) return content;
  throw new CairnError<NodeErrorCode>("node/bad-batch", `blocks from ${range.firstBlock} on are not consecutive`);
}

/** When L1 got the first queue entry that the blocks consume, and the ones that follow what each of them consumes. */
async function loadTimesOfEntries(
  db: Db,
  waiting: readonly StoredBlock[],
): Promise<Pick<BatchSituation, "oldestEntryAt" | "nextEntryAt">> {
  const first = waiting.find(({ l1OperationCount }) => l1OperationCount > 0);
  const next = waiting.map(({ firstQueueIndex, l1OperationCount }) => firstQueueIndex + l1OperationCount);
  const times = await loadEnqueueTimes(db, first === undefined ? next : [first.firstQueueIndex, ...next]);
  return {
    oldestEntryAt: first === undefined ? null : (times.get(first.firstQueueIndex) ?? null),
    nextEntryAt: next.map((position) => times.get(position) ?? null),
  };
}
