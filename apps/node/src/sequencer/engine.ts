import type { Chains, Compress } from "@cairn/crypto";
import type { QueueEntry, StoredTransaction, TransactionEvent } from "@cairn/db";
import type { AccountIndex } from "@cairn/protocol";
import type { StateReader, VerifySignature } from "@cairn/vm";
import { type BlockRules, type ClosedReason, MAX_AHEAD_SECONDS } from "../block-rules.ts";
import type { Clock } from "../clock.ts";
import { type Chain, createChain, type Placement, type SequencePosition } from "./chain.ts";
import type { SequencerEvent } from "./events.ts";
import { createFeeAccounts, type FeeAccounts } from "./fee-accounts.ts";
import type { FeePolicy } from "./fee-policy.ts";
import type { Journal } from "./journal.ts";
import type { SequencerMetrics } from "./metrics.ts";
import { createPool, deadlineOf, isWorthWaiting, type PoolGroup, type PoolOutcome } from "./pool.ts";
import { createPromised, type Promised } from "./promised.ts";
import type { Promises } from "./promises.ts";
import { type Reconciled, signedOf } from "./recovery.ts";
import type { ClosedTask } from "./sealing.ts";
import { createSealingLine, type SealedBlock } from "./sealing-line.ts";
import type { SequencerSettings } from "./settings.ts";
import type { StateKeeper } from "./state-keeper.ts";
import { findFeeProblem, type SubmissionReason, type SubmissionRejection } from "./submission.ts";
import { confirmedRows, poolRow, rejectedEvent } from "./transaction-rows.ts";

/** Dependencies of an engine. */
export interface EngineDeps {
  readonly keeper: StateKeeper;
  readonly journal: Journal;
  readonly verify: VerifySignature;
  readonly compress: Compress;
  readonly clock: Clock;
  readonly rules: BlockRules;
  readonly promises: Pick<Promises, "sealAgeMs">;
  readonly metrics: SequencerMetrics;
  readonly feePolicy: FeePolicy;
  /** Queue entries known so far, in order. */
  readonly queue: () => readonly QueueEntry[];
  readonly publish: (event: SequencerEvent) => void;
  /** Called with a block that cannot be sealed: nothing more may be built on it. */
  readonly onFailure: (error: unknown) => void;
  /** Called when a block has its queue entries and is closed. */
  readonly onClosed: () => void;
}

/** What became of a group that the engine tried to execute. */
export type EnginePlacement =
  | { readonly type: "confirmed"; readonly rows: readonly StoredTransaction[]; readonly durable: Promise<void> }
  | ({ readonly type: "rejected" } & SubmissionRejection)
  /** It needs a new block, but none may be opened now; nothing was changed. */
  | { readonly type: "closed"; readonly reason: ClosedReason };

/**
 * Pool, chain and journal as one: lives from one recovery to the next failure. Synchronous except for the journal's
 * promises; an error leaves it unusable.
 */
export interface Engine {
  readonly state: () => StateReader;
  readonly chain: Chain;
  /** Accounts that will receive the next block's fees. */
  readonly feeAccounts: Pick<FeeAccounts, "current" | "missing">;
  readonly poolSize: () => number;
  readonly isWaiting: (id: bigint) => boolean;
  /** Assigns a group its place in the order. */
  readonly number: (group: Omit<PoolGroup, "sequence">) => PoolGroup;
  /** Owners of the senders' accounts as they are now. */
  readonly ownersOf: (transactions: PoolGroup["transactions"]) => readonly bigint[];
  /** Executes a group, then those waiting for it. */
  readonly place: (group: PoolGroup) => EnginePlacement;
  /** Lets a group wait for the nonces before it or for its time; if it was added, `durable` resolves once that is durable. */
  readonly wait: (group: PoolGroup) => { readonly outcome: PoolOutcome; readonly durable: Promise<void> };
  /**
   * Puts stored groups back in order, once: into blocks when it is their turn and one may be opened, else they wait.
   * Groups with an id in `promised` were confirmed before: blocks get a time at which they are valid.
   */
  readonly restore: (groups: readonly (readonly StoredTransaction[])[], promised: ReadonlySet<bigint>) => void;
  /** Rebuilds a block that the stores hold as open; false if the result differs. */
  readonly reopen: (open: Reconciled["open"][number], entries: readonly QueueEntry[]) => boolean;
  /** Time-driven work: expiry, transactions whose time has come, blocks for queue entries, sealing. */
  readonly tick: () => void;
  /**
   * Closes the open block now; resolves with it once its seal is durable, null if it is empty. Rejects like sealing.
   */
  readonly sealNow: () => Promise<SealedBlock | null>;
  /** Number of blocks being sealed. */
  readonly sealing: () => number;
  /** Resolves when nothing is being sealed or written any longer, whatever the outcome. */
  readonly settled: () => Promise<void>;
}

