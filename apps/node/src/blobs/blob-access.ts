import { DEV_CHAIN_IDS } from "@cairn/contracts";
import { type BlobAccess, createBeaconSource } from "@cairn/l1";
import type { Logger } from "pino";
import type { NodeConfig } from "../config/config.ts";

/**
 * Who has the blobs of batches that others submit: the beacon APIs of the settings; a development chain without any answers
 * for one itself. Undefined when nobody is named.
 */
export async function blobAccessOf(
  { beaconUrls, l1RpcUrl, chainId }: Pick<NodeConfig, "beaconUrls" | "l1RpcUrl" | "chainId">,
  logger: Logger,
): Promise<BlobAccess | undefined> {
  const isDevelopment = DEV_CHAIN_IDS.includes(chainId ?? 0);
  const urls = beaconUrls.length === 0 && isDevelopment ? [l1RpcUrl] : beaconUrls;
  if (urls.length === 0) return undefined;
  const slots = isDevelopment ? { slots: { type: "number" } as const } : {};
  // The curve arithmetic takes a fifth of a second to load.
  const { createBlobKzg } = await import("@cairn/blobs");
  return {
    sources: urls.map((url) => createBeaconSource({ url, ...slots })),
    kzg: createBlobKzg(),
    onProblem: (problem) => logger.warn(problem, "a source of blobs has no right answer"),
  };
}
