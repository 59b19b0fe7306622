import { expect } from "vitest";
import {
  type Db,
  findBatch,
  insertBatch,
  insertForeignBatch,
  loadProofsToMake,
  markBatchAccepted,
  type ProofTree,
  storeProof,
} from "../src/index.ts";
import { batchProof, blockProofs, closedBatch } from "./batches.ts";

const WORD = new Uint8Array(32);
/** What a prover makes. */
export const MADE = { proof: Uint8Array.of(4), details: {}, atMs: 8 };

/** What happens to batches, on the database of the running test. */
export function batchActions(db: () => Db) {
  /** Ids of the proofs that can be made, each of which L1 has refused at most once. */
  const toMake = async (): Promise<number[]> =>
    (await loadProofsToMake(db(), { maxRefusals: 2, limit: 99 })).map(({ id }) => id);
  /** Makes proofs until there is none to make; returns their ids. */
  const makeAll = async (): Promise<number[]> => {
    const ids = await toMake();
    for (const id of ids) expect(await storeProof(db(), id, MADE)).toBe(true);
    return ids.length === 0 ? [] : [...ids, ...(await makeAll())];
  };
  return {
    toMake,
    makeAll,
    /** Closes a batch, which verifies proofs of its blocks unless told otherwise. */
    close: (
      firstBlock: number,
      lastBlock: number,
      children: readonly ProofTree[] = blockProofs(firstBlock, lastBlock),
    ) =>
      db()
        .transaction()
        .execute((transaction) =>
          insertBatch(transaction, closedBatch(firstBlock, lastBlock), batchProof(firstBlock, lastBlock, children)),
        ),
    closeForeign: (firstBlock: number, lastBlock: number) =>
      insertForeignBatch(db(), closedBatch(firstBlock, lastBlock)),
    /** Makes the last proof of a batch. */
    make: async (firstBlock: number): Promise<void> => {
      const proofId = (await findBatch(db(), firstBlock))?.proofId ?? 0;
      expect(await storeProof(db(), proofId, MADE)).toBe(true);
    },
    accept: (firstBlock: number, number: number, l1Block: number): Promise<void> =>
      markBatchAccepted(db(), firstBlock, { number, l1Transaction: WORD, l1Block, l1BlockHash: WORD, atMs: 9 }),
  };
}
