export { openArchive } from "../archive/archive-file.ts";
export {
  type ArchivedBatches,
  type ArchiveFolder,
  type ArchiveFolderOptions,
  archiveFiles,
  archivesIn,
  BATCHES_PER_FILE,
  createArchiveFolder,
} from "../archive/archive-folder.ts";
export { createArchiveBlobSource } from "../archive/blob-source.ts";
export { continueArchive, createArchive } from "../archive/writer.ts";
export {
  type ArchiveRollupOptions,
  type ArchiveSummary,
  archiveRollup,
  type VerifyArchiveOptions,
  verifyArchive,
} from "../archive-rollup.ts";
export {
  createRollupMonitor,
  type MonitorConfig,
  type MonitorDeps,
  type MonitorReport,
  type RollupMonitor,
} from "../watch/monitor.ts";
export { type RestoreFilesOptions, restoreFromFiles } from "./restore-files.ts";
