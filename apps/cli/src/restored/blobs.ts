import { resolve } from "node:path";
import { DEV_CHAIN_IDS } from "@cairn/contracts";
import { type BlobAccess, type BlobProblem, type BlobSource, createBeaconSource } from "@cairn/l1";
import { redactUrl } from "@cairn/protocol";
import { isWebPlace } from "@cairn/restore";
import { createArchiveBlobSource } from "@cairn/restore/node";
import { type Command, Option } from "commander";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import type { Network } from "../network.ts";

/** Options that locate blobs. */
export interface BlobFlags {
  readonly beacon?: readonly string[];
  readonly blobArchive?: readonly string[];
}

const VARIABLE = "CAIRN_BEACON_URLS";

/** Adds `--beacon` and `--blob-archive`. */
export function addBlobOptions(command: Command): Command {
  const group = "Blobs:";
  return command
    .addOption(
      new Option("--beacon <urls...>", `beacon APIs that may have the blobs of batches (${VARIABLE})`).helpGroup(group),
    )
    .addOption(
      new Option(
        "--blob-archive <files...>",
        "batch archives, or folders of them, also on a web server, to take blobs from that no beacon API has",
      ).helpGroup(group),
    );
}

/**
 * Where the blobs of batches come from: beacon APIs, then archives. A development chain answers for both itself. Throws
 * `cli/usage`, and as the network's parts.
 */
export async function blobAccess(context: Context, flags: BlobFlags, network: Network): Promise<BlobAccess> {
  const isDevelopment = DEV_CHAIN_IDS.includes(await network.chainId());
  const named = flags.beacon ?? listIn(context.terminal.env[VARIABLE]);
  const urls = named.length === 0 && isDevelopment ? [network.l1RpcUrl()] : named;
  const archives = (flags.blobArchive ?? []).map((place) => (isWebPlace(place) ? place : resolve(place)));
  const sources: BlobSource[] = urls.map((url) =>
    createBeaconSource({ url: beaconUrl(url), ...(isDevelopment ? { slots: { type: "number" } } : {}) }),
  );
  if (archives.length > 0) sources.push(createArchiveBlobSource(archives));
  const { createBlobKzg } = await import("@cairn/blobs");
  const onProblem = ({ source, type, message }: BlobProblem): void => {
    if (type === "wrong") context.output.progress(`${source} ${message}`);
  };
  return { sources, kzg: createBlobKzg(), onProblem };
}

function listIn(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,]+/).filter((url) => url !== "");
}

function beaconUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw cliError("cli/usage", `--beacon is not an http or https URL: ${redactUrl(text)}`);
}
