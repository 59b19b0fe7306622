import { ID, OWNER, ROLLUP, TIME } from "./example-values.ts";
import { EVENT, LOG_CURSOR, type RouteExample } from "./examples.ts";
import type { WebhookRouteName } from "./routes.ts";

const WEBHOOK_ID = `wh_${"5a".repeat(16)}`;
const SECRET = `whsec_${"A".repeat(43)}=`;
const URL = "https://shop.example/cairn";
const WEBHOOK = {
  id: WEBHOOK_ID,
  url: URL,
  description: "orders",
  account: null,
  owner: OWNER,
  reference: null,
  types: ["entry.confirmed", "entry.final"],
  paused: null,
  waiting: 1,
  dead: 0,
  oldestWaitingAtMs: TIME + 60_000,
  failures: 1,
  retryAtMs: TIME + 62_000,
  lastDeliveredAtMs: TIME,
  lastFailure: { atMs: TIME + 60_000, reason: "status 503" },
  cursor: LOG_CURSOR,
  createdAtMs: TIME - 60_000,
};
const params = { id: WEBHOOK_ID };

/** What a webhook is sent. */
export const WEBHOOK_MESSAGE_EXAMPLE = {
  type: "entry.proven",
  timestamp: new Date(TIME + 60_000).toISOString(),
  webhook: WEBHOOK_ID,
  chainId: 31_337,
  rollup: ROLLUP,
  data: EVENT,
  requests: [{ id: ID, status: "paid", certainty: "proven", amount: "50000000000000000", paid: "50000000000000000" }],
};

/** One call of each operation about webhooks. */
export const WEBHOOK_EXAMPLES: Readonly<Record<WebhookRouteName, RouteExample>> = {
  createWebhook: {
    body: { url: URL, description: "orders", owner: OWNER, types: WEBHOOK.types },
    response: { webhook: WEBHOOK, secret: SECRET },
  },
  webhooks: { response: { webhooks: [WEBHOOK] } },
  webhook: { params, response: WEBHOOK },
  changeWebhook: { params, body: { isPaused: true }, response: { ...WEBHOOK, paused: "operator", retryAtMs: null } },
  deleteWebhook: { params, response: { deleted: WEBHOOK_ID } },
  rotateWebhookSecret: { params, response: { secret: SECRET, oldSecretUntilMs: TIME + 86_400_000 } },
  testWebhook: { params, response: { isTaken: false, failure: "status 503", tookMs: 12 } },
  replayWebhook: { params, body: { sinceMs: TIME }, response: { ...WEBHOOK, waiting: 0, oldestWaitingAtMs: null } },
  webhookMessages: {
    params,
    query: { state: "waiting", limit: 25 },
    response: {
      messages: [
        {
          id: "msg_17_mieb8c_1",
          type: "entry.proven",
          state: "waiting",
          createdAtMs: TIME + 60_000,
          attempts: 1,
          nextAttemptAtMs: TIME + 62_000,
          lastFailure: "status 503",
          message: WEBHOOK_MESSAGE_EXAMPLE,
        },
      ],
      next: null,
    },
  },
  retryWebhookMessages: { params, body: {}, response: { count: 3 } },
  skipWebhookMessages: { params, body: { ids: ["msg_17_mieb8c_1"] }, response: { count: 1 } },
};
