import { createL1Access } from "@cairn/l1";
import type { NodeConfig } from "../config/config.ts";
import { createEventPruner } from "../events/pruner.ts";
import { createWatcherMetrics } from "../watcher/metrics.ts";
import { createTokenReader } from "../watcher/tokens.ts";
import { createWatcher, type HeadPolicy, type Watcher } from "../watcher/watcher.ts";
import type { L1 } from "./l1.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

const BLOB_ADVICE =
  "set CAIRN_BEACON_URLS: without one the node stops at the first batch in a blob that is not stored here, another's, or its own after a back-up was restored";

/** Which L1 blocks count and when they are final, by the settings. */
export function headPolicyOf({ confirmations: safe, finalConfirmations: final }: NodeConfig): HeadPolicy {
  return safe === 0 ? { type: "tags" } : { type: "confirmations", safe, final };
}

/** The watcher's role. Warns when nobody is named who has the blobs of batches that are not stored here. */
export function createWatcherPart(context: PartContext, { database }: Storage, l1: L1): Part<Watcher> {
  const { config } = context;
  const { rollup, blobs, isBlobSourceNamed } = l1;
  let watcher: Watcher | null = null;

  return {
    name: "watcher",
    start: async (endings) => {
      if (!isBlobSourceNamed)
        context.child("watcher").warn({ advice: BLOB_ADVICE }, "no source of blobs is configured");
      watcher = createWatcher(
        {
          deploymentBlock: config.deploymentBlock,
          head: headPolicyOf(config),
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
      const tokens = createTokenReader({
        database,
        access: createL1Access(rollup),
        clock: context.clock,
        logger: context.child("tokens"),
      });
      endings.add("tokens", tokens.stop);
      const logger = context.child("events");
      const pruner = createEventPruner(config.eventsKeptHours, { database, clock: context.clock, logger });
      endings.add("event pruner", pruner.stop);
      await watcher.start();
      tokens.start();
      pruner.start();
      return watcher;
    },
    readiness: () => {
      if (watcher === null) return {};
      const { state, failure } = watcher.status();
      const shown = failure === null ? state : `${state}, ${failure}`;
      const blobStatus = isBlobSourceNamed ? {} : { blobs: { isReady: true, state: "no source is configured" } };
      return { watcher: { isReady: state === "following", state: shown }, ...blobStatus };
    },
  };
}
