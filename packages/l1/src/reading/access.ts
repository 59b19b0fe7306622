import type { CairnError } from "@cairn/protocol";
import { BaseError } from "viem";
import type { L1Rollup } from "../connection.ts";
import { delay } from "../delay.ts";
import { type L1ErrorCode, l1Error } from "../errors.ts";
import { isAnswer, isBusy, isMissingHistory, isMissingState, isRefusal } from "./refusals.ts";

/** Pause after the first failure of a read; it doubles with each further one. */
const FIRST_DELAY_MS = 250;
/** Pauses stop growing after this many failures. */
const LONGEST_DELAY = 6;
const ATTEMPTS = 5;

/** A rollup on an L1 RPC that may be slow, limited, behind or wrong. */
export interface L1Access {
  readonly rollup: L1Rollup;
  /**
   * Runs a read, and again after failures that a retry may cure. Throws `l1/unavailable` when it keeps failing,
   * `l1/state-missing` when the RPC refuses a state and `l1/history-pruned` when it refuses old events, transactions or
   * blocks; a revert of the contract is thrown at once.
   */
  readonly call: <T>(what: string, read: () => Promise<T>) => Promise<T>;
  /** Whether a read that has failed this often may be retried. */
  readonly mayRetry: (error: unknown, failures: number) => boolean;
  /** Waits, longer after more failures. Throws the reason when the work is aborted meanwhile. */
  readonly pause: (failures: number) => Promise<void>;
  /** Throws the reason when the work was aborted. */
  readonly throwIfAborted: () => void;
}

/** How {@link createL1Access} deals with failures. */
export interface L1AccessOptions {
  readonly signal?: AbortSignal;
  /** Attempts per read; 5 by default. */
  readonly attempts?: number;
  /** Pause after the first failure; 250 by default. */
  readonly firstDelayMs?: number;
  /** Which failures may be retried: all, or only refusals by the RPC, not failed connections. */
  readonly retry?: "all" | "refusals";
  /** Waits; by default with the platform's timers. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Reads `rollup` with retries.
 *
 * @example const access = createL1Access(rollupAt(reader, address), { attempts: 3 });
 */
export function createL1Access(rollup: L1Rollup, options: L1AccessOptions = {}): L1Access {
  const { signal, attempts = ATTEMPTS, firstDelayMs = FIRST_DELAY_MS, retry = "all" } = options;
  const sleep = options.sleep ?? ((ms: number) => delay(ms, signal));
  const throwIfAborted = (): void => signal?.throwIfAborted();
  const mayRetry = (error: unknown, failures: number): boolean =>
    failures < attempts && !isAnswer(error) && (retry === "all" || isRefusal(error) || isBusy(error));
  const pause = (failures: number): Promise<void> => sleep(firstDelayMs * 2 ** (Math.min(failures, LONGEST_DELAY) - 1));
  return {
    rollup,
    throwIfAborted,
    mayRetry,
    pause,
    async call(what, read) {
      for (let failures = 1; ; failures++) {
        throwIfAborted();
        try {
          return await read();
        } catch (error) {
          if (isAnswer(error)) throw error;
          const isForgotten = isMissingState(error) || isMissingHistory(error);
          if (isForgotten || !mayRetry(error, failures)) throw unavailable(what, error);
          await pause(failures);
        }
      }
    },
  };
}

/**
 * The error of a read that failed for good: `l1/state-missing` for a state that the RPC does not have,
 * `l1/history-pruned` for what it has forgotten of L1's history, else `l1/unavailable`.
 */
export function unavailable(what: string, cause: unknown): CairnError {
  return l1Error(codeOf(cause), `L1 cannot provide ${what}: ${reasonOf(cause)}`, { cause });
}

function codeOf(cause: unknown): L1ErrorCode {
  if (isMissingHistory(cause)) return "l1/history-pruned";
  return isMissingState(cause) ? "l1/state-missing" : "l1/unavailable";
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof BaseError)) return String(cause);
  const { shortMessage, details } = cause;
  return details === undefined || shortMessage.includes(details) ? shortMessage : `${shortMessage} ${details}`;
}

/**
 * Repeats a read while the RPC answers that there is nothing: of several nodes behind one address, some may lag.
 *
 * @example const block = await insist(() => readBlock(access, 100)); // null only after several empty answers
 */
export async function insist<T>(read: () => Promise<T | null>): Promise<T | null> {
  for (let asked = 1; ; asked++) {
    const answer = await read();
    if (answer !== null || asked === ASKS) return answer;
  }
}

/** Empty answers in a row before they are believed. */
const ASKS = 3;
