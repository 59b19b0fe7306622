import type { Account, AccountIndex, BlockNumber, Payout, PublishedBlock } from "@cairn/protocol";
import type { Receipt } from "./receipts.ts";
import type { BlockTrace } from "./trace.ts";

/** A sealed block: what it publishes and did, everything but the new root, which the tree computes from `updates`. */
export interface ExecutedBlock extends PublishedBlock {
  readonly blockNumber: BlockNumber;
  readonly oldNextIndex: number;
  readonly newNextIndex: number;
  /** Accounts that differ from the state before the block, as they are after it. */
  readonly updates: ReadonlyMap<AccountIndex, Account>;
  /** One per slot. */
  readonly receipts: readonly Receipt[];
  /** In slot order, at most the block's capacity. */
  readonly payouts: readonly Payout[];
  readonly trace: BlockTrace;
}
