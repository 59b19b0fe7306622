import { archiveAt } from "../archive/archive-file.ts";
import { continueArchive } from "../archive/writer.ts";
import { type RestoreOptions, type RestoreResult, restoreRollup } from "../restore.ts";

/** What {@link restoreFromFiles} restores, from where, and how. */
export interface RestoreFilesOptions extends Omit<RestoreOptions, "archives" | "archiveTo"> {
  /** Archives, files or on web servers (http:// or https://), read in this order before L1. */
  readonly archives?: readonly string[];
  /** File to which all batches after the state's position are written, new or continued; null for none. */
  readonly archiveTo?: string | null;
}

/**
 * `restoreRollup` with archives in files. Throws as it does, and as `continueArchive`.
 *
 * @example const { restored } = await restoreFromFiles({ store, compress, rollup, archives: ["batches.cairn"] });
 */
export function restoreFromFiles({
  archives = [],
  archiveTo = null,
  ...options
}: RestoreFilesOptions): Promise<RestoreResult> {
  return restoreRollup({
    ...options,
    archives: archives.map(archiveAt),
    archiveTo: archiveTo === null ? null : (identity, position) => continueArchive(archiveTo, identity, position),
  });
}
