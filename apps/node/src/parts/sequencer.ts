import { cpus } from "node:os";
import type { Compress } from "@cairn/crypto";
import { createFastSignatureVerifier } from "@cairn/crypto/fast";
import type { JobQueue } from "@cairn/db";
import { addressToBigint, type SoloSize, tokenId } from "@cairn/protocol";
import { type Batcher, type BatcherStatus, createBatcher } from "../batches/batcher.ts";
import { createPlacer } from "../batches/place.ts";
import { createBatchPolicy } from "../batches/policy.ts";
import { assertBatchTerms, type BatchTerms, readBatchTerms } from "../batches/terms.ts";
import { createBlobThread } from "../blobs/blob-thread.ts";
import { type BlockRules, createBlockRules } from "../block-rules.ts";
import type { NodeConfig } from "../config/config.ts";
import type { Endings } from "../endings.ts";
import { createGasPrice } from "../gas-price.ts";
import { registerFeeMetrics } from "../observer/process-metrics.ts";
import { ASSUMED_SECONDS_PER_BLOCK } from "../promise-rules.ts";
import { createForgetter } from "../provable-batches.ts";
import { createSchedulerMetrics, registerJobMetrics } from "../prover/metrics.ts";
import { createProofScheduler } from "../prover/scheduler.ts";
import { noteContractView } from "../publisher/contract-view.ts";
import type { FeeTakers } from "../sequencer/fee-accounts.ts";
import { createFeePolicy, type FeePolicy } from "../sequencer/fee-policy.ts";
import { feeSettingsOf } from "../sequencer/fee-settings.ts";
import { createSequencerMetrics, registerPromiseMetrics } from "../sequencer/metrics.ts";
import { createPromises, type PromiseSettings, type Promises } from "../sequencer/promises.ts";
import { createQueueGuard, observeChain } from "../sequencer/queue-guard.ts";
import { createSequencer, type Sequencer } from "../sequencer/sequencer.ts";
import { createSignatureChecker } from "../sequencer/signature-checker.ts";
import type { StateKeeper } from "../sequencer/state-keeper.ts";
import type { Watcher } from "../watcher/watcher.ts";
import type { L1 } from "./l1.ts";
import type { Part, PartContext } from "./part.ts";
import { publisherAccount } from "./publisher.ts";
import type { Storage } from "./storage.ts";

/** Shortest interval between reads of the gas price, which changes with each L1 block. */
const GAS_PRICE_POLL_MS = 4000;
/** How often the queue guard polls when a watcher also wakes it. */
const GUARD_POLL_MS = 2000;
/** Blocks that may wait for L1; the state store can undo more, which leaves room for a reorg. */
const MAX_UNPROVEN_BLOCKS = 8192;

/** Dependencies of the sequencer's part of a node. */
export interface SequencerPartDeps {
  readonly keeper: StateKeeper;
  readonly jobs: JobQueue;
  readonly compress: Compress;
  /** The watcher of this process, null when another process watches. */
  readonly watcher: Watcher | null;
}

/** What the API needs from the sequencer's part. */
export interface Sequencing {
  readonly sequencer: Sequencer;
  readonly feePolicy: FeePolicy;
}

/**
 * The sequencer with its helpers: signature threads, queue guard, batcher, proof scheduler. Its start throws like {@link
 * Sequencer.start}.
 */
