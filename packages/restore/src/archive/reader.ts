import { createByteCursor, isSameBytes, MAX_BATCH_PAYOUTS } from "@cairn/protocol";
import { batchMismatch } from "../chain-position.ts";
import { restoreError } from "../errors.ts";
import { type ArchivedSettlement, batchesOf, type PublishedBatch, type PublishedRecord } from "../published-batch.ts";
import { type ChunkReader, createChunkReader } from "./chunk-reader.ts";
import {
  ARCHIVE_VERSION,
  type ArchivedQueue,
  type ArchiveHead,
  BATCH_FRAME,
  corrupt,
  DIGEST_BYTES,
  decodeBatch,
  decodeHead,
  decodeSettlements,
  decodeWaitingFrame,
  digestOf,
  END_FRAME,
  FRAME_PREFIX_BYTES,
  HEAD_BYTES,
  MAGIC,
  MAX_PAYLOAD_BYTES,
  PREFIX_BYTES,
  SETTLEMENTS_FRAME,
  WAITING_FRAME,
} from "./format.ts";
import { webChunks } from "./web-archive.ts";

/** What an archive says about the queue after its last batch. */
export interface QueueAfterArchive extends ArchivedQueue {
  readonly batch: number;
  /** L1 block from which on its entries are found; null for an archive without batches. */
  readonly resumeBlock: number | null;
}

/** An archive that is being read. */
export interface ArchiveReader extends ArchiveHead {
  /**
   * Batches and settlements of payouts in order, each checked against its digest; can be iterated once.
   * `followPublishedBatch` shows whether a batch follows from its predecessors, the replay whether it leads to its root, and
   * only L1 whether it was accepted and whether a payout is settled. Throws `restore/archive-corrupt`,
   * `restore/archive-truncated`, `restore/batch-mismatch` for a gap, `restore/io`.
   */
  records(): AsyncGenerator<PublishedRecord, void, void>;
  /** The batches among {@link ArchiveReader.records}, in their place. */
  batches(): AsyncGenerator<PublishedBatch, void, void>;
  /** What waited in the queue after the last batch, once all are read; null when the archive does not say. */
  waiting(): QueueAfterArchive | null;
  /** Ends the reading early. */
  close(): Promise<void>;
}

/** A frame of an archive, its digest checked. */
export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
  readonly digest: Uint8Array;
  /** Bytes of the file up to and including this frame. */
  readonly end: number;
}

/**
 * Opens an archive given as a stream. Throws `restore/archive-unsupported`, `restore/archive-corrupt`,
 * `restore/archive-truncated`. See {@link ArchiveSource}.
 */
export async function readArchive(chunks: AsyncIterable<Uint8Array>): Promise<ArchiveReader> {
  const reader = createChunkReader(chunks);
  const { head, digest, end } = await readHead(reader);
  let last: Pick<QueueAfterArchive, "batch" | "resumeBlock"> = { batch: head.start.batch, resumeBlock: null };
  let waiting: QueueAfterArchive | null = null;
  let settled = 0;
  const read = ({ type, payload }: Frame): PublishedRecord | null => {
    switch (type) {
      case END_FRAME:
        assertEnd(payload, last.batch);
        return null;
      case WAITING_FRAME:
        waiting = { ...decodeWaitingFrame(payload), ...last };
        return null;
      case SETTLEMENTS_FRAME: {
        const settlements = decodeSettlements(payload);
        settled += settlements.length;
        assertSettled(settlements, settled, last.batch);
        return { type: "settlements", settlements };
      }
      default: {
        const batch = decodeBatch(payload);
        assertNext(batch, last.batch);
        last = { batch: batch.number, resumeBlock: batch.origin.resumeBlock };
        return { type: "batch", batch };
      }
    }
  };
  const records = async function* (): AsyncGenerator<PublishedRecord, void, void> {
    try {
      for await (const frame of readFrames(reader, digest, end)) {
        const record = read(frame);
        if (record !== null) yield record;
      }
      if ((await reader.take(1)).length > 0) throw corrupt("there are bytes after its end");
    } finally {
      await reader.close();
    }
  };
  return { ...head, waiting: () => waiting, close: () => reader.close(), records, batches: () => batchesOf(records()) };
}

