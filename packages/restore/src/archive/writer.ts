import { access, type FileHandle, open } from "node:fs/promises";
import { encodeSafe64, isCairnError } from "@cairn/protocol";
import type { ChainPosition } from "@cairn/vm";
import { batchMismatch, isSameChains, isSamePosition } from "../chain-position.ts";
import { restoreError } from "../errors.ts";
import { identityText, isSameRollup, type RollupIdentity } from "../identity.ts";
import type { ArchivedSettlement } from "../published-batch.ts";
import { fileChunks } from "./archive-file.ts";
import type { ArchiveWriter } from "./archive-writer.ts";
import { createChunkReader } from "./chunk-reader.ts";
import {
  BATCH_FRAME,
  decodeBatch,
  decodeSettlements,
  digestOf,
  END_FRAME,
  encodeBatch,
  encodeFrame,
  encodeHead,
  encodeSettlements,
  encodeWaitingFrame,
  MAX_SETTLEMENTS,
  MAX_WAITING_ENTRIES,
  SETTLEMENTS_FRAME,
  WAITING_FRAME,
} from "./format.ts";
import { type Frame, readFrames, readHead } from "./reader.ts";

/** Bytes gathered before they are written. */
const BUFFER_BYTES = 2 ** 18;

/**
 * A new archive of the batches after `start`. Throws `restore/io` when the file exists.
 *
 * @example
 * const archive = await createArchive(path, identity, genesisPosition(root));
 * await archive.append(batch, position.chains);
 * await archive.finish(null);
 */
export async function createArchive(
  path: string,
  identity: RollupIdentity,
  start: ChainPosition,
): Promise<ArchiveWriter> {
  const head = encodeHead({ identity, start });
  const digest = digestOf(head);
  const file = await attempt(path, () => open(path, "wx"));
  await attempt(path, () => file.write(Buffer.concat([head, digest])));
  const begin = { digest, end: head.length + digest.length, settled: [] };
  return writerOf(path, identity, file, begin, start.batch);
}

/**
 * Continues an archive after `position` and the settlements that follow it, cutting off later batches and whatever a crash
 * left half-written; creates it if there is none. Throws `restore/archive-foreign`, `restore/archive-gap` when it ends before or begins after the
 * position, `restore/batch-mismatch` when it has another batch there, `restore/archive-corrupt`, `restore/io`.
 *
 * @example const archive = await continueArchive(path, identity, restored.position());
 */
export async function continueArchive(
  path: string,
  identity: RollupIdentity,
  position: ChainPosition,
): Promise<ArchiveWriter> {
  const found = await findContinuation(path, identity, position);
  if (found === null) return createArchive(path, identity, position);
  const file = await attempt(path, () => open(path, "r+"));
  await attempt(path, () => file.truncate(found.end));
  return writerOf(path, identity, file, found, position.batch);
}

/** Whether there is a file. Throws `restore/io`. */
export async function fileExists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw restoreError("restore/io", `${path} cannot be examined`, { cause: error });
  }
}

/** Where an archive is continued, and what is settled behind its last batch. */
interface Continuation {
  readonly digest: Uint8Array;
  readonly end: number;
  readonly settled: readonly ArchivedSettlement[];
}

async function findContinuation(
  path: string,
  identity: RollupIdentity,
  position: ChainPosition,
): Promise<Continuation | null> {
  if (!(await fileExists(path))) return null;
  const reader = createChunkReader(fileChunks(path));
  try {
    const { head, digest, end } = await readHead(reader);
    if (!isSameRollup(head.identity, identity)) {
      throw restoreError("restore/archive-foreign", `${path} belongs to ${identityText(head.identity)}`);
    }
    if (head.start.batch > position.batch) throw gap(path, `begins after batch ${head.start.batch}`, position);
    if (head.start.batch === position.batch && !isSamePosition(head.start, position)) {
      throw batchMismatch(position.batch, "chains", `is not the one before ${path}`);
    }
    const frames = readFrames(reader, digest, end);
    if (head.start.batch === position.batch) return await withSettlements({ digest, end }, frames);
    for await (const frame of frames) {
      if (frame.type === SETTLEMENTS_FRAME) continue;
      if (frame.type !== BATCH_FRAME) break;
      const { number, header, chains } = decodeBatch(frame.payload);
      if (number < position.batch) continue;
      const isSame = header.newRoot === position.root && chains !== null && isSameChains(chains, position.chains);
      if (isSame) return await withSettlements(frame, frames);
      throw batchMismatch(number, "chains", `is another one in ${path}`);
    }
    throw gap(path, "ends", position);
  } finally {
    await reader.close();
  }
}

