import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BlockCircuit } from "@cairn/circuits";
import { DEV_CHAIN_IDS } from "@cairn/contracts";
import type { Compress } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import {
  acquireNodeLock,
  bindChain,
  createJobQueue,
  type Database,
  databaseLocation,
  findChain,
  findLastL1Block,
  type JobQueue,
  openDatabase,
} from "@cairn/db";
import { connectReader, type L1Rollup } from "@cairn/l1";
import {
  addressToBigint,
  type BlockSize,
  bigintToAddress,
  CairnError,
  type Domain,
  type Hex,
  isCairnError,
} from "@cairn/protocol";
import { type Logger, pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { createFront, type Front, type FrontDeps } from "./api/front.ts";
import { NODE_VERSION } from "./api/server.ts";
import { createMetricsServer } from "./api/side-servers.ts";
import { type Clock, createOffsetClock, systemClock } from "./clock.ts";
import type { NodeConfig } from "./config/config.ts";
import type { Secret } from "./config/setting.ts";
import { armCrashPoint } from "./crash-points.ts";
import type { NodeErrorCode } from "./errors.ts";
import { loggerOptions } from "./logger.ts";
import { createObserverMetrics } from "./observer/metrics.ts";
import { createObserver } from "./observer/observer.ts";
import { registerProcessMetrics } from "./observer/process-metrics.ts";
import { type CircuitSource, loadCircuit } from "./prover/circuit.ts";
import { createProverMetrics, registerProgressMetrics } from "./prover/metrics.ts";
import { createProofMaker, type ProofMaker, type ProveBlock } from "./prover/proof-maker.ts";
import { createProofThread } from "./prover/proof-thread.ts";
import { createProver, type Prover } from "./prover/worker.ts";
import { noteContractView } from "./publisher/contract-view.ts";
import { createPublisherMetrics } from "./publisher/metrics.ts";
import { createPublisher, type Publisher } from "./publisher/publisher.ts";
import { assertHistory, findDeploymentBlock } from "./restore/history.ts";
import { openStateKeeper } from "./sequencer/state-keeper.ts";
import { RETAINED_BLOCKS, type SequencerPart, startSequencerPart } from "./sequencer-part.ts";
import { createWatcherMetrics } from "./watcher/metrics.ts";
import { createWatcher, type Watcher } from "./watcher/watcher.ts";

const OBSERVER_POLL_MS = 5000;

/** What a node may be given instead of the real thing. */
export interface NodeDeps {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Loads the circuit of a block size; by default from the cache directory. */
  readonly loadCircuit?: (slots: BlockSize) => Promise<BlockCircuit>;
  readonly prove?: ProveBlock;
  /** Takes the metrics; by default an own one. */
  readonly registry?: Registry;
}

/** What a node belongs to. */
interface Chain {
  readonly domain: Domain;
  readonly slotCount: BlockSize;
}

/** A rollup node: all roles, or some of them. */
export interface CairnNode {
  /** Throws `node/already-running`, `node/wrong-l1`, `node/needs-restore`, `node/state-diverged`, `node/wrong-sequencer`, and what storage throws; then nothing runs. */
  readonly start: () => Promise<void>;
  /** Ends every part, last started first; what was acknowledged is on the disk. May be called at any time, also twice. */
  readonly stop: () => Promise<void>;
  /** Resolves with the error when the node cannot go on: a database lock or the state store's thread is lost. */
  readonly failed: Promise<unknown>;
  /** Where it listens, once started; null for what is off. */
  readonly urls: () => { readonly api: string | null; readonly metrics: string | null; readonly admin: string | null };
}

/** The node of a configuration; nothing happens before its start. */
export function createNode(config: NodeConfig, deps: NodeDeps = {}): CairnNode {
  const { clockOffsetFile } = config;
  const clock = deps.clock ?? (clockOffsetFile === undefined ? systemClock : createOffsetClock(clockOffsetFile));
  const logger = deps.logger ?? pino(loggerOptions(config.logLevel));
  const failure = Promise.withResolvers<unknown>();
  const endings: (readonly [name: string, end: () => unknown])[] = [];
  const urls: { api: string | null; metrics: string | null; admin: string | null } = {
    api: null,
    metrics: null,
    admin: null,
  };
  let starting: Promise<void> | null = null;
  let stopped: Promise<void> | null = null;

  const has = (role: NodeConfig["roles"][number]): boolean => config.roles.includes(role);
  const child = (module: string): Logger => logger.child({ module });

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

  const startParts = async (): Promise<void> => {
    if (has("sequencer")) mkdirSync(config.dataDir, { recursive: true });
    const registry = deps.registry ?? new Registry();
    collectDefaultMetrics({ register: registry });
    const compress = await createFastCompress();
    // First of all: its lock keeps a second node away from the embedded database, too.
    const keeper = has("sequencer")
      ? await openStateKeeper({ path: join(config.dataDir, "state"), retainedBlocks: RETAINED_BLOCKS })
      : null;
    if (keeper !== null) {
      endings.push(["state", keeper.close]);
      void keeper.lost.then(failure.resolve);
    }
    const database = await openDatabase(databaseLocation(config.databaseUrl, join(config.dataDir, "database")));
    endings.push(["database", () => database.close()]);
    for (const role of ["sequencer", "watcher", "publisher"] as const) if (has(role)) await lock(database, role);
    const chain = await identify(database);
    const { domain } = chain;
    armCrashPoint(config.crashAt, { isDevelopment: DEV_CHAIN_IDS.includes(Number(domain.chainId)) });
    const rollup: L1Rollup = {
      reader: connectReader(config.l1RpcUrl, Number(domain.chainId)),
      address: bigintToAddress(domain.rollup),
    };
    const isL1Reachable = config.roles.some((role) => role !== "prover" && role !== "api") && (await assertL1(rollup));
    if (isL1Reachable && has("sequencer")) await assertHistory(database.db, rollup, { isRestore: config.restore });

    const jobs = has("prover") || has("sequencer") ? await openJobs(database) : null;
    const watcher = has("watcher")
      ? openWatcher(database, rollup, registry, await firstL1Block(database, rollup))
      : null;
    await watcher?.start();
    if (isL1Reachable && has("publisher") && config.publisherKey !== undefined) {
      // Before the first block is opened: another operator's rollup is only followed.
      const { address } = accountOf(config.publisherKey);
      await noteContractView(database.db, rollup, address).catch(reportSilence);
    }
    let publisher: Publisher | null = null;
    let prover: Prover | null = null;
    const readiness = () => ({ ...watcherReadiness(watcher), ...publisherReadiness(publisher) });
    const sequencing: SequencerPart | null =
      keeper === null || jobs === null
        ? null
        : await startSequencerPart(config, {
            database,
            keeper,
            jobs,
            rollup,
            domain,
            compress,
            clock,
            logger,
            registry,
            watcher,
            readiness,
            proving: () => prover?.progress() ?? [],
          });
    if (sequencing !== null) {
      endings.push(["sequencer", sequencing.stop]);
      urls.api = sequencing.urls().api;
      urls.admin = sequencing.urls().admin;
    }
    const front = has("api") && !has("sequencer") ? openFront({ database, domain, registry, readiness }) : null;
    await front?.start();
    if (front !== null) urls.api = front.url();
    prover = jobs !== null && has("prover") ? openProver(chain, database, jobs, compress, registry) : null;
    await prover?.start();
    publisher = has("publisher") ? openPublisher(database, rollup, registry) : null;
    publisher?.start();
    if (has("watcher")) observe(database, rollup, registry);
    registerProcessMetrics(registry, {
      version: NODE_VERSION,
      roles: config.roles,
      parts: () => ({
        ...sequencing?.parts(),
        ...front?.parts(),
        ...watcherReadiness(watcher),
        ...publisherReadiness(publisher),
      }),
      lowBalanceWei: config.lowBalanceWei,
    });
    const metrics = createMetricsServer({ host: config.host, port: config.metricsPort }, registry);
    endings.push(["metrics", metrics.stop]);
    await metrics.start();
    urls.metrics = metrics.url();
    logger.info({ roles: config.roles, ...urls }, "node started");
  };

  /** Rollup and block size as configured; a process that is not told takes them from the database. */
  const identify = async (database: Database): Promise<Chain> => {
    if (config.chainId === undefined || config.rollup === undefined) {
      const stored = await findChain(database.db);
      if (stored !== undefined) return stored;
      throw new CairnError<NodeErrorCode>(
        "node/bad-config",
        "the database belongs to no rollup yet: start a node first",
      );
    }
    const domain = { chainId: BigInt(config.chainId), rollup: addressToBigint(config.rollup) };
    const slotCount = Number(config.slots) as BlockSize;
    await bindChain(database.db, domain, slotCount);
    return { domain, slotCount };
  };

  const lock = async (database: Database, role: string): Promise<void> => {
    const held = await acquireNodeLock(database, role);
    endings.push([`lock of the ${role}`, held.release]);
    void held.lost.then(() =>
      failure.resolve(new CairnError<NodeErrorCode>("node/already-running", `the lock of the ${role} is lost`)),
    );
  };

  /** An L1 that does not answer, which this returns false for, may come back; one that is another chain is a mistake. */
  const assertL1 = async ({ reader, address }: L1Rollup): Promise<boolean> => {
    let chainId: number;
    let code: Hex | undefined;
    try {
      [chainId, code] = await Promise.all([reader.getChainId(), reader.getCode({ address })]);
    } catch (error) {
      reportSilence(error);
      return false;
    }
    if (chainId === reader.chain.id && code !== undefined) return true;
    const reason = chainId === reader.chain.id ? `no contract at ${address}` : `it is chain ${chainId}`;
    throw new CairnError<NodeErrorCode>("node/wrong-l1", `the L1 node is not the rollup's: ${reason}`);
  };

  const reportSilence = (error: unknown): void => logger.error({ err: error }, "L1 does not answer");

  /** Where reading L1 begins. */
  const firstL1Block = async (database: Database, rollup: L1Rollup): Promise<number> => {
    const isKnown = config.deploymentBlock > 0 || (await findLastL1Block(database.db)) !== undefined;
    return isKnown ? config.deploymentBlock : findDeploymentBlock(rollup);
  };

  const openJobs = async (database: Database): Promise<JobQueue> => {
    const log = child("jobs");
    const jobs = await createJobQueue(database, {
      existing: has("sequencer") ? "update" : "keep",
      retryLimit: config.proofRetries,
      heartbeatSeconds: config.proverHeartbeatSeconds,
      expireInSeconds: 1800,
      onError: (error) => log.error({ err: error }, "job engine"),
    });
    endings.push(["jobs", jobs.stop]);
    return jobs;
  };

  const openWatcher = (database: Database, rollup: L1Rollup, registry: Registry, deploymentBlock: number): Watcher => {
    const { confirmations: safe, finalConfirmations: final } = config;
    const watcher = createWatcher(
      {
        deploymentBlock,
        head: safe === 0 ? { type: "tags" } : { type: "confirmations", safe, final },
        pollMs: config.l1PollMs,
        rangeSize: 2000,
      },
      { database, rollup, clock, logger: child("watcher"), metrics: createWatcherMetrics(registry) },
    );
    endings.push(["watcher", watcher.stop]);
    return watcher;
  };

  const openProver = (
    { domain, slotCount }: Chain,
    database: Database,
    jobs: JobQueue,
    compress: Compress,
    registry: Registry,
  ): Prover => {
    const isDevelopment = DEV_CHAIN_IDS.includes(Number(domain.chainId));
    const srs = config.srs === "auto" ? (isDevelopment ? "dev" : "ignition") : config.srs;
    if (srs === "dev" && !isDevelopment) {
      throw new CairnError<NodeErrorCode>("node/bad-config", `proofs over the dev SRS on chain ${domain.chainId}`);
    }
    const prover = createProver(
      slotCount,
      { concurrency: config.provers, maxMemoryBytes: config.proverMemoryMb * 1e6 },
      {
        database,
        jobs,
        maker: proofMaker(compress, { cacheDir: config.cacheDir, srs, slots: slotCount }),
        clock,
        logger: child("prover"),
        metrics: createProverMetrics(registry),
      },
    );
    registerProgressMetrics(registry, prover, clock);
    endings.push(["prover", prover.stop]);
    return prover;
  };

  const proofMaker = (compress: Compress, source: CircuitSource): ProofMaker => {
    const { prove, loadCircuit: load = () => loadCircuit(source) } = deps;
    if (prove === undefined && deps.loadCircuit === undefined) {
      return createProofThread({ ...source, nice: config.proverNice });
    }
    return createProofMaker({ compress, loadCircuit: () => load(source.slots), ...(prove && { prove }) });
  };

  const openFront = (own: Omit<FrontDeps, "clock" | "logger">): Front => {
    const front = createFront(config, { ...own, clock, logger: child("api") });
    endings.push(["api", front.stop]);
    return front;
  };

  const openPublisher = (database: Database, rollup: L1Rollup, registry: Registry): Publisher | null => {
    if (config.publisherKey === undefined) return null;
    const publisher = createPublisher(
      {
        pollMs: config.l1PollMs,
        maxLive: config.maxLiveL1,
        lowBalanceWei: config.lowBalanceWei,
        maxFeePerGas: BigInt(config.maxFeeGwei) * 10n ** 9n,
        bumpAfterMs: config.bumpAfterMs,
        finalConfirmations: config.finalConfirmations,
      },
      {
        database,
        rollup,
        account: accountOf(config.publisherKey),
        clock,
        logger: child("publisher"),
        metrics: createPublisherMetrics(registry),
      },
    );
    endings.push(["publisher", publisher.stop]);
    return publisher;
  };

  const observe = (database: Database, rollup: L1Rollup, registry: Registry): void => {
    const publisher = has("publisher") && config.publisherKey !== undefined ? accountOf(config.publisherKey) : null;
    const observer = createObserver({
      database,
      rollup,
      dataDir: has("sequencer") ? config.dataDir : ".",
      clock,
      logger: child("observer"),
      metrics: createObserverMetrics(registry, publisher?.address ?? null),
      pollMs: Math.max(config.l1PollMs, OBSERVER_POLL_MS),
    });
    endings.push(["observer", observer.stop]);
    observer.start();
  };

  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      // What is half started cannot be ended; it is ended when it stands, or when it has failed.
      await starting?.catch(() => undefined);
      for (const [name, end] of endings.reverse()) {
        try {
          await end();
        } catch (error) {
          logger.error({ err: error, part: name }, "a part did not end cleanly");
        }
      }
      logger.info("node stopped");
    })();
    return stopped;
  };

  return { start, stop, failed: failure.promise, urls: () => ({ ...urls }) };
}

function accountOf(key: Secret): PrivateKeyAccount {
  return privateKeyToAccount(`0x${key.reveal().slice(2)}`);
}

function watcherReadiness(watcher: Watcher | null) {
  if (watcher === null) return {};
  const { state } = watcher.status();
  return { watcher: { isReady: state === "following", state } };
}

function publisherReadiness(publisher: Publisher | null) {
  if (publisher === null) return {};
  const { state, waitingFor, isBalanceLow } = publisher.status();
  const notes = [waitingFor === null ? [] : `waits for ${waitingFor}`, isBalanceLow ? "low balance" : []].flat();
  const isReady = state !== "failing" && state !== "frozen";
  return { publisher: { isReady, state: [state, ...notes].join(", ") } };
}
