import { findLastL1Block } from "@cairn/db";
import { findDeploymentBlock } from "../restore/history.ts";
import { createWatcherMetrics } from "../watcher/metrics.ts";
import { createWatcher, type Watcher } from "../watcher/watcher.ts";
import type { L1 } from "./l1.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** The role of the watcher. */
export function createWatcherPart(context: PartContext, { database }: Storage, { rollup }: L1): Part<Watcher> {
  const { config } = context;
  let watcher: Watcher | null = null;

  /** Where reading L1 begins. */
  const firstL1Block = async (): Promise<number> => {
    const isKnown = config.deploymentBlock > 0 || (await findLastL1Block(database.db)) !== undefined;
    return isKnown ? config.deploymentBlock : findDeploymentBlock(rollup);
  };

  return {
    name: "watcher",
    start: async (endings) => {
      const { confirmations: safe, finalConfirmations: final } = config;
      watcher = createWatcher(
        {
          deploymentBlock: await firstL1Block(),
          head: safe === 0 ? { type: "tags" } : { type: "confirmations", safe, final },
          pollMs: config.l1PollMs,
          rangeSize: 2000,
        },
        {
          database,
          rollup,
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
      const { state } = watcher.status();
      return { watcher: { isReady: state === "following", state } };
    },
  };
}
