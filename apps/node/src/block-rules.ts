import type { L1Head, SubmissionRight } from "@cairn/db";
import type { Clock } from "./clock.ts";

/** Seconds that a block may be ahead of L1 as last seen; the publisher waits until L1's time has come there. */
export const MAX_AHEAD_SECONDS = 60;
/** Seconds after which L1 refuses a block's timestamp (spec 7.4). */
export const MAX_HEADER_AGE_SECONDS = 7200;
/** A block without a proof is built again this long before L1 would refuse its timestamp, seconds. */
export const REBUILD_MARGIN_SECONDS = 900;
/** Age at which a block without a proof is built again, seconds. */
export const REBUILD_AGE_SECONDS = MAX_HEADER_AGE_SECONDS - REBUILD_MARGIN_SECONDS;
/** What L1's refusal of a block that is too old is called in histories. */
export const TOO_OLD = "the block became too old for L1";

/** Why no block may be opened now. */
export type ClosedReason =
  /** Proofs or L1 are too far behind: more blocks would grow too old for L1 before their turn. */
  | "lagging"
  /** Someone else is the operator, and submission is not open to others. */
  | "notOperator"
  /** Submitting for the operator, a block must hold every entry up to its time; L1's safe block is not that far yet. */
  | "awaitingL1"
  /** L1 accepted batches that are not the last blocks here; they are adopted first. */
  | "behindL1"
  /** The rollup is frozen for ever. */
  | "frozen";

/** Whether a block may be opened now, and with which timestamp (seconds). */
export type Opening =
  | { readonly type: "open"; readonly timestamp: number }
  | { readonly type: "closed"; readonly reason: ClosedReason };

/** What the rules go by besides the clock. */
export interface ChainView {
  /** Null before L1 was first seen. */
  readonly head: L1Head | null;
  /** Null while no publisher has looked; then blocks are built as the operator would. */
  readonly submission: SubmissionRight | null;
  /** The oldest block that waits for L1, and how many do. */
  readonly unproven: { readonly timestamp: number; readonly count: number } | null;
  /** L1 accepted batches that the blocks here do not hold. */
  readonly isBehindL1: boolean;
}

/** How far blocks may run ahead of their proofs. */
export interface LagLimits {
  readonly maxSeconds: number;
  readonly maxBlocks: number;
}

/** When blocks may be opened, and what time they carry. */
export interface BlockRules {
  /** Takes what is known now. Precondition: the queue entries up to the safe head are known to whoever opens blocks. */
  readonly observe: (view: ChainView) => void;
  /** Time of L1 as far as this node knows, in seconds: by it transactions expire. */
  readonly now: () => number;
  /**
   * For a block after one of timestamp `previous`. With `deadline`, the earliest of the promised transactions that are to be
   * placed now, the lag is no obstacle, and the block carries the latest time at which all of them are valid.
   */
  readonly opening: (previous: number, deadline?: number | null) => Opening;
  /** The oldest timestamp worth giving to a block after one of timestamp `previous`: it leaves time for proof and L1. */
  readonly earliest: (previous: number) => number;
}

/** Rules on the machine's clock, which may be wrong: L1's time bounds it on both sides. */
export function createBlockRules(clock: Clock, limits: LagLimits): BlockRules {
  let view: ChainView = { head: null, submission: null, unproven: null, isBehindL1: false };
  /** When L1's time was last seen to move, by elapsed time: an L1 that does not answer ages blocks, too. */
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
