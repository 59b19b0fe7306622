import { findTransactions, type StoredTransaction } from "@cairn/db";
import { CairnError, type TransactionGroup } from "@cairn/protocol";
import type { OfferedGroup, OfferedTransaction } from "@cairn/vm";
import type { ClosedReason } from "../block-rules.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { createIdempotencyKeys } from "./idempotency.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { isWorthWaiting } from "./pool.ts";
import type { Expectation } from "./promises.ts";
import { recall } from "./recall.ts";
import type { SequencerDeps, SequencerSettings } from "./settings.ts";
import type { CheckedSignature } from "./signature-checker.ts";
import {
  type Acknowledgement,
  type PreparedTransaction,
  prepareSubmission,
  type SubmissionOutcome,
  type SubmissionRejection,
} from "./submission.ts";

/** What a client says about a group besides what is signed. */
export interface SubmissionOptions {
  /** Its name for the payment: the same one never stands for two groups that run. */
  readonly idempotencyKey?: string | undefined;
}

/** Takes groups from submission to durable storage. */
export interface Intake {
  /** As in {@link Sequencer}. */
  readonly submit: (group: TransactionGroup, options?: SubmissionOptions) => Promise<SubmissionOutcome>;
  /** As in {@link Sequencer}. */
  readonly assertTaking: () => void;
  /** Transactions waiting for their answer. */
  readonly inFlight: () => number;
}

/** Blocks being sealed beyond which no transactions are accepted: sealing must not fall behind indefinitely. */
const MAX_SEALING_BLOCKS = 64;

