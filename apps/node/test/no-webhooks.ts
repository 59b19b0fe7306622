import { WEBHOOK_ROUTES } from "@cairn/rpc";
import type { WebhookHandlers } from "../src/api/handlers.ts";
import type { WebhookOperations } from "../src/api/server.ts";
import type { EventLog } from "../src/events/log.ts";
import { LOG_START } from "../src/events/position.ts";

/** A log of a rollup in which nothing ever happens. */
export const EMPTY_LOG: EventLog = {
  end: () => Promise.resolve(LOG_START),
  start: () => Promise.resolve(LOG_START),
  isKept: () => Promise.resolve(true),
  read: () => Promise.resolve([]),
  blockEntries: () => Promise.resolve({ count: 0, byKey: new Map() }),
};

/** Operations about webhooks for APIs that are tested for something else. */
export const NO_WEBHOOKS: WebhookOperations = {
  handlers: Object.fromEntries(
    Object.keys(WEBHOOK_ROUTES).map((name) => [name, () => Promise.reject(new TypeError("there are no webhooks"))]),
  ) as unknown as WebhookHandlers,
  token: undefined,
};
