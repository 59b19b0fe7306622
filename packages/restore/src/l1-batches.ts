import { batchCommitment } from "@cairn/contracts";
import { type CommitmentReader, createCommitmentReader, type L1Access, READS_PER_CALL } from "@cairn/l1";
import { batchMismatch } from "./chain-position.ts";
import type { PublishedBatch } from "./published-batch.ts";
import { assertQueueHash } from "./queue-check.ts";

/** What {@link onlyL1Batches} compares with. */
export interface L1Comparison {
  /** Number of batches in the contract at that L1 block. */
  readonly batchCount: number;
  readonly block: number;
  /** Queue entries consumed before the first of the batches. */
  readonly queuePosition: number;
}

/**
 * The batches, held back until the contract confirms them: each one's commitment, and the rolling queue hash after
 * every hundred of them. `followBatch` checks that each queue hash follows from the records. Throws
 * `restore/batch-mismatch`, `restore/queue-mismatch`, `l1/unavailable`, and what the batches throw, after those before
 * it.
 */
export async function* onlyL1Batches(
  access: L1Access,
  batches: AsyncIterable<PublishedBatch>,
  { batchCount, block, queuePosition }: L1Comparison,
): AsyncGenerator<PublishedBatch, void, void> {
  const commitments = createCommitmentReader(access, batchCount, block);
  let consumed = queuePosition;
  for await (const { batches: group, failure } of grouped(batches)) {
    for (const batch of group) {
      await assertCommitted(commitments, batch);
      consumed += batch.l1Operations.length;
    }
    const last = group.at(-1);
    if (last !== undefined) {
      await assertQueueHash(access, { queuePosition: consumed, queueHash: last.queueHash }, block);
    }
    yield* group;
    if (failure !== null) throw failure.error;
  }
}

async function assertCommitted(commitments: CommitmentReader, batch: PublishedBatch): Promise<void> {
  if ((await commitments.of(batch.number)) === batchCommitment(batch)) return;
  throw batchMismatch(batch.number, "commitment", "is not the one that the contract committed to");
}

interface BatchGroup {
  readonly batches: readonly PublishedBatch[];
  /** The error that the source threw after them. */
  readonly failure: { readonly error: unknown } | null;
}

async function* grouped(batches: AsyncIterable<PublishedBatch>): AsyncGenerator<BatchGroup, void, void> {
  let group: PublishedBatch[] = [];
  let failure: BatchGroup["failure"] = null;
  try {
    for await (const batch of batches) {
      group.push(batch);
      if (group.length < READS_PER_CALL) continue;
      yield { batches: group, failure };
      group = [];
    }
  } catch (error) {
    failure = { error };
  }
  yield { batches: group, failure };
}
