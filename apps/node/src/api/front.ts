import type { Database } from "@cairn/db";
import { bigintToAddress, CairnError, type Domain, redactUrl } from "@cairn/protocol";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { Clock } from "../clock.ts";
import type { NodeConfig } from "../config/config.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { EventFeed } from "../events/feed.ts";
import { registerStreamMetrics } from "../observer/process-metrics.ts";
import { ApiError } from "./errors.ts";
import { createForwardingHandlers } from "./forwarding-handlers.ts";
import type { PartStatus } from "./handlers.ts";
import { createHistoryHandlers } from "./history-handlers.ts";
import { createRequestReads } from "./request-handlers.ts";
import { apiSettings, createApiServer, type WebhookOperations } from "./server.ts";
import { createStream, streamLimits } from "./stream.ts";
import { createStreamRelay } from "./stream-relay.ts";
import { createUpstream } from "./upstream.ts";

const RETRY_MS = 500;
/** Time limit for each step of checking the sequencer's process. */
const IDENTIFY_MS = 2000;
/** How long pending requests may take when the process stops. */
const STOP_PATIENCE_MS = 5000;
/** Longest silence on the stream; the sequencer's process pings more often. */
const SILENCE_MS = 75_000;

/** Its dependencies, owned by the caller. */
export interface FrontDeps {
  readonly database: Database;
  readonly domain: Domain;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Readiness of the process's other parts. */
  readonly readiness: () => Readonly<Record<string, PartStatus>>;
  readonly feed: EventFeed;
  readonly webhooks: WebhookOperations;
}

/**
 * The API in a separate process: it answers from the database, forwards the rest to the sequencer's process, and follows
 * that process's stream to know when something has happened.
 */
export interface Front {
  /**
   * Throws `node/wrong-sequencer` when the process at the address serves another rollup; a silent one may come back.
   */
  readonly start: () => Promise<void>;
  readonly url: () => string;
  readonly parts: () => Readonly<Record<string, PartStatus>>;
  /** Finishes pending requests and closes. */
  readonly stop: () => Promise<void>;
}

/** An API that is not listening yet. Throws `node/bad-config` without the address of the sequencer's process. */
export function createFront(config: NodeConfig, deps: FrontDeps): Front {
  const { domain, clock, registry, feed } = deps;
  const { sequencerUrl: url, roles, maxInFlight } = config;
  if (url === undefined) throw new CairnError<NodeErrorCode>("node/bad-config", "CAIRN_SEQUENCER_URL is missing");
  const settings = apiSettings(config, config.apiPort);
  const upstream = createUpstream(url);
  let isIdentified = false;
  const stream = createStream(streamLimits(config), { feed, clock, logger: deps.logger });
  registerStreamMetrics(registry, stream.clients);

  const identify = async (): Promise<void> => {
    isIdentified = false;
    const { roles: theirs } = await upstream.ask("health", {}, IDENTIFY_MS);
    if (!theirs.includes("sequencer")) throw wrongSequencer(`${redactUrl(url)} is a process with the roles ${theirs}`);
    const { chainId, rollup } = await upstream.ask("rollup", {}, IDENTIFY_MS);
    if (BigInt(chainId) !== domain.chainId || rollup.toLowerCase() !== bigintToAddress(domain.rollup)) {
      throw wrongSequencer(`${redactUrl(url)} serves ${rollup} on chain ${chainId}`);
    }
    isIdentified = true;
  };
  const relay = createStreamRelay(
    { url, retryMs: RETRY_MS, handshakeMs: IDENTIFY_MS, silenceMs: SILENCE_MS },
    {
      clock,
      logger: deps.logger,
      identify,
      message: feed.poke,
      lost: () => {
        isIdentified = false;
      },
    },
  );
  const parts = () => ({ relay: relay.status() });
  const { handlers, assertTaking } = createForwardingHandlers({
    upstream,
    isIdentified: () => isIdentified,
    maxInFlight,
    timeoutMs: settings.requestTimeoutMs,
    roles,
    version: settings.version,
    parts: () => ({ ...parts(), ...deps.readiness() }),
  });
  const hasAccount = async (index: number): Promise<boolean> => {
    try {
      await handlers.account({ params: { index }, query: undefined, body: undefined });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === "not-found") return false;
      throw error;
    }
  };
  const api = createApiServer(settings, {
    handlers: {
      ...createHistoryHandlers(deps.database, clock, hasAccount, feed.log),
      ...createRequestReads(deps.database, clock),
      ...handlers,
    },
    webhooks: deps.webhooks,
    assertTaking,
    stream,
    logger: deps.logger,
    registry,
  });
  return {
    start: async () => {
      await relay.start();
      await api.start();
    },
    url: api.url,
    parts,
    stop: async () => {
      relay.stop();
      await stream.stop();
      const cancel = clock.after(STOP_PATIENCE_MS, upstream.stop);
      await api.stop();
      cancel();
      upstream.stop();
    },
  };
}

function wrongSequencer(message: string): CairnError<NodeErrorCode> {
  return new CairnError("node/wrong-sequencer", message);
}
