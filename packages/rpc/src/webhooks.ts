import * as z from "zod/mini";
import type { ApiErrorCode } from "./errors.ts";
import { eventSchema } from "./events.ts";
import { cursor, cursorSchema, limit, next } from "./paging.ts";
import { requestStatusSchema } from "./payment-requests.ts";
import { referenceSchema } from "./transactions.ts";
import { addressSchema, amountSchema, countSchema, described, indexSchema, timeSchema, wordSchema } from "./values.ts";

/** Types of messages: what an event is about, and what became of it; `reset` and `ping` are about the webhook. */
export const WEBHOOK_TYPES = [
  "entry.received",
  "entry.confirmed",
  "entry.sealed",
  "entry.proven",
  "entry.final",
  "entry.unproven",
  "entry.rejected",
  "entry.replaced",
  "entry.expired",
  "entry.removed",
  "entry.owed",
  "entry.paid",
  "entry.claimable",
  "entry.settled",
  "block.open",
  "block.sealed",
  "block.proven",
  "block.final",
  "block.unproven",
  "block.dropped",
  "batch.waiting",
  "batch.ready",
  "batch.accepted",
  "batch.dropped",
  "reset",
  "ping",
] as const;

/** Type of a message. */
export const webhookTypeSchema = z.enum(WEBHOOK_TYPES);
/** Type of a message. */
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** A request for a payment that an entry pays, or is to pay. */
export const paidRequestSchema = z.object({
  id: wordSchema,
  status: requestStatusSchema,
  certainty: z.nullable(z.enum(["confirmed", "proven", "final"])),
  amount: amountSchema,
  paid: amountSchema,
});

/** The body of a message. */
export const webhookMessageSchema = z.object({
  type: webhookTypeSchema,
  timestamp: described(z.iso.datetime(), "when it happened"),
  webhook: z.string(),
  chainId: countSchema,
  rollup: addressSchema,
  data: described(z.nullable(eventSchema), "as the stream tells it; null for `ping`"),
  requests: described(z.array(paidRequestSchema), "requests that this payment is for"),
});
/** The body of a message. */
export type WebhookMessage = z.output<typeof webhookMessageSchema>;

const webhookId = z.string().check(z.regex(/^wh_[0-9a-f]{32}$/));
const messageId = z.string().check(z.regex(/^msg_[0-9a-z_]{1,80}$/));
const urlSchema = described(
  z.string().check(z.maxLength(2000), z.regex(/^https?:\/\/[^\s]+$/)),
  "where messages are posted to",
);
const typesSchema = described(z.array(webhookTypeSchema).check(z.maxLength(WEBHOOK_TYPES.length)), "types of messages");
const account = described(z.nullable(indexSchema), "only entries of this account");
const owner = described(z.nullable(addressSchema), "only entries of this");
const reference = described(z.nullable(referenceSchema), "only payments with this reference");
const description = z.string().check(z.maxLength(200));

/** An address that is told what happens. */
export const webhookSchema = z.object({
  id: webhookId,
  url: urlSchema,
  description,
  account,
  owner,
  reference,
  types: typesSchema,
  paused: described(z.nullable(z.enum(["operator", "gone"])), "why nothing is sent"),
  waiting: described(countSchema, "messages that have not been taken yet"),
  dead: described(countSchema, "messages that were given up"),
  oldestWaitingAtMs: z.nullable(timeSchema),
  failures: described(countSchema, "attempts in a row that failed"),
  retryAtMs: described(z.nullable(timeSchema), "when it is tried again"),
  lastDeliveredAtMs: z.nullable(timeSchema),
  lastFailure: z.nullable(z.object({ atMs: timeSchema, reason: z.string() })),
  cursor: described(z.clone(cursorSchema), "how far the log has become messages"),
  createdAtMs: timeSchema,
});
/** An address that is told what happens. */
export type Webhook = z.output<typeof webhookSchema>;

