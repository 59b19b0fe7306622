import { randomBytes } from "node:crypto";
import {
  countWebhookMessages,
  deleteWebhook,
  findEventBefore,
  findWebhook,
  insertWebhook,
  listWebhookMessages,
  listWebhooks,
  retryDeadMessages,
  rewindWebhook,
  rotateWebhookSecret,
  type StoredWebhook,
  type StoredWebhookMessage,
  skipWaitingMessages,
  updateWebhook,
  type WebhookMessageCounts,
} from "@cairn/db";
import { addressToBigint, bigintToAddress, hexToReference, referenceToHex } from "@cairn/protocol";
import { type RouteRequest, type RouteResponse, type Webhook, webhookMessageSchema } from "@cairn/rpc";
import { secretToText } from "@cairn/webhooks";
import { decodeCursor, encodeCursor, pageOf } from "../api/cursors.ts";
import { ApiError } from "../api/errors.ts";
import { found, type WebhookHandlers } from "../api/handlers.ts";
import type { EventLog } from "../events/log.ts";
import { cursorPosition, type LogPosition, positionAfter, positionCursor } from "../events/position.ts";
import { type MessageSource, pingBody } from "./messages.ts";
import type { Sender } from "./send.ts";
import { urlProblem } from "./url.ts";

/** What the operations about webhooks depend on. */
export interface WebhookHandlerDeps {
  readonly source: MessageSource;
  readonly log: EventLog;
  readonly send: Sender;
  /** Whether messages may go over plain HTTP, also to other machines. */
  readonly allowsHttp: boolean;
  /** A webhook was stored, or has changed. */
  readonly changed: (id: string) => void;
}

/** More webhooks would make every event cost more than it is worth. */
export const MAX_WEBHOOKS = 100;
const SECRET_BYTES = 32;
const ID_BYTES = 16;
const OLD_SECRET_MS = 86_400_000;

/** The operations about webhooks. */
export function createWebhookHandlers(deps: WebhookHandlerDeps): WebhookHandlers {
  const { source, log, changed } = deps;
  const { db, nowMs } = source;

  const show = async (id: string): Promise<Webhook> => {
    const webhook = found(await findWebhook(db, id), "webhook");
    return toJson(webhook, (await countWebhookMessages(db)).get(id), nowMs());
  };
  const assertUsable = (url: string): void => {
    const problem = urlProblem(url, deps.allowsHttp);
    if (problem !== null) throw refused({ type: problem }, `the URL cannot be used: ${problem}`);
  };
  const changedAfter = async (id: string, isThere: Promise<boolean>): Promise<void> => {
    if (!(await isThere)) throw new ApiError("not-found", "there is no such webhook");
    changed(id);
  };
  /** Where a replay begins. */
  const placeOf = async ({ from, sinceMs }: RouteRequest<"replayWebhook">["body"]): Promise<LogPosition> => {
    if ((from === undefined) === (sinceMs === undefined)) {
      throw new ApiError("bad-request", "body: either `from` or `sinceMs`", {
        issues: [{ at: "body", message: "either `from` or `sinceMs`" }],
      });
    }
    if (from !== undefined) return keptPosition(log, from);
    const before = await findEventBefore(db, sinceMs ?? 0);
    if (before !== undefined) return positionAfter(before);
    const start = await log.start();
    if (start.number === 0) return start;
    throw new ApiError("gone", "the log does not reach that far back; CAIRN_EVENTS_KEPT says how far");
  };

  return {
    createWebhook: async ({ body }) => {
      const { url, from, description = "", ...rest } = body;
      assertUsable(url);
      const position = from === undefined ? await log.end() : await keptPosition(log, from);
      const secret = Uint8Array.from(randomBytes(SECRET_BYTES));
      const id = `wh_${randomBytes(ID_BYTES).toString("hex")}`;
      const webhook: StoredWebhook = {
        ...{ account: null, owner: null, reference: null, types: [] },
        ...settingsOf(rest),
        ...{ id, url, description, secret, position, createdAtMs: nowMs() },
        ...{ oldSecret: null, paused: null, failures: 0, retryAtMs: 0, lastDeliveredAtMs: null, lastFailure: null },
      };
      const isStored = await insertWebhook(db, webhook, MAX_WEBHOOKS);
      if (!isStored) throw refused({ type: "tooManyWebhooks", maximum: MAX_WEBHOOKS }, "there are too many webhooks");
      changed(id);
      return { webhook: await show(id), secret: secretToText(secret) };
    },
    webhooks: async () => {
      const counts = await countWebhookMessages(db);
      return { webhooks: (await listWebhooks(db)).map((one) => toJson(one, counts.get(one.id), nowMs())) };
    },
    webhook: ({ params }) => show(params.id),
    changeWebhook: async ({ params: { id }, body }) => {
      const { url, description, isPaused, ...rest } = body;
      if (url !== undefined) assertUsable(url);
      const change = {
        ...settingsOf(rest),
        ...(url === undefined ? {} : { url }),
        ...(description === undefined ? {} : { description }),
        ...(isPaused === undefined ? {} : { paused: isPaused ? ("operator" as const) : null }),
      };
      await changedAfter(id, updateWebhook(db, id, change));
      return show(id);
    },
    deleteWebhook: async ({ params: { id } }) => {
      await changedAfter(id, deleteWebhook(db, id));
      return { deleted: id };
    },
    rotateWebhookSecret: async ({ params: { id } }) => {
      const secret = Uint8Array.from(randomBytes(SECRET_BYTES));
      const untilMs = nowMs() + OLD_SECRET_MS;
      await changedAfter(id, rotateWebhookSecret(db, id, secret, untilMs));
      return { secret: secretToText(secret), oldSecretUntilMs: untilMs };
    },
    testWebhook: async ({ params: { id } }) => {
      const webhook = found(await findWebhook(db, id), "webhook");
      const startMs = performance.now();
      const ping = { id: `msg_ping_${randomBytes(ID_BYTES).toString("hex")}`, body: pingBody(webhook, source) };
      const outcome = await deps.send(webhook, ping);
      const tookMs = Math.round(performance.now() - startMs);
      return { isTaken: outcome.type === "taken", failure: outcome.type === "taken" ? null : outcome.reason, tookMs };
    },
    replayWebhook: async ({ params: { id }, body }) => {
      await changedAfter(id, rewindWebhook(db, id, await placeOf(body)));
      return show(id);
    },
    webhookMessages: async ({ params: { id }, query: { state, cursor, limit } }) => {
      found(await findWebhook(db, id), "webhook");
      const [after = 0] = decodeCursor("webhookMessages", cursor, 1) ?? [];
      const { rows, next } = await pageOf(
        limit,
        (count) => listWebhookMessages(db, id, state, { after, limit: count }),
        ({ sequence }) => encodeCursor("webhookMessages", [sequence]),
      );
      return { messages: rows.map(toDelivery), next };
    },
    retryWebhookMessages: async ({ params: { id }, body }) => {
      found(await findWebhook(db, id), "webhook");
      const count = await retryDeadMessages(db, id, body.ids ?? null, nowMs());
      changed(id);
      return { count };
    },
    skipWebhookMessages: async ({ params: { id }, body }) => {
      found(await findWebhook(db, id), "webhook");
      const count = await skipWaitingMessages(db, id, body.ids, nowMs());
      changed(id);
      return { count };
    },
  };
}