/** Opens an archive, from the beginning each time it is called. */
export type ArchiveSource = () => Promise<ArchiveReader>;

/**
 * An archive on a web server (http:// or https://), for `restoreRollup`; it throws as {@link readArchive}, and `restore/io`.
 *
 * @example await restoreRollup({ store, compress, rollup, archives: [webArchive("https://archives.example/batches.cairn")] });
 */
export function webArchive(url: string): ArchiveSource {
  return () => readArchive(webChunks(url));
}

/** Head of an archive, the digest after it, and how many bytes that took. */
export async function readHead(
  reader: ChunkReader,
): Promise<{ readonly head: ArchiveHead; readonly digest: Uint8Array; readonly end: number }> {
  const prefix = (await reader.take(PREFIX_BYTES)).slice();
  if (prefix.length < PREFIX_BYTES || !isSameBytes(prefix.subarray(0, MAGIC.length), MAGIC)) {
    throw restoreError("restore/archive-unsupported", "the file is not a batch archive");
  }
  const cursor = createByteCursor(prefix.subarray(MAGIC.length));
  const version = cursor.number(2);
  if (version !== ARCHIVE_VERSION) {
    throw restoreError(
      "restore/archive-unsupported",
      `batch archive of version ${version}, expected ${ARCHIVE_VERSION}`,
    );
  }
  const length = cursor.number(4);
  if (length !== HEAD_BYTES) throw corrupt(`the head claims ${length} bytes`);
  const body = (await takeAll(reader, length)).slice();
  const digest = (await takeAll(reader, DIGEST_BYTES)).slice();
  if (!isSameBytes(digest, digestOf(prefix, body))) throw corrupt("the head does not match its digest");
  return { head: decodeHead(body), digest, end: PREFIX_BYTES + length + DIGEST_BYTES };
}

/**
 * The frames after a head, up to and including the end frame: batches and settlements, at most one of waiting entries, the
 * end. Throws `restore/archive-corrupt`, `restore/archive-truncated`.
 */
export async function* readFrames(
  reader: ChunkReader,
  headDigest: Uint8Array,
  headEnd: number,
): AsyncGenerator<Frame, void, void> {
  let [digest, end] = [headDigest, headEnd];
  for (let type = BATCH_FRAME; type !== END_FRAME; ) {
    const previous = type;
    const prefix = (await takeAll(reader, FRAME_PREFIX_BYTES)).slice();
    const cursor = createByteCursor(prefix);
    type = cursor.number(1);
    const length = cursor.number(4);
    if (length > (MAX_PAYLOAD_BYTES.get(type) ?? -1)) throw corrupt(`a frame of type ${type} claims ${length} bytes`);
    if (previous === WAITING_FRAME && type !== END_FRAME) throw corrupt("there is more after the waiting entries");
    const payload = (await takeAll(reader, length)).slice();
    const stored = (await takeAll(reader, DIGEST_BYTES)).slice();
    digest = digestOf(digest, prefix, payload);
    if (!isSameBytes(digest, stored)) throw corrupt(`the frame at byte ${end} does not match its digest`);
    end += FRAME_PREFIX_BYTES + length + DIGEST_BYTES;
    yield { type, payload, digest, end };
  }
}

function assertNext({ number }: PublishedBatch, previous: number): void {
  if (number !== previous + 1) throw batchMismatch(number, "number", `comes after batch ${previous}`);
}

/** A payout is settled once, and after its batch: so an archive ends. */
function assertSettled(settlements: readonly ArchivedSettlement[], count: number, lastBatch: number): void {
  const isKnown = settlements.every(({ batch, position }) => {
    return batch >= 1 && batch <= lastBatch && position < MAX_BATCH_PAYOUTS;
  });
  if (!isKnown || count > lastBatch * MAX_BATCH_PAYOUTS) throw corrupt("it settles payouts that no batch has");
}

function assertEnd(payload: Uint8Array, lastBatch: number): void {
  const named = payload.length === 8 ? createByteCursor(payload).safe64() : Number.NaN;
  if (named !== lastBatch) throw corrupt(`its end names batch ${named}, the last one is ${lastBatch}`);
}

async function takeAll(reader: ChunkReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.take(length);
  if (bytes.length === length) return bytes;
  throw restoreError("restore/archive-truncated", "the batch archive ends before its end frame");
}
