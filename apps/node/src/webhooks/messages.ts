import { type Db, findRequestsFor, type NewWebhookMessage, type StoredWebhook } from "@cairn/db";
import { bigintToAddress, type Domain, hexToReference } from "@cairn/protocol";
import type { LogEvent, WebhookMessage, WebhookType } from "@cairn/rpc";
import { summariseRequest } from "../api/request-handlers.ts";
import type { Told } from "../events/messages.ts";
import type { LogPosition } from "../events/position.ts";
import { lanesOf } from "./lanes.ts";

/** What every message of a node says. */
export interface MessageSource {
  readonly db: Db;
  readonly domain: Domain;
  readonly nowMs: () => number;
}

/** Requests that one payment is for: others with the same reference on the account are as old as the operator allows. */
const MAX_REQUESTS = 10;

/** The type of messages about an event. */
export function typeOf(event: LogEvent): WebhookType {
  switch (event.type) {
    case "entry":
      return `entry.${event.status}`;
    case "block":
      return `block.${event.status}`;
    case "batch":
      return `batch.${event.status}`;
    case "reset":
      return "reset";
  }
}

/** Whether a webhook is to be told. */
export function isWanted({ types }: Pick<StoredWebhook, "types">, event: LogEvent): boolean {
  return types.length === 0 || event.type === "reset" || types.includes(typeOf(event));
}

/** The message about an event. */
export async function messageAbout(
  webhook: Pick<StoredWebhook, "id">,
  { message: event, position, lostAccount = null }: Told,
  source: MessageSource,
): Promise<NewWebhookMessage> {
  const atMs = event.type === "reset" ? source.nowMs() : event.atMs;
  const requests = event.type === "entry" ? await requestsFor(event.entry, source) : [];
  const body = bodyOf(webhook, { type: typeOf(event), atMs, data: event, requests }, source);
  return { id: messageId(event, position), type: typeOf(event), lanes: lanesOf(event, lostAccount), body, position };
}

/** A message that tries whether a webhook is there. */
export function pingBody(webhook: Pick<StoredWebhook, "id">, source: MessageSource): string {
  return bodyOf(webhook, { type: "ping", atMs: source.nowMs(), data: null, requests: [] }, source);
}

function bodyOf(
  { id }: Pick<StoredWebhook, "id">,
  { atMs, ...rest }: Pick<WebhookMessage, "type" | "data" | "requests"> & { readonly atMs: number },
  { domain }: MessageSource,
): string {
  const message: WebhookMessage = {
    type: rest.type,
    timestamp: new Date(atMs).toISOString(),
    webhook: id,
    chainId: Number(domain.chainId),
    rollup: bigintToAddress(domain.rollup),
    data: rest.data,
    requests: rest.requests,
  };
  return JSON.stringify(message);
}

/** The same whenever it is read from the log; another log, after a restoration, has other times at the numbers. */
function messageId({ type }: LogEvent, { number, atMs, parts }: LogPosition): string {
  const place = `${number}_${atMs.toString(36)}_${parts}`;
  return type === "reset" ? `msg_reset_${place}` : `msg_${place}`;
}

async function requestsFor(
  { type, to, reference }: Extract<LogEvent, { type: "entry" }>["entry"],
  { db, nowMs }: MessageSource,
): Promise<WebhookMessage["requests"]> {
  if (type !== "transfer" || reference === null || to?.account == null) return [];
  const found = await findRequestsFor(db, { account: to.account, reference: hexToReference(reference) }, MAX_REQUESTS);
  return Promise.all([...found].map(([id, request]) => summariseRequest(db, id, request, nowMs())));
}
