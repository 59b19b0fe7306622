import { rollupAbi } from "@cairn/contracts";
import {
  type Database,
  discardProof,
  findBatch,
  findBlock,
  findL1Transaction,
  findLastL1Block,
  type L1TransactionPurpose,
  loadBlockPayouts,
  loadBlocksOwing,
  loadPendingBatches,
  type StoredBatch,
  type StoredL1Transaction,
} from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import { bytesToHex, CairnError } from "@cairn/protocol";
import type { Logger } from "pino";
import { BaseError, ContractFunctionRevertedError, decodeErrorResult, isHex, type LocalAccount } from "viem";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { wordHex } from "../json.ts";
import { type PublishedBatch, payCall, submitCall } from "./batch-calls.ts";
import { createL1Sender, type L1Call, type SenderSettings } from "./l1-sender.ts";
import type { PublisherMetrics } from "./metrics.ts";

/** How the publisher works. */
export interface PublisherSettings extends SenderSettings {
  readonly pollMs: number;
  /** L1 transactions under way at a time. */
  readonly maxLive: number;
  /** Below this balance of the account an alarm is logged and counted. */
  readonly lowBalanceWei: bigint;
}

/** What the publisher stands on. */
export interface PublisherDeps {
  readonly database: Database;
  readonly rollup: L1Rollup;
  readonly account: LocalAccount;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: PublisherMetrics;
}

/** Brings proven batches to L1 and pays what they owe. */
export interface Publisher {
  readonly start: () => void;
  /** Does what can be done now. Throws what database and RPC throw. */
  readonly poll: () => Promise<void>;
  readonly status: () => { readonly state: "idle" | "working" | "failing"; readonly isBalanceLow: boolean };
  readonly stop: () => Promise<void>;
}

const MAX_BACKOFF_MS = 30_000;
const VERIFIER_ABI = [
  {
    type: "function",
    name: "verify",
    stateMutability: "view",
    inputs: [
      { name: "proof", type: "bytes" },
      { name: "publicInputs", type: "bytes32[]" },
    ],
    outputs: [{ name: "", type: "bool" }],
  },
] as const;

