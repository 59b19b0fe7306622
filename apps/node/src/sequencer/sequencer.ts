import type { AccountIndex, TokenId, TransactionGroup } from "@cairn/protocol";
import type { StateReader } from "@cairn/vm";
import { createPoller } from "../poller.ts";
import type { SequencerEvent } from "./events.ts";
import { createIntake, type SubmissionOptions } from "./intake.ts";
import { createLifecycle, type Phase } from "./lifecycle.ts";
import { listAccountsOfOwner, type OwnerPage, type OwnerQuery } from "./owner-accounts.ts";
import type { SealedBlock } from "./sealing-line.ts";
import type { SequencerDeps, SequencerSettings } from "./settings.ts";
import type { SignatureChecker } from "./signature-checker.ts";
import type { SubmissionOutcome } from "./submission.ts";

/** What a sequencer is doing. */
export interface SequencerStatus {
  readonly phase: Phase;
  /** Transactions that wait. */
  readonly pool: number;
  /** Null when none is open. */
  readonly openBlock: number | null;
  /** The last closed block; 0 before the first. */
  readonly lastBlock: number;
}

/** Orders and executes transactions; one per rollup. */
export interface Sequencer {
  /** Reconciles the stores and begins. Throws `node/state-diverged`, `node/queue-gap`, and what storage throws. */
  readonly start: () => Promise<void>;
  /** Throws `node/overloaded`, `node/unavailable`, `node/stopping`. */
  readonly submit: (group: TransactionGroup, options?: SubmissionOptions) => Promise<SubmissionOutcome>;
  /** Throws what {@link Sequencer.submit} would throw now for any input: called before a request is even read. */
  readonly assertTaking: () => void;
  /** Checks a signature apart from the main thread. Throws `node/unavailable`, `node/stopping`. */
  readonly checkSignature: SignatureChecker["check"];
  /** The state including the open block. */
  readonly state: () => StateReader;
  /** Accounts of an owner, including those of the open block. */
  readonly listAccounts: (query: OwnerQuery) => OwnerPage;
  /** Accounts that will receive the next block's fees, and fee tokens in which no account can. */
  readonly feeAccounts: () => { readonly accounts: readonly AccountIndex[]; readonly missing: readonly TokenId[] };
  readonly status: () => SequencerStatus;
  /** Reads the L1 queue again; call it when entries arrived. */
  readonly queueChanged: () => Promise<void>;
  /**
   * Drops this block and all later ones, lets `between` change the stores while nothing else does, and runs the dropped
   * transactions again on the result. Throws `db/conflict` when L1 has accepted one of the blocks.
   */
  readonly rebuildFrom: (firstBlock: number, reason: string, between?: () => Promise<void>) => Promise<void>;
  /** Seals the open block now, whatever its age; null if it is empty. */
  readonly sealNow: () => Promise<SealedBlock | null>;
  readonly onEvent: (listener: (event: SequencerEvent) => void) => () => void;
  /** Refuses new transactions, finishes pending ones, and releases everything but the stores. */
  readonly stop: () => Promise<void>;
}

/** How often time-driven work is checked while some can become due, and while none can. */
const TICK_MS = 50;
const IDLE_TICK_MS = 1000;

/** A sequencer on an open database and state store, both owned by the caller. */
export function createSequencer(settings: SequencerSettings, deps: SequencerDeps): Sequencer {
  const { keeper, clock, metrics } = deps;
  const listeners = new Set<(event: SequencerEvent) => void>();
  const publish = (event: SequencerEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const lifecycle = createLifecycle(settings, deps, publish, () => intake.inFlight());
  const intake = createIntake(settings, deps, lifecycle);

  const state = (): StateReader => lifecycle.latest()?.engine.state() ?? keeper;

  /** Whether nothing becomes due before a submission or the L1 queue brings something. */
  let isIdle = false;

  const tick = (): undefined => {
    const run = lifecycle.latest();
    if (lifecycle.phase() !== "running" || run === null) return;
    try {
      run.engine.tick();
    } catch (error) {
      lifecycle.fail(error);
    }
    metrics.observe({
      pool: run.engine.poolSize(),
      inFlight: intake.inFlight(),
      journal: run.journal.backlog(),
      signatures: deps.checker.backlog(),
      sealing: run.engine.sealing(),
    });
    isIdle = run.engine.chain.open() === null && run.engine.poolSize() === 0;
  };

  const ticks = createPoller({
    run: tick,
    clock,
    logger: deps.logger,
    failure: "the sequencer's tick failed",
    pollMs: () => (isIdle ? IDLE_TICK_MS : TICK_MS),
  });
  /** Something may become due sooner than before. */
  const wake = (): void => {
    if (isIdle) ticks.poke();
  };

  return {
    start: async () => {
      await lifecycle.start();
      ticks.start(TICK_MS);
    },
    submit: async (group, options) => {
      const outcome = await intake.submit(group, options);
      wake();
      return outcome;
    },
    assertTaking: intake.assertTaking,
    checkSignature: deps.checker.check,
    state,
    listAccounts: (query) => listAccountsOfOwner(keeper, state(), query),
    feeAccounts: () => {
      const found = lifecycle.latest()?.engine.feeAccounts;
      return { accounts: found?.current() ?? [], missing: found?.missing() ?? settings.feeTakers?.tokens ?? [] };
    },
    status: () => {
      const engine = lifecycle.latest()?.engine;
      return {
        phase: lifecycle.phase(),
        pool: engine?.poolSize() ?? 0,
        openBlock: engine?.chain.open()?.opening.number ?? null,
        lastBlock: engine?.chain.position().block ?? 0,
      };
    },
    queueChanged: async () => {
      await lifecycle.queueChanged();
      wake();
    },
    rebuildFrom: async (...args) => {
      await lifecycle.rebuildFrom(...args);
      wake();
    },
    sealNow: () => lifecycle.running().engine.sealNow(),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      await ticks.stop();
      await lifecycle.stop();
      listeners.clear();
    },
  };
}
