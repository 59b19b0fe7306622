import {
  countLeftPayouts,
  countReadyBatches,
  type Database,
  findBatch,
  findL1Head,
  findL1Transaction,
  findLastL1Block,
  findProof,
  findRebuildRequest,
  leavePayouts,
  loadLiveL1Transactions,
  loadPendingBatches,
  readDatabaseVersion,
  rejectProof,
  reopenBatchesFrom,
  requestRebuild,
  type StoredBatch,
  type StoredL1Transaction,
} from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import { addressToBigint, bytesToHex, CairnError, MAX_BATCH_AGE_SECONDS } from "@cairn/protocol";
import type { Logger } from "pino";
import type { LocalAccount } from "viem";
import { isQueueUnchanged, timesOf } from "../batches/content.ts";
import { bytesOf, fitsCalldata } from "../batches/place.ts";
import type { BlobMaker } from "../blobs/blob-maker.ts";
import { createPreparedBlobs } from "../blobs/prepared-blobs.ts";
import { REBUILD_MARGIN_SECONDS, TOO_OLD } from "../block-rules.ts";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { wordHex } from "../json.ts";
import { type L1Clock, readL1Clock } from "../l1-clock.ts";
import { createPoller } from "../poller.ts";
import { MAX_REFUSALS } from "../prover/scheduler.ts";
import { MAX_PROOF_BYTES } from "../prover/worker.ts";
import { createUnchanged } from "../unchanged.ts";
import { type BatchCallInputs, contentOfRun, payCall, submitCall } from "./batch-calls.ts";
import { type ContractView, isProofAccepted, noteContractView, refusalReason } from "./contract-view.ts";
import type { L1Call } from "./l1-call.ts";
import { createL1Sender, type SenderSettings } from "./l1-sender.ts";
import type { PublisherMetrics } from "./metrics.ts";
import { isPaidByOthers, loadCallInputs, loadOwedRuns } from "./payments.ts";
import { findCostlyPayouts } from "./payout-gas.ts";

/** Settings of the publisher. */
export interface PublisherSettings extends SenderSettings {
  readonly pollMs: number;
  /** Like `pollMs`, while it is idle and is woken by new work. */
  readonly idlePollMs: number;
  /** Most L1 transactions pending at a time. */
  readonly maxLive: number;
  /** Payouts that would each use more gas than this are left to others. */
  readonly maxPayoutGas: number;
  /** Below this balance of the account an alarm is logged and counted. */
  readonly lowBalanceWei: bigint;
  /** Whether a batch whose blob costs too much may be closed again with its cells in the calldata. */
  readonly mayLeaveBlobs: boolean;
}

/** Dependencies of the publisher. */
export interface PublisherDeps {
  readonly database: Database;
  readonly rollup: L1Rollup;
  readonly account: LocalAccount;
  /** Makes the blobs of batches; owned by the caller. */
  readonly blobs: BlobMaker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: PublisherMetrics;
}

/** Submits ready batches to L1 and pays their payouts. */
export interface Publisher {
  readonly start: () => void;
  /** Does what can be done now. Throws what database and RPC throw. */
  readonly poll: () => Promise<void>;
  /** Runs soon: there may be something to do. */
  readonly poke: () => void;
  readonly status: () => PublisherStatus;
  readonly stop: () => Promise<void>;
}

/** Status of the publisher. */
export interface PublisherStatus {
  /** `frozen`: only payouts continue; `closed`: someone else is the operator and submits. */
  readonly state: "idle" | "working" | "failing" | "frozen" | "closed";
  /** What the next batch is waiting for; null if nothing. */
  readonly waitingFor: string | null;
  readonly isBalanceLow: boolean;
}

/** How many more L1 transactions may be pending; batches come first. */
interface Room {
  left: number;
}

const MAX_PAUSE_MS = 30_000;
/** Versions of a payment that L1 is offered while batches wait behind it. */
const MAX_PAYMENT_ATTEMPTS = 4;
/** How long payments let batches in blobs go first; no ordinary transaction can be sent beside them. */
const PAYMENT_PATIENCE_MS = 600_000;
/** No proof is sent for a block that L1 would refuse within this many seconds. */
const SEND_MARGIN_SECONDS = 60;
/** What an unsent batch is waiting for. */
const SEND_WAITS = {
  capped: "fees below the cap",
  blobsCapped: "blob fees below the cap",
  nonceTaken: "another transaction of the publisher's account",
  otherKindPending: "L1 transactions of the other kind, with or without a blob",
} as const;
/** Contract errors after which a block can only be rebuilt; others pass with time or with what the watcher reads. */
const REBUILD_REASONS: Readonly<Record<string, string>> = {
  TimestampTooOld: "L1 refused the block as too old",
  OverdueL1OperationsLeft: "overdue L1 queue entries must come first",
};

