import { createCommitmentReader, type L1Access } from "@cairn/l1";
import { batchMismatch } from "./chain-position.ts";
import { commitmentOf, type PublishedBatch } from "./published-batch.ts";

/** What {@link onlyL1Batches} compares with. */
export interface L1Comparison {
  /** Number of batches in the contract at that L1 block. */
  readonly batchCount: number;
  readonly block: number;
}

/**
 * The batches, each held back until the contract confirms it by its commitment, which are read many at once. The header
 * in it names the history, and the history all cells, queue entries and payouts since genesis: `followPublishedBatch` shows that
 * they lead there. Throws `restore/batch-mismatch`, `l1/unavailable`, and what the batches throw.
 */
export async function* onlyL1Batches(
  access: L1Access,
  batches: AsyncIterable<PublishedBatch>,
  { batchCount, block }: L1Comparison,
): AsyncGenerator<PublishedBatch, void, void> {
  const commitments = createCommitmentReader(access, batchCount, block);
  for await (const batch of batches) {
    if ((await commitments.of(batch.number)) !== commitmentOf(batch)) {
      throw batchMismatch(batch.number, "commitment", "is not the one that the contract committed to");
    }
    yield batch;
  }
}
