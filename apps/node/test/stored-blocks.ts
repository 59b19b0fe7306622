import { type BlockOpening, type BlockSeal, type Db, insertOpenBlock, sealStoredBlock } from "@cairn/db";
import { blockNumber, EMPTY_QUEUE_HASH, type Payout, tokenId } from "@cairn/protocol";

/** Stores sealed blocks without content, one after another; block n has time 100 n s and leads from root n to root n + 1. */
export async function storeBlocks(
  db: Db,
  numbers: readonly number[],
  change: { readonly payouts?: (number: number) => readonly Payout[]; readonly witness?: Uint8Array } = {},
): Promise<void> {
  for (const number of numbers) {
    await insertOpenBlock(db, openingOf(number));
    await sealStoredBlock(db, blockNumber(number), {
      seal: sealOf(number),
      payouts: change.payouts?.(number) ?? [],
      witness: change.witness ?? Uint8Array.of(number),
    });
  }
}

export function openingOf(number: number): BlockOpening {
  return {
    number: blockNumber(number),
    timestamp: 100 * number,
    slotCount: 16,
    feeAccounts: [],
    firstQueueIndex: 0,
    l1OperationCount: 0,
    queueHashBefore: EMPTY_QUEUE_HASH,
    queueHashAfter: EMPTY_QUEUE_HASH,
    openedAtMs: 1,
  };
}

export function sealOf(number: number): BlockSeal {
  return {
    oldRoot: BigInt(number),
    oldNextIndex: 64,
    newRoot: BigInt(number + 1),
    newNextIndex: 64,
    txRoot: 3n,
    data: Uint8Array.of(number),
    transactionCount: 0,
    sealedAtMs: 1000 * number,
  };
}

/** Payouts of one ETH-wei each to the recipient with the block's number. */
export function payoutsOf(number: number, count: number): Payout[] {
  return Array.from({ length: count }, () => ({ recipient: BigInt(number), tokenId: tokenId(0), amount: 1n }));
}