/** A publisher for one L1 account; one process at a time. */
export function createPublisher(settings: PublisherSettings, deps: PublisherDeps): Publisher {
  const { rollup, account, clock, logger, metrics } = deps;
  const { db } = deps.database;
  const sender = createL1Sender(settings, { ...deps, db, reader: rollup.reader });
  const prepared = createPreparedBlobs({ maker: deps.blobs, logger, onPrepared: () => poller.poke() });
  const checked = new Set<string>();
  let status: PublisherStatus = { state: "idle", waitingFor: null, isBalanceLow: false };
  let isStopped = false;
  /** Since when payments have waited for transactions with blobs only. */
  let paymentsHeldSinceMs: number | null = null;
  const unchanged = createUnchanged(clock);

  /** Without work it is stored or on L1 that some comes, and both are looked at only when they have changed. */
  const look = async (): Promise<void> => {
    const l1 = await readL1Clock(rollup.reader);
    const basis = JSON.stringify([l1.number, l1.hash, await readDatabaseVersion(db)]);
    if (unchanged.holds(basis)) return;
    unchanged.forget();
    if (await work(l1)) unchanged.note(basis);
  };

  /** Returns whether nothing is left that time alone brings on, such as a stranger's turn. */
  const work = async (l1: L1Clock): Promise<boolean> => {
    const view = await noteContractView(db, rollup, account.address, l1);
    const { isOpen, isFrozen } = view;
    const live = await sender.advance((transaction) => isVoid(transaction, view));
    const isBalanceLow = await watchBalance(live);
    const room = { left: settings.maxLive - live.filter(({ status }) => status !== "mined").length };
    const waitingFor = view.isFrozen ? "the rollup is frozen" : await submitReady(live, view, room);
    // A batch whose transaction has to wait for payments would wait for ever if more of them followed.
    const isNextHeldUp = waitingFor === SEND_WAITS.otherKindPending;
    const owed = isNextHeldUp ? 0 : await payOwed(live, view, room);
    if (waitingFor !== status.waitingFor && waitingFor !== null) logger.info({ waitingFor }, "publisher waits");
    const state = isFrozen ? "frozen" : isOpen ? (live.length > 0 ? "working" : "idle") : "closed";
    status = { state, waitingFor, isBalanceLow };
    return isIdle() && owed === 0;
  };

  /**
   * Batches go in order; those behind a pending one follow it at once, each under its own nonce.
   * Returns what the next one is waiting for.
   */
  const submitReady = async (
    live: readonly StoredL1Transaction[],
    view: ContractView,
    room: Room,
  ): Promise<string | null> => {
    const readUpTo = await watcherPosition();
    const pending = await loadPendingBatches(db, 2 * settings.maxLive);
    prepared.keepOnly(new Set(pending.map(({ point }) => point)));
    for (const batch of pending) {
      // L1 has accepted it, or another one in its place, but the watcher has not read that far yet.
      if (batch.firstBlock <= view.lastBlock) continue;
      const isNext = batch.firstBlock === view.lastBlock + 1;
      const content = wordHex(batch.point);
      const isUnderWay = live.some((sent) => isFor(sent, "submitBatch", batch.firstBlock, content));
      const published = await loadCallInputs(db, batch.firstBlock);
      if (published === null) return "its blocks";
      if (isNext && isTooOld(published, view, isUnderWay)) return rebuild(batch, "TimestampTooOld", TOO_OLD);
      if (isUnderWay || (await isAwaitingWatcher("submitBatch", batch.firstBlock, content, readUpTo))) continue;
      // Made while the proof is: it takes seconds.
      const blob = batch.dataSource === "blob" ? prepared.find(batch, published) : null;
      if (!view.isOpen) return "submission to be open to others than the operator";
      if (view.role === "stranger" && !isNext) return "the batch before";
      if (batch.proof === null) return batch.badProofs < MAX_REFUSALS ? "a proof" : "its proofs to be tried again";
      if (room.left <= 0 || isStopped) return "L1 transactions under way";
      if (!(await isProofGood(batch))) return "another proof";
      if (view.clock.nextTimestamp < timesOf(published).last) return "L1's time to reach the blocks'";
      if (batch.dataSource === "blob" && blob === null) return "its blob";
      if (!isQueueUnchanged(published)) return "its blocks to follow the L1 queue";
      const call = submitCall(rollup.address, published, blob);
      const reason = isNext ? await refusalReason(rollup, account.address, call, view.clock) : null;
      if (reason !== null) return refused(call, reason, published, view);
      if (blob !== null && arePaymentsNext()) return "payments that have waited long";
      const outcome = await sender.send(call);
      if (outcome === "blobsCapped" && (await leaveBlobs(batch, published))) return "its data to be placed elsewhere";
      if (outcome !== "sent") return SEND_WAITS[outcome];
      room.left--;
    }
    return null;
  };

  /** Has batches from this one on closed again, now that blobs cost too much; false when it has no other place. */
  const leaveBlobs = async ({ firstBlock }: StoredBatch, inputs: BatchCallInputs): Promise<boolean> => {
    if (!settings.mayLeaveBlobs || !fitsCalldata(bytesOf(inputs))) return false;
    const reopened = await reopenBatchesFrom(db, firstBlock);
    if (reopened > 0) logger.warn({ firstBlock, reopened }, "blobs cost too much: batches are closed again");
    return reopened > 0;
  };

  const arePaymentsNext = (): boolean =>
    paymentsHeldSinceMs !== null && clock.elapsedMs() - paymentsHeldSinceMs > PAYMENT_PATIENCE_MS;

  /** Returns how many runs of payouts were owed. */
  const payOwed = async (live: readonly StoredL1Transaction[], view: ContractView, room: Room): Promise<number> => {
    const readUpTo = await watcherPosition();
    const owed = await loadOwedRuns(db);
    if (owed.length > 0 && live.some(isOpenWithBlob)) {
      paymentsHeldSinceMs ??= clock.elapsedMs();
      return owed.length;
    }
    paymentsHeldSinceMs = null;
    for (const { batch, ...run } of owed) {
      const content = contentOfRun(run.first);
      const isUnderWay = live.some((sent) => isFor(sent, "pay", batch, content));
      if (isUnderWay || room.left <= 0 || isStopped || (await isAwaitingWatcher("pay", batch, content, readUpTo)))
        continue;
      const published = await loadCallInputs(db, batch);
      if (published?.accepted == null) continue;
      const call = payCall(rollup.address, published, run);
      const reason = await refusalReason(rollup, account.address, call, view.clock);
      if (reason !== null) {
        logger.info({ batch, ...run, reason }, "L1 would refuse a payment");
        continue;
      }
      const costly = await findCostlyPayouts(rollup, account.address, published, run, settings.maxPayoutGas);
      if (costly.length > 0) {
        logger.warn({ batch, costly, maxPayoutGas: settings.maxPayoutGas }, "leaving payouts to others");
        await leavePayouts(db, costly);
        continue;
      }
      if ((await sender.send(call)) !== "sent") break;
      room.left--;
    }
    return owed.length;
  };

  const refused = async (
    call: L1Call,
    reason: string,
    inputs: BatchCallInputs,
    { clock: { nextTimestamp } }: ContractView,
  ): Promise<string> => {
    const { last: timestamp } = timesOf(inputs);
    logger.warn({ subject: call.subject, reason, timestamp, nextTimestamp }, "L1 would refuse a batch");
    const why = REBUILD_REASONS[reason];
    if (why === undefined) return reason;
    // Entries that are not safe yet cannot be included; the watcher will bring them.
    const safe = (await findL1Head(db))?.safeTimestamp ?? 0;
    return reason === "OverdueL1OperationsLeft" && safe < timestamp ? reason : rebuild(inputs.batch, reason, why);
  };

  const rebuild = async (batch: StoredBatch, cause: string, reason: string): Promise<string> => {
    const { firstBlock } = batch;
    const point = batch.point.toString();
    const before = await findRebuildRequest(db);
    // The sequencer decides when: it may keep the block for as long as L1 would accept it.
    if (before?.point === point && before.reason === reason) return cause;
    logger.warn({ block: batch.firstBlock, reason }, "a batch has to be rebuilt");
    metrics.rebuilt();
    await requestRebuild(db, { firstBlock, point, reason });
    return cause;
  };

  /**
   * A pending batch has until the very end, a ready one until there is no time to send it; others are rebuilt earlier.
   */
  const isTooOld = (inputs: BatchCallInputs, { clock: l1 }: ContractView, isUnderWay: boolean): boolean => {
    const margin = inputs.batch.proof === null ? REBUILD_MARGIN_SECONDS : SEND_MARGIN_SECONDS;
    return l1.nextTimestamp > timesOf(inputs).first + MAX_BATCH_AGE_SECONDS - (isUnderWay ? 0 : margin);
  };

  /** Whether an unmined L1 transaction can only revert, or would repeat what is done. */
  const isVoid = async (sent: StoredL1Transaction, view: ContractView): Promise<boolean> => {
    switch (sent.purpose) {
      case "fillNonce":
        return false;
      case "pay":
        return (await isPaidByOthers(db, sent)) || (await isHoldingUpBatches(sent));
      case "submitBatch": {
        const batch = await findBatch(db, sent.subject);
        if (batch === undefined || wordHex(batch.point) !== sent.content) return true;
        if (batch.acceptance === null) return view.isFrozen;
        const { l1Transaction } = batch.acceptance;
        return !sent.attempts.some(({ hash }) => Buffer.compare(hash, l1Transaction) === 0);
      }
    }
  };

  /** Whether no ordinary transaction can be sent until it is mined. */
  const isOpenWithBlob = (sent: StoredL1Transaction): boolean =>
    sent.status !== "mined" && sent.blobHash !== null && sent.sender === addressToBigint(account.address);

  /**
   * Whether L1 does not get this payment, however often it is sent, while batches wait for the nonces behind it, or wait
   * with their blobs for it to be mined: they go first, and the payment comes again after them.
   */
  const isHoldingUpBatches = async (sent: StoredL1Transaction): Promise<boolean> => {
    if (sent.attempts.length < MAX_PAYMENT_ATTEMPTS) return false;
    if (status.waitingFor === SEND_WAITS.otherKindPending) return true;
    const live = await loadLiveL1Transactions(db);
    return live.some(
      ({ purpose, nonce, status }) => purpose === "submitBatch" && status !== "mined" && nonce > sent.nonce,
    );
  };

  /** Asks the verifier before any gas is spent; a bad proof is removed and will be made again. */
  const isProofGood = async (batch: StoredBatch): Promise<boolean> => {
    const point = wordHex(batch.point);
    const key = `${batch.firstBlock}:${point}:${batch.readyAtMs}`;
    if (checked.has(key)) return true;
    const proof = batch.proof ?? new Uint8Array();
    const { publicInputs = [] } = batch.proofId === null ? {} : ((await findProof(db, batch.proofId)) ?? {});
    // If it were much too long, an L1 node would refuse the request, not the proof.
    const isShort = proof.length <= MAX_PROOF_BYTES;
    if (isShort && (await isProofAccepted(rollup, batch.circuit, publicInputs, bytesToHex(proof)))) {
      checked.add(key);
      crashPoint("proof-checked");
      return true;
    }
    if (batch.proofId !== null) await rejectProof(db, batch.proofId, clock.nowMs());
    // Whoever sees the count finds the proof gone.
    metrics.badProof();
    const details = { block: batch.firstBlock, point, proofBytes: proof.length, prover: batch.proofDetails };
    const error = new CairnError<NodeErrorCode>("node/proof-rejected", "L1 does not accept a proof", { details });
    logger.error({ err: error, ...details }, "bad proof removed");
    return false;
  };

  /** Last L1 block that the watcher has read. Anything loaded after this call reflects that block. */
  const watcherPosition = async (): Promise<number> => (await findLastL1Block(db))?.number ?? -1;

  /**
   * A settled transaction counts until the watcher has read its block; after that, the watcher's records count.
   * Precondition: `readUpTo` was read before what is owed or pending was loaded, since the watcher goes on meanwhile.
   */
  const isAwaitingWatcher = async (
    purpose: StoredL1Transaction["purpose"],
    subject: number,
    content: string,
    readUpTo: number,
  ): Promise<boolean> => {
    const sent = await findL1Transaction(db, purpose, subject, content);
    return sent?.status === "final" && sent.mined !== null && readUpTo < sent.mined.block;
  };

  const watchBalance = async (live: readonly StoredL1Transaction[]): Promise<boolean> => {
    const balance = await rollup.reader.getBalance({ address: account.address });
    const [unsent, left] = await Promise.all([countReadyBatches(db), countLeftPayouts(db)]);
    metrics.observe({ balanceWei: balance, live: live.length, unsent, left });
    const isLow = balance < settings.lowBalanceWei || sender.isOutOfFunds();
    if (isLow && !status.isBalanceLow) {
      logger.error({ balance: balance.toString(), account: account.address, live: live.length }, "balance is low");
    }
    return isLow;
  };

  const run = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      status = { ...status, state: "failing" };
      throw error;
    }
  };

  const isIdle = (): boolean => status.state === "idle" && status.waitingFor === null;
  const pauseMs = (): number => (isIdle() ? settings.idlePollMs : settings.pollMs);
  const failure = "publisher failed";
  const poller = createPoller({ run, clock, logger, failure, pollMs: pauseMs, maxPauseMs: MAX_PAUSE_MS });
  return {
    start: poller.start,
    poll: poller.poll,
    poke: poller.poke,
    status: () => status,
    stop: async () => {
      isStopped = true;
      await poller.stop();
    },
  };
}

function isFor(
  sent: StoredL1Transaction,
  purpose: StoredL1Transaction["purpose"],
  subject: number,
  content: string,
): boolean {
  return sent.purpose === purpose && sent.subject === subject && sent.content === content;
}
