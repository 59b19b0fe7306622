import type { StoredWebhook } from "@cairn/db";
import { secretToText, signWebhook } from "@cairn/webhooks";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** Sends one message. */
export type Sender = (
  webhook: Pick<StoredWebhook, "url" | "secret" | "oldSecret">,
  message: { readonly id: string; readonly body: string },
) => Promise<Outcome>;

/** What a sender depends on. */
export interface SenderOptions {
  readonly nowMs: () => number;
  /** Ends what is on its way. */
  readonly signal: AbortSignal;
  readonly version: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** Of an answer; nothing is done with it, but the connection is used again. */
const MAX_ANSWER_BYTES = 65_536;

/** A sender of signed messages. It follows no redirections: what answers them is not the receiver. */
export function createSender({ nowMs, signal, version, timeoutMs = TIMEOUT_MS }: SenderOptions): Sender {
  return async ({ url, secret, oldSecret }, { id, body }) => {
    const timestamp = Math.floor(nowMs() / 1000);
    const secrets = [secret, ...(oldSecret !== null && oldSecret.untilMs > nowMs() ? [oldSecret.secret] : [])];
    const signature = await signWebhook({ id, timestamp, body }, secrets.map(secretToText));
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: "POST",
        redirect: "manual",
        headers: {
          "content-type": "application/json",
          "user-agent": `cairn/${version}`,
          "webhook-id": id,
          "webhook-timestamp": String(timestamp),
          "webhook-signature": signature,
        },
        body,
        signal: AbortSignal.any([signal, timeout]),
      });
      const { status, headers } = response;
      await discard(response);
      return outcomeOf(status, headers.get("retry-after"), nowMs());
    } catch (error) {
      const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : `no connection: ${causeOf(error)}`;
      return { type: "failed", kind: "unavailable", reason, retryAfterMs: null };
    }
  };
}

/** Reads an answer to its end, or as far as it is worth it. */
async function discard({ body }: Response): Promise<void> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let read = 0; read <= MAX_ANSWER_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return;
      read += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The status has arrived: the message is taken or not, whatever becomes of the rest.
  }
}

/** Why a connection failed, in one word: messages of the system may contain the URL. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause !== "object" || cause === null) return "unknown";
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return "name" in cause && typeof cause.name === "string" ? cause.name : "unknown";
}
