import type { Compress } from "@cairn/crypto";
import { countAcceptedBatches, findArchiveRestore, findLastL1Block } from "@cairn/db";
import { createL1Access } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import { archiveFiles } from "@cairn/restore/node";
import { archivesOf } from "../blobs/blob-access.ts";
import type { NodeErrorCode } from "../errors.ts";
import { isOnL1, restoreFromArchives } from "../restore/archives/restore-archives.ts";
import type { L1 } from "./l1.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";
import { headPolicyOf } from "./watcher.ts";

/**
 * Reads what L1 has forgotten from archives, before the watcher reads L1: when asked to restore into an empty database, and
 * when an earlier run was interrupted. Its start throws as `restoreFromArchives`, `node/needs-restore`.
 */
export function createRestorePart(
  { config, child }: PartContext,
  { database: { db } }: Storage,
  { rollup }: L1,
  compress: Compress,
): Part {
  const logger = child("restore");

  /** Whether archives have to be read. */
  const isDue = async (archives: readonly string[]): Promise<boolean> => {
    const begun = await findArchiveRestore(db);
    if (begun !== null && begun.lastL1Block === null) {
      if (archives.length > 0) return true;
      throw new CairnError<NodeErrorCode>(
        "node/needs-restore",
        "reading archives into this database was interrupted: name them again (CAIRN_ARCHIVES, CAIRN_ARCHIVE_DIR)",
      );
    }
    const isEmpty = (await findLastL1Block(db)) === undefined && (await countAcceptedBatches(db)) === 0;
    return config.restore && isEmpty && begun === null && archives.length > 0;
  };

  return {
    name: "restore",
    start: async (endings) => {
      const { l1FirstRange: first, l1MaxRange: max } = config;
      const archives = await archiveFiles(archivesOf(config));
      if (!(await isDue(archives))) return;
      const stopping = new AbortController();
      endings.add("restore", () => {
        stopping.abort();
        return Promise.resolve();
      });
      const access = createL1Access(rollup, { signal: stopping.signal });
      const [oldest] = archives;
      const isBegun = (await findArchiveRestore(db)) !== null;
      if (!isBegun && oldest !== undefined && (await isOnL1(access, oldest))) {
        logger.info("L1 still has everything: it is restored from there, archives serve for blobs");
        return;
      }
      await restoreFromArchives({
        db,
        access,
        compress,
        archives,
        head: headPolicyOf(config),
        ranges: { first, max },
        logger,
      });
    },
  };
}
