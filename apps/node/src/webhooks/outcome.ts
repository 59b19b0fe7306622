/** What became of an attempt to send a message. */
export type Outcome =
  | { readonly type: "taken" }
  | {
      readonly type: "failed";
      /**
       * `refused`: the receiver lives and does not want this message; `gone`: it wants none any more; `unavailable`: it, or
       * what is before it, is out of order.
       */
      readonly kind: "refused" | "gone" | "unavailable";
      readonly reason: string;
      /** When the receiver wants to be asked again; null when it does not say. */
      readonly retryAfterMs: number | null;
    };

const GONE = 410;
/** Answers from 400 to 499 that say nothing about the message: wrong keys or paths, servers that are busy or being set up. */
const NOT_ABOUT_THE_MESSAGE: ReadonlySet<number> = new Set([401, 402, 403, 404, 405, 407, 408, 421, 423, 425, 429]);
const MAX_RETRY_AFTER_MS = 3_600_000;

/** What an answer says. */
export function outcomeOf(status: number, retryAfter: string | null, nowMs: number): Outcome {
  if (status >= 200 && status < 300) return { type: "taken" };
  const isRefusal = status >= 400 && status < 500 && !NOT_ABOUT_THE_MESSAGE.has(status);
  const kind = status === GONE ? "gone" : isRefusal ? "refused" : "unavailable";
  return { type: "failed", kind, reason: `status ${status}`, retryAfterMs: readRetryAfter(retryAfter, nowMs) };
}

function readRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const ms = /^[0-9]{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : null;
}

const SECOND_MS = 1000;
/** A message that fails is tried again after at most this. */
const MAX_MESSAGE_PAUSE_MS = 300_000;
/** A receiver that takes nothing is asked at least this often. */
const MAX_RECEIVER_PAUSE_MS = 30_000;
const JITTER = 0.2;

/** Pause of a message after so many failures of it; `random` is from 0 to 1. */
export function messagePauseMs(failures: number, random: number): number {
  return pauseMs(failures, MAX_MESSAGE_PAUSE_MS, random);
}

/** Pause of a receiver after so many rounds in a row in which it took nothing. */
export function receiverPauseMs(failures: number, random: number): number {
  return pauseMs(failures, MAX_RECEIVER_PAUSE_MS, random);
}

function pauseMs(failures: number, most: number, random: number): number {
  const pause = Math.min(SECOND_MS * 2 ** Math.max(0, failures - 1), most);
  return Math.round(pause * (1 + JITTER * (2 * random - 1)));
}

/** Whether it is time to try again, or that time is further away than any pause: then the clock was set back. */
export function isTime(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs || atMs - nowMs > MAX_RETRY_AFTER_MS;
}

/** Failures after which a message that the receiver refuses is given up: about two minutes. */
export const MAX_REFUSALS = 8;
/** A message on which the receiver fails is given up after this, if it takes others. */
const MAX_AGE_MS = 24 * 3_600_000;
const MIN_ATTEMPTS = 12;

/** Whether a message that failed once more may be given up: at once, or if the receiver is known to live. */
export function verdictOn(
  failed: Extract<Outcome, { type: "failed" }>,
  { attempts, firstFailedAtMs }: { readonly attempts: number; readonly firstFailedAtMs: number | null },
  nowMs: number,
): "keep" | "dead" | "deadIfAlive" {
  if (failed.kind === "refused") return attempts >= MAX_REFUSALS ? "dead" : "keep";
  const isOld = nowMs - (firstFailedAtMs ?? nowMs) >= MAX_AGE_MS;
  return failed.kind === "unavailable" && isOld && attempts >= MIN_ATTEMPTS ? "deadIfAlive" : "keep";
}
