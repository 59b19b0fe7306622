import { DEV_CHAIN_IDS } from "@cairn/contracts";
import { type BlobAccess, type BlobCheck, createBeaconSource } from "@cairn/l1";
import { createArchiveBlobSource } from "@cairn/restore";
import type { Logger } from "pino";
import type { NodeConfig } from "../config/config.ts";

/**
 * Who has the blobs of batches that others submit: the beacon APIs of the settings, then its archives; a development chain
 * without a beacon API answers for one itself. Undefined when nobody is named. `kzg` checks what they answer, off this
 * thread.
 */
export function blobAccessOf(
  {
    beaconUrls,
    blobArchives,
    l1RpcUrl,
    chainId,
  }: Pick<NodeConfig, "beaconUrls" | "blobArchives" | "l1RpcUrl" | "chainId">,
  kzg: BlobCheck,
  logger: Logger,
): BlobAccess | undefined {
  const isDevelopment = DEV_CHAIN_IDS.includes(chainId ?? 0);
  const urls = beaconUrls.length === 0 && isDevelopment ? [l1RpcUrl] : beaconUrls;
  if (urls.length === 0 && blobArchives.length === 0) return undefined;
  const slots = isDevelopment ? { slots: { type: "number" } as const } : {};
  return {
    sources: [
      ...urls.map((url) => createBeaconSource({ url, ...slots })),
      ...(blobArchives.length === 0 ? [] : [createArchiveBlobSource(blobArchives)]),
    ],
    kzg,
    onProblem: (problem) => logger.warn(problem, "a source of blobs has no right answer"),
  };
}
