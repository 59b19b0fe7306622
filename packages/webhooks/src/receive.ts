import { CairnError } from "@cairn/protocol";
import { ENGLISH, type WebhookMessage, webhookMessageSchema } from "@cairn/rpc";
import type { WebhooksErrorCode } from "./errors.ts";
import { isSignedBy } from "./signature.ts";

/** The headers of a request: those of `fetch`, or an object with names in lower case as Node has it. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as it arrived. */
export interface WebhookRequest {
  readonly headers: WebhookHeaders;
  /** The body as it was sent: JSON that was parsed and written again has another signature. */
  readonly body: string | Uint8Array;
}

/** Which messages are accepted. */
export interface ReceiveOptions {
  /** `whsec_…`, as the node showed it; several while the secret is being changed. */
  readonly secret: string | readonly string[];
  /** How far the sender's clock may be from this one, in seconds; 300 by default. */
  readonly toleranceSeconds?: number;
  /** This clock, in milliseconds; the platform's by default. */
  readonly nowMs?: () => number;
}

/** A message that the node signed. */
export interface ReceivedWebhook {
  /**
   * The same whenever the message is sent. Store it with what you do about the message, in one database transaction: a
   * message comes at least once.
   */
  readonly id: string;
  readonly message: WebhookMessage;
}

const TOLERANCE_SECONDS = 300;

/**
 * The message of a request, after its signature was checked. Throws `webhooks/bad-signature`, `webhooks/wrong-time`,
 * `webhooks/bad-message`, `webhooks/bad-secret`. Answer with 204 once the message is stored; with 401 to the first two, so
 * that the node tries again.
 *
 * @example
 * const { id, message } = await receiveWebhook({ headers: request.headers, body: await request.text() }, { secret });
 * if (message.type === "entry.final") await markPaid(id, message.requests);
 */
export async function receiveWebhook(request: WebhookRequest, options: ReceiveOptions): Promise<ReceivedWebhook> {
  const { secret, toleranceSeconds = TOLERANCE_SECONDS, nowMs = Date.now } = options;
  const [id, sent, signature] = (["webhook-id", "webhook-timestamp", "webhook-signature"] as const).map((name) =>
    header(request.headers, name),
  ) as [string, string, string];
  const timestamp = /^[0-9]{1,12}$/.test(sent) ? Number(sent) : Number.NaN;
  if (String(timestamp) !== sent) throw refused("webhooks/bad-signature", "the header webhook-timestamp is no time");
  const body = textOf(request.body);
  const secrets = typeof secret === "string" ? [secret] : secret;
  if (!(await isSignedBy({ id, timestamp, body }, signature, secrets)))
    throw refused("webhooks/bad-signature", "no signature of the message is of the secret");
  const distance = Math.abs(nowMs() / 1000 - timestamp);
  if (!(distance <= toleranceSeconds))
    throw refused("webhooks/wrong-time", `the message was signed ${Math.round(distance)} s from this clock's time`);
  return { id, message: parseMessage(body) };
}

function parseMessage(body: string): WebhookMessage {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new CairnError<WebhooksErrorCode>("webhooks/bad-message", "the body is not JSON", { cause });
  }
  const parsed = webhookMessageSchema.safeParse(json, ENGLISH);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused("webhooks/bad-message", `${issue?.path.join(".")}: ${issue?.message}`);
}

function header(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === "string" && value !== "") return value;
  throw refused("webhooks/bad-signature", `the header ${name} is missing`);
}

function textOf(body: string | Uint8Array): string {
  if (typeof body === "string") return body;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new CairnError<WebhooksErrorCode>("webhooks/bad-signature", "the body is not UTF-8", { cause });
  }
}

function refused(code: WebhooksErrorCode, message: string): CairnError<WebhooksErrorCode> {
  return new CairnError(code, message);
}
