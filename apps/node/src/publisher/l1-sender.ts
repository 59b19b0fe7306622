import {
  type Db,
  insertL1Attempt,
  insertL1Transaction,
  type L1Attempt,
  type L1TransactionPurpose,
  loadLiveL1Transactions,
  loadSettledL1TransactionsFrom,
  markAttemptSent,
  nextStoredNonce,
  type StoredL1Transaction,
  updateL1Transaction,
} from "@cairn/db";
import { type GasFees, initialFees, type L1Reader, type Refusal, refusalOf, replacementFees } from "@cairn/l1";
import { addressToBigint, bytesToHex, CairnError, type Hex, hexToBytes } from "@cairn/protocol";
import type { Logger } from "pino";
import { keccak256, type LocalAccount } from "viem";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { createHeadTracker } from "./head-tracker.ts";
import type { PublisherMetrics } from "./metrics.ts";
import { createPatience } from "./patience.ts";
import { isSameWork, newestOf, toCall } from "./stored-transaction.ts";
import { type Facts, nextStep, type Step } from "./transitions.ts";

/** How L1 transactions are sent. */
export interface SenderSettings {
  /** Most wei per gas that may ever be offered. */
  readonly maxFeePerGas: bigint;
  /** A transaction pending for this long gets a replacement with higher fees. */
  readonly bumpAfterMs: number;
  /** Blocks on top (itself included) at which an L1 transaction counts as settled. */
  readonly finalConfirmations: number;
}

/** What the sender stands on. */
export interface SenderDeps {
  readonly db: Db;
  readonly reader: L1Reader;
  readonly account: LocalAccount;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: PublisherMetrics;
}

/** A call that is to be made on L1 once. */
export interface L1Call {
  readonly purpose: L1TransactionPurpose;
  /** First block of the batch that it is about. */
  readonly subject: number;
  /** Tells apart what may be done about one subject side by side. */
  readonly content: string;
  readonly to: Hex;
  readonly data: Hex;
  readonly gasLimit: number;
}

/** Carries L1 transactions through the states of the README; every step is stored before it is taken. */
export interface L1Sender {
  /** Stores and broadcasts a call under the next nonce. False while fees are above the cap. Throws what database and RPC throw. */
  readonly send: (call: L1Call) => Promise<boolean>;
  /**
   * Moves every live transaction on by what L1 says now, and gives up those that `isVoid` calls pointless; returns those still
   * live. Throws `node/l1-unavailable` for an L1 node that is behind, and what database and RPC throw.
   */
  readonly advance: (isVoid: (transaction: StoredL1Transaction) => Promise<boolean>) => Promise<StoredL1Transaction[]>;
  /** Whether L1 refused the last broadcast because the account cannot pay. */
  readonly isOutOfFunds: () => boolean;
}

/** What is asked of L1 once for all transactions of a look. */
interface Look {
  readonly settledBelow: number;
  /** Nonces used at the head. */
  readonly used: number;
  /** Nonces used as deep as counts as settled. */
  readonly usedSettled: () => Promise<number>;
  readonly market: () => Promise<GasFees | null>;
}

const CRASH_STAGE = { submitBatch: "batch", pay: "payout" } as const;
const CANCEL_GAS = 21_000;
/** How many times `bumpAfterMs` a transaction of another account, whose key this publisher had before, is waited for. */
const FOREIGN_PATIENCE = 10;
/** Nonces that are filled at a time. */
const MAX_FILLED = 16;
/** How long an L1 node may show an older head, or no receipt for a nonce that is used, before it is believed. */
const BEHIND_PATIENCE_MS = 30_000;

