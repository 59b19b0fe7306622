import { DEV_CHAIN_IDS } from "@cairn/contracts";
import type { Database } from "@cairn/db";
import { type BlobAccess, type BlobCheck, type BlobProblem, createBeaconSource } from "@cairn/l1";
import { createArchiveBlobSource } from "@cairn/restore/node";
import type { Logger } from "pino";
import { Counter, type Registry } from "prom-client";
import type { NodeConfig } from "../config/config.ts";
import { createSentBlobs } from "./sent-blobs.ts";

/** What the settings say about blobs. */
type BlobSettings = Pick<NodeConfig, "beaconUrls" | "archives" | "archiveDir" | "l1RpcUrl" | "chainId">;

/** What {@link blobAccessOf} depends on. */
export interface BlobAccessDeps {
  readonly database: Pick<Database, "db">;
  /** Checks what sources answer, off this thread. */
  readonly kzg: BlobCheck;
  readonly logger: Logger;
  readonly metrics: BlobMetrics;
}

/** What is measured of sources of blobs. */
export interface BlobMetrics {
  readonly problem: (type: BlobProblem["type"]) => void;
}

const PROBLEMS: readonly BlobProblem["type"][] = ["absent", "unavailable", "wrong"];

/** Registers the metrics of sources of blobs. */
export function createBlobMetrics(registry: Registry): BlobMetrics {
  const problems = new Counter({
    name: "cairn_blob_source_problems_total",
    help: "Times that a source of blobs had no right answer, by what was wrong",
    labelNames: ["type"],
    registers: [registry],
  });
  for (const type of PROBLEMS) problems.inc({ type }, 0);
  return { problem: (type) => problems.inc({ type }) };
}

/**
 * Who has the blobs of batches that are not stored here: the node itself, if it has sent them lately; the beacon APIs of the
 * settings, or a development chain, which answers for one; then archives, those that the node writes among them.
 */
export function blobAccessOf(settings: BlobSettings, { database, kzg, logger, metrics }: BlobAccessDeps): BlobAccess {
  const { chainId } = settings;
  const slots = isDevelopment(chainId) ? { slots: { type: "number" } as const } : {};
  const archives = archivesOf(settings);
  const sent = createSentBlobs(database);
  return {
    sources: [
      sent,
      ...beaconUrlsOf(settings).map((url) => createBeaconSource({ url, ...slots })),
      ...(archives.length === 0 ? [] : [createArchiveBlobSource(archives)]),
    ],
    kzg,
    onProblem: (problem) => {
      // Most batches of others were never this node's.
      if (problem.source === sent.name && problem.type === "absent") return;
      metrics.problem(problem.type);
      logger.warn(problem, "a source of blobs has no right answer");
    },
  };
}

/** The archives and folders of archives that settings name, the node's own last. */
export function archivesOf({ archives, archiveDir }: Pick<NodeConfig, "archives" | "archiveDir">): readonly string[] {
  return archiveDir === undefined ? archives : [...archives, archiveDir];
}

/** Whether anyone is named who can have the blobs of strangers. */
export function isBlobSourceNamed(settings: BlobSettings): boolean {
  return beaconUrlsOf(settings).length > 0 || settings.archives.length > 0;
}

function beaconUrlsOf({ beaconUrls, l1RpcUrl, chainId }: BlobSettings): readonly string[] {
  return beaconUrls.length === 0 && isDevelopment(chainId) ? [l1RpcUrl] : beaconUrls;
}

function isDevelopment(chainId: number | undefined): boolean {
  return DEV_CHAIN_IDS.includes(chainId ?? 0);
}
