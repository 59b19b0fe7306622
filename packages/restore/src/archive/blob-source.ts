import { type FileHandle, open, stat } from "node:fs/promises";
import { type BlobSource, l1Error } from "@cairn/l1";
import { bytesToHex, type Hex, isCairnError } from "@cairn/protocol";
import { archiveFiles } from "./archive-folder.ts";
import { createChunkReader } from "./chunk-reader.ts";
import { BATCH_FRAME, blobHashOf, DIGEST_BYTES, decodeBatch } from "./format.ts";
import { fileChunks, readFrames, readHead } from "./reader.ts";

/** Where the payload of a batch's frame is in a file. */
interface PayloadPlace {
  readonly path: string;
  readonly start: number;
  readonly length: number;
}

/** The batches in blobs of a file, as it was when it had this length. */
interface FileIndex {
  readonly fileBytes: number;
  /** Shared by those who ask while the file is read. */
  readonly places: Promise<ReadonlyMap<Hex, PayloadPlace>>;
}

/**
 * Blobs from batch archives, made again from the cells that they keep: for an L1 that still has a batch's event and
 * calldata, but whose beacon nodes have forgotten its blob. Of a folder, all archives count that {@link archivesIn} lists. A
 * file is read through when it is first needed, and again when it has grown; one that is still being written counts up to
 * its last whole frame.
 *
 * @example const source = createArchiveBlobSource(["batches.cairn"]);
 */
export function createArchiveBlobSource(paths: readonly string[]): BlobSource {
  const indices = new Map<string, FileIndex>();
  const name = `batch archives ${paths.join(", ")}`;
  const placesOf = async (path: string): Promise<ReadonlyMap<Hex, PayloadPlace>> => {
    const { size } = await stat(path);
    const known = indices.get(path);
    if (known?.fileBytes === size) return known.places;
    const places = placesIn(path);
    indices.set(path, { fileBytes: size, places });
    places.catch(() => indices.delete(path));
    return places;
  };
  return {
    name,
    async find({ versionedHash }) {
      const hash = bytesToHex(versionedHash);
      try {
        for (const path of await archiveFiles(paths)) {
          const place = (await placesOf(path)).get(hash);
          if (place !== undefined) return [await blobAt(place)];
        }
        return [];
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw l1Error("l1/unavailable", `${name}: ${reason}`, { cause });
      }
    },
  };
}

async function placesIn(path: string): Promise<ReadonlyMap<Hex, PayloadPlace>> {
  const places = new Map<Hex, PayloadPlace>();
  const reader = createChunkReader(fileChunks(path));
  try {
    const { digest, end } = await readHead(reader);
    for await (const { type, payload, end: frameEnd } of readFrames(reader, digest, end)) {
      const hash = type === BATCH_FRAME ? blobHashOf(payload) : null;
      if (hash === null) continue;
      const { length } = payload;
      places.set(bytesToHex(hash), { path, start: frameEnd - DIGEST_BYTES - length, length });
    }
  } catch (error) {
    if (!isCairnError(error, "restore/archive-truncated")) throw error;
  } finally {
    await reader.close();
  }
  return places;
}

async function blobAt({ path, start, length }: PayloadPlace): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { cells } = decodeBatch(await bytesAt(file, start, length));
    // Loading the arithmetic of blobs takes long, and most programs never need it.
    const { cellsToBlob } = await import("@cairn/blobs");
    return cellsToBlob(cells);
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await file.read(bytes, 0, length, start);
  return bytes;
}
