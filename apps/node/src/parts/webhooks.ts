import { NODE_VERSION, type WebhookOperations } from "../api/server.ts";
import type { EventFeed } from "../events/feed.ts";
import { type Couriers, createCouriers } from "../webhooks/couriers.ts";
import { createWebhookHandlers } from "../webhooks/handlers.ts";
import type { MessageSource } from "../webhooks/messages.ts";
import { createWebhookMetrics } from "../webhooks/metrics.ts";
import { createSender } from "../webhooks/send.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** Takes messages to webhooks; offers who does. */
export function createWebhooksPart(context: PartContext, storage: Storage, feed: EventFeed): Part<Couriers> {
  const { clock, registry, child } = context;
  return {
    name: "webhooks",
    start: async (endings) => {
      const ending = new AbortController();
      const source = sourceOf(context, storage);
      const send = createSender({ nowMs: source.nowMs, signal: ending.signal, version: NODE_VERSION });
      const logger = child("webhooks");
      const metrics = createWebhookMetrics(registry);
      const couriers = createCouriers({ source, feed, send, clock, logger, metrics }, ending);
      endings.add("webhooks", couriers.stop);
      couriers.start();
      return couriers;
    },
  };
}

/** The operations about webhooks, which any API has; `changed` tells who takes the messages, if that is this process. */
export function webhookOperations(
  context: PartContext,
  storage: Storage,
  { feed, changed }: { readonly feed: EventFeed; readonly changed: (id: string) => void },
): WebhookOperations {
  const source = sourceOf(context, storage);
  // A test that is on its way when the node stops ends with its time-out.
  const send = createSender({ nowMs: source.nowMs, signal: new AbortController().signal, version: NODE_VERSION });
  const { webhookHttp: allowsHttp, webhookToken: token } = context.config;
  return { handlers: createWebhookHandlers({ source, log: feed.log, send, allowsHttp, changed }), token };
}

function sourceOf({ clock: { nowMs } }: PartContext, { database, domain }: Storage): MessageSource {
  return { db: database.db, domain, nowMs };
}
