import type { L1Head, SubmissionRight } from "@cairn/db";
import { MAX_BATCH_AGE_SECONDS } from "@cairn/protocol";
import type { Clock } from "./clock.ts";

/** Seconds that a block may be ahead of L1 as last seen; the publisher waits until L1's time has caught up. */
export const MAX_AHEAD_SECONDS = 60;
/** A block without a proof is rebuilt this many seconds before L1 would refuse its timestamp. */
export const REBUILD_MARGIN_SECONDS = 900;
/** Age in seconds at which a block without a proof is rebuilt. */
export const REBUILD_AGE_SECONDS = MAX_BATCH_AGE_SECONDS - REBUILD_MARGIN_SECONDS;
/** Reason in histories when L1 would refuse a block as too old. */
export const TOO_OLD = "the block became too old for L1";

/** Why no block may be opened now. */
export type ClosedReason =
  /** Proofs or L1 are too far behind: more blocks would become too old for L1 before their turn. */
  | "lagging"
  /** Someone else is the operator, and submission is not open to others. */
  | "notOperator"
  /** A stranger's block must hold every queue entry up to its time; L1's safe block is not that far yet. */
  | "awaitingL1"
  /** L1 accepted batches that are not among the blocks here; they are adopted first. */
  | "behindL1"
  /** The rollup is frozen for ever. */
  | "frozen";

const CLOSED_REASONS: readonly unknown[] = [
  "lagging",
  "notOperator",
  "awaitingL1",
  "behindL1",
  "frozen",
] satisfies ClosedReason[];

/** Whether a value is one of the reasons. */
export function isClosedReason(value: unknown): value is ClosedReason {
  return CLOSED_REASONS.includes(value);
}

/** Whether a block may be opened now, and with which timestamp (seconds). */
export type Opening =
  | { readonly type: "open"; readonly timestamp: number }
  | { readonly type: "closed"; readonly reason: ClosedReason };

/** Input of the rules besides the clock. */
export interface ChainView {
  /** Null until L1 has been seen. */
  readonly head: L1Head | null;
  /** Null until a publisher has checked; then blocks are built as by the operator. */
  readonly submission: SubmissionRight | null;
  /** The oldest block waiting for L1, and their number. */
  readonly unproven: { readonly timestamp: number; readonly count: number } | null;
  /** Whether L1 accepted batches that are not among the blocks here. */
  readonly isBehindL1: boolean;
}

/** How far blocks may run ahead of their proofs. */
export interface LagLimits {
  readonly maxSeconds: number;
  readonly maxBlocks: number;
}

/** When blocks may be opened, and with which timestamp. */
export interface BlockRules {
  /** Updates what is known. Precondition: whoever opens blocks knows the queue entries up to the safe head. */
  readonly observe: (view: ChainView) => void;
  /** L1's time as far as this node knows, in seconds; transactions expire by it. */
  readonly now: () => number;
  /**
   * For a block after one with timestamp `previous`. With `deadline`, the earliest of the promised transactions to be
   * placed now, the lag is no obstacle, and the block gets the latest time at which all of them are valid.
   */
  readonly opening: (previous: number, deadline?: number | null) => Opening;
  /**
   * The oldest timestamp worth giving to a block after one with timestamp `previous`: it leaves time for proof and L1.
   */
  readonly earliest: (previous: number) => number;
}

/** Rules on the machine's clock, which may be wrong: L1's time bounds it on both sides. */
export function createBlockRules(clock: Clock, limits: LagLimits): BlockRules {
  let view: ChainView = { head: null, submission: null, unproven: null, isBehindL1: false };
  /** When L1's time last moved, by elapsed time: blocks also age while L1 does not answer. */
  let movedAtMs = clock.elapsedMs();

  const now = (): number => {
    const own = Math.floor(clock.nowMs() / 1000);
    if (view.head === null) return own;
    const { nextTimestamp } = view.head;
    return Math.min(Math.max(own, nextTimestamp), nextTimestamp + MAX_AHEAD_SECONDS);
  };

  const ageOf = ({ timestamp }: { readonly timestamp: number }): number => {
    const l1Time = view.head === null ? now() : view.head.nextTimestamp + (clock.elapsedMs() - movedAtMs) / 1000;
    return l1Time - timestamp;
  };

  return {
    observe: (next) => {
      if (next.head?.nextTimestamp !== view.head?.nextTimestamp) movedAtMs = clock.elapsedMs();
      view = next;
    },
    now,
    earliest: (previous) => Math.max(previous, now() - REBUILD_AGE_SECONDS),
    opening: (previous, deadline = null) => {
      const { head, submission, unproven } = view;
      if (submission?.isFrozen === true) return { type: "closed", reason: "frozen" };
      if (view.isBehindL1) return { type: "closed", reason: "behindL1" };
      const isLagging =
        unproven !== null && (unproven.count >= limits.maxBlocks || ageOf(unproven) > limits.maxSeconds);
      if (isLagging && deadline === null) return { type: "closed", reason: "lagging" };
      const open = (latest: number): Opening => {
        const timestamp = Math.max(previous, Math.min(latest, deadline ?? latest));
        return { type: "open", timestamp };
      };
      if (submission?.role !== "stranger") return open(now());
      if (!submission.isOpen) return { type: "closed", reason: "notOperator" };
      if (head === null || head.safeTimestamp < previous) return { type: "closed", reason: "awaitingL1" };
      return open(head.safeTimestamp);
    },
  };
}
