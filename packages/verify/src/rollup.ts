import { type L1HeadTag, l1Error } from "@cairn/l1";
import {
  assertRollup,
  assertStillThere,
  type HeadOfL1,
  type RollupState,
  readHeadOfL1,
  readIsFrozen,
  type VerifierL1,
} from "./l1.ts";

/** A rollup as its contract has it, and as of which block of L1. */
export interface RollupOnL1 extends RollupState {
  /** Whether it is stopped for good: everybody leaves by a proof of the account. */
  readonly isFrozen: boolean;
  readonly l1: Pick<HeadOfL1, "block" | "hash" | "timestamp"> & { readonly finality: L1HeadTag };
}

/**
 * Reads from L1 alone how far a rollup is: root, batches, queue, and whether it is frozen. Throws `verify/wrong-chain`,
 * `verify/l1-moved`, `l1/not-a-rollup`, `l1/unavailable`.
 *
 * @example const { root, batchCount, l1: { block } } = await readRollupOnL1(l1);
 */
export async function readRollupOnL1(l1: VerifierL1, finality: L1HeadTag = "latest"): Promise<RollupOnL1> {
  await assertRollup(l1);
  const head = await readHeadOfL1(l1, finality);
  if (head === null) throw l1Error("l1/unavailable", `the RPC has no ${finality} block with the rollup's state`);
  const isFrozen = await readIsFrozen(l1, head.block);
  await assertStillThere(l1, head);
  const { block, hash, timestamp, ...state } = head;
  return { ...state, isFrozen, l1: { block, hash, timestamp, finality } };
}
