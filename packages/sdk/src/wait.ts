import { CairnError, isCairnError, type SignedTransaction } from "@cairn/protocol";
import { type RouteResponse, signedTransactionToJson, type TransactionStatus } from "@cairn/rpc";
import { backoffMs, delay } from "./delay.ts";
import { apiErrorOf, isRetryable, type SdkErrorCode } from "./errors.ts";
import type { RouteMethods } from "./methods.ts";

/** Statuses that a transaction passes in this order. */
export const PROGRESS = ["received", "confirmed", "proven", "final"] as const satisfies TransactionStatus[];

/** A status that can be waited for. */
export type Progress = (typeof PROGRESS)[number];

/** What to wait for, and how long. */
export interface WaitOptions {
  readonly status: Progress;
  readonly timeoutMs: number;
  /** Longest pause between two polls; 1 s by default. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with a transaction whenever its status changes. */
  readonly onStatus?: (transaction: RouteResponse<"transaction">) => void;
}

const DEFAULT_POLL_MS = 1000;
const FIRST_POLL_MS = 50;

/**
 * Whether the status is the wanted one or comes after it.
 *
 * @example hasReached("proven", "confirmed") // true
 */
export function hasReached(status: TransactionStatus, wanted: Progress): boolean {
  const at = (PROGRESS as readonly TransactionStatus[]).indexOf(status);
  return at >= PROGRESS.indexOf(wanted);
}

/** See `NodeClient.waitFor`. */
export async function waitForTransaction(
  client: Pick<RouteMethods, "transaction">,
  id: string,
  options: WaitOptions,
): Promise<RouteResponse<"transaction">> {
  let seen: TransactionStatus | null = null;
  return repeat(
    options,
    () => `transaction ${id} is ${seen ?? "unknown"}, not ${options.status}`,
    async (signal) => {
      const transaction = await client.transaction({ id }, { signal });
      const { status } = transaction;
      if (status !== seen) options.onStatus?.(transaction);
      seen = status;
      if (hasReached(status, options.status)) return transaction;
      if ((PROGRESS as readonly TransactionStatus[]).includes(status)) return null;
      throw new CairnError<SdkErrorCode>("sdk/not-reached", `transaction ${id} is ${status}, not ${options.status}`, {
        details: { id, status, rejection: transaction.rejection },
      });
    },
  );
}

/** See `NodeClient.submitAndWait`. */
export async function submitAndWait(
  client: Pick<RouteMethods, "submit" | "transaction">,
  group: readonly SignedTransaction[],
  options: WaitOptions,
): Promise<RouteResponse<"transaction">[]> {
  const startMs = performance.now();
  const transactions = group.map(signedTransactionToJson);
  const acknowledged = await repeat(
    options,
    () => "the node did not acknowledge the transactions",
    (signal) => client.submit({ transactions }, { signal }),
  );
  const timeoutMs = Math.max(0, options.timeoutMs - (performance.now() - startMs));
  return Promise.all(
    acknowledged.transactions.map(({ id }) => waitForTransaction(client, id, { ...options, timeoutMs })),
  );
}

/** Tries until there is a value, despite an unknown id, a busy node or a broken connection. Throws `sdk/timeout`. */
async function repeat<T>(
  { timeoutMs, pollMs = DEFAULT_POLL_MS, signal }: WaitOptions,
  state: () => string,
  attempt: (signal: AbortSignal) => Promise<T | null>,
): Promise<T> {
  const deadline = AbortSignal.timeout(Math.ceil(timeoutMs));
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    for (let tries = 0; ; tries++) {
      const value = await attempt(either).catch((error: unknown) => {
        if (isRetryable(error) || apiErrorOf(error)?.code === "not-found") return null;
        throw error;
      });
      if (value !== null) return value;
      await delay(backoffMs(tries, FIRST_POLL_MS, pollMs), either);
    }
  } catch (cause) {
    const isLate = isCairnError(cause, "sdk/aborted") && deadline.aborted && signal?.aborted !== true;
    throw isLate ? new CairnError<SdkErrorCode>("sdk/timeout", `${state()} after ${timeoutMs} ms`, { cause }) : cause;
  }
}
