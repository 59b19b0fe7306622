import { NODE_VERSION } from "../api/server.ts";
import { createMetricsServer } from "../api/side-servers.ts";
import { registerProcessMetrics } from "../observer/process-metrics.ts";
import type { Part, PartContext, PartList } from "./part.ts";

/** Serves the metrics of all parts; offers its address. */
export function createMetricsPart(context: PartContext, readiness: PartList["readiness"]): Part<string> {
  const { config, registry } = context;
  return {
    name: "metrics",
    start: async (endings) => {
      registerProcessMetrics(registry, {
        version: NODE_VERSION,
        roles: config.roles,
        parts: readiness,
        lowBalanceWei: config.lowBalanceWei,
      });
      const server = createMetricsServer({ host: config.host, port: config.metricsPort }, registry);
      endings.add("metrics", server.stop);
      await server.start();
      return server.url();
    },
  };
}
