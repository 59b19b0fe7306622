import type { Compress } from "@cairn/crypto";
import { tokenId } from "@cairn/protocol";
import { createFront, type Front } from "../api/front.ts";
import { createSequencerHandlers } from "../api/sequencer-handlers.ts";
import { apiSettings, createApiServer, NODE_VERSION, type WebhookOperations } from "../api/server.ts";
import { createStream, streamLimits } from "../api/stream.ts";
import type { EventFeed } from "../events/feed.ts";
import { registerStreamMetrics } from "../observer/process-metrics.ts";
import type { StateKeeper } from "../sequencer/state-keeper.ts";
import type { Watcher } from "../watcher/watcher.ts";
import type { Part, PartContext, PartList } from "./part.ts";
import type { Sequencing } from "./sequencer.ts";
import type { Storage } from "./storage.ts";

/** Dependencies of the API in the sequencer's process. */
export interface ApiPartDeps extends Sequencing {
  readonly compress: Compress;
  readonly keeper: StateKeeper;
  /** The watcher of this process, null when another process watches. */
  readonly watcher: Watcher | null;
  readonly readiness: PartList["readiness"];
}

/** What happens, and the operations about webhooks, for any API. */
export interface Serving {
  readonly feed: EventFeed;
  readonly webhooks: WebhookOperations;
}

/** Port of the sequencer's process: for clients, or for an API in another process; undefined when nobody is served. */
export function sequencerPort({ config, has }: PartContext): number | undefined {
  return has("api") ? config.apiPort : config.sequencerPort;
}

/** The API in the sequencer's process; offers its address. */
export function createApiPart(
  context: PartContext,
  port: number,
  storage: Storage,
  deps: ApiPartDeps & Serving,
): Part<string> {
  const { config, clock, registry, child } = context;
  const { feed, webhooks, sequencer } = deps;
  return {
    name: "api",
    start: async (endings) => {
      const stream = createStream(streamLimits(config), { feed, clock, logger: child("stream") });
      registerStreamMetrics(registry, stream.clients);
      const handlers = createSequencerHandlers({
        ...storage,
        ...deps,
        clock,
        log: feed.log,
        feeTokens: config.feeTokens.map(({ tokenId: id }) => tokenId(id)),
        minValiditySeconds: config.minValiditySeconds,
        maxGroupSize: config.maxGroupSize,
        roles: config.roles,
        version: NODE_VERSION,
        parts: deps.readiness,
      });
      const api = createApiServer(apiSettings(config, port), {
        handlers,
        webhooks,
        assertTaking: sequencer.assertTaking,
        stream,
        logger: child("api"),
        registry,
      });
      endings.add("api", api.stop);
      endings.add("stream", stream.stop);
      await api.start();
      return api.url();
    },
  };
}

/** The API in a separate process; offers its address. */
export function createFrontPart(
  context: PartContext,
  { database, domain }: Storage,
  { readiness, ...serving }: Serving & Pick<ApiPartDeps, "readiness">,
): Part<string> {
  const { config, clock, registry } = context;
  let front: Front | null = null;
  return {
    name: "api",
    start: async (endings) => {
      front = createFront(config, {
        ...{ database, domain, registry, readiness, clock, logger: context.child("api") },
        ...serving,
      });
      endings.add("api", front.stop);
      await front.start();
      return front.url();
    },
    readiness: () => front?.parts() ?? {},
  };
}
