import { type L1HeadTag, l1Error } from "@cairn/l1";
import { batchCommitment, bytesToHex, type Hex } from "@cairn/protocol";
import type { CommittedBatch } from "@cairn/rpc";
import type { Address } from "viem";
import { verifyError } from "./errors.ts";
import { assertRollup, assertStillThere, type HeadOfL1, readCommitment, readHeadOfL1, type VerifierL1 } from "./l1.ts";

/** L1's heads, from the one that a reorg replaces most easily on. */
const HEADS: readonly L1HeadTag[] = ["latest", "safe", "finalized"];

/** What L1 said about a batch, and in which block. */
export interface SeenOnL1 {
  readonly chainId: number;
  readonly rollup: Address;
  /**
   * The deepest head that has the batch. Only an attack on L1's consensus undoes what is finalized; a reorg can undo what is
   * only in the latest block.
   */
  readonly finality: L1HeadTag;
  /** That head: the contract was asked as of this block. */
  readonly block: number;
  readonly blockHash: Hex;
  /** Of that block, seconds since the epoch. */
  readonly timestamp: number;
  /** The last batch that L1 has accepted, as of its latest block. */
  readonly newestBatch: number;
}

/** How L1 must have a batch. */
export interface WantedOnL1 {
  /** Least depth; "latest" by default. */
  readonly finality?: L1HeadTag;
  /** How many batches L1 may have accepted after it: 0 for the newest; any number by default. */
  readonly maxBehind?: number;
}

/**
 * Finds the batch in the deepest of L1's heads that has it, by the hash of header, data commitment and payouts hash that
 * the contract stored when it accepted the batch. Whoever answers for L1 decides what the contract says: use an RPC that
 * you trust, or ask two. Throws `verify/not-on-l1`, `verify/not-final`, `verify/stale`, `verify/wrong-chain`,
 * `verify/l1-moved`, `l1/not-a-rollup`, `l1/unavailable`.
 *
 * @example const { finality, block } = await findBatchOnL1(l1, accountProof.batch, { finality: "finalized" });
 */
export async function findBatchOnL1(
  l1: VerifierL1,
  batch: CommittedBatch,
  { finality: wanted = "latest", maxBehind = Number.POSITIVE_INFINITY }: WantedOnL1 = {},
): Promise<SeenOnL1> {
  const { batchNumber } = batch;
  await assertRollup(l1);
  const [latest, safe, finalized] = await Promise.all([
    readHeadOfL1(l1, "latest"),
    readHeadOfL1(l1, "safe"),
    readHeadOfL1(l1, "finalized"),
  ]);
  if (latest === null) throw l1Error("l1/unavailable", "the RPC has no latest block with the rollup's state");
  const heads = { latest, safe, finalized };
  const finality = HEADS.findLast((tag) => (heads[tag]?.batchCount ?? 0) >= batchNumber);
  const head = finality && heads[finality];
  if (finality === undefined || head == null || batchNumber < 1) {
    throw notOnL1(`L1 has no batch ${batchNumber} yet`, { batch: batchNumber, isOther: false });
  }
  if (!isCommitted(await readCommitment(l1, batchNumber, head.block), batch)) {
    throw notOnL1(`L1 has no batch ${batchNumber}`, { batch: batchNumber, isOther: false });
  }
  await assertStillThere(l1, head);
  if (HEADS.indexOf(finality) < HEADS.indexOf(wanted)) {
    const reason = `L1 has batch ${batchNumber}, but its ${wanted} block does not have it yet`;
    throw verifyError("verify/not-final", reason, { details: { batch: batchNumber, finality, wanted } });
  }
  const newest = Math.max(latest.batchCount, head.batchCount);
  if (newest - batchNumber > maxBehind) {
    const reason = `L1 has accepted ${newest - batchNumber} batches after batch ${batchNumber}`;
    throw verifyError("verify/stale", reason, { details: { batch: batchNumber, newest } });
  }
  return seen(l1, finality, head, newest);
}

/**
 * Whether the contract committed to a batch, whatever it answers for the batch's number: a zero means that it has none.
 * Throws `verify/not-on-l1` when it committed to another one.
 *
 * @example isCommitted(await reader.readContract({ … functionName: "batchCommitment" }), receipt)
 */
export function isCommitted(stored: Hex, batch: CommittedBatch): boolean {
  if (BigInt(stored) === 0n) return false;
  const { header, dataCommitment, payoutsHash } = batch;
  if (stored === bytesToHex(batchCommitment(header, dataCommitment, payoutsHash))) return true;
  throw notOnL1(`L1 has another batch ${batch.batchNumber}`, { batch: batch.batchNumber, isOther: true });
}

function seen(
  { chainId, address }: VerifierL1,
  finality: L1HeadTag,
  { block, hash, timestamp }: HeadOfL1,
  newestBatch: number,
): SeenOnL1 {
  return { chainId, rollup: address, finality, block, blockHash: hash, timestamp, newestBatch };
}

function notOnL1(message: string, details: Readonly<Record<string, unknown>>) {
  return verifyError("verify/not-on-l1", message, { details });
}