/** A publisher for one L1 account; one process at a time. */
export function createPublisher(settings: PublisherSettings, deps: PublisherDeps): Publisher {
  const { rollup, account, clock, logger, metrics } = deps;
  const { db } = deps.database;
  const sender = createL1Sender(settings, { ...deps, db, reader: rollup.reader });
  const checked = new Set<string>();
  let state: "idle" | "working" | "failing" = "idle";
  let isBalanceLow = false;
  let current: Promise<void> | null = null;
  let cancel: () => void = () => undefined;
  let isStopped = false;

  const work = async (): Promise<void> => {
    const live = await sender.advance();
    await watchBalance(live);
    await submitProven(live);
    await payOwed(live);
    state = live.length > 0 ? "working" : "idle";
  };

  /** Batches go in order; those behind one that is under way follow it at once, each under its own nonce. */
  const submitProven = async (live: readonly StoredL1Transaction[]): Promise<void> => {
    let room = settings.maxLive - live.length;
    const underWay = new Set(live.filter(({ purpose }) => purpose === "submitBatch").map(({ subject }) => subject));
    const pending = await loadPendingBatches(db);
    metrics.observe({
      balanceWei: await rollup.reader.getBalance({ address: account.address }),
      live: live.length,
      unsent: pending.filter(({ proof }) => proof !== null).length,
    });
    for (const [position, batch] of pending.entries()) {
      if (underWay.has(batch.firstBlock) || (await isAwaitingWatcher("submitBatch", batch.firstBlock))) continue;
      if (batch.proof === null || room <= 0 || isStopped) return;
      if (!(await isProofGood(batch))) return;
      const published = await gather(batch);
      if (published === null || !(await isTimely(published))) return;
      const call = submitCall(rollup.address, published);
      const isNext = position === 0;
      if (isNext && !(await succeeds(call))) return;
      if (!(await sender.send(call))) return;
      room--;
    }
  };

  const payOwed = async (live: readonly StoredL1Transaction[]): Promise<void> => {
    const underWay = new Set(live.filter(({ purpose }) => purpose === "pay").map(({ subject }) => subject));
    for (const number of await loadBlocksOwing(db)) {
      if (underWay.has(number) || isStopped || (await isAwaitingWatcher("pay", number))) continue;
      const batch = await findBatch(db, number);
      const published = batch?.acceptance == null ? null : await gather(batch);
      if (published === null) continue;
      const call = payCall(rollup.address, published);
      if (!(await succeeds(call))) continue;
      if (!(await sender.send(call))) return;
    }
  };

  /** Asks the verifier itself, before any gas is spent; a bad proof is removed, so that it is made again. */
  const isProofGood = async (batch: StoredBatch): Promise<boolean> => {
    const key = `${batch.firstBlock}:${wordHex(batch.publicInput)}:${batch.provedAtMs}`;
    if (checked.has(key)) return true;
    const { reader, address } = rollup;
    const { verifier } = await reader.readContract({
      address,
      abi: rollupAbi,
      functionName: "circuit",
      args: [batch.circuitType],
    });
    const isAccepted = await reader
      .readContract({
        address: verifier,
        abi: VERIFIER_ABI,
        functionName: "verify",
        args: [bytesToHex(batch.proof ?? new Uint8Array()), [wordHex(batch.publicInput)]],
      })
      .catch((error: unknown) => {
        if (error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError)) {
          return false;
        }
        throw error;
      });
    if (isAccepted) {
      checked.add(key);
      crashPoint("proof-checked");
      return true;
    }
    metrics.badProof();
    const details = {
      block: batch.firstBlock,
      publicInput: wordHex(batch.publicInput),
      proofBytes: batch.proof?.length,
    };
    const error = new CairnError<NodeErrorCode>("node/proof-rejected", "L1 does not accept a proof", { details });
    logger.error({ err: error, ...details }, "bad proof discarded");
    await discardProof(db, batch.firstBlock);
    return false;
  };

  /** A settled transaction counts until the watcher has read the block that holds it; then the watcher's word does. */
  const isAwaitingWatcher = async (purpose: L1TransactionPurpose, subject: number): Promise<boolean> => {
    const sent = await findL1Transaction(db, purpose, subject);
    if (sent?.status !== "final" || sent.mined === null) return false;
    return ((await findLastL1Block(db))?.number ?? -1) < sent.mined.block;
  };

  /** L1 refuses a block whose time has not come there. */
  const isTimely = async ({ block }: PublishedBatch): Promise<boolean> =>
    (await nextTimestamp()) >= BigInt(block.timestamp);

  const nextTimestamp = async (): Promise<bigint> => {
    const { timestamp } = await rollup.reader.getBlock({ blockTag: "latest" });
    const now = BigInt(Math.floor(clock.nowMs() / 1000));
    return timestamp > now ? timestamp : now;
  };

  const succeeds = async (call: L1Call): Promise<boolean> => {
    try {
      await rollup.reader.call({
        account: account.address,
        to: call.to,
        data: call.data,
        gas: BigInt(call.gasLimit),
        // As in the next block, which is younger than the latest one.
        blockOverrides: { time: await nextTimestamp() },
      });
      return true;
    } catch (error) {
      const reason = revertReason(error);
      if (reason === null) throw error;
      logger.warn({ purpose: call.purpose, subject: call.subject, reason }, "L1 would refuse a call");
      return false;
    }
  };

  const gather = async (batch: StoredBatch): Promise<PublishedBatch | null> => {
    const block = await findBlock(db, batch.firstBlock);
    return block === undefined ? null : { batch, block, payouts: await loadBlockPayouts(db, batch.firstBlock) };
  };

  const watchBalance = async (live: readonly StoredL1Transaction[]): Promise<void> => {
    const balance = await rollup.reader.getBalance({ address: account.address });
    const isLow = balance < settings.lowBalanceWei;
    if (isLow && !isBalanceLow) {
      logger.error({ balance: balance.toString(), account: account.address, live: live.length }, "balance is low");
    }
    isBalanceLow = isLow;
  };

  const poll = (): Promise<void> => {
    current ??= work()
      .catch((error: unknown) => {
        state = "failing";
        throw error;
      })
      .finally(() => {
        current = null;
      });
    return current;
  };

  const loop = (delayMs: number): void => {
    cancel = clock.after(delayMs, () => {
      poll().then(
        () => loop(settings.pollMs),
        (error: unknown) => {
          logger.error({ err: error }, "publisher failed");
          loop(Math.min(Math.max(2 * delayMs, settings.pollMs), MAX_BACKOFF_MS));
        },
      );
    });
    if (isStopped) cancel();
  };

  return {
    start: () => loop(0),
    poll,
    status: () => ({ state, isBalanceLow }),
    stop: async () => {
      isStopped = true;
      cancel();
      await current?.catch(() => undefined);
    },
  };
}

/** Name of the contract error that a call ran into; null when it failed for another cause. */
function revertReason(error: unknown): string | null {
  if (!(error instanceof BaseError)) return null;
  const carrier = error.walk(
    (cause) => typeof cause === "object" && cause !== null && "data" in cause && isHex(cause.data),
  );
  if (carrier === null || typeof carrier !== "object" || !("data" in carrier) || !isHex(carrier.data)) {
    return /revert/i.test(error.message) ? "reverted" : null;
  }
  try {
    return decodeErrorResult({ abi: rollupAbi, data: carrier.data }).errorName;
  } catch {
    return carrier.data.slice(0, 10);
  }
}
