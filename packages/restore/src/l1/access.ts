import { setTimeout as delay } from "node:timers/promises";
import type { L1Rollup } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import { BaseError, BlockNotFoundError, ContractFunctionRevertedError, ContractFunctionZeroDataError } from "viem";
import { restoreError } from "../errors.ts";

/** Pause after the first failure of a call; it doubles with each further one. */
const FIRST_DELAY_MS = 250;
const ATTEMPTS = 5;

/** Errors of an answer that is not of the type that the function has: another contract's. */
const UNREADABLE = /^(?:Abi|PositionOutOfBounds)/;

/** A rollup on an L1 RPC that may be slow, limited or wrong. */
export interface L1Access {
  readonly rollup: L1Rollup;
  /**
   * Runs a read, again after failures that a retry can help. Throws `restore/l1-unavailable` when it keeps failing, and what the
   * contract answers at once.
   */
  call<T>(what: string, read: () => Promise<T>): Promise<T>;
  /** Throws the reason when the work was aborted. */
  throwIfAborted(): void;
}

/** How {@link createL1Access} deals with failures. */
export interface L1AccessOptions {
  readonly signal?: AbortSignal;
  readonly attempts?: number;
  /** Waits; by default with the process's timers. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Reads `rollup` with retries. */
export function createL1Access(rollup: L1Rollup, options: L1AccessOptions = {}): L1Access {
  const { signal, attempts = ATTEMPTS } = options;
  const sleep = options.sleep ?? ((ms: number) => delay(ms, undefined, signal === undefined ? {} : { signal }));
  const throwIfAborted = (): void => signal?.throwIfAborted();
  return {
    rollup,
    throwIfAborted,
    async call(what, read) {
      for (let attempt = 1; ; attempt++) {
        throwIfAborted();
        try {
          return await read();
        } catch (cause) {
          if (isAnswer(cause)) throw cause;
          if (attempt >= attempts) throw unavailable(what, cause);
          await sleep(FIRST_DELAY_MS * 2 ** (attempt - 1));
        }
      }
    },
  };
}

/** A `restore/l1-unavailable` error. */
export function unavailable(what: string, cause: unknown): CairnError {
  const reason = cause instanceof BaseError ? cause.shortMessage : String(cause);
  return restoreError("restore/l1-unavailable", `L1 does not tell ${what}: ${reason}`, { cause });
}

/** Whether a failure is the contract's answer, or our own, and not the connection's. */
function isAnswer(error: unknown): boolean {
  if (error instanceof CairnError || (error instanceof Error && error.name === "AbortError")) return true;
  if (!(error instanceof BaseError)) return false;
  if (error instanceof BlockNotFoundError) return true;
  const isOfContract = (cause: unknown): boolean =>
    cause instanceof ContractFunctionRevertedError ||
    cause instanceof ContractFunctionZeroDataError ||
    (cause instanceof BaseError && UNREADABLE.test(cause.name));
  return error.walk(isOfContract) !== null;
}
