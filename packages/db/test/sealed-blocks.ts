import { blockNumber, type Payout } from "@cairn/protocol";
import { type Db, insertOpenBlock, sealStoredBlock } from "../src/index.ts";
import { SEAL } from "./batches.ts";

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
      queueHashAfter: WORD,
      openedAtMs: 0,
    });
    await sealStoredBlock(db, number, {
      seal: { ...SEAL, sealedAtMs: 1000 * number },
      payouts: payoutsOf(number),
      witness: WORD,
    });
  }
}
