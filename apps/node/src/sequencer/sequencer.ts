import { type Compress, messageHash } from "@cairn/crypto";
import {
  type Database,
  deleteBlocksFrom,
  findTransactions,
  lastSequence,
  loadPool,
  loadQueueEntries,
  type QueueEntry,
  requeueTransactions,
  type StoredTransaction,
} from "@cairn/db";
import {
  type AccountIndex,
  type BlockSize,
  blockCapacity,
  CairnError,
  type Domain,
  encodeL1Operation,
  isCairnError,
  nextQueueHash,
  type TransactionGroup,
} from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import type { StateReader, VerifySignature } from "@cairn/vm";
import type { Logger } from "pino";
import type { BlockRules, ClosedReason } from "../block-rules.ts";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { SealedBlock } from "./chain.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { FeePolicy } from "./fee-policy.ts";
import { createJournal, type Journal } from "./journal.ts";
import type { SequencerMetrics } from "./metrics.ts";
import type { PoolLimits } from "./pool.ts";
import { type Reconciled, reconcile, toGroups } from "./recovery.ts";
import type { SignatureChecker } from "./signature-checker.ts";
import { prepareSubmission, type SubmissionRejection } from "./submission.ts";

/** How the sequencer works. */
export interface SequencerSettings {
  readonly domain: Domain;
  readonly slotCount: BlockSize;
  /** A block is sealed at the latest this long after it was opened. */
  readonly blockTimeMs: number;
  /** Transactions must be valid this long beyond their block, for the proof to reach L1. */
  readonly minValiditySeconds: number;
  readonly nonceWindow: number;
  readonly maxGroupSize: number;
  readonly pool: PoolLimits;
  /** Transactions being checked or written beyond which new ones are refused. */
  readonly maxInFlight: number;
  /** Owner whose accounts take the fees; null to take none. */
  readonly feeOwner: bigint | null;
}

/** What the sequencer stands on. */
export interface SequencerDeps {
  readonly database: Database;
  readonly tree: StateTree;
  readonly checker: SignatureChecker;
  /** For what was not checked by the workers: restarts, keys that changed in between. */
  readonly verify: VerifySignature;
  readonly compress: Compress;
  readonly feePolicy: FeePolicy;
  readonly clock: Clock;
  readonly rules: BlockRules;
  readonly logger: Logger;
  readonly metrics: SequencerMetrics;
}

/** A transaction as acknowledged. */
export interface Acknowledgement {
  readonly id: bigint;
  readonly status: StoredTransaction["status"];
  readonly inclusion: StoredTransaction["inclusion"];
}

/** What became of a submitted group; `accepted` means it is on the disk. */
export type SubmissionOutcome =
  | { readonly type: "accepted"; readonly transactions: readonly Acknowledgement[] }
  | ({ readonly type: "rejected" } & SubmissionRejection);

/** Something that others want to know at once. */
export type SequencerEvent =
  | { readonly type: "transactions"; readonly transactions: readonly StoredTransaction[] }
  | { readonly type: "block"; readonly block: SealedBlock }
  | { readonly type: "rebuilt"; readonly firstBlock: number };

/** Orders and executes transactions; one per rollup. */
export interface Sequencer {
  /** Reconciles the stores and begins. Throws `node/state-diverged`, `node/queue-gap`, and what storage throws. */
  readonly start: () => Promise<void>;
  /** Throws `node/overloaded`, `node/unavailable`, `node/stopping`. */
  readonly submit: (group: TransactionGroup) => Promise<SubmissionOutcome>;
  /** The state including the open block. */
  readonly state: () => StateReader;
  /** Accounts of an owner, those of the open block included. */
  readonly findByOwner: (owner: bigint) => AccountIndex[];
  readonly status: () => { readonly phase: Phase; readonly pool: number; readonly openBlock: number | null };
  /** Reads the L1 queue again; call it when entries arrived. */
  readonly queueChanged: () => Promise<void>;
  /**
   * Drops this block and all later ones, lets `between` change the stores while nothing else does, and runs the dropped
   * transactions again on what is there then. Throws `db/conflict` when L1 has accepted one of the blocks.
   */
  readonly rebuildFrom: (firstBlock: number, reason: string, between?: () => Promise<void>) => Promise<void>;
  /** Seals the open block now, whatever its age; null when nothing is in it. */
  readonly sealNow: () => Promise<SealedBlock | null>;
  readonly onEvent: (listener: (event: SequencerEvent) => void) => () => void;
  /** Refuses new transactions, finishes the ones under way, and lets go of everything but the stores. */
  readonly stop: () => Promise<void>;
}

