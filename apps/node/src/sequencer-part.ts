import { cpus } from "node:os";
import type { Compress } from "@cairn/crypto";
import { createFastSignatureVerifier } from "@cairn/crypto/fast";
import type { Database, JobQueue } from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import { addressToBigint, type BlockSize, type Domain, tokenId } from "@cairn/protocol";
import type { StreamMessage } from "@cairn/rpc";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import L1_GAS from "../l1-gas.json" with { type: "json" };
import { createChainFeed } from "./api/chain-feed.ts";
import type { PartStatus } from "./api/handlers.ts";
import { createSequencerHandlers } from "./api/sequencer-handlers.ts";
import { apiSettings, createApiServer, NODE_VERSION } from "./api/server.ts";
import { createAdminServer } from "./api/side-servers.ts";
import { createStream, streamLimits } from "./api/stream.ts";
import { createBlockRules } from "./block-rules.ts";
import type { Clock } from "./clock.ts";
import type { NodeConfig } from "./config/config.ts";
import { createGasPrice } from "./gas-price.ts";
import { wordHex } from "./json.ts";
import { registerFeeMetrics, registerStreamMetrics } from "./observer/process-metrics.ts";
import { createSchedulerMetrics, registerJobMetrics } from "./prover/metrics.ts";
import { createProofScheduler } from "./prover/scheduler.ts";
import type { ProverProgress } from "./prover/worker.ts";
import { createFeePolicy, type FeePolicy } from "./sequencer/fee-policy.ts";
import { createSequencerMetrics } from "./sequencer/metrics.ts";
import { createQueueGuard, observeChain } from "./sequencer/queue-guard.ts";
import { createSequencer, type Sequencer, type SequencerEvent } from "./sequencer/sequencer.ts";
import { createSignatureChecker } from "./sequencer/signature-checker.ts";
import type { StateKeeper } from "./sequencer/state-keeper.ts";
import type { Watcher, WatcherEvent } from "./watcher/watcher.ts";

/** Blocks that may wait for L1; the state store can undo RETAINED_BLOCKS, so that a reorg may take some more back. */
const MAX_UNPROVEN_BLOCKS = 8192;
/** Last blocks that the state store can undo. */
export const RETAINED_BLOCKS = 16_384;

/** What the sequencer's part of a node stands on; all of it remains the node's. */
export interface SequencerPartDeps {
  readonly database: Database;
  readonly keeper: StateKeeper;
  readonly jobs: JobQueue;
  readonly rollup: L1Rollup;
  readonly domain: Domain;
  readonly compress: Compress;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** The watcher of this process, null when another one watches. */
  readonly watcher: Watcher | null;
  readonly readiness: () => Readonly<Record<string, PartStatus>>;
  /** Proofs that this process makes now. */
  readonly proving: () => readonly ProverProgress[];
}

/** Where a sequencer's process listens; null for what is off. */
interface SequencerUrls {
  /** The API, for clients or for an API in another process. */
  readonly api: string | null;
  readonly admin: string | null;
}

/** The sequencer with what serves it: signature threads, queue guard, proof scheduler, API. */
export interface SequencerPart {
  readonly urls: () => SequencerUrls;
  readonly parts: () => Readonly<Record<string, PartStatus>>;
  /** Ends the API first, so that no request is cut off, and the sequencer last. */
  readonly stop: () => Promise<void>;
}