/** A sender for one account; one process at a time. */
export function createL1Sender(settings: SenderSettings, deps: SenderDeps): L1Sender {
  const { db, reader, account, clock, logger, metrics } = deps;
  const sender = addressToBigint(account.address);
  const tracker = createHeadTracker(clock, BEHIND_PATIENCE_MS);
  /** Attempts that L1 refused for their fees. */
  const underpriced = new Set<string>();
  const patience = createPatience(clock, BEHIND_PATIENCE_MS);
  let isOutOfFunds = false;
  let gapSinceMs: number | null = null;

  const send = async (call: L1Call): Promise<boolean> => {
    const fees = await marketFees();
    if (fees === null) {
      metrics.capped();
      return false;
    }
    const [stored, onChain] = await Promise.all([
      nextStoredNonce(db, sender),
      reader.getTransactionCount({ address: account.address, blockTag: "pending" }),
    ]);
    await prepare(call, Math.max(stored, onChain), fees);
    return true;
  };

  const prepare = async (call: L1Call, nonce: number, fees: GasFees): Promise<void> => {
    const attempt = await sign("call", call, nonce, fees);
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

  const takeLook = async (): Promise<Look> => {
    const [latest, used] = await Promise.all([
      reader.getBlock({ blockTag: "latest" }),
      reader.getTransactionCount({ address: account.address, blockTag: "latest" }),
    ]);
    if (tracker.isBehind({ number: Number(latest.number), hash: latest.hash })) {
      throw new CairnError<NodeErrorCode>("node/l1-unavailable", `the L1 node is back at block ${latest.number}`);
    }
    const settledBelow = Number(latest.number) - settings.finalConfirmations + 1;
    return {
      settledBelow,
      used,
      usedSettled: once(async () =>
        settledBelow < 0
          ? 0
          : reader.getTransactionCount({ address: account.address, blockNumber: BigInt(settledBelow) }),
      ),
      market: once(marketFees),
    };
  };

  /** A reorg deeper than what counts as settled has removed transactions whose nonces are free again. */
  const reopenLost = async ({ used }: Look): Promise<void> => {
    const live = await loadLiveL1Transactions(db);
    for (const transaction of await loadSettledL1TransactionsFrom(db, sender, used)) {
      if ((await findReceipt(transaction)) !== null) continue;
      metrics.reorged();
      const isDoneAgain = live.some((other) => isSameWork(other, transaction));
      if (isDoneAgain) await moveTo(transaction, "abandoned", null, "a reorg removed it, another one does its work");
      else await moveTo(transaction, "sent", null, null);
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
    let found = await findReceipt(transaction);
    const isSpent = found === null && isOpen && isOwn && (await look.usedSettled()) > transaction.nonce;
    // Behind one address there may be nodes that know the nonce and nodes that do not know the receipt yet.
    if (isSpent) found = await findReceipt(transaction);
    const isWaiting = found === null && isOpen;
    const common = {
      status,
      newest: newest.kind,
      receipt: found && { ...found, isSettled: found.inclusion.block <= look.settledBelow },
    };
    if (!isOwn) {
      // Signed by a key that is not here any more: it can be sent again, not changed.
      const isLost = isWaiting && pendingMs(newest) >= FOREIGN_PATIENCE * settings.bumpAfterMs;
      return { ...common, isForeign: true, isNonceSpent: isLost, isVoid: false, isStuck: false, raisedFees: null };
    }
    const isVoidNow = isWaiting && !isSpent && newest.kind === "call" && (await isVoid(transaction));
    const isStuck = isWaiting && !isSpent && isPendingTooLong(newest);
    return {
      ...common,
      isForeign: false,
      isNonceSpent: patience.isSoForLong(transaction.id, isWaiting && isSpent),
      isVoid: isVoidNow,
      isStuck,
      raisedFees: isVoidNow || isStuck ? replacementFees(newest, await look.market(), settings.maxFeePerGas) : null,
    };
  };

  const take = async (transaction: StoredL1Transaction, step: Step): Promise<void> => {
    switch (step.type) {
      case "move":
        return moveTo(transaction, step.to, step.mined, step.failure);
      case "wait":
        if (step.isCapped) metrics.capped();
        return;
      case "broadcast":
        if (step.isCapped) metrics.capped();
        return broadcast(transaction, newestOf(transaction));
      case "replace": {
        const replacement = await sign(step.kind, toCall(transaction), transaction.nonce, step.fees);
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
    return waitedMs < 0 || waitedMs >= settings.bumpAfterMs || underpriced.has(bytesToHex(newest.hash));
  };

  /** Hands the stored bytes to L1, again when it may have lost them; refusals are left to the next look. */
  const broadcast = async (transaction: StoredL1Transaction, attempt: L1Attempt): Promise<void> => {
    const refusal = await offer(attempt);
    isOutOfFunds = refusal === "insufficientFunds";
    if (refusal === "replacementUnderpriced" || refusal === "feeTooLow") underpriced.add(bytesToHex(attempt.hash));
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
    await moveTo(transaction, "sent", null, null);
    reach(transaction.purpose, "sent");
  };

  const offer = async (attempt: L1Attempt): Promise<Refusal | null> => {
    try {
      await reader.sendRawTransaction({ serializedTransaction: bytesToHex(attempt.raw) });
      return null;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === "other") logger.warn({ err: error }, "L1 took no transaction");
      return refusal;
    }
  };

  /** Nonces that nothing pending holds keep all later ones from being mined: they are used up for nothing. */
  const fillGap = async (look: Look): Promise<void> => {
    const live = await loadLiveL1Transactions(db);
    const waiting = live.filter((one) => one.status !== "mined" && one.sender === sender);
    const lowest = Math.min(...waiting.map(({ nonce }) => nonce));
    const isMissing =
      waiting.length > 0 &&
      look.used < lowest &&
      (await reader.getTransactionCount({ address: account.address, blockTag: "pending" })) <= look.used;
    if (!isMissing) {
      gapSinceMs = null;
      return;
    }
    gapSinceMs ??= clock.elapsedMs();
    const fees = await look.market();
    if (clock.elapsedMs() - gapSinceMs < settings.bumpAfterMs || fees === null) return;
    for (let nonce = look.used; nonce < Math.min(lowest, look.used + MAX_FILLED); nonce++) {
      logger.warn({ nonce }, "a missing nonce is filled");
      const call = { to: account.address, data: "0x", gasLimit: CANCEL_GAS } as const;
      await prepare({ purpose: "fillNonce", subject: nonce, content: "", ...call }, nonce, fees);
    }
    gapSinceMs = null;
  };

  const findReceipt = async (
    transaction: StoredL1Transaction,
  ): Promise<Omit<NonNullable<Facts["receipt"]>, "isSettled"> | null> => {
    for (const { hash, kind } of transaction.attempts) {
      const receipt = await reader.getTransactionReceipt({ hash: bytesToHex(hash) }).catch((error: unknown) => {
        if (error instanceof Error && error.name === "TransactionReceiptNotFoundError") return null;
        throw error;
      });
      if (receipt === null) continue;
      const inclusion = { hash, block: Number(receipt.blockNumber), blockHash: hexToBytes(receipt.blockHash, 32) };
      return { kind, inclusion, isSuccess: receipt.status === "success" };
    }
    return null;
  };

  const moveTo = async (
    transaction: StoredL1Transaction,
    status: StoredL1Transaction["status"],
    mined: StoredL1Transaction["mined"],
    failure: string | null,
  ): Promise<void> => {
    const isSame = transaction.status === status && transaction.mined?.block === mined?.block;
    if (isSame) return;
    await updateL1Transaction(db, transaction.id, { status, mined, failure, atMs: clock.nowMs() });
    metrics.moved(transaction.purpose, status);
    const { id, purpose, subject, nonce } = transaction;
    const report = status === "failed" || status === "abandoned" ? "warn" : "info";
    logger[report]({ id, purpose, subject, nonce, from: transaction.status, to: status, failure }, "L1 transaction");
  };

  const marketFees = async (): Promise<GasFees | null> => {
    const [block, priority] = await Promise.all([
      reader.getBlock({ blockTag: "latest" }),
      reader.estimateMaxPriorityFeePerGas(),
    ]);
    return initialFees(block.baseFeePerGas ?? 0n, priority, settings.maxFeePerGas);
  };

  const sign = async (
    kind: L1Attempt["kind"],
    call: Pick<L1Call, "to" | "data" | "gasLimit">,
    nonce: number,
    fees: GasFees,
  ): Promise<L1Attempt> => {
    const content =
      kind === "call"
        ? { to: call.to, data: call.data, gas: BigInt(call.gasLimit) }
        : { to: account.address, gas: BigInt(CANCEL_GAS) };
    const raw = await account.signTransaction({
      type: "eip1559",
      chainId: reader.chain.id,
      nonce,
      ...content,
      ...fees,
    });
    const hash = hexToBytes(keccak256(raw), 32);
    return { ...fees, kind, hash, raw: hexToBytes(raw), createdAtMs: clock.nowMs(), sentAtMs: null };
  };

  return { send, advance, isOutOfFunds: () => isOutOfFunds };
}

type CrashStep = "signed" | "persisted" | "broadcast" | "sent" | "replacement-persisted" | "mined-unseen" | "mined";

function reach(purpose: L1TransactionPurpose, step: CrashStep): void {
  if (purpose !== "fillNonce") crashPoint(`${CRASH_STAGE[purpose]}-${step}`);
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask();
    return answer;
  };
}
