import {
  type Db,
  findL1Sidecar,
  insertL1Attempt,
  insertL1Transaction,
  isL1AttemptStored,
  type L1Attempt,
  type L1TransactionPurpose,
  loadLiveL1Transactions,
  loadSettledL1TransactionsFrom,
  markAttemptSent,
  nextStoredNonce,
  type StoredL1Transaction,
  updateL1Transaction,
} from "@cairn/db";
import type { L1Reader, Refusal } from "@cairn/l1";
import { addressToBigint, bytesToHex, CairnError, hexToBytes } from "@cairn/protocol";
import type { Logger } from "pino";
import type { LocalAccount } from "viem";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { CANCEL_GAS, createL1Access } from "./l1-access.ts";
import type { L1Call } from "./l1-call.ts";
import { BEHIND_PATIENCE_MS, createLooker, type Look } from "./look.ts";
import type { PublisherMetrics } from "./metrics.ts";
import { createPatience } from "./patience.ts";
import { type FeeCaps, type L1Fees, leastReplacement, raiseOf } from "./raised-fees.ts";
import { isSameWork, newestOf, type SignableCall, toCall } from "./stored-transaction.ts";
import { type Facts, nextStep, type Step } from "./transitions.ts";

/** How L1 transactions are sent. */
export interface SenderSettings {
  /** Highest wei per gas ever offered. */
  readonly maxFeePerGas: bigint;
  /** Highest wei per blob gas ever offered. */
  readonly maxFeePerBlobGas: bigint;
  /** A transaction pending for this long gets a replacement with higher fees. */
  readonly bumpAfterMs: number;
  /** Confirmations (its own block included) at which an L1 transaction counts as settled. */
  readonly finalConfirmations: number;
}

/** Dependencies of the sender. */
export interface SenderDeps {
  readonly db: Db;
  readonly reader: L1Reader;
  readonly account: LocalAccount;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: PublisherMetrics;
}

/** What became of a call to send. */
export type SendOutcome =
  | "sent"
  /** Gas costs more than the cap. */
  | "capped"
  /** One kind of gas costs more than is first offered for it with a blob; without one it would be sent. */
  | "blobsCapped"
  /**
   * Blob transactions of the account are pending and this is an ordinary one, or the reverse: L1 nodes take only one
   * kind of an account at a time.
   */
  | "otherKindPending"
  /** An unknown transaction holds the account's next nonce, or L1 says so. */
  | "nonceTaken";

/** Moves L1 transactions through the states of the README; every step is stored before it is taken. */
export interface L1Sender {
  /**
   * Stores and broadcasts a call under the next nonce, if it can. Throws `node/oversized-transaction`, with nothing stored, for
   * what no L1 node would pass on, and what database and RPC throw.
   */
  readonly send: (call: L1Call) => Promise<SendOutcome>;
  /**
   * Advances every live transaction by what L1 says now, and gives up those for which `isVoid` holds; returns those
   * still live. Throws `node/l1-unavailable` for an L1 node that is behind, and what database and RPC throw.
   */
  readonly advance: (isVoid: (transaction: StoredL1Transaction) => Promise<boolean>) => Promise<StoredL1Transaction[]>;
  /** Whether L1 refused the last broadcast because the account cannot pay. */
  readonly isOutOfFunds: () => boolean;
}

const CRASH_STAGE = { submitBatch: "batch", pay: "payout" } as const;
/** How many times `bumpAfterMs` to wait for a transaction of another account, whose key this publisher used before. */
const FOREIGN_PATIENCE = 10;
/** L1 nodes take no larger transaction, without the sidecar of its blob; a replacement may be a few bytes longer. */
const MAX_TRANSACTION_BYTES = 131_072 - 64;
/** Nonces filled at a time. */
const MAX_FILLED = 16;

