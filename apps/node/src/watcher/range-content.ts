import type { L1Header } from "@cairn/db";
import {
  type AcceptedEvent,
  type BlobAccess,
  createCommitmentReader,
  gatherChecks,
  insist,
  type L1Access,
  type L1Block,
  type L1Range,
  type PublishedBatchContent,
  type RollupEvent,
  readBlock,
  readPublishedBatch,
  readRollupEvents,
} from "@cairn/l1";
import { batchCommitment, bytesToHex, CairnError, hexToBytes } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/** A range of L1 blocks as read. */
export interface RangeContent {
  /** Header of the last block, read before the events. */
  readonly header: L1Header;
  readonly events: readonly RollupEvent[];
}

/** Requests to the L1 node at a time. */
const REQUESTS_TOGETHER = 16;

/** Reads a range. Throws `node/l1-unavailable` if the L1 node lacks its last block, and as `readRollupEvents`. */
export async function readRangeContent(access: L1Access, range: L1Range): Promise<readonly [RangeContent]> {
  const block = await insist(() => readBlock(access, range.to));
  if (block === null) throw unavailable(`the L1 node does not show block ${range.to}`);
  return [{ header: toHeader(block), events: await readRollupEvents(access, range) }];
}

/**
 * A range as far as the L1 block of one of its events. Throws `node/l1-unavailable` if L1 no longer has that block.
 */
export async function cutRange(
  access: L1Access,
  { events }: RangeContent,
  { block, blockHash }: RollupEvent,
): Promise<RangeContent> {
  const shown = await insist(() => readBlock(access, block));
  const header = shown && toHeader(shown);
  // The events before it are those of its chain, whatever L1 shows meanwhile.
  if (header === null || Buffer.compare(header.hash, blockHash) !== 0) {
    throw unavailable(`L1 block ${block} changed while its range was read`);
  }
  return { header, events: events.filter((event) => event.block <= block) };
}

/** A block as it is stored. */
export function toHeader({ block, hash, parentHash, timestamp }: L1Block): L1Header {
  return { number: block, hash: hexToBytes(hash, 32), parentHash: hexToBytes(parentHash, 32), timestamp };
}

/**
 * Timestamps, in seconds, of the L1 blocks that hold queue entries or acceptances. Throws `node/l1-unavailable` when L1 has
 * other blocks there than the events name.
 */
export async function readTimestamps(
  access: L1Access,
  events: readonly RollupEvent[],
): Promise<ReadonlyMap<number, number>> {
  const hashes = new Map(
    events.flatMap(({ type, block, blockHash }) => (type === "settled" ? [] : [[block, blockHash]])),
  );
  const times = await mapTogether([...hashes], async ([number, hash]): Promise<[number, number]> => {
    const block = await insist(() => readBlock(access, number));
    if (block !== null && Buffer.compare(hexToBytes(block.hash, 32), hash) === 0) return [number, block.timestamp];
    throw unavailable(`the L1 node shows events of another block ${number} than it has`);
  });
  return new Map(times);
}

/**
 * Throws `node/l1-unavailable` unless the contract, at the range's last block, has the header, data commitment and payouts hash
 * that the events of accepted batches show: on these the data of others and later payments rely.
 */
export async function assertCommitments(
  access: L1Access,
  events: readonly RollupEvent[],
  lastBlock: number,
): Promise<void> {
  const batches = events.filter((event) => event.type === "accepted");
  const last = batches.at(-1);
  if (last === undefined) return;
  const commitments = createCommitmentReader(access, last.number, lastBlock);
  for (const { number, header, dataCommitment, payoutsHash } of batches) {
    const shown = bytesToHex(batchCommitment(header, dataCommitment, payoutsHash));
    if (shown !== (await commitments.of(number))) throw unavailable(`the contract has another batch ${number}`);
  }
}

/** What batches published, by number. Throws as `readPublishedBatch`, `l1/blob-unavailable` without anyone who has blobs. */
export async function readContents(
  access: L1Access,
  batches: readonly AcceptedEvent[],
  blobs: BlobAccess | undefined,
): Promise<ReadonlyMap<number, PublishedBatchContent>> {
  const { blobs: gathered, reading, needed } = gatherChecks(blobs);
  const read = (event: AcceptedEvent) => needed(reading(() => readPublishedBatch(access, event, gathered)));
  return new Map(await mapTogether(batches, async (event) => [event.number, await read(event)]));
}

/** Throws `node/l1-unavailable` unless L1 still shows the range's last block, and the stored one below the range. */
export async function assertUnchanged(access: L1Access, header: L1Header, last: L1Header | undefined): Promise<void> {
  const isOn = async ({ number, hash }: L1Header): Promise<boolean> => {
    const shown = await insist(() => readBlock(access, number));
    return shown !== null && Buffer.compare(hexToBytes(shown.hash, 32), hash) === 0;
  };
  const isChild = last?.number === header.number - 1 && Buffer.compare(header.parentHash, last.hash) === 0;
  if (last !== undefined && !isChild && !(await isOn(last))) {
    throw unavailable(`L1 block ${last.number} changed before block ${header.number} was read`);
  }
  if (!(await isOn(header))) throw unavailable(`L1 block ${header.number} changed while it was read`);
}

/** A `node/l1-unavailable` error. */
export function unavailable(reason: string): CairnError<NodeErrorCode> {
  return new CairnError("node/l1-unavailable", reason);
}

/** Results of asking for every item, some at a time, in the order of the items. */
async function mapTogether<Item, Result>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let first = 0; first < items.length; first += REQUESTS_TOGETHER) {
    results.push(...(await Promise.all(items.slice(first, first + REQUESTS_TOGETHER).map(ask))));
  }
  return results;
}
