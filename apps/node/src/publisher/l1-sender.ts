import {
  type Db,
  insertL1Attempt,
  insertL1Transaction,
  type L1Attempt,
  type L1Inclusion,
  type L1TransactionPurpose,
  loadLiveL1Transactions,
  markAttemptSent,
  nextStoredNonce,
  type StoredL1Transaction,
  updateL1Transaction,
} from "@cairn/db";
import type { L1Reader } from "@cairn/l1";
import { addressToBigint, bigintToAddress, bytesToHex, type Hex, hexToBytes } from "@cairn/protocol";
import type { Logger } from "pino";
import { keccak256, type LocalAccount } from "viem";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import { type GasFees, initialFees, replacementFees } from "./fees.ts";
import type { PublisherMetrics } from "./metrics.ts";

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
  readonly to: Hex;
  readonly data: Hex;
  readonly gasLimit: number;
}

/** Carries L1 transactions through the states of the README; every step is stored before it is taken. */
export interface L1Sender {
  /** Stores and broadcasts a call under the next nonce. False while fees are above the cap. Throws what database and RPC throw. */
  readonly send: (call: L1Call) => Promise<boolean>;
  /** Moves every live transaction on by what L1 says now; returns those still live. */
  readonly advance: () => Promise<StoredL1Transaction[]>;
}

const CRASH_STAGE = { submitBatch: "batch", pay: "payout" } as const;