type Phase = "starting" | "running" | "recovering" | "stopped";

const TICK_MS = 50;
const FIRST_RECOVERY_DELAY_MS = 250;
const MAX_RECOVERY_DELAY_MS = 30_000;

/** One run between a recovery and the next failure. */
interface Run {
  readonly engine: Engine;
  readonly journal: Journal;
}

/** A sequencer on an open database and state tree, both of which remain the caller's. */
export function createSequencer(settings: SequencerSettings, deps: SequencerDeps): Sequencer {
  const { database, tree, clock, logger, metrics } = deps;
  const { db } = database;
  const listeners = new Set<(event: SequencerEvent) => void>();
  let phase: Phase = "starting";
  let run: Run | null = null;
  let inFlight = 0;
  let queue: readonly QueueEntry[] = [];
  let cancelTick: () => void = () => undefined;
  let recovery: Promise<void> | null = null;

  return {
    start: async () => {
      await recover();
      tick();
    },
    submit,
    state: () => run?.engine.state() ?? tree,
    findByOwner: (owner) => {
      const found = tree.findByOwner(owner);
      const state = run?.engine.state() ?? tree;
      for (let index: number = tree.nextIndex(); index < state.nextIndex(); index++) {
        if (state.getAccount(index as AccountIndex).owner === owner) found.push(index as AccountIndex);
      }
      return found;
    },
    status: () => ({
      phase,
      pool: run?.engine.poolSize() ?? 0,
      openBlock: run?.engine.chain.open()?.opening.number ?? null,
    }),
    queueChanged: () => (run === null ? Promise.resolve() : loadQueue(run.engine)),
    rebuildFrom: async (firstBlock, reason, between) => {
      if (phase === "stopped") return;
      await recovery?.catch(() => undefined);
      phase = "recovering";
      await run?.journal.drain().catch(() => undefined);
      let dropped = 0;
      try {
        dropped = await drop(firstBlock, reason);
        await between?.();
        await recover();
      } catch (error) {
        retryRecovery(FIRST_RECOVERY_DELAY_MS);
        throw error;
      }
      if (dropped > 0) publish({ type: "rebuilt", firstBlock });
    },
    sealNow: async () => {
      const { engine, journal } = running();
      const sealed = guarded(() => engine.chain.seal());
      await journal.drain();
      return sealed;
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      phase = "stopped";
      cancelTick();
      await recovery?.catch(() => undefined);
      await run?.journal.drain().catch(() => undefined);
      listeners.clear();
    },
  };

  async function submit(group: TransactionGroup): Promise<SubmissionOutcome> {
    const { engine } = running();
    if (inFlight + group.length > settings.maxInFlight) {
      throw new CairnError<NodeErrorCode>("node/overloaded", `${inFlight} transactions are being processed`);
    }
    inFlight += group.length;
    crashPoint("submission-received");
    try {
      const rules = { ...settings, feePolicy: deps.feePolicy };
      const prepared = prepareSubmission(group, engine.state(), rules, deps.rules.now());
      if (prepared.type === "rejected") return rejected(prepared);
      if (prepared.type === "perhapsKnown") {
        const known = await findKnown(prepared.words.map((words) => messageHash(words, deps.compress)));
        return known ?? rejected(prepared.rejection);
      }
      const closed = engine.chain.closedReason();
      if (closed !== null) throw closedError(closed);
      const checks = await Promise.all(
        prepared.transactions.map(({ signed, words, publicKey }) =>
          deps.checker.check({ words, signature: signed.signature, publicKey }),
        ),
      );
      const bad = checks.findIndex(({ isValid }) => !isValid);
      if (bad >= 0) return rejected({ index: bad, reason: { type: "badSignature" } });
      crashPoint("submission-checked");
      const current = running().engine;
      for (const [i, { signed, publicKey }] of prepared.transactions.entries()) {
        current.remember(signed, checks[i]?.id ?? 0n, publicKey);
      }
      return await enter(
        current,
        group,
        checks.map(({ id }) => id),
      );
    } finally {
      inFlight -= group.length;
    }
  }

  /** Places a checked group, or lets it wait for the nonces before it; resolves when that is durable. */
  async function enter(
    engine: Engine,
    transactions: TransactionGroup,
    ids: readonly bigint[],
  ): Promise<SubmissionOutcome> {
    if (ids.some((id) => engine.isWaiting(id))) return (await findKnown(ids)) ?? accepted(ids);
    const group = engine.number({ ids, transactions, receivedAtMs: clock.nowMs() });
    const placed = guarded(() => engine.place(group));
    if (placed.type === "confirmed") {
      crashPoint("submission-executed");
      await placed.durable;
      crashPoint("submission-journalled");
      return { type: "accepted", transactions: placed.rows.map(acknowledgement) };
    }
    if (placed.type === "closed") throw closedError(placed.reason);
    if (placed.reason.type !== "nonceTooHigh") return (await findKnown(ids)) ?? rejected(placed);
    const { outcome, durable } = engine.wait(group);
    switch (outcome.type) {
      case "full":
        throw new CairnError<NodeErrorCode>("node/overloaded", "too many transactions wait for others");
      case "accountFull":
        return rejected({ index: 0, reason: { type: "accountPoolFull", index: outcome.from } });
      case "underpriced":
        return rejected({ index: 0, reason: { type: "replacementUnderpriced", minimumFee: outcome.minimumFee } });
      case "added":
        crashPoint("submission-executed");
        await durable;
        crashPoint("submission-journalled");
        return accepted(ids);
    }
  }

  /** Idempotency: what became of a group that was submitted before, null if it was not or came to nothing. */
  async function findKnown(ids: readonly bigint[]): Promise<SubmissionOutcome | null> {
    await running().journal.drain();
    const stored = new Map((await findTransactions(db, ids)).map((row) => [row.id, row]));
    const rows = ids.flatMap((id) => stored.get(id) ?? []);
    const isAlive = rows.every(({ status }) => status === "received" || status === "confirmed");
    if (rows.length < ids.length || !isAlive) return null;
    return { type: "accepted", transactions: rows.map(acknowledgement) };
  }

  function tick(): void {
    cancelTick = clock.after(TICK_MS, () => {
      if (phase === "running" && run !== null) {
        const { engine, journal } = run;
        try {
          engine.tick();
        } catch (error) {
          fail(error);
        }
        metrics.observe({
          pool: engine.poolSize(),
          inFlight,
          journal: journal.backlog(),
          signatures: deps.checker.backlog(),
        });
      }
      if (phase !== "stopped") tick();
    });
  }

  function recover(): Promise<void> {
    recovery ??= startRun().finally(() => {
      recovery = null;
    });
    return recovery;
  }

  /** Reads both stores and builds what is in memory from them. */
  async function startRun(): Promise<void> {
    const execution = { domain: settings.domain, compress: deps.compress, verifySignature: deps.verify };
    const stores = await reconcile(db, tree, execution);
    let next = newRun(stores, await lastSequence(db));
    if (stores.open !== null && !(await reopen(next.engine, stores.open))) {
      await drop(stores.open.block.number, "the open block could not be built again");
      next = newRun(await reconcile(db, tree, execution), await lastSequence(db));
    }
    run = next;
    await loadQueue(next.engine);
    for (const group of toGroups(await loadPool(db))) next.engine.restore(group);
    await next.journal.drain();
    if (phase !== "stopped") phase = "running";
    const { poolSize } = next.engine;
    logger.info({ block: tree.blockNumber(), action: stores.action, pool: poolSize() }, "sequencer ready");
  }

  function newRun({ position }: Reconciled, last: number): Run {
    const journal = createJournal({ db, onCommit: metrics.committed, onFailure: fail });
    const engine = createEngine(
      settings,
      {
        ...deps,
        journal,
        publish,
        queue: () => queue,
        onSealed: () => {
          if (queue.length === 0) return;
          queueMicrotask(() => {
            loadQueue(engine).catch((error: unknown) => logger.warn({ err: error }, "L1 queue not read"));
          });
        },
      },
      { position, lastSequence: last },
    );
    return { engine, journal };
  }

  async function reopen(engine: Engine, open: NonNullable<Reconciled["open"]>): Promise<boolean> {
    const { firstQueueIndex, l1OperationCount } = open.block;
    const entries = await loadQueueEntries(db, firstQueueIndex, l1OperationCount);
    try {
      return engine.reopen(open, entries);
    } catch (error) {
      if (isCairnError(error, "node/queue-gap")) return false;
      throw error;
    }
  }

  async function drop(firstBlock: number, reason: string): Promise<number> {
    const { requeued, blocks } = await db.transaction().execute(async (transaction) => ({
      requeued: await requeueTransactions(transaction, firstBlock, { atMs: clock.nowMs(), reason }),
      blocks: await deleteBlocksFrom(transaction, firstBlock),
    }));
    crashPoint("blocks-dropped");
    if (blocks > 0) logger.warn({ firstBlock, blocks, requeued, reason }, "blocks dropped");
    return blocks;
  }

  /** Reads the entries that come next, as far as they continue the chain. */
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

  function guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      const error = new CairnError<NodeErrorCode>("node/unavailable", "the sequencer failed and recovers", { cause });
      fail(error);
      throw error;
    }
  }

  function fail(error: unknown): void {
    if (phase !== "running") return;
    phase = "recovering";
    metrics.failed();
    logger.error({ err: error }, "sequencer failed");
    retryRecovery(FIRST_RECOVERY_DELAY_MS);
  }

  function retryRecovery(delayMs: number): void {
    clock.after(delayMs, () => {
      if (phase !== "recovering") return;
      recover().catch((error: unknown) => {
        logger.error({ err: error }, "sequencer did not recover");
        retryRecovery(Math.min(2 * delayMs, MAX_RECOVERY_DELAY_MS));
      });
    });
  }

  function running(): Run {
    if (phase === "running" && run !== null) return run;
    throw phase === "stopped"
      ? new CairnError<NodeErrorCode>("node/stopping", "the node is stopping")
      : new CairnError<NodeErrorCode>("node/unavailable", `the sequencer is ${phase}`);
  }

  function publish(event: SequencerEvent): void {
    for (const listener of listeners) listener(event);
  }
}

const CLOSED: Readonly<Record<ClosedReason, string>> = {
  lagging: "proofs or L1 are too far behind",
  notOperator: "another operator submits the blocks of this rollup",
  awaitingL1: "L1's safe block is behind the last block",
  behindL1: "L1 accepted blocks made by others, which are being taken over",
  frozen: "the rollup is frozen: funds leave by exits on L1",
};

function closedError(reason: ClosedReason): CairnError<NodeErrorCode> {
  const code: NodeErrorCode = reason === "lagging" ? "node/overloaded" : "node/unavailable";
  return new CairnError(code, `no transactions are taken now: ${CLOSED[reason]}`, { details: { reason } });
}

function rejected({ index, reason }: SubmissionRejection): SubmissionOutcome {
  return { type: "rejected", index, reason };
}

function accepted(ids: readonly bigint[]): SubmissionOutcome {
  return { type: "accepted", transactions: ids.map((id) => ({ id, status: "received", inclusion: null })) };
}

function acknowledgement({ id, status, inclusion }: StoredTransaction): Acknowledgement {
  return { id, status, inclusion };
}