/** An intake for the runs of a lifecycle. */
export function createIntake(settings: SequencerSettings, deps: SequencerDeps, lifecycle: Lifecycle): Intake {
  const { running, guarded } = lifecycle;
  const rules = { ...settings, feePolicy: deps.feePolicy };
  const keys = createIdempotencyKeys(deps.database.db, { drain: () => running().journal.drain(), clock: deps.clock });
  let inFlight = 0;

  const assertRoom = (count: number): Engine => {
    const { engine } = running();
    if (inFlight + count > settings.maxInFlight) throw overloaded(`${inFlight} transactions are being processed`);
    if (engine.sealing() >= MAX_SEALING_BLOCKS) throw overloaded(`${engine.sealing()} blocks are waiting to be sealed`);
    const { chain } = engine;
    const expectation = deps.promises.expect({
      lastClosed: chain.position().block,
      hasOpenBlock: chain.open() !== null,
      transactions: inFlight + count,
    });
    if (expectation.retryAfterSeconds > 0) {
      // Waiting helps nobody where the rollup is frozen or another is the operator.
      const closed = chain.closedReason();
      throw closed === null || closed === "lagging"
        ? tooSlow(expectation)
        : closedError(closed, deps.promises.status().secondsPerBlock);
    }
    return engine;
  };

  return {
    inFlight: () => inFlight,
    assertTaking: () => {
      assertRoom(1);
    },
    submit: async (group, { idempotencyKey } = {}) => {
      const engine = assertRoom(group.length);
      inFlight += group.length;
      try {
        return await check(engine, group, idempotencyKey);
      } finally {
        inFlight -= group.length;
      }
    },
  };

  async function check(engine: Engine, group: TransactionGroup, key: string | undefined): Promise<SubmissionOutcome> {
    /** Only for whoever has signed: nobody else may use up a key of theirs. */
    const once = (ids: readonly bigint[], work: () => Promise<SubmissionOutcome>): Promise<SubmissionOutcome> => {
      const account = group[0]?.transaction.from;
      return key === undefined || account === undefined ? work() : keys.submit({ account, key }, ids, work);
    };
    crashPoint("submission-received");
    const prepared = prepareSubmission(group, engine.state(), rules, deps.rules.now());
    if (prepared.type === "rejected") return rejected(prepared);
    if (prepared.type === "perhapsKnown") {
      const { transactions, rejection } = prepared;
      const checks = await checkSignatures(transactions);
      // Strangers must not be able to make the node search its database.
      if (checks.some(({ isValid }) => !isValid)) return rejected(rejection);
      const ids = checks.map(({ id }) => id);
      return once(ids, async () => {
        return (await findKnown(ids)) ?? (await recallAlone(transactions, ids)) ?? rejected(rejection);
      });
    }
    const closed = engine.chain.closedReason();
    if (closed !== null) throw closedError(closed, deps.promises.status().secondsPerBlock);
    const checks = await checkSignatures(prepared.transactions);
    const bad = checks.findIndex(({ isValid }) => !isValid);
    if (bad >= 0) return rejected({ index: bad, reason: { type: "badSignature" } });
    crashPoint("submission-checked");
    const ids = checks.map(({ id }) => id);
    const checked = prepared.transactions.map(({ signed, publicKey: validFor }, i): OfferedTransaction => {
      const id = ids[i];
      return { ...signed, validFor, ...(id !== undefined && { id }) };
    });
    return once(ids, () => enter(running().engine, checked, ids));
  }

  function checkSignatures(transactions: readonly PreparedTransaction[]): Promise<CheckedSignature[]> {
    return Promise.all(
      transactions.map(({ signed, words, publicKey }) =>
        deps.checker.check({ words, signature: signed.signature, publicKey }),
      ),
    );
  }

  /** Places a checked group, or lets it wait for the nonces before it or for its time; resolves when that is durable. */
  async function enter(engine: Engine, transactions: OfferedGroup, ids: readonly bigint[]): Promise<SubmissionOutcome> {
    if (ids.some((id) => engine.isWaiting(id))) return waitingAlready(engine, ids);
    const owners = engine.ownersOf(transactions);
    const group = engine.number({ ids, transactions, owners, receivedAtMs: deps.clock.nowMs() });
    const placed = guarded(() => engine.place(group));
    if (placed.type === "confirmed") {
      crashPoint("submission-executed");
      await placed.durable;
      crashPoint("submission-journalled");
      return { type: "accepted", transactions: placed.rows.map(acknowledgement) };
    }
    if (placed.type === "closed") throw closedError(placed.reason, deps.promises.status().secondsPerBlock);
    if (!isWorthWaiting(placed.reason)) return (await findKnown(ids)) ?? rejected(placed);
    const { outcome, durable } = engine.wait(group);
    switch (outcome.type) {
      case "full":
        throw overloaded("too many transactions are waiting for others");
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

  /**
   * A group partly waiting already: either submitted before unchanged, or combined with others that were not accepted.
   */
  async function waitingAlready(engine: Engine, ids: readonly bigint[]): Promise<SubmissionOutcome> {
    const known = await findKnown(ids);
    if (known !== null) return known;
    const index = ids.findIndex((id) => engine.isWaiting(id));
    if (index < 0) throw new CairnError<NodeErrorCode>("node/unavailable", "the transactions stopped waiting just now");
    return rejected({ index, reason: { type: "alreadyWaiting" } });
  }

  /** A transaction that a block of others holds, and that only its sender knew; null if this is none. */
  async function recallAlone(
    [alone, other]: readonly PreparedTransaction[],
    [id]: readonly bigint[],
  ): Promise<SubmissionOutcome | null> {
    if (alone === undefined || other !== undefined || id === undefined) return null;
    const { engine } = running();
    const transactions = [{ ...alone.signed, validFor: alone.publicKey, id }] as const;
    const owners = engine.ownersOf(transactions);
    const { sequence } = engine.number({ ids: [id], transactions, owners, receivedAtMs: deps.clock.nowMs() });
    const row = await recall(deps.database, { id, signed: alone.signed, sequence });
    return row && { type: "accepted", transactions: [acknowledgement(row)] };
  }

  /** Idempotency: what became of a group submitted before; null if it was not, or if it failed. */
  async function findKnown(ids: readonly bigint[]): Promise<SubmissionOutcome | null> {
    await running().journal.drain();
    const stored = new Map((await findTransactions(deps.database.db, ids)).map((row) => [row.id, row]));
    const rows = ids.flatMap((id) => stored.get(id) ?? []);
    const isAlive = rows.every(({ status }) => status === "received" || status === "confirmed");
    if (rows.length < ids.length || !isAlive) return null;
    return { type: "accepted", transactions: rows.map(acknowledgement) };
  }
}

const CLOSED: Readonly<Record<ClosedReason, string>> = {
  lagging: "proofs or L1 are too far behind",
  notOperator: "another operator submits the blocks of this rollup",
  awaitingL1: "L1's safe block is behind the last block",
  behindL1: "L1 accepted blocks made by others, which are being adopted",
  frozen: "the rollup is frozen: funds leave by exits on L1",
};

function closedError(reason: ClosedReason, secondsPerBlock: number): CairnError<NodeErrorCode> {
  const message = `no transactions are accepted now: ${CLOSED[reason]}`;
  if (reason !== "lagging") return new CairnError("node/unavailable", message, { details: { reason } });
  const retryAfterSeconds = Math.max(1, Math.ceil(secondsPerBlock));
  return new CairnError("node/overloaded", message, { details: { reason, retryAfterSeconds } });
}

function tooSlow(expectation: Expectation): CairnError<NodeErrorCode> {
  const { expectedSeconds, limitSeconds } = expectation;
  return new CairnError(
    "node/overloaded",
    `no transactions are accepted now: L1 is expected to accept a block in ${expectedSeconds} s, the limit is ${limitSeconds} s`,
    { details: { reason: "lagging", ...expectation } },
  );
}

function overloaded(message: string): CairnError<NodeErrorCode> {
  return new CairnError("node/overloaded", message);
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
