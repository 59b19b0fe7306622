import { createObserverMetrics } from "../observer/metrics.ts";
import { createObserver } from "../observer/observer.ts";
import type { L1 } from "./l1.ts";
import type { Part, PartContext } from "./part.ts";
import { publisherAccount } from "./publisher.ts";
import type { Storage } from "./storage.ts";

/** Observations need not be fresher than Prometheus's scrape interval. */
const MIN_POLL_MS = 15_000;

/** Observes database, contract and disk for the metrics. */
export function createObserverPart(context: PartContext, { database }: Storage, { rollup }: L1): Part {
  const { config, has } = context;
  return {
    name: "observer",
    start: async (endings) => {
      const observer = createObserver({
        database,
        rollup,
        dataDir: has("sequencer") ? config.dataDir : ".",
        clock: context.clock,
        logger: context.child("observer"),
        metrics: createObserverMetrics(context.registry, publisherAccount(context)?.address ?? null),
        pollMs: Math.max(config.l1PollMs, MIN_POLL_MS),
      });
      endings.add("observer", observer.stop);
      observer.start();
    },
  };
}
