import { createReadStream } from "node:fs";
import { restoreError } from "../errors.ts";
import { type ArchiveReader, type ArchiveSource, readArchive } from "./reader.ts";
import { isWebPlace, webChunks } from "./web-archive.ts";

/**
 * Opens an archive: a file, or one on a web server (http:// or https://). Throws as {@link readArchive}, and `restore/io`.
 *
 * @example
 * const archive = await openArchive("batches.cairn");
 * for await (const batch of archive.batches()) console.log(batch.number);
 */
export function openArchive(place: string): Promise<ArchiveReader> {
  return readArchive(archiveChunks(place));
}

/** An archive as `restoreRollup` takes it. See {@link openArchive}. */
export function archiveAt(place: string): ArchiveSource {
  return () => openArchive(place);
}

/** The bytes of an archive, wherever it is. Throws `restore/io`. */
export function archiveChunks(place: string): AsyncGenerator<Uint8Array, void, void> {
  return isWebPlace(place) ? webChunks(place) : fileChunks(place);
}

/** The bytes of a file. Throws `restore/io`. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 })) yield chunk as Uint8Array;
  } catch (cause) {
    throw restoreError("restore/io", `${path} cannot be read`, { cause });
  }
}
