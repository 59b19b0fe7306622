import {
  type Account,
  type AccountIndex,
  type BlockNumber,
  type BlockSize2,
  bindPublishedData,
  type Payout,
  type PublicInputFields,
  type PublishedData,
  payoutsHash,
} from "@cairn/protocol";
import type { Receipt } from "./receipts.ts";
import type { BlockTrace } from "./trace.ts";

/** A sealed block: everything but the new root, which the tree computes from `updates`. */
export interface ExecutedBlock {
  readonly blockNumber: BlockNumber;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly slotCount: BlockSize2;
  readonly oldNextIndex: number;
  readonly newNextIndex: number;
  /** Accounts that differ from the state before the block, as they are after it. */
  readonly updates: ReadonlyMap<AccountIndex, Account>;
  /** One per slot. */
  readonly receipts: readonly Receipt[];
  readonly publishedData: PublishedData;
  /** Padded to the block size's fixed length. */
  readonly publishedBytes: Uint8Array;
  /** In slot order, at most the block's capacity. */
  readonly payouts: readonly Payout[];
  readonly txRoot: bigint;
  readonly queueHashBefore: Uint8Array;
  readonly queueHashAfter: Uint8Array;
  readonly l1OperationCount: number;
  readonly trace: BlockTrace;
}

/** Fields of the public input of a batch of this one block between two state roots (spec 5). */
export function blockPublicInput(block: ExecutedBlock, oldRoot: bigint, newRoot: bigint): PublicInputFields {
  return {
    domain: block.trace.domain,
    firstBlock: BigInt(block.blockNumber),
    lastBlock: BigInt(block.blockNumber),
    timestamp: BigInt(block.timestamp),
    oldRoot,
    oldNextIndex: block.oldNextIndex,
    newRoot,
    newNextIndex: block.newNextIndex,
    queueHashBefore: block.queueHashBefore,
    queueHashAfter: block.queueHashAfter,
    l1OperationCount: block.l1OperationCount,
    payoutsHash: payoutsHash(block.slotCount, block.payouts),
    txRoot: block.txRoot,
    ...bindPublishedData(block.slotCount, block.publishedBytes, block.txRoot),
  };
}