export function createSequencerPart(
  context: PartContext,
  { database, domain, slotCount }: Storage,
  l1: L1,
  { keeper, jobs, compress, watcher }: SequencerPartDeps,
): Part<Sequencing> {
  const { config, clock, registry, child } = context;
  let running: {
    readonly sequencer: Sequencer;
    readonly rules: BlockRules;
    readonly promises: Promises;
    readonly batcher: Batcher;
  } | null = null;

  /** Another operator's rollup is only followed: no block is opened until the operator is known. */
  const noteOperator = async (): Promise<void> => {
    const account = publisherAccount(context);
    if (!l1.isReachable || account === null) return;
    await noteContractView(database.db, l1.rollup, account.address).catch((error: unknown) =>
      child("l1").error({ err: error }, "L1 does not answer"),
    );
  };

  /** Null while L1 does not answer. */
  const readTerms = async (): Promise<BatchTerms | null> => {
    if (!l1.isReachable) return null;
    const terms = await readBatchTerms(l1.rollup).catch((error: unknown) => {
      child("l1").error({ err: error }, "L1 does not answer");
      return null;
    });
    if (terms !== null) assertBatchTerms(terms, { size: slotCount, maxBlocks: config.batchBlocks });
    return terms;
  };

  const startSequencer = async (
    endings: Endings,
    { rules, promises, feePolicy }: { rules: BlockRules; promises: Promises; feePolicy: FeePolicy },
  ): Promise<Sequencer> => {
    const checker = createSignatureChecker(Math.min(config.signatureWorkers, cpus().length));
    endings.add("signatures", checker.stop);
    const sequencer = createSequencer(
      {
        domain,
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
        feeTakers: feeTakers(config),
      },
      {
        database,
        keeper,
        compress,
        clock,
        checker,
        rules,
        promises,
        verify: (await createFastSignatureVerifier()).verify,
        feePolicy,
        logger: child("sequencer"),
        metrics: createSequencerMetrics(registry),
      },
    );
    endings.add("sequencer", sequencer.stop);
    await sequencer.start();
    return sequencer;
  };

  return {
    name: "sequencer",
    start: async (endings) => {
      await noteOperator();
      const terms = await readTerms();
      const gasPrice = createGasPrice(
        l1.rollup.reader,
        clock,
        child("gas price"),
        Math.max(config.l1PollMs, GAS_PRICE_POLL_MS),
      );
      endings.add("gas price", gasPrice.stop);
      gasPrice.start();
      const feePolicy = createFeePolicy(feeSettingsOf(config, slotCount), gasPrice.current);
      const rules = createBlockRules(clock, { maxSeconds: config.maxLagSeconds, maxBlocks: MAX_UNPROVEN_BLOCKS });
      const promises = createPromises(promiseSettings(config, slotCount), clock, rules);
      await observeChain(database.db, { rules, promises }, () => Promise.resolve());
      registerPromiseMetrics(registry, promises);
      const sequencer = await startSequencer(endings, { rules, promises, feePolicy });
      const guard = createQueueGuard({
        database,
        keeper,
        domain,
        compress,
        sequencer,
        rules,
        promises,
        clock,
        logger: child("queue"),
        // The watcher of this process wakes the guard whenever L1 has moved.
        pollMs: watcher === null ? config.l1PollMs : Math.max(config.l1PollMs, GUARD_POLL_MS),
      });
      endings.add("queue guard", guard.stop);
      const scheduler = createProofScheduler({
        database,
        jobs,
        clock,
        metrics: createSchedulerMetrics(registry),
        logger: child("jobs"),
        pollMs: 1000,
        maxJobs: config.proofJobs,
      });
      endings.add("proof scheduler", scheduler.stop);
      registerJobMetrics(registry, jobs);
      const blobs = createBlobThread();
      endings.add("blob commitments", blobs.stop);
      const batcher = createBatcher({
        database,
        domain,
        policy: createBatchPolicy({
          maxBlocks: config.batchBlocks,
          maxAgeSeconds: config.batchSeconds,
          inclusionDelaySeconds: terms?.inclusionDelaySeconds ?? null,
        }),
        clock,
        logger: child("batches"),
        placeOf: createPlacer({
          blobs,
          prices: () => ({ gasWei: gasPrice.current(), blobGasWei: gasPrice.ofBlobs() }),
        }),
        onPlanned: scheduler.poke,
      });
      endings.add("batcher", batcher.stop);
      sequencer.onEvent(({ type }) => {
        if (type === "block") batcher.poke();
      });
      const forgetter = createForgetter({ database, keeper, clock, logger: child("proofs") });
      endings.add("provable states", forgetter.stop);
      forgetter.start();
      let hasMoved = false;
      watcher?.onEvent(({ type }) => {
        if (type === "progress" || type === "reorg") hasMoved = true;
        // Only now is what was read consistent.
        if (type !== "looked" || !hasMoved) return;
        hasMoved = false;
        guard.poke();
      });
      await guard.look();
      batcher.start();
      await batcher.close();
      await scheduler.schedule();
      guard.start(config.l1PollMs);
      scheduler.start();
      const isFree = config.feeOperatorPercent <= -100;
      registerFeeMetrics(registry, () => (isFree ? 0 : sequencer.feeAccounts().missing.length));
      running = { sequencer, rules, promises, batcher };
      return { sequencer, feePolicy };
    },
    readiness: () => {
      if (running === null) return {};
      const { phase } = running.sequencer.status();
      const opening = running.rules.opening(0);
      const closed = opening.type === "closed" ? `, opens no blocks: ${opening.reason}` : "";
      const { expectedSeconds, worstAgeSeconds, isAtRisk } = running.promises.status();
      const risk = isAtRisk ? `, a block is expected to be ${worstAgeSeconds} s old by then: too old for L1` : "";
      const state = `a block sealed now is expected to be proven in ${expectedSeconds} s${risk}`;
      return {
        sequencer: { isReady: phase === "running", state: `${phase}${closed}` },
        promises: { isReady: !isAtRisk, state },
        batcher: describeBatcher(running.batcher.status()),
      };
    },
  };
}

function describeBatcher({ failure, waiting, hasSubmitter }: BatcherStatus) {
  const cause = hasSubmitter ? "" : ", as no publisher has said which account submits";
  const state = failure === null ? `${waiting} sealed blocks wait for a batch${cause}` : `failing: ${failure}`;
  return { isReady: failure === null, state };
}

function promiseSettings(
  { maxWaitSeconds, expectedBlockSeconds, batchBlocks: maxBlocks, batchSeconds: maxAgeSeconds }: NodeConfig,
  slotCount: SoloSize,
): PromiseSettings {
  const assumedSecondsPerBlock = expectedBlockSeconds ?? ASSUMED_SECONDS_PER_BLOCK[slotCount];
  return { slotCount, maxWaitSeconds, assumedSecondsPerBlock, batch: { maxBlocks, maxAgeSeconds } };
}

function feeTakers({ feeOwner, feeTokens }: NodeConfig): FeeTakers | null {
  if (feeOwner === undefined) return null;
  return { owner: addressToBigint(feeOwner), tokens: feeTokens.map(({ tokenId: id }) => tokenId(id)) };
}