/** Behind the settlements that follow a place, as far as a crash left them whole. */
async function withSettlements(
  { digest, end }: Pick<Frame, "digest" | "end">,
  frames: AsyncGenerator<Frame, void, void>,
): Promise<Continuation> {
  const settled: ArchivedSettlement[] = [];
  let place = { digest, end };
  try {
    for (;;) {
      const next = await frames.next();
      if (next.done === true || next.value.type !== SETTLEMENTS_FRAME) break;
      settled.push(...decodeSettlements(next.value.payload));
      place = next.value;
    }
  } catch (error) {
    const isCut = isCairnError(error, "restore/archive-truncated") || isCairnError(error, "restore/archive-corrupt");
    if (!isCut) throw error;
  }
  return { ...place, settled };
}

function writerOf(
  path: string,
  identity: RollupIdentity,
  file: FileHandle,
  start: Continuation,
  startBatch: number,
): ArchiveWriter {
  let { digest, end } = start;
  let lastBatch = startBatch;
  let settled = new Set(start.settled.map(keyOf));
  let buffered: Uint8Array[] = [];
  let bufferedBytes = 0;

  const put = (type: number, payload: Uint8Array): void => {
    const frame = encodeFrame(type, payload);
    digest = digestOf(digest, frame);
    buffered.push(frame, digest);
    bufferedBytes += frame.length + digest.length;
  };
  const write = async (): Promise<void> => {
    if (bufferedBytes === 0) return;
    const bytes = Buffer.concat(buffered);
    [buffered, bufferedBytes] = [[], 0];
    await attempt(path, async () => {
      const { bytesWritten } = await file.write(bytes, 0, bytes.length, end);
      if (bytesWritten < bytes.length) throw restoreError("restore/io", `${path}: only a part was written`);
    });
    end += bytes.length;
  };

  return {
    path,
    lastBatch: () => lastBatch,
    async append(batch, chains) {
      if (batch.number !== lastBatch + 1) {
        throw restoreError("restore/bad-option", `batch ${batch.number} cannot be archived after ${lastBatch}`);
      }
      put(BATCH_FRAME, encodeBatch(batch, chains));
      lastBatch = batch.number;
      settled = new Set();
      if (bufferedBytes >= BUFFER_BYTES) await write();
    },
    async settle(settlements) {
      const added = settlements.filter((settlement) => !settled.has(keyOf(settlement)));
      for (const settlement of added) settled.add(keyOf(settlement));
      for (let first = 0; first < added.length; first += MAX_SETTLEMENTS) {
        put(SETTLEMENTS_FRAME, encodeSettlements(added.slice(first, first + MAX_SETTLEMENTS)));
      }
      if (bufferedBytes >= BUFFER_BYTES) await write();
    },
    async continueAfter(position) {
      if (position.batch === lastBatch) return;
      await write();
      const found = await findContinuation(path, identity, position);
      if (found === null) throw restoreError("restore/io", `${path} is gone`);
      await attempt(path, () => file.truncate(found.end));
      ({ digest, end } = found);
      settled = new Set(found.settled.map(keyOf));
      lastBatch = position.batch;
    },
    async flush() {
      await write();
      await attempt(path, () => file.datasync());
    },
    async finish(waiting) {
      const isKept = waiting !== null && waiting.entries.length <= MAX_WAITING_ENTRIES;
      if (isKept) put(WAITING_FRAME, encodeWaitingFrame(waiting));
      put(END_FRAME, encodeSafe64(lastBatch));
      await write();
      await attempt(path, () => file.sync());
      await file.close();
    },
    async close() {
      await write();
      await file.close();
    },
  };
}

function keyOf({ batch, position }: ArchivedSettlement): string {
  return `${batch}:${position}`;
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw restoreError("restore/io", `${path} cannot be written`, { cause });
  }
}

function gap(path: string, what: string, { batch }: ChainPosition) {
  return restoreError("restore/archive-gap", `${path} ${what}, but batch ${batch} is needed`);
}
