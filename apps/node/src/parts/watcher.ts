import { createWatcherMetrics } from "../watcher/metrics.ts";
import { createWatcher, type Watcher } from "../watcher/watcher.ts";
import type { L1 } from "./l1.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** The watcher's role. */
export function createWatcherPart(context: PartContext, { database }: Storage, { rollup, blobs }: L1): Part<Watcher> {
  const { config } = context;
  let watcher: Watcher | null = null;

  return {
    name: "watcher",
    start: async (endings) => {
      const { confirmations: safe, finalConfirmations: final } = config;
      watcher = createWatcher(
        {
          deploymentBlock: config.deploymentBlock,
          head: safe === 0 ? { type: "tags" } : { type: "confirmations", safe, final },
          pollMs: config.l1PollMs,
          ranges: { first: config.l1FirstRange, max: config.l1MaxRange },
        },
        {
          database,
          rollup,
          blobs,
          clock: context.clock,
          logger: context.child("watcher"),
          metrics: createWatcherMetrics(context.registry),
        },
      );
      endings.add("watcher", watcher.stop);
      await watcher.start();
      return watcher;
    },
    readiness: () => {
      if (watcher === null) return {};
      const { state, failure } = watcher.status();
      const shown = failure === null ? state : `${state}, ${failure}`;
      return { watcher: { isReady: state === "following", state: shown } };
    },
  };
}
