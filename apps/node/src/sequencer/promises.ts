import { type Db, findTightest, readBacklog } from "@cairn/db";
import { MAX_BATCH_AGE_SECONDS } from "@cairn/protocol";
import { type BlockRules, REBUILD_AGE_SECONDS } from "../block-rules.ts";
import type { Clock } from "../clock.ts";
import { createPace } from "./pace.ts";

/** Limits of what the node may promise. */
export interface PromiseSettings {
  readonly slotCount: number;
  /** Expected seconds until L1 accepts a block, beyond which no transactions are accepted. */
  readonly maxWaitSeconds: number;
  /** Seconds per block that are assumed before proofs were seen. */
  readonly assumedSecondsPerBlock: number;
  /** Most blocks of a batch, and the seconds that a block may wait for others to fill it. */
  readonly batch: { readonly maxBlocks: number; readonly maxAgeSeconds: number };
}

/** Expectations for a block, in seconds. */
export interface Expectation {
  /** Until L1 has accepted it. */
  readonly expectedSeconds: number;
  readonly limitSeconds: number;
  /** After which to ask again; 0 when the limit is kept. */
  readonly retryAfterSeconds: number;
}

/** State of the promises made so far, in seconds. */
export interface PromiseStatus extends Expectation {
  readonly secondsPerBlock: number;
  /** Greatest age at which a block waiting for L1 is expected to be accepted; blocks are rebuilt at 20,700. */
  readonly worstAgeSeconds: number;
  readonly isAtRisk: boolean;
}

/** What the sequencer holds that the database does not show yet. */
export interface UnobservedWork {
  /** The last block that accepts no more transactions. */
  readonly lastClosed: number;
  readonly hasOpenBlock: boolean;
  /** Transactions on their way into blocks. */
  readonly transactions: number;
}

/** Whether confirmed transactions will be proven in time, judging by the measured speed of provers and L1. */
export interface Promises {
  /** Observes what is waiting. Throws what the database throws. */
  readonly observe: (db: Db) => Promise<void>;
  /** The expectation for transactions accepted now. */
  readonly expect: (unobserved: UnobservedWork) => Expectation;
  readonly status: () => PromiseStatus;
  /**
   * Age in milliseconds at which a block that is not full is sealed: later than `blockTimeMs` while provers have plenty
   * to do.
   */
  readonly sealAgeMs: (blockTimeMs: number) => number;
}

/** Blocks without a proof that keep any number of provers busy, and how long a block may then stay open. */
const PLENTY_BLOCKS = 32;
const LONGEST_OPEN_MS = 300_000;

/** Promises without any observation yet. */
export function createPromises(settings: PromiseSettings, clock: Clock, rules: Pick<BlockRules, "now">): Promises {
  const { slotCount, maxWaitSeconds: limitSeconds } = settings;
  const { maxBlocks, maxAgeSeconds } = settings.batch;
  const pace = createPace(settings.assumedSecondsPerBlock, clock.elapsedMs, maxBlocks);
  /** A batch of one block is closed at once. */
  const fillSeconds = maxBlocks === 1 ? 0 : maxAgeSeconds;
  let seen = { withoutProof: 0, inWork: 0, lastSealed: 0, provenOwn: null as number | null };
  /**
   * Latest of the times, in seconds of L1, at which blocks would be six hours old less what they still have to wait.
   */
  let tightest: number | null = null;

  const expectationOf = (blocks: number): Expectation => {
    const expectedSeconds = Math.ceil(blocks * pace.secondsPerBlock() + fillSeconds + pace.delaySeconds());
    const excess = expectedSeconds - limitSeconds;
    const retryAfterSeconds = excess <= 0 ? 0 : Math.min(MAX_BATCH_AGE_SECONDS, excess);
    return { expectedSeconds, limitSeconds, retryAfterSeconds };
  };
  const worstAge = (): number => {
    if (tightest === null) return 0;
    return Math.ceil(rules.now() + fillSeconds + pace.delaySeconds() + tightest);
  };

  return {
    observe: async (db) => {
      const dueMs = clock.nowMs() - fillSeconds * 1000;
      const backlog = await readBacklog(db, seen.provenOwn, dueMs);
      const { withoutProof, inWork, ready, lastSealed, lastProven, acceptedOwn } = backlog;
      tightest = await findTightest(db, pace.secondsPerBlock());
      seen = { withoutProof, inWork, lastSealed, provenOwn: Math.max(seen.provenOwn ?? 0, lastProven) };
      pace.observe({ withoutProof, inWork, ready, accepted: acceptedOwn });
    },
    expect: ({ lastClosed, hasOpenBlock, transactions }) => {
      const closed = Math.max(0, lastClosed - seen.lastSealed);
      const blocks = seen.withoutProof + closed + (hasOpenBlock ? 1 : 0) + Math.ceil(transactions / slotCount);
      const expected = expectationOf(blocks);
      if (worstAge() <= REBUILD_AGE_SECONDS || expected.retryAfterSeconds > 0) return expected;
      // Blocks will be rebuilt, and new transactions come after them.
      return { ...expected, retryAfterSeconds: Math.max(1, Math.ceil(pace.secondsPerBlock())) };
    },
    status: () => {
      const worstAgeSeconds = worstAge();
      const isAtRisk = worstAgeSeconds > REBUILD_AGE_SECONDS;
      return {
        ...expectationOf(seen.withoutProof + 1),
        secondsPerBlock: pace.secondsPerBlock(),
        worstAgeSeconds,
        isAtRisk,
      };
    },
    sealAgeMs: (blockTimeMs) => {
      if (seen.inWork < PLENTY_BLOCKS) return blockTimeMs;
      const halfWaitMs = (seen.inWork * pace.secondsPerBlock() * 1000) / 2;
      return Math.max(blockTimeMs, Math.min(LONGEST_OPEN_MS, halfWaitMs));
    },
  };
}
