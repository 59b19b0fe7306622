import { createCommitmentReader, type L1Access } from "@cairn/l1";
import { batchMismatch } from "./chain-position.ts";
import { commitmentOf, type PublishedRecord } from "./published-batch.ts";

/** What {@link onlyL1Batches} compares with. */
export interface L1Comparison {
  /** Number of batches in the contract at that L1 block. */
  readonly batchCount: number;
  readonly block: number;
}

/**
 * The records, each batch held back until the contract confirms it by its commitment, which are read many at once. The
 * header in it names the history, and the history all cells, queue entries and payouts since genesis:
 * `followPublishedBatch` shows that they lead there. Settlements pass unchecked. Throws `restore/batch-mismatch`,
 * `l1/unavailable`, and what the records throw.
 */
export async function* onlyL1Batches(
  access: L1Access,
  records: AsyncIterable<PublishedRecord>,
  { batchCount, block }: L1Comparison,
): AsyncGenerator<PublishedRecord, void, void> {
  const commitments = createCommitmentReader(access, batchCount, block);
  for await (const record of records) {
    if (record.type === "batch" && (await commitments.of(record.batch.number)) !== commitmentOf(record.batch)) {
      throw batchMismatch(record.batch.number, "commitment", "is not the one that the contract committed to");
    }
    yield record;
  }
}
