import {
  type ContractCounts,
  type L1Access,
  type L1Block,
  l1Error,
  type RangeLimits,
  readBlock,
  readContractCounts,
  readHead,
} from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { readEventsBetween } from "../../watcher/position.ts";
import type { HeadPolicy } from "../../watcher/watcher.ts";

/** A payout by the batch's number in the contract and its place in the batch's list. */
export interface PayoutKey {
  readonly batch: number;
  readonly position: number;
}

/** The rollup at the last L1 block that no reorganisation reaches. */
export interface FinalState {
  readonly block: L1Block;
  /** Null before the rollup's creation. */
  readonly counts: Pick<ContractCounts, "batchCount" | "queueTail"> | null;
  /** Number of batches in L1's newest block. */
  readonly latestBatchCount: number;
  /** The block of which the RPC has the contract's state: that one, or the newest. */
  readonly stateBlock: number;
  /** Payouts settled between the two, by {@link keyOf}. */
  readonly settledSince: ReadonlySet<string>;
}

/** A payout as the key of a set. */
export function keyOf({ batch, position }: PayoutKey): string {
  return `${batch}:${position}`;
}

/**
 * Reads the rollup at L1's last final block. Where the RPC no longer has that state, it is read at the newest block, less the
 * events since. Throws `l1/unavailable`, also when L1 has no final block yet, `l1/state-missing`, `l1/not-a-rollup`.
 */
export async function readFinalState(access: L1Access, head: HeadPolicy, ranges: RangeLimits): Promise<FinalState> {
  const latest = await readHead(access, "latest");
  const block = await readFinalBlock(access, head, latest);
  const now = await readContractCounts(access, latest.block);
  const latestBatchCount = now?.batchCount ?? 0;
  try {
    const counts = await readContractCounts(access, block.block);
    return { block, counts, latestBatchCount, stateBlock: block.block, settledSince: new Set() };
  } catch (error) {
    if (!isCairnError(error, "l1/state-missing") || now === null) throw error;
  }
  const since = await readEventsBetween(access, block.block + 1, latest.block, ranges);
  const countOf = (type: string): number => since.filter((event) => event.type === type).length;
  const counts = {
    batchCount: now.batchCount - countOf("accepted"),
    queueTail: now.queueTail - countOf("queued"),
  };
  const settledSince = new Set(since.flatMap((event) => (event.type === "settled" ? [keyOf(event)] : [])));
  return { block, counts, latestBatchCount, stateBlock: latest.block, settledSince };
}

async function readFinalBlock(access: L1Access, head: HeadPolicy, latest: L1Block): Promise<L1Block> {
  if (head.type === "tags") {
    const [safe, final] = [await readHead(access, "safe"), await readHead(access, "finalized")];
    return safe.block < final.block ? safe : final;
  }
  const number = latest.block - Math.max(head.safe, head.final) + 1;
  const block = number < 0 ? null : await readBlock(access, number);
  if (block !== null) return block;
  throw l1Error("l1/unavailable", `L1 has no block with ${Math.max(head.safe, head.final)} confirmations`);
}