/** A message that has not been taken. */
export const webhookDeliverySchema = z.object({
  id: messageId,
  type: webhookTypeSchema,
  state: z.enum(["waiting", "dead"]),
  createdAtMs: timeSchema,
  attempts: countSchema,
  nextAttemptAtMs: described(z.nullable(timeSchema), "not before; null for a dead one"),
  lastFailure: z.nullable(z.string()),
  message: webhookMessageSchema,
});

const secret = described(z.string(), "key of the signatures");
const settings = {
  description: z.optional(description),
  account: z.optional(account),
  owner: z.optional(owner),
  reference: z.optional(reference),
  types: z.optional(typesSchema),
};
const params = z.object({ id: webhookId });
const ids = z.array(messageId).check(z.minLength(1), z.maxLength(100));
const counted = z.object({ count: described(countSchema, "messages") });

const READ = ["bad-request", "unauthorized", "unavailable", "internal"] as const satisfies readonly ApiErrorCode[];
const FIND = [...READ, "not-found"] as const;
const WRITE = [...FIND, "too-large", "unsupported-media"] as const;

/** Operations of the operator about webhooks; they need the bearer token of `CAIRN_WEBHOOK_TOKEN`. */
export const WEBHOOK_ROUTES = {
  createWebhook: {
    method: "POST",
    path: "/v1/webhooks",
    body: z.strictObject({
      url: urlSchema,
      ...settings,
      from: described(z.optional(cursorSchema), "tell what happened after this too"),
    }),
    response: z.object({ webhook: webhookSchema, secret }),
    errors: [...READ, "rejected", "too-large", "unsupported-media"],
  },
  webhooks: {
    method: "GET",
    path: "/v1/webhooks",
    response: z.object({ webhooks: z.array(webhookSchema) }),
    errors: READ,
  },
  webhook: { method: "GET", path: "/v1/webhooks/:id", params, response: webhookSchema, errors: FIND },
  changeWebhook: {
    method: "POST",
    path: "/v1/webhooks/:id",
    params,
    body: z.strictObject({ url: z.optional(urlSchema), ...settings, isPaused: z.optional(z.boolean()) }),
    response: webhookSchema,
    errors: WRITE,
  },
  deleteWebhook: {
    method: "DELETE",
    path: "/v1/webhooks/:id",
    params,
    response: z.object({ deleted: webhookId }),
    errors: FIND,
  },
  rotateWebhookSecret: {
    method: "POST",
    path: "/v1/webhooks/:id/secret",
    params,
    response: z.object({ secret, oldSecretUntilMs: described(timeSchema, "until then the old secret signs too") }),
    errors: FIND,
  },
  testWebhook: {
    method: "POST",
    path: "/v1/webhooks/:id/test",
    params,
    response: z.object({
      isTaken: z.boolean(),
      failure: described(z.nullable(z.string()), "null when it was taken"),
      tookMs: countSchema,
    }),
    errors: FIND,
  },
  replayWebhook: {
    method: "POST",
    path: "/v1/webhooks/:id/replay",
    params,
    body: z.strictObject({
      from: described(z.optional(cursorSchema), "after this"),
      sinceMs: described(z.optional(timeSchema), "or from this time on"),
    }),
    response: webhookSchema,
    errors: [...WRITE, "gone"],
  },
  webhookMessages: {
    method: "GET",
    path: "/v1/webhooks/:id/messages",
    params,
    query: z.object({ state: z._default(z.enum(["waiting", "dead"]), "waiting"), cursor, limit }),
    response: z.object({ messages: z.array(webhookDeliverySchema), next }),
    errors: FIND,
  },
  retryWebhookMessages: {
    method: "POST",
    path: "/v1/webhooks/:id/messages/retry",
    params,
    body: z.strictObject({ ids: described(z.optional(ids), "dead ones; all of them if absent") }),
    response: counted,
    errors: WRITE,
  },
  skipWebhookMessages: {
    method: "POST",
    path: "/v1/webhooks/:id/messages/skip",
    params,
    body: z.strictObject({ ids }),
    response: counted,
    errors: WRITE,
  },
} as const;