/** An engine that continues at `position` and `chains`; the next transaction gets `lastSequence` + 1. */
export function createEngine(
  settings: SequencerSettings,
  deps: EngineDeps,
  start: { readonly position: SequencePosition; readonly chains: Chains; readonly lastSequence: number },
): Engine {
  const { keeper, journal, clock, rules, metrics, publish } = deps;
  const pool = createPool(settings.pool);
  const feeAccounts = createFeeAccounts(keeper, settings.feeTakers);
  let sequence = start.lastSequence;
  /** Groups whose turn has come while no block may be opened, in order; durably they are in the pool. */
  let held: PoolGroup[] = [];
  let promised: Promised = createPromised([]);
  const line = createSealingLine({ state: keeper, journal, clock, chains: start.chains, onFailure: deps.onFailure });
  const chain = createChain(
    {
      ...settings,
      base: keeper,
      compress: deps.compress,
      verifySignature: deps.verify,
      feeAccounts,
      nextQueueEntries: (first, limit) =>
        deps
          .queue()
          .filter(({ index }) => index >= first)
          .slice(0, limit),
      nowMs: clock.nowMs,
      elapsedMs: clock.elapsedMs,
      opening: (previous) => rules.opening(previous, promised.deadline(rules.earliest(previous))),
      emit: (entry) => void journal.append(entry).catch(() => undefined),
      seal: (task) => seal(task),
    },
    start.position,
  );

  const seal = async (task: ClosedTask): Promise<SealedBlock> => {
    deps.onClosed();
    const block = await line.seal(task);
    metrics.sealed(block);
    journal.drain().then(
      () => publish({ type: "block", block }),
      () => undefined,
    );
    return block;
  };

  const record = (transactions: readonly StoredTransaction[], events: readonly TransactionEvent[]): Promise<void> => {
    const durable = journal.append({ type: "transactions", transactions, events });
    durable.then(
      () => {
        metrics.recorded(transactions);
        publish({ type: "transactions", transactions });
      },
      () => undefined,
    );
    return durable;
  };

  const number = (group: Omit<PoolGroup, "sequence">): PoolGroup => {
    const first = sequence + 1;
    sequence += group.ids.length;
    return { ...group, sequence: first };
  };

  /** Owners of the senders' accounts as they are now. */
  const ownersOf = (transactions: PoolGroup["transactions"]): readonly bigint[] =>
    transactions.map(({ transaction }) => chain.state().getAccount(transaction.from).owner);

  const place = (group: PoolGroup): EnginePlacement => {
    releaseHeld();
    const reason = held.length > 0 ? chain.closedReason() : null;
    return reason === null ? execute(group) : { type: "closed", reason };
  };

  /** Why a group expires too soon to be promised a place: its block could not be rebuilt if necessary. */
  const findTooSoon = (group: PoolGroup): SubmissionRejection | null => {
    if (promised.has(group)) return null;
    const minimum = rules.now() + settings.minValiditySeconds;
    const index = group.transactions.findIndex(({ transaction }) => transaction.validUntil < minimum);
    const validUntil = group.transactions[index]?.transaction.validUntil;
    return validUntil === undefined ? null : { index, reason: { type: "expiresTooSoon", validUntil, minimum } };
  };

  const execute = (group: PoolGroup): EnginePlacement => {
    const tooSoon = findTooSoon(group);
    if (tooSoon !== null) return { type: "rejected", ...tooSoon };
    const placement = promised.has(group) ? placeInTime(group) : chain.place(group.transactions);
    if (placement.type === "closed") return placement;
    promised.remove(group);
    if (placement.type === "rejected") return placement;
    const rows = confirmedRows(group, placement.blockNumber, placement.receipts, ownersOf(group.transactions));
    const durable = record(rows, []);
    if ((chain.open()?.slots ?? 0) >= settings.slotCount) chain.close();
    for (const { transaction } of group.transactions) {
      const { from, nonce } = transaction;
      const stale = pool.find(from, nonce);
      if (stale !== undefined) retire(stale, "replaced", { type: "replaced", by: group.ids[0] ?? 0n });
      const next = pool.find(from, nonce + 1);
      if (next !== undefined) advance(next);
    }
    return { type: "confirmed", rows, durable };
  };

  /**
   * Places a group that was confirmed before. A rebuilt block may carry an earlier time than the group's own block did: then
   * it is closed, because what was confirmed after the group may spend what the group pays.
   */
  const placeInTime = ({ transactions }: PoolGroup): Placement => {
    const placement = chain.place(transactions);
    const isEarly = placement.type === "rejected" && placement.reason.type === "notYetValid";
    return isEarly && chain.close() !== null ? chain.place(transactions) : placement;
  };

  /** The gas price may have risen while a group waited: nobody may hoard cheap places. */
  const findUnpaid = ({ transactions }: PoolGroup): SubmissionReason | null =>
    findFeeProblem(transactions, deps.feePolicy)?.reason ?? null;

  const advance = (group: PoolGroup): void => {
    const unpaid = group.wasConfirmed ? null : findUnpaid(group);
    if (unpaid !== null) {
      retire(group, "rejected", unpaid);
      return;
    }
    pool.remove(group);
    const numbered = number(group);
    const placed = execute(numbered);
    if (placed.type === "closed") held.push(numbered);
    else if (placed.type === "rejected" && isWorthWaiting(placed.reason)) pool.add(group);
    else if (placed.type === "rejected") retire(group, "rejected", placed.reason);
  };

  /** Executes groups whose time has come and that wait for nothing else: the block's time counts, not the clock's. */
  const advanceDue = (): void => {
    if (held.length > 0 || chain.closedReason() !== null) return;
    for (const group of pool.takeDue(chain.open()?.opening.timestamp ?? rules.now())) {
      if (isNext(group)) advance(group);
    }
  };

  /** Whether each of a group's senders has used up the nonces before it. */
  const isNext = ({ transactions }: PoolGroup): boolean => {
    const firstNonces = new Map<AccountIndex, number>();
    for (const { transaction } of transactions) {
      if (!firstNonces.has(transaction.from)) firstNonces.set(transaction.from, transaction.nonce);
    }
    return [...firstNonces].every(([from, nonce]) => chain.state().getAccount(from).nonce === nonce);
  };

  const restoreGroup = (group: PoolGroup): void => {
    const placed = held.length > 0 ? ({ type: "closed" } as const) : execute(group);
    if (placed.type === "closed") held.push(group);
    else if (placed.type === "confirmed") void placed.durable.catch(() => undefined);
    else if (!isWorthWaiting(placed.reason) || pool.add(group).type !== "added") {
      retire(group, placed.reason.type === "expired" ? "expired" : "rejected", placed.reason);
    }
  };

  /** Places the held-back groups in order, as far as blocks may be opened again. */
  const releaseHeld = (): void => {
    if (held.length === 0 || chain.closedReason() !== null) return;
    const groups = held;
    held = [];
    for (const group of groups) restoreGroup(group);
  };

  const retire = (group: PoolGroup, status: "rejected" | "replaced" | "expired", reason: SubmissionReason): void => {
    pool.remove(group);
    const now = clock.nowMs();
    record(
      group.ids.map((_, i) => poolRow(group, i, status, reason)),
      group.ids.map((id) => rejectedEvent(id, now, status, reason)),
    ).catch(() => undefined);
  };

  const wait = (group: PoolGroup) => {
    const outcome = pool.add(group);
    if (outcome.type !== "added") return { outcome, durable: Promise.resolve() };
    for (const rival of outcome.replaced) retire(rival, "replaced", { type: "replaced", by: group.ids[0] ?? 0n });
    return {
      outcome,
      durable: record(
        group.ids.map((_, i) => poolRow(group, i, "received")),
        [],
      ),
    };
  };

  return {
    state: chain.state,
    chain,
    feeAccounts,
    poolSize: () => pool.size() + held.reduce((sum, { ids }) => sum + ids.length, 0),
    isWaiting: (id) => pool.has(id) || held.some((group) => group.ids.includes(id)),
    number,
    ownersOf,
    place,
    wait,
    restore: (stored, promisedIds) => {
      const groups = stored.map((rows) =>
        number({
          ids: rows.map(({ id }) => id),
          transactions: signedOf(rows),
          owners: rows.map(({ fromOwner }) => fromOwner),
          receivedAtMs: rows[0]?.receivedAtMs ?? clock.nowMs(),
          wasConfirmed: rows.some(({ id }) => promisedIds.has(id)),
        }),
      );
      promised = createPromised(groups.filter(({ wasConfirmed }) => wasConfirmed));
      for (const group of groups) restoreGroup(group);
      const open = chain.open();
      // New transactions get the full time that L1 gives a block.
      if (open !== null && open.opening.timestamp < rules.now() - MAX_AHEAD_SECONDS) chain.close();
    },
    reopen: ({ block, groups }, entries) => {
      const receipts = chain.reopen(block, entries, groups.map(signedOf));
      const rows = groups.flat();
      return receipts?.every(({ slot }, i) => slot === rows[i]?.inclusion?.slot) === true;
    },
    tick: () => {
      const timestamp = rules.now();
      const earliest = rules.earliest(chain.position().timestamp);
      const expired = held.filter((group) => deadlineOf(group) < (promised.has(group) ? earliest : timestamp));
      held = held.filter((group) => !expired.includes(group));
      for (const group of [...expired, ...pool.expiredAt(timestamp)]) {
        promised.remove(group);
        retire(group, "expired", { type: "expired", validUntil: deadlineOf(group), timestamp });
      }
      releaseHeld();
      advanceDue();
      chain.openForQueue();
      const open = chain.open();
      if (open !== null && open.ageMs >= deps.promises.sealAgeMs(settings.blockTimeMs)) chain.close();
    },
    sealNow: async () => {
      const sealed = await chain.close();
      await journal.drain();
      return sealed;
    },
    sealing: line.backlog,
    settled: async () => {
      await line.settled();
      await journal.drain().catch(() => undefined);
    },
  };
}
