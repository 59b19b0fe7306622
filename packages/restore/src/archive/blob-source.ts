import { open, stat } from "node:fs/promises";
import { type BlobSource, l1Error } from "@cairn/l1";
import { bytesToHex, type Hex, isCairnError, redactUrl } from "@cairn/protocol";
import { archiveChunks } from "./archive-file.ts";
import { archiveFiles } from "./archive-folder.ts";
import { createChunkReader } from "./chunk-reader.ts";
import { BATCH_FRAME, blobHashOf, DIGEST_BYTES, decodeBatch } from "./format.ts";
import { readFrames, readHead } from "./reader.ts";
import { isWebPlace, readWebBytes, webVersion } from "./web-archive.ts";

/** Where the payload of a batch's frame is in a file. */
interface PayloadPlace {
  readonly path: string;
  readonly start: number;
  readonly length: number;
}

/** The batches in blobs of a file, as it was in this version. */
interface FileIndex {
  readonly version: string;
  /** Shared by those who ask while the file is read. */
  readonly places: Promise<ReadonlyMap<Hex, PayloadPlace>>;
}

/**
 * Blobs from batch archives, made again from the cells that they keep: for an L1 that still has a batch's event and
 * calldata, but whose beacon nodes have forgotten its blob. They may be on a web server. Of a folder, all archives count that
 * {@link archivesIn} lists. A file is read through when it is first needed, and again when it has grown; one that is still being written counts up to
 * its last whole frame.
 *
 * @example const source = createArchiveBlobSource(["batches.cairn"]);
 */
export function createArchiveBlobSource(paths: readonly string[]): BlobSource {
  const indices = new Map<string, FileIndex>();
  const name = `batch archives ${paths.map((path) => (isWebPlace(path) ? redactUrl(path) : path)).join(", ")}`;
  const placesOf = async (path: string): Promise<ReadonlyMap<Hex, PayloadPlace>> => {
    const version = await versionOf(path);
    const known = indices.get(path);
    if (known?.version === version) return known.places;
    const places = placesIn(path);
    indices.set(path, { version, places });
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

/** The length of a file; of one on a web server, whatever tells its versions apart. */
async function versionOf(path: string): Promise<string> {
  return isWebPlace(path) ? String(await webVersion(path)) : String((await stat(path)).size);
}

async function placesIn(path: string): Promise<ReadonlyMap<Hex, PayloadPlace>> {
  const places = new Map<Hex, PayloadPlace>();
  const reader = createChunkReader(archiveChunks(path));
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
  const { cells } = decodeBatch(await bytesAt(path, start, length));
  // Loading the arithmetic of blobs takes long, and most programs never need it.
  const { cellsToBlob } = await import("@cairn/blobs/cells");
  return cellsToBlob(cells);
}

async function bytesAt(path: string, start: number, length: number): Promise<Uint8Array> {
  if (isWebPlace(path)) return readWebBytes(path, start, length);
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array(length);
    await file.read(bytes, 0, length, start);
    return bytes;
  } finally {
    await file.close();
  }
}