/** A sender for one account; one process at a time. */
export function createL1Sender(settings: SenderSettings, deps: SenderDeps): L1Sender {
  const { db, reader, account, clock, logger, metrics } = deps;
  const sender = addressToBigint(account.address);
  const caps: FeeCaps = { gas: settings.maxFeePerGas, blobGas: settings.maxFeePerBlobGas };
  const access = createL1Access(caps, { reader, account, clock, logger });
  /** L1's answers to the newest attempts that it refused for their fees. */
  const refusals = new Map<string, Refusal>();
  const patience = createPatience(clock, BEHIND_PATIENCE_MS);
  const takeLook = createLooker({ reader, access, clock, finalConfirmations: settings.finalConfirmations });
  let isOutOfFunds = false;
  let gapSinceMs: number | null = null;
  let takenSinceMs: number | null = null;

  const send = async (call: L1Call): Promise<SendOutcome> => {
    const fees = await access.firstFees(call.blob === undefined ? "ordinary" : "blob");
    if (fees === null) {
      metrics.capped();
      const isOnlyBlobs = call.blob !== undefined && (await access.firstFees("ordinary")) !== null;
      return isOnlyBlobs ? "blobsCapped" : "capped";
    }
    const [stored, used, pending] = await Promise.all([
      nextStoredNonce(db, sender),
      access.usedNonces("latest"),
      access.usedNonces("pending"),
    ]);
    const nonce = Math.max(stored, used);
    const open = await loadOpen();
    if (open.some(({ blobHash }) => (blobHash === null) !== (call.blob === undefined))) return "otherKindPending";
    if (isTaken(pending > nonce) || open.some((one) => isBlocked(newestOf(one)))) return "nonceTaken";
    await prepare(call, nonce, fees);
    return "sent";
  };

  /**
   * Whether to leave the nonce to someone else's transaction that L1 reports as pending, for as long as our own may
   * take. After that the nonce is used anyway: a node that always counts too high would otherwise block everything.
   */
  const isTaken = (isClaimed: boolean): boolean => {
    if (!isClaimed) takenSinceMs = null;
    else takenSinceMs ??= clock.elapsedMs();
    return takenSinceMs !== null && clock.elapsedMs() - takenSinceMs < settings.bumpAfterMs;
  };

  /** This account's transactions that are not mined. */
  const loadOpen = async (): Promise<StoredL1Transaction[]> =>
    (await loadLiveL1Transactions(db)).filter((one) => one.sender === sender && one.status !== "mined");

  /** Whether it waits for a nonce that something else holds; anything sent after it would wait behind it. */
  const isBlocked = (attempt: L1Attempt): boolean =>
    refusals.get(bytesToHex(attempt.hash)) === "replacementUnderpriced";

  /** Signs a call. After a deep reorg the same bytes may belong to a transaction that was given up: others take its place. */
  const signNew = async (call: SignableCall, nonce: number, fees: L1Fees): Promise<L1Attempt> => {
    const attempt = await access.sign("call", call, nonce, fees);
    if (!(await isL1AttemptStored(db, attempt.hash))) return attempt;
    return signNew(call, nonce, { ...fees, maxFeePerGas: fees.maxFeePerGas + 1n });
  };

  const prepare = async (call: L1Call, nonce: number, fees: L1Fees): Promise<void> => {
    const { blob = null } = call;
    const attempt = await signNew({ ...call, blobHash: blob?.versionedHash ?? null }, nonce, fees);
    assertSendable(call, attempt);
    reach(call.purpose, "signed");
    const { purpose, subject, content, gasLimit } = call;
    const id = await insertL1Transaction(
      db,
      {
        purpose,
        subject,
        content,
        sender,
        nonce,
        recipient: addressToBigint(call.to),
        data: hexToBytes(call.data),
        gasLimit,
      },
      attempt,
      clock.nowMs(),
      blob,
    );
    reach(purpose, "persisted");
    logger.info({ id, purpose, subject, nonce }, "L1 transaction prepared");
    const [transaction] = (await loadLiveL1Transactions(db)).filter((live) => live.id === id);
    if (transaction !== undefined) await broadcast(transaction, attempt);
  };

  const advance: L1Sender["advance"] = async (isVoid) => {
    const look = await takeLook();
    await reopenLost(look);
    for (const transaction of await loadLiveL1Transactions(db)) await advanceOne(transaction, look, isVoid);
    await fillGap(look);
    return loadLiveL1Transactions(db);
  };

  /** A reorg deeper than what counts as settled has removed transactions whose nonces are free again. */
  const reopenLost = async ({ used }: Look): Promise<void> => {
    const live = await loadLiveL1Transactions(db);
    for (const transaction of await loadSettledL1TransactionsFrom(db, sender, used)) {
      if ((await access.findReceipt(transaction)) !== null) continue;
      metrics.reorged();
      const isDoneAgain = live.some((other) => isSameWork(other, transaction));
      const isWithoutBlob = transaction.blobHash !== null && (await findL1Sidecar(db, transaction.id)) === undefined;
      if (isDoneAgain) await moveTo(transaction, "abandoned", unmined("a reorg removed it, another one replaces it"));
      else if (isWithoutBlob)
        await moveTo(transaction, "abandoned", unmined("a reorg removed it, and its blob is gone"));
      else await moveTo(transaction, "sent", unmined(null));
    }
  };

  const advanceOne = async (
    transaction: StoredL1Transaction,
    look: Look,
    isVoid: (transaction: StoredL1Transaction) => Promise<boolean>,
  ): Promise<void> => {
    const facts = await gather(transaction, look, isVoid);
    const step = nextStep(facts);
    const isNews = facts.receipt !== null && (transaction.status === "prepared" || transaction.status === "sent");
    if (isNews) reach(transaction.purpose, "mined-unseen");
    await take(transaction, step);
    if (isNews) reach(transaction.purpose, "mined");
    if (step.type !== "move" || step.to !== "sent") return;
    metrics.reorged();
    const [back] = (await loadLiveL1Transactions(db)).filter(({ id }) => id === transaction.id);
    if (back !== undefined) await take(back, nextStep(await gather(back, look, isVoid)));
  };

  const gather = async (
    transaction: StoredL1Transaction,
    look: Look,
    isVoid: (transaction: StoredL1Transaction) => Promise<boolean>,
  ): Promise<Facts> => {
    const { status } = transaction;
    const newest = newestOf(transaction);
    const isOpen = status === "prepared" || status === "sent";
    const isOwn = transaction.sender === sender;
    let found = await access.findReceipt(transaction);
    const isSpent = found === null && isOpen && isOwn && (await look.usedSettled()) > transaction.nonce;
    // Behind one address, some nodes may know the nonce while others do not have the receipt yet.
    if (isSpent) found = await access.findReceipt(transaction);
    const isWaiting = found === null && isOpen;
    const common = {
      status,
      newest: newest.kind,
      receipt: found && { ...found, isSettled: found.inclusion.block <= look.settledBelow },
    };
    if (!isOwn) {
      // Signed by a key that is no longer here: it can be resent but not changed.
      const isLost = isWaiting && pendingMs(newest) >= FOREIGN_PATIENCE * settings.bumpAfterMs;
      return {
        ...common,
        isForeign: true,
        isNonceSpent: isLost,
        isVoid: false,
        isStuck: false,
        isOutbid: false,
        raisedFees: null,
      };
    }
    const isVoidNow = isWaiting && !isSpent && newest.kind === "call" && (await isVoid(transaction));
    // Only the next one: those behind it would wait just as long at any price.
    const isNext = transaction.nonce <= look.used;
    const isStuck = isWaiting && !isSpent && isNext && isPendingTooLong(newest);
    const raise =
      isVoidNow || isStuck
        ? raiseOf({ newest, isBlocked: isBlocked(newest), market: await look.market(transaction), caps })
        : { type: "enough" as const };
    const isEnough = !isVoidNow && raise.type === "enough";
    return {
      ...common,
      isForeign: false,
      isNonceSpent: patience.isSoForLong(transaction.id, isWaiting && isSpent),
      isVoid: isVoidNow,
      isStuck: isStuck && !isEnough,
      isOutbid: raise.type === "raise" && raise.isOutbid,
      raisedFees: raise.type === "raise" ? raise.fees : isVoidNow ? leastReplacement(newest, null, caps) : null,
    };
  };

  const take = async (transaction: StoredL1Transaction, step: Step): Promise<void> => {
    switch (step.type) {
      case "move":
        return moveTo(transaction, step.to, step);
      case "wait":
        if (step.isCapped) metrics.capped();
        return;
      case "broadcast":
        if (step.isCapped) metrics.capped();
        return broadcast(transaction, newestOf(transaction));
      case "replace": {
        const replacement = await access.sign(step.kind, toCall(transaction), transaction.nonce, step.fees);
        await insertL1Attempt(db, transaction.id, transaction.attempts.length, replacement);
        reach(transaction.purpose, "replacement-persisted");
        if (step.kind === newestOf(transaction).kind) metrics.bumped();
        else logger.warn({ id: transaction.id, nonce: transaction.nonce }, "L1 transaction given up");
        return broadcast(transaction, replacement);
      }
    }
  };

  const pendingMs = (newest: L1Attempt): number => clock.nowMs() - (newest.sentAtMs ?? newest.createdAtMs);

  /** A clock that was set back makes a replacement come early, never late. */
  const isPendingTooLong = (newest: L1Attempt): boolean => {
    const waitedMs = pendingMs(newest);
    const isTooLow = refusals.get(bytesToHex(newest.hash)) === "feeTooLow";
    return waitedMs < 0 || waitedMs >= settings.bumpAfterMs || isTooLow;
  };

  /** Sends the stored bytes to L1, again when it may have lost them; refusals are left to the next pass. */
  const broadcast = async (transaction: StoredL1Transaction, attempt: L1Attempt): Promise<void> => {
    const sidecar = transaction.blobHash === null ? null : await findL1Sidecar(db, transaction.id);
    if (sidecar === undefined) return abandonBlobless(transaction);
    const refusal = await access.offer(attempt, sidecar);
    isOutOfFunds = refusal === "insufficientFunds";
    if (refusal === null || refusal === "known") refusals.delete(bytesToHex(attempt.hash));
    else refusals.set(bytesToHex(attempt.hash), refusal);
    if (refusal !== null && refusal !== "known") {
      metrics.refused();
      const { id, nonce } = transaction;
      const isExpected = refusal === "nonceUsed";
      logger[isExpected ? "debug" : "warn"]({ id, nonce, refusal }, "L1 refused a transaction");
      return;
    }
    const isFirst = transaction.status === "prepared";
    if (isFirst) reach(transaction.purpose, "broadcast");
    if (attempt.sentAtMs === null) await markAttemptSent(db, transaction.id, attempt.hash, clock.nowMs());
    if (!isFirst) return;
    await moveTo(transaction, "sent", unmined(null));
    reach(transaction.purpose, "sent");
  };

  /** Without its sidecar no L1 node takes it; whoever wanted the call sends it anew. */
  const abandonBlobless = (transaction: StoredL1Transaction): Promise<void> =>
    moveTo(transaction, "abandoned", unmined("its blob is gone"));

  /**
   * Nonces that none of our transactions holds keep all later ones from being mined. After some patience they are
   * filled with empty transactions, whatever else may be pending under them; below a blob transaction, with its blob.
   */
  const fillGap = async (look: Look): Promise<void> => {
    const live = await loadLiveL1Transactions(db);
    const own = live.filter((one) => one.sender === sender);
    const [next] = own.filter(({ status }) => status !== "mined");
    if (next === undefined || look.used >= next.nonce) {
      gapSinceMs = null;
      return;
    }
    gapSinceMs ??= clock.elapsedMs();
    const fees = await access.firstFees(next.blobHash === null ? "ordinary" : "blob");
    const blob = await blobOf(next);
    const lowest = next.nonce;
    if (clock.elapsedMs() - gapSinceMs < settings.bumpAfterMs || fees === null) return;
    for (let nonce = look.used; nonce < Math.min(lowest, look.used + MAX_FILLED); nonce++) {
      if (own.some((one) => one.nonce === nonce)) continue;
      logger.warn({ nonce }, "filling a missing nonce");
      const call = { to: account.address, data: "0x", gasLimit: CANCEL_GAS } as const;
      await prepare({ purpose: "fillNonce", subject: nonce, content: "", ...call, ...blob }, nonce, fees);
    }
    gapSinceMs = null;
  };

  const blobOf = async ({ id, blobHash }: StoredL1Transaction): Promise<Pick<L1Call, "blob">> => {
    const sidecar = blobHash === null ? undefined : await findL1Sidecar(db, id);
    return blobHash === null || sidecar === undefined ? {} : { blob: { versionedHash: blobHash, sidecar } };
  };

  const moveTo = async (
    transaction: StoredL1Transaction,
    status: StoredL1Transaction["status"],
    { mined, cost, failure }: Outcome,
  ): Promise<void> => {
    const isSame = transaction.status === status && transaction.mined?.block === mined?.block;
    if (isSame) return;
    await updateL1Transaction(db, transaction.id, { status, mined, cost, failure, atMs: clock.nowMs() });
    metrics.moved(transaction.purpose, status);
    const { id, purpose, subject, nonce } = transaction;
    const report = status === "failed" || status === "abandoned" ? "warn" : "info";
    logger[report]({ id, purpose, subject, nonce, from: transaction.status, to: status, failure }, "L1 transaction");
  };

  return { send, advance, isOutOfFunds: () => isOutOfFunds };
}

/** What became of a transaction on L1. */
type Outcome = Pick<Extract<Step, { readonly type: "move" }>, "mined" | "cost" | "failure">;

function unmined(failure: string | null): Outcome {
  return { mined: null, cost: null, failure };
}

/** Under its nonce, all later ones would wait for ever. */
function assertSendable({ purpose, subject }: L1Call, { raw: { length: bytes } }: L1Attempt): void {
  if (bytes <= MAX_TRANSACTION_BYTES) return;
  const problem = `a transaction for ${purpose} ${subject} has ${bytes} bytes, and L1 takes ${MAX_TRANSACTION_BYTES}`;
  const details = { purpose, subject, bytes, allowed: MAX_TRANSACTION_BYTES };
  throw new CairnError<NodeErrorCode>("node/oversized-transaction", problem, { details });
}

type CrashStep = "signed" | "persisted" | "broadcast" | "sent" | "replacement-persisted" | "mined-unseen" | "mined";

function reach(purpose: L1TransactionPurpose, step: CrashStep): void {
  if (purpose !== "fillNonce") crashPoint(`${CRASH_STAGE[purpose]}-${step}`);
}
