import { countWebhookMessages, deleteOldestDeadMessages, listWebhooks, pruneDeadMessages } from "@cairn/db";
import { createPoller } from "../poller.ts";
import { type Courier, type CourierDeps, startCourier } from "./courier.ts";

/** Serves all webhooks of a node. */
export interface Couriers {
  readonly start: () => void;
  /** A webhook was stored, or has changed. */
  readonly poke: (id: string) => void;
  /** Ends what is on its way and waits for it; what was not taken is sent after the next start. */
  readonly stop: () => Promise<void>;
}

/** How often it looks for webhooks that another process has stored, and counts; a node without webhooks stays idle. */
const POLL_MS = 10_000;
const MAX_PAUSE_MS = 60_000;
/** How long messages that were given up are kept, and how many are deleted at a time. */
const KEPT_MS = 30 * 86_400_000;
const PRUNED_AT_A_TIME = 1000;
/** Of one webhook: a receiver that refuses everything for weeks must not fill the disk. */
const MAX_DEAD = 10_000;

/** One courier for each webhook, as long as it exists. `ending` aborts what the sender has on its way. */
export function createCouriers(deps: CourierDeps, ending: AbortController): Couriers {
  const { source, clock, logger, metrics } = deps;
  const { db, nowMs } = source;
  const couriers = new Map<string, Courier>();

  const look = async (): Promise<void> => {
    const webhooks = await listWebhooks(db);
    for (const { id } of webhooks) {
      if (couriers.has(id) || ending.signal.aborted) continue;
      const courier = startCourier(id, deps, ending.signal);
      couriers.set(id, courier);
      void courier.done.finally(() => couriers.delete(id));
    }
    if (webhooks.length === 0) return metrics.show([], nowMs());
    await pruneDeadMessages(db, nowMs() - KEPT_MS, PRUNED_AT_A_TIME);
    const counts = await countWebhookMessages(db);
    for (const [id, { dead }] of counts) if (dead > MAX_DEAD) await deleteOldestDeadMessages(db, id, dead - MAX_DEAD);
    metrics.show(counts.values(), nowMs());
  };
  const poller = createPoller({
    run: look,
    clock,
    logger,
    failure: "the webhooks cannot be read",
    pollMs: POLL_MS,
    maxPauseMs: MAX_PAUSE_MS,
  });

  return {
    start: () => poller.start(),
    poke: (id) => {
      const courier = couriers.get(id);
      if (courier === undefined) poller.poke();
      else courier.poke();
    },
    stop: async () => {
      ending.abort();
      await poller.stop();
      await Promise.all([...couriers.values()].map(({ done }) => done));
    },
  };
}