async function keptPosition(log: EventLog, cursor: string): Promise<LogPosition> {
  const position = cursorPosition(cursor);
  if (await log.isKept(position)) return position;
  throw new ApiError("gone", "the log does not have what came after this cursor");
}

type Settings = Pick<RouteRequest<"changeWebhook">["body"], "account" | "owner" | "reference" | "types">;

function settingsOf({
  account,
  owner,
  reference,
  types,
}: Settings): Partial<Pick<StoredWebhook, "account" | "owner" | "reference" | "types">> {
  return {
    ...(account === undefined ? {} : { account }),
    ...(owner === undefined ? {} : { owner: owner === null ? null : addressToBigint(owner) }),
    ...(reference === undefined ? {} : { reference: reference === null ? null : hexToReference(reference) }),
    ...(types === undefined ? {} : { types: [...new Set(types)] }),
  };
}

function toJson(webhook: StoredWebhook, counts: WebhookMessageCounts | undefined, nowMs: number): Webhook {
  const { owner, reference, retryAtMs, position, failures } = webhook;
  const { id, url, description, account, paused, lastDeliveredAtMs, lastFailure, createdAtMs } = webhook;
  const { waiting = 0, dead = 0, oldestWaitingAtMs = null } = counts ?? {};
  return {
    ...{ id, url, description, account },
    owner: owner === null ? null : bigintToAddress(owner),
    reference: reference === null ? null : referenceToHex(reference),
    types: webhookMessageTypes(webhook),
    ...{ paused, waiting, dead, oldestWaitingAtMs, failures },
    retryAtMs: retryAtMs > nowMs ? retryAtMs : null,
    ...{ lastDeliveredAtMs, lastFailure },
    cursor: positionCursor(position),
    createdAtMs,
  };
}

function webhookMessageTypes({ types }: StoredWebhook): Webhook["types"] {
  return types.map((type) => webhookMessageSchema.shape.type.parse(type));
}

function toDelivery(row: StoredWebhookMessage): RouteResponse<"webhookMessages">["messages"][number] {
  const { id, type, createdAtMs, attempts, nextAttemptAtMs, lastFailure, deadAtMs, body } = row;
  return {
    id,
    type: webhookMessageSchema.shape.type.parse(type),
    state: deadAtMs === null ? "waiting" : "dead",
    ...{ createdAtMs, attempts, lastFailure },
    nextAttemptAtMs: deadAtMs === null ? nextAttemptAtMs : null,
    message: JSON.parse(body),
  };
}

function refused(reason: { readonly type: string; readonly [detail: string]: unknown }, message: string): ApiError {
  return new ApiError("rejected", message, { reason });
}
