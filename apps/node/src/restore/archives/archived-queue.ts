import type { QueueEntry } from "@cairn/db";
import { type L1Access, readMany } from "@cairn/l1";
import { bytesToHex, CairnError, encodeL1Operation, hexToBytes, nextQueueHash } from "@cairn/protocol";
import type { ArchivedEntry, RestoreErrorCode } from "@cairn/restore";

/** A place in the queue, and the rolling hash there. */
export interface QueuePlace {
  readonly queuePosition: number;
  readonly queueHash: Uint8Array;
}

/**
 * Entries that archives say follow a place in the queue, as they are stored: the contract has the hash of each and its time;
 * where on L1 they are is the archives' word, but not after `lastL1Block`. Throws `restore/queue-mismatch`, `l1/unavailable`.
 */
export async function toQueueEntries(
  access: L1Access,
  { queuePosition, queueHash }: QueuePlace,
  entries: readonly ArchivedEntry[],
  lastL1Block: number,
): Promise<QueueEntry[]> {
  const calls = entries.map((_, i) => [BigInt(queuePosition + i)] as const);
  // An entry never changes, and these are final.
  const answers = await readMany(access, "queueEntry", calls, null);
  let hashAfter = queueHash;
  return entries.map(({ operation, origin }, i): QueueEntry => {
    const index = queuePosition + i;
    const answer = answers[i];
    hashAfter = nextQueueHash(hashAfter, encodeL1Operation(operation));
    if (answer === undefined || answer.queueHash !== bytesToHex(hashAfter)) {
      const reason = `the contract has a different hash after queue entry ${index}`;
      throw new CairnError<RestoreErrorCode>("restore/queue-mismatch", reason, { details: { entry: index } });
    }
    return {
      index,
      operation,
      hashAfter: hexToBytes(answer.queueHash, 32),
      l1Block: Math.min(origin.l1Block, lastL1Block),
      l1BlockHash: origin.l1BlockHash,
      l1Transaction: origin.transactionHash,
      enqueuedAt: Number(answer.enqueuedAt),
      isFromArchive: true,
    };
  });
}
