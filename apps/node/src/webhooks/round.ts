import type { StoredWebhookMessage } from "@cairn/db";
import { isTime, type Outcome } from "./outcome.ts";

type Message = StoredWebhookMessage;
type Failed = Extract<Outcome, { type: "failed" }>;

/** What became of the messages of a round. */
export interface RoundResult {
  readonly delivered: readonly Message[];
  readonly failed: readonly { readonly message: Message; readonly outcome: Failed }[];
}

/** How a round goes. */
export interface RoundOptions {
  readonly send: (message: Message) => Promise<Outcome>;
  readonly nowMs: () => number;
  /** Messages on their way at a time. */
  readonly maxInFlight: number;
  /** The receiver took nothing lately: it is asked with one message. */
  readonly isProbe: boolean;
  /** Whether no further message is to be begun. */
  readonly isOver: () => boolean;
}

/** Failures without a success after which the receiver counts as out of order. */
const MAX_FAILURES = 3;

/**
 * Sends messages that wait, each after those before it with which it shares a lane: what failed or is not due yet holds up its
 * lanes. Ends when nothing can be sent any more. Rejects with what `send` throws; then nothing is known of any of them.
 */
export async function runRound(waiting: readonly Message[], options: RoundOptions): Promise<RoundResult> {
  const { send, nowMs, isProbe, isOver } = options;
  const delivered: Message[] = [];
  const failed: { message: Message; outcome: Failed }[] = [];
  const rest = new Set(waiting);
  const inFlight = new Map<Message, Promise<void>>();

  /** A receiver that is back gets at once what it missed. */
  const isDue = ({ attempts, nextAttemptAtMs }: Message): boolean =>
    attempts === 0 || isTime(nextAttemptAtMs, nowMs()) || (isProbe && delivered.length > 0);
  const next = (): Message | undefined => {
    const lanes = new Set<string>();
    for (const message of rest) {
      const isFree = !inFlight.has(message) && message.lanes.every((lane) => !lanes.has(lane));
      if (isFree && isDue(message) && !failed.some((one) => one.message === message)) return message;
      for (const lane of message.lanes) lanes.add(lane);
    }
    return undefined;
  };
  const isDown = (): boolean => {
    const last = failed.at(-1)?.outcome.kind;
    return last === "gone" || (delivered.length === 0 && failed.length >= (isProbe ? 1 : MAX_FAILURES));
  };
  const begin = (message: Message): void => {
    const sent = send(message).then((outcome) => {
      if (outcome.type === "taken") {
        delivered.push(message);
        rest.delete(message);
      } else failed.push({ message, outcome });
    });
    inFlight.set(
      message,
      sent.finally(() => inFlight.delete(message)),
    );
  };

  for (;;) {
    const most = isProbe && delivered.length === 0 ? 1 : options.maxInFlight;
    while (inFlight.size < most && !isOver() && !isDown()) {
      const message = next();
      if (message === undefined) break;
      begin(message);
    }
    if (inFlight.size === 0) return { delivered, failed };
    await Promise.race(inFlight.values());
  }
}