/** A sender for one account; one process at a time. */
export function createL1Sender(settings: SenderSettings, deps: SenderDeps): L1Sender {
  const { db, reader, account, clock, logger, metrics } = deps;
  const sender = addressToBigint(account.address);

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
    const nonce = Math.max(stored, onChain);
    const attempt = await sign(call, nonce, fees);
    const stage = CRASH_STAGE[call.purpose];
    crashPoint(`${stage}-signed`);
    const id = await insertL1Transaction(
      db,
      {
        purpose: call.purpose,
        subject: call.subject,
        sender,
        nonce,
        recipient: addressToBigint(call.to),
        data: hexToBytes(call.data),
        gasLimit: call.gasLimit,
      },
      attempt,
      clock.nowMs(),
    );
    crashPoint(`${stage}-persisted`);
    logger.info({ id, purpose: call.purpose, subject: call.subject, nonce }, "L1 transaction prepared");
    const [transaction] = (await loadLiveL1Transactions(db)).filter((live) => live.id === id);
    if (transaction !== undefined) await broadcast(transaction, attempt);
    return true;
  };

  const advance = async (): Promise<StoredL1Transaction[]> => {
    const latest = await reader.getBlock({ blockTag: "latest" });
    const settledBelow = Number(latest.number) - settings.finalConfirmations + 1;
    for (const transaction of await loadLiveL1Transactions(db)) await step(transaction, settledBelow);
    return loadLiveL1Transactions(db);
  };

  const step = async (transaction: StoredL1Transaction, settledBelow: number): Promise<void> => {
    const found = await findInclusion(transaction);
    if (found !== null) {
      const isSettled = found.inclusion.block <= settledBelow;
      const isNew = transaction.status === "prepared" || transaction.status === "sent";
      if (isNew) crashPoint(`${CRASH_STAGE[transaction.purpose]}-mined-unseen`);
      if (found.isSuccess) await moveTo(transaction, isSettled ? "final" : "mined", found.inclusion, null);
      else if (isSettled) await moveTo(transaction, "failed", found.inclusion, "reverted");
      if (isNew) crashPoint(`${CRASH_STAGE[transaction.purpose]}-mined`);
      return;
    }
    if (transaction.status === "mined") {
      metrics.reorged();
      await moveTo(transaction, "sent", null, null);
    }
    if (await isNonceSpent(transaction, settledBelow)) {
      await moveTo(transaction, "abandoned", null, "another transaction took the nonce");
      return;
    }
    const newest = transaction.attempts.at(-1);
    if (newest === undefined) return;
    const isStuck = newest.sentAtMs !== null && clock.nowMs() - newest.sentAtMs >= settings.bumpAfterMs;
    const fees = isStuck ? replacementFees(newest, await marketFees(), settings.maxFeePerGas) : null;
    if (isStuck && fees === null) metrics.capped();
    if (fees === null) {
      await broadcast(transaction, newest);
      return;
    }
    const replacement = await sign(toCall(transaction), transaction.nonce, fees);
    await insertL1Attempt(db, transaction.id, transaction.attempts.length, replacement);
    crashPoint(`${CRASH_STAGE[transaction.purpose]}-replacement-persisted`);
    metrics.bumped();
    await broadcast(transaction, replacement);
  };

  /** Hands the stored bytes to L1, again when it may have lost them; refusals are left to the next look. */
  const broadcast = async (transaction: StoredL1Transaction, attempt: L1Attempt): Promise<void> => {
    try {
      await reader.sendRawTransaction({ serializedTransaction: bytesToHex(attempt.raw) });
    } catch (error) {
      if (!isKnownAlready(error)) {
        metrics.refused();
        logger.warn({ err: error, id: transaction.id, nonce: transaction.nonce }, "L1 refused a transaction");
        return;
      }
    }
    const isFirst = transaction.status === "prepared";
    if (isFirst) crashPoint(`${CRASH_STAGE[transaction.purpose]}-broadcast`);
    if (attempt.sentAtMs === null) await markAttemptSent(db, transaction.id, attempt.hash, clock.nowMs());
    if (!isFirst) return;
    await moveTo(transaction, "sent", null, null);
    crashPoint(`${CRASH_STAGE[transaction.purpose]}-sent`);
  };

  const findInclusion = async (
    transaction: StoredL1Transaction,
  ): Promise<{ readonly inclusion: L1Inclusion; readonly isSuccess: boolean } | null> => {
    for (const { hash } of transaction.attempts) {
      const receipt = await reader.getTransactionReceipt({ hash: bytesToHex(hash) }).catch((error: unknown) => {
        if (error instanceof Error && error.name === "TransactionReceiptNotFoundError") return null;
        throw error;
      });
      if (receipt === null) continue;
      const inclusion = { hash, block: Number(receipt.blockNumber), blockHash: hexToBytes(receipt.blockHash, 32) };
      return { inclusion, isSuccess: receipt.status === "success" };
    }
    return null;
  };

  /** Whether the chain, as deep as counts as settled, has used the nonce for something else. */
  const isNonceSpent = async ({ nonce }: StoredL1Transaction, settledBelow: number): Promise<boolean> => {
    if (settledBelow < 0) return false;
    const used = await reader.getTransactionCount({ address: account.address, blockNumber: BigInt(settledBelow) });
    return used > nonce;
  };

  const moveTo = async (
    transaction: StoredL1Transaction,
    status: StoredL1Transaction["status"],
    mined: L1Inclusion | null,
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

  const sign = async (call: L1Call, nonce: number, fees: GasFees): Promise<L1Attempt> => {
    const raw = await account.signTransaction({
      type: "eip1559",
      chainId: reader.chain.id,
      nonce,
      to: call.to,
      data: call.data,
      gas: BigInt(call.gasLimit),
      ...fees,
    });
    return { ...fees, hash: hexToBytes(keccak256(raw), 32), raw: hexToBytes(raw), sentAtMs: null };
  };

  return { send, advance };
}

function toCall(transaction: StoredL1Transaction): L1Call {
  return {
    purpose: transaction.purpose,
    subject: transaction.subject,
    to: bigintToAddress(transaction.recipient),
    data: bytesToHex(transaction.data),
    gasLimit: transaction.gasLimit,
  };
}

/** What nodes answer when they hold the very same transaction; clients word it differently. */
function isKnownAlready(error: unknown): boolean {
  return error instanceof Error && /already known|already imported|known transaction|alreadyknown/i.test(error.message);
}
