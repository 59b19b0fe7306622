import {
  type ContractState,
  createRangeReader,
  type L1Access,
  l1Error,
  readQueueHash,
  readStateEvents,
} from "@cairn/l1";
import { isSameBytes } from "@cairn/protocol";
import type { ChainPosition } from "@cairn/vm";
import { restoreError } from "./errors.ts";

/** How many queue entries were consumed, and the rolling hash after them. */
export type QueuePlace = Pick<ChainPosition, "queuePosition" | "queueHash">;

/**
 * Throws `restore/queue-mismatch` unless the contract has this rolling hash after these entries, as of an L1 block. The
 * hash covers every entry up to there.
 */
export async function assertQueueHash(access: L1Access, place: QueuePlace, block: number): Promise<void> {
  const { queuePosition, queueHash } = place;
  if (isSameBytes(await readQueueHash(access, queuePosition, block), queueHash)) return;
  const entry = queuePosition - 1;
  throw restoreError("restore/queue-mismatch", `the contract has a different hash after queue entry ${entry}`, {
    details: { entry },
  });
}

/**
 * Throws `restore/queue-mismatch` unless the entries consumed up to a batch are as many as on L1. The history says which
 * entries a batch consumed, but not how many there were before an archive that begins later; where its batches consume
 * none, any position with its hash would do. This needs the contract's state if `end` is its last batch, or else the event
 * of that batch, which is in `eventBlock`; null for an archive without batches, for which nothing is asked. Throws
 * `l1/events-incomplete` when the RPC does not return the event.
 */
export async function assertQueueTurn(
  access: L1Access,
  { start, end }: { readonly start: ChainPosition; readonly end: ChainPosition },
  contract: ContractState,
  eventBlock: number | null,
): Promise<void> {
  const isLast = end.batch === contract.batchCount;
  if (start.batch === 0 || (eventBlock === null && !isLast)) return;
  const consumed =
    isLast || eventBlock === null ? contract.queueHead : await readQueueHeadAfter(access, end.batch, eventBlock);
  if (consumed === end.queuePosition) return;
  const message = `L1 consumed ${consumed} queue entries up to batch ${end.batch}, not ${end.queuePosition}`;
  throw restoreError("restore/queue-mismatch", message, { details: { entry: consumed } });
}

async function readQueueHeadAfter(access: L1Access, batch: number, eventBlock: number): Promise<number> {
  const { events } = await createRangeReader(access, readStateEvents).forward({ from: eventBlock, to: eventBlock });
  for (const event of events) if (event.type === "accepted" && event.number === batch) return event.queueHead;
  throw l1Error("l1/events-incomplete", `L1 does not return the event of batch ${batch}`, { details: { batch } });
}