/** Starts the sequencer and, by role, its API. Throws as {@link Sequencer.start}; then nothing runs. */
export async function startSequencerPart(config: NodeConfig, deps: SequencerPartDeps): Promise<SequencerPart> {
  const { clock, registry, database, jobs, watcher } = deps;
  const child = (module: string): Logger => deps.logger.child({ module });
  const slotCount = Number(config.slots) as BlockSize;
  const endings: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings.reverse()) await end();
  };
  try {
    const gasPrice = createGasPrice(deps.rollup.reader, clock, child("gas price"), config.l1PollMs);
    endings.push(gasPrice.stop);
    gasPrice.start();
    const feePolicy = createFeePolicy(feeSettings(config, slotCount), gasPrice.current);
    const rules = createBlockRules(clock, { maxSeconds: config.maxLagSeconds, maxBlocks: MAX_UNPROVEN_BLOCKS });
    await observeChain(database.db, rules, () => Promise.resolve());
    const checker = createSignatureChecker(Math.min(config.signatureWorkers, cpus().length));
    endings.push(checker.stop);
    const sequencer = createSequencer(
      {
        domain: deps.domain,
        slotCount,
        blockTimeMs: config.blockTimeMs,
        minValiditySeconds: config.minValiditySeconds,
        nonceWindow: config.nonceWindow,
        maxGroupSize: config.maxGroupSize,
        pool: {
          maxTransactions: config.poolSize,
          maxPerAccount: config.poolPerAccount,
          replacementPercent: config.replacementPercent,
        },
        maxInFlight: config.maxInFlight,
        feeOwner: config.feeOwner === undefined ? null : addressToBigint(config.feeOwner),
      },
      {
        ...deps,
        checker,
        rules,
        verify: (await createFastSignatureVerifier()).verify,
        feePolicy,
        logger: child("sequencer"),
        metrics: createSequencerMetrics(registry),
      },
    );
    endings.push(sequencer.stop);
    await sequencer.start();
    const guard = createQueueGuard({
      database,
      keeper: deps.keeper,
      domain: deps.domain,
      sequencer,
      rules,
      clock,
      logger: child("queue"),
      pollMs: config.l1PollMs,
    });
    endings.push(guard.stop);
    const scheduler = createProofScheduler({
      database,
      jobs,
      clock,
      metrics: createSchedulerMetrics(registry),
      logger: child("jobs"),
      pollMs: 1000,
    });
    endings.push(scheduler.stop);
    registerJobMetrics(registry, jobs);
    const log = child("node");
    const quietly = (work: Promise<void>): void => {
      work.catch((error: unknown) => log.error({ err: error }, "background work failed"));
    };
    sequencer.onEvent(({ type }) => {
      if (type === "block") quietly(scheduler.blockSealed());
    });
    watcher?.onEvent(({ type }) => {
      if (type === "looked") quietly(guard.look());
    });
    await guard.look();
    await scheduler.schedule();
    guard.start();
    scheduler.start();
    const parts = (): Readonly<Record<string, PartStatus>> => {
      const { phase } = sequencer.status();
      const opening = rules.opening(0);
      const closed = opening.type === "closed" ? `, opens no blocks: ${opening.reason}` : "";
      return { sequencer: { isReady: phase === "running", state: `${phase}${closed}` } };
    };
    const urls = await startServers(config, deps, { sequencer, feePolicy, slotCount, parts, endings, child });
    return { urls: () => urls, parts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServers(
  config: NodeConfig,
  deps: SequencerPartDeps,
  parts: {
    readonly sequencer: Sequencer;
    readonly feePolicy: FeePolicy;
    readonly slotCount: BlockSize;
    readonly parts: SequencerPart["parts"];
    readonly endings: (() => unknown)[];
    readonly child: (module: string) => Logger;
  },
): Promise<SequencerUrls> {
  const { sequencer, endings } = parts;
  const urls: { api: string | null; admin: string | null } = { api: null, admin: null };
  if (config.adminPort !== undefined && config.adminToken !== undefined) {
    const admin = createAdminServer(
      { host: "127.0.0.1", port: config.adminPort, token: config.adminToken.reveal() },
      { database: deps.database, sequencer, jobs: deps.jobs, proving: deps.proving },
    );
    endings.push(admin.stop);
    await admin.start();
    urls.admin = admin.url();
  }
  const port = config.roles.includes("api") ? config.apiPort : config.sequencerPort;
  if (port === undefined) return urls;
  const stream = createStream(streamLimits(config), deps.clock);
  const publish = (messages: readonly StreamMessage[]): void => {
    for (const message of messages) stream.publish(message);
  };
  registerStreamMetrics(deps.registry, stream.clients);
  registerFeeMetrics(deps.registry, () => feeTokensWithoutAccount(config, sequencer));
  sequencer.onEvent((event) => publish(sequencerMessages(event)));
  if (deps.watcher !== null) deps.watcher.onEvent((event) => publish(watcherMessages(event)));
  else {
    const logger = parts.child("chain feed");
    const feed = createChainFeed(config.l1PollMs, { database: deps.database, clock: deps.clock, logger, publish });
    endings.push(feed.stop);
    await feed.start();
  }
  const handlers = createSequencerHandlers({
    ...deps,
    ...parts,
    feeTokens: config.feeTokens.map(({ tokenId: id }) => tokenId(id)),
    minValiditySeconds: config.minValiditySeconds,
    maxGroupSize: config.maxGroupSize,
    roles: config.roles,
    version: NODE_VERSION,
    parts: () => ({ ...parts.parts(), ...deps.readiness() }),
  });
  const api = createApiServer(apiSettings(config, port), {
    handlers,
    assertTaking: sequencer.assertTaking,
    stream,
    logger: parts.child("api"),
    registry: deps.registry,
  });
  endings.push(async () => {
    stream.stop();
    await api.stop();
  });
  await api.start();
  urls.api = api.url();
  return urls;
}

/** Tokens in which fees are due that cannot be paid, because the fee owner has no account in them. */
function feeTokensWithoutAccount(
  { feeOwner, feeTokens, feeOperatorPercent }: NodeConfig,
  sequencer: Sequencer,
): number {
  if (feeOwner === undefined || feeOperatorPercent <= -100) return 0;
  const state = sequencer.state();
  const taken = new Set(
    sequencer.findByOwner(addressToBigint(feeOwner)).map((index) => state.getAccount(index).tokenId),
  );
  return feeTokens.filter(({ tokenId: id }) => !taken.has(tokenId(id))).length;
}

function feeSettings(config: NodeConfig, slotCount: BlockSize) {
  return {
    slotCount,
    batchGas: BigInt(L1_GAS.batch[slotCount]),
    gasPerByte: BigInt(L1_GAS.publishedByte),
    payoutGas: BigInt(L1_GAS.payout),
    tokens: config.feeTokens.map(({ tokenId: id, weiPer1e18 }) => ({ tokenId: tokenId(id), weiPer1e18 })),
    expectedFillPercent: 50n,
    operatorPercent: BigInt(config.feeOperatorPercent),
    tolerancePercent: 80n,
  };
}

function sequencerMessages(event: SequencerEvent): StreamMessage[] {
  switch (event.type) {
    case "transactions":
      return event.transactions.map(({ id, status, inclusion }) => ({
        type: "transaction",
        id: wordHex(id),
        status,
        block: inclusion?.blockNumber ?? null,
        slot: inclusion?.slot ?? null,
      }));
    case "block":
      return [{ type: "block", number: event.block.number, status: "sealed" }];
    case "rebuilt":
      return [{ type: "rebuilt", firstBlock: event.firstBlock }];
  }
}

function watcherMessages(event: WatcherEvent): StreamMessage[] {
  if (event.type === "reorg") return event.unproven.map((number) => ({ type: "block", number, status: "sealed" }));
  if (event.type === "final") return event.blocks.map((number) => ({ type: "block", number, status: "final" }));
  if (event.type !== "progress") return [];
  return event.result.accepted.map((number) => ({ type: "block", number, status: "proven" }));
}
