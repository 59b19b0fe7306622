import { DEV_CHAIN_IDS } from "@cairn/contracts";
import { createFastCompress } from "@cairn/crypto/fast";
import { storePublisher } from "@cairn/db";
import type { BlobAccess } from "@cairn/l1";
import { CairnError, isCairnError } from "@cairn/protocol";
import { type Logger, pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { type Clock, createOffsetClock, systemClock } from "./clock.ts";
import type { NodeConfig } from "./config/config.ts";
import { armCrashPoint } from "./crash-points.ts";
import type { NodeErrorCode } from "./errors.ts";
import { loggerOptions } from "./logger.ts";
import { createAdminPart } from "./parts/admin.ts";
import { type ApiPartDeps, createApiPart, createFrontPart, type Serving, sequencerPort } from "./parts/api.ts";
import { createArchiverPart } from "./parts/archiver.ts";
import { createEventsPart } from "./parts/events.ts";
import { createJobsPart } from "./parts/jobs.ts";
import { createL1Part } from "./parts/l1.ts";
import { createMetricsPart } from "./parts/metrics.ts";
import { createObserverPart } from "./parts/observer.ts";
import { createPartList, type Part, type PartContext, type PartList } from "./parts/part.ts";
import { createProverPart, type ProvingDeps } from "./parts/prover.ts";
import { createPublisherPart, publisherAccount, publisherTerms } from "./parts/publisher.ts";
import { createRestorePart } from "./parts/restore.ts";
import { createSequencerPart } from "./parts/sequencer.ts";
import { createStoragePart, type Storage } from "./parts/storage.ts";
import { createWatcherPart } from "./parts/watcher.ts";
import { createWebhooksPart, webhookOperations } from "./parts/webhooks.ts";

/** Resolution of the event-loop delay measurement, which wakes the thread as often. */
const EVENT_LOOP_PRECISION_MS = 100;

/** Replacements for parts of a node, for tests. */
export interface NodeDeps extends ProvingDeps {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Registry for the metrics; by default its own. */
  readonly registry?: Registry;
  /** Who has the blobs of batches that others submit; by default, as the settings say. */
  readonly blobs?: BlobAccess;
}

/** A rollup node: all roles, or some of them. */
export interface CairnNode {
  /**
   * Throws `node/already-running`, `node/wrong-l1`, `node/needs-restore`, `node/state-diverged`,
   * `node/wrong-sequencer`, what storage throws and, when it restores from archives, what `restoreFromArchives` throws; then
   * nothing runs.
   */
  readonly start: () => Promise<void>;
  /**
   * Stops every part, last started first; everything acknowledged is durable. May be called at any time, even twice.
   */
  readonly stop: () => Promise<void>;
  /** Resolves with the error when the node cannot continue: a database lock or the state store's thread is lost. */
  readonly failed: Promise<unknown>;
  /** Where it listens, once started; null for what is off. */
  readonly urls: () => NodeUrls;
}

/** Where a node listens; null for what is off. */
interface NodeUrls {
  readonly api: string | null;
  readonly metrics: string | null;
  readonly admin: string | null;
}

/** The node of a configuration; nothing happens before its start. */
export function createNode(config: NodeConfig, deps: NodeDeps = {}): CairnNode {
  const { clockOffsetFile } = config;
  const clock = deps.clock ?? (clockOffsetFile === undefined ? systemClock : createOffsetClock(clockOffsetFile));
  const logger = deps.logger ?? pino(loggerOptions(config.logLevel));
  const failure = Promise.withResolvers<unknown>();
  const parts = createPartList(logger);
  let urls: NodeUrls = { api: null, metrics: null, admin: null };
  let starting: Promise<void> | null = null;
  let stopped: Promise<void> | null = null;

  const startParts = async (): Promise<void> => {
    const context: PartContext = {
      config,
      clock,
      child: (module) => logger.child({ module }),
      registry: deps.registry ?? new Registry(),
      has: (role) => config.roles.includes(role),
      fail: failure.resolve,
    };
    const { registry, has } = context;
    const { start, readiness } = parts;
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
    const compress = await createFastCompress();
    const storage = await start(createStoragePart(context));
    const { keeper, database, domain } = storage;
    armCrashPoint(config.crashAt, { isDevelopment: DEV_CHAIN_IDS.includes(Number(domain.chainId)) });
    const account = publisherAccount(context);
    // Every batch names the account that submits it, so it must be known before one is closed.
    if (account !== null) await storePublisher(database.db, publisherTerms(context, account));
    const l1 = await start(createL1Part(context, storage, deps.blobs));
    const jobs = has("prover") || has("sequencer") ? await start(createJobsPart(context, storage)) : null;
    if (has("watcher")) await start(createRestorePart(context, storage, l1, compress));
    const watcher = has("watcher") ? await start(createWatcherPart(context, storage, l1)) : null;
    const sequencing =
      keeper !== null && jobs !== null
        ? await start(createSequencerPart(context, storage, l1, { keeper, jobs, compress, watcher }))
        : null;
    const beside = keeper && sequencing && { ...sequencing, keeper, compress, watcher, readiness };
    const feed = await start(createEventsPart(context, storage, { watcher, sequencer: sequencing?.sequencer ?? null }));
    // One process takes messages to webhooks, and every rollup has one that watches.
    const couriers = has("watcher") ? await start(createWebhooksPart(context, storage, feed)) : null;
    const webhooks = webhookOperations(context, storage, { feed, changed: couriers?.poke ?? (() => undefined) });
    const api = apiPart(context, storage, { beside, readiness, feed, webhooks });
    const apiUrl = api === null ? null : await start(api);
    const prover =
      jobs !== null && has("prover")
        ? await start(createProverPart(context, storage, { ...deps, jobs, compress }))
        : null;
    if (account !== null) {
      const sources = { watcher, sequencer: sequencing?.sequencer ?? null };
      await start(createPublisherPart(context, account, storage, l1, sources));
    }
    const { adminPort: port, adminToken: token } = config;
    const adminUrl =
      sequencing !== null && jobs !== null && port !== undefined && token !== undefined
        ? await start(
            createAdminPart(
              { port, token },
              { database, sequencer: sequencing.sequencer, jobs, proving: () => prover?.progress() ?? [] },
            ),
          )
        : null;
    if (has("watcher")) await start(createObserverPart(context, storage, l1));
    if (has("watcher") && config.archiveDir !== undefined) {
      await start(createArchiverPart(context, config.archiveDir, storage, l1, compress));
    }
    const metricsUrl = await start(createMetricsPart(context, readiness));
    urls = { api: apiUrl, metrics: metricsUrl, admin: adminUrl };
    logger.info({ roles: config.roles, ...urls }, "node started");
  };

  const start = async (): Promise<void> => {
    starting = startParts();
    try {
      await starting;
    } catch (error) {
      await stop();
      const isTaken = isCairnError(error, "state/store-locked") || isCairnError(error, "db/locked");
      if (!isTaken) throw error;
      throw new CairnError<NodeErrorCode>("node/already-running", error.message, { cause: error });
    }
  };

  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      // A half-started node cannot be stopped; it is stopped once it has started, or failed to.
      await starting?.catch(() => undefined);
      await parts.stop();
      logger.info("node stopped");
    })();
    return stopped;
  };

  return { start, stop, failed: failure.promise, urls: () => urls };
}

/** The API in the sequencer's process or, without a sequencer here, in front of it; null when nobody is served here. */
function apiPart(
  context: PartContext,
  storage: Storage,
  {
    beside,
    readiness,
    ...serving
  }: Serving & { readonly beside: ApiPartDeps | null; readonly readiness: PartList["readiness"] },
): Part<string> | null {
  if (beside === null) return context.has("api") ? createFrontPart(context, storage, { readiness, ...serving }) : null;
  const port = sequencerPort(context);
  return port === undefined ? null : createApiPart(context, port, storage, { ...beside, ...serving });
}
