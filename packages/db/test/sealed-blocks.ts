import { blockNumber, type Payout } from "@cairn/protocol";
import { type Db, insertOpenBlock, sealStoredBlock } from "../src/index.ts";

const WORD = new Uint8Array(32);

/** Stores sealed blocks with these numbers; block n is sealed at 1000 n ms and has time 100 n s. */
export async function sealBlocks(
  db: Db,
  numbers: readonly number[],
  payoutsOf: (number: number) => readonly Payout[] = () => [],
): Promise<void> {
  for (const number of numbers.map(blockNumber)) {
    await insertOpenBlock(db, {
      number,
      timestamp: 100 * number,
      slotCount: 16,
      feeAccounts: [],
      firstQueueIndex: 0,
      l1OperationCount: 0,
      queueHashBefore: WORD,
      queueHashAfter: WORD,
      openedAtMs: 0,
    });
    const roots = { oldRoot: 1n, oldNextIndex: 64, newRoot: 2n, newNextIndex: 64, txRoot: 3n };
    await sealStoredBlock(db, number, {
      seal: { ...roots, data: Uint8Array.of(1), transactionCount: 0, sealedAtMs: 1000 * number },
      payouts: payoutsOf(number),
      witness: WORD,
    });
  }
}
