import { l1Error } from "@cairn/l1";
import {
  asking,
  assertRollup,
  assertStillThere,
  type HeadOfL1,
  type RollupState,
  readGasPrice,
  readHeadOfL1,
  readRollupView,
  type VerifierL1,
} from "./l1.ts";

/** How far a rollup is from overdue entries to a freeze, as of one block of L1. Times are seconds since the epoch. */
export interface EscapeLadder extends Pick<RollupState, "nextIndex" | "queueHead" | "queueTail"> {
  readonly isFrozen: boolean;
  /** Whether not only the leader may submit batches. */
  readonly isSubmissionOpen: boolean;
  /** Time of the L1 block. */
  readonly now: number;
  /** Seconds after which a queue entry is overdue, and after which one that still waits allows a freeze. */
  readonly inclusionDelay: number;
  readonly freezeDelay: number;
  /** Seconds without a batch, while an entry waits, after which anyone may submit. */
  readonly idleDelay: number;
  /** When the entry at the queue's head was made; null for an empty queue, also below. */
  readonly oldestEnqueuedAt: number | null;
  /** From when that entry is overdue: every batch must consume it. */
  readonly overdueAt: number | null;
  /** From when the entry's waiting counts as idleness of whoever submits: anyone may. */
  readonly idleAt: number | null;
  /** From when anyone may freeze the rollup. */
  readonly freezableAt: number | null;
  /** Wei that the next queue entry costs, apart from gas. */
  readonly queueFeeWei: bigint;
  readonly l1: Pick<HeadOfL1, "block" | "hash" | "timestamp">;
}

/**
 * How an account's way out is. `healthy`: batches come. `idle`: an entry waits, and whoever should submit does not.
 * `overdue`: one has waited for longer than the rollup allows. `frozen`: accounts leave by a proof. `exited`: this one has.
 */
export type ExitStage = "healthy" | "idle" | "overdue" | "frozen" | "exited";

/** The ladder, and an account's place on it. */
export interface ExitReadiness extends EscapeLadder {
  readonly stage: ExitStage;
  /** Wei that each step costs its sender about now: {@link ESCAPE_GAS} at L1's price, and the queue's fee. */
  readonly costWei: Readonly<Record<keyof typeof ESCAPE_GAS, bigint>>;
}

/**
 * L1 gas of the steps of an escape, as measured with the contracts' tests (`packages/contracts/gas.json`): the request of a
 * withdrawal, the freeze, the exit of one account, the refund of a queue entry, one payout, a claim. Where it depends on the
 * token and on the recipient, the dearer one.
 */
export const ESCAPE_GAS = {
  requestWithdraw: 94_652,
  freeze: 41_209,
  exit: 404_480,
  reclaim: 102_190,
  payOut: 99_436,
  claim: 40_091,
} as const;

/**
 * Reads how far a rollup is from a freeze. Throws `verify/wrong-chain`, `verify/l1-moved`, `l1/not-a-rollup`,
 * `l1/unavailable`.
 *
 * @example const { freezableAt } = await readEscapeLadder(l1);
 */
export async function readEscapeLadder(l1: VerifierL1): Promise<EscapeLadder> {
  await assertRollup(l1);
  const head = await readHeadOfL1(l1, "latest");
  if (head === null) throw l1Error("l1/unavailable", "the RPC has no latest block with the rollup's state");
  const { block, hash, timestamp, nextIndex, queueHead, queueTail } = head;
  const [parameters, isFrozen, isSubmissionOpen, queueFeeWei, oldest] = await asking("how far the rollup is", () =>
    Promise.all([
      readRollupView(l1, block, "parameters", []),
      readRollupView(l1, block, "isFrozen", []),
      readRollupView(l1, block, "isSubmissionOpen", []),
      readRollupView(l1, block, "queueFee", []),
      queueHead === queueTail ? null : readRollupView(l1, block, "queueEntry", [BigInt(queueHead)]),
    ]),
  );
  await assertStillThere(l1, head);
  const [inclusionDelay, freezeDelay] = [Number(parameters.inclusionDelay), Number(parameters.freezeDelay)];
  const idleDelay = Number(head.isLastByStranger ? parameters.returnDelay : parameters.operatorIdleDelay);
  const oldestEnqueuedAt = oldest && Number(oldest.enqueuedAt);
  const after = (delay: number, since: number = 0) =>
    oldestEnqueuedAt === null ? null : Math.max(oldestEnqueuedAt, since) + delay;
  return {
    ...{ isFrozen, isSubmissionOpen, now: timestamp, nextIndex, queueHead, queueTail, inclusionDelay, freezeDelay },
    idleDelay,
    oldestEnqueuedAt,
    overdueAt: after(inclusionDelay),
    idleAt: after(idleDelay, head.lastBatchAt),
    freezableAt: after(freezeDelay),
    queueFeeWei,
    l1: { block, hash, timestamp },
  };
}

/**
 * Reads how an account can leave a rollup by L1 alone, and from when. Throws as {@link readEscapeLadder}.
 *
 * @example const { stage, freezableAt } = await readExitReadiness(l1, { index: 70 });
 */
export async function readExitReadiness(l1: VerifierL1, { index }: { readonly index: number }): Promise<ExitReadiness> {
  const ladder = await readEscapeLadder(l1);
  const [isExited, gasPriceWei] = await asking("whether the account has left", () =>
    Promise.all([readRollupView(l1, ladder.l1.block, "isExited", [index]), readGasPrice(l1)]),
  );
  return {
    ...ladder,
    stage: isExited ? "exited" : stageOf(ladder),
    costWei: escapeCostWei(gasPriceWei, ladder),
  };
}

/**
 * Wei that each step of an escape costs its sender: {@link ESCAPE_GAS} at a price of L1, and the queue's fee.
 *
 * @example const { exit } = escapeCostWei(await client.getGasPrice(), await readEscapeLadder(l1));
 */
export function escapeCostWei(
  gasPriceWei: bigint,
  { queueFeeWei }: Pick<EscapeLadder, "queueFeeWei">,
): ExitReadiness["costWei"] {
  const gasWei = (step: keyof typeof ESCAPE_GAS) => BigInt(ESCAPE_GAS[step]) * gasPriceWei;
  return {
    requestWithdraw: gasWei("requestWithdraw") + queueFeeWei,
    freeze: gasWei("freeze"),
    exit: gasWei("exit"),
    reclaim: gasWei("reclaim"),
    payOut: gasWei("payOut"),
    claim: gasWei("claim"),
  };
}

function stageOf({ isFrozen, now, overdueAt, idleAt }: EscapeLadder): Exclude<ExitStage, "exited"> {
  if (isFrozen) return "frozen";
  if (overdueAt !== null && now >= overdueAt) return "overdue";
  return idleAt !== null && now >= idleAt ? "idle" : "healthy";
}
