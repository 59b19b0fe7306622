import { resolve } from "node:path";
import { createFastCompress } from "@cairn/crypto/fast";
import type { L1HeadTag } from "@cairn/l1";
import { bigintToAddress, bigintToHex, redactUrls } from "@cairn/protocol";
import { isWebPlace } from "@cairn/restore";
import { type ArchiveSummary, archiveRollup, verifyArchive } from "@cairn/restore/node";
import { Option } from "commander";
import type { CommonOptions, Context } from "../context.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { type CommandResult, table } from "../output.ts";
import { addBlobOptions, type BlobFlags, blobAccess } from "../restored/blobs.ts";
import { openL1Access } from "../restored/session.ts";

/** `cairn archive`: files with all batches of a rollup, as published on L1. */
export function addArchiveCommand({ program, run }: Host): void {
  const archive = program.command("archive").description("write and check files of everything that a rollup published");

  const write = archive
    .command("write")
    .description("write all batches from L1 into a file, or add new ones; the state is not rebuilt")
    .argument("<file>", "the archive; continued if it exists")
    .addOption(
      new Option("--head <tag>", "which head of L1 to use")
        .choices(["latest", "safe", "finalized"])
        .default("finalized"),
    );
  addNetworkOptions(addBlobOptions(write));
  addExamples(write, "cairn archive write batches.cairn", "cairn archive write batches.cairn --head latest");
  run(write, writeFile);

  const verify = archive
    .command("verify")
    .description(
      "check every byte of a file and, on L1, that the contract committed to each of its batches and to the history they lead to",
    )
    .argument("<file>", "the archive, also on a web server")
    .option("--offline", "check the file only against itself");
  addNetworkOptions(verify);
  addExamples(verify, "cairn archive verify batches.cairn", "cairn archive verify batches.cairn --offline --json");
  run(verify, verifyFile);
}

async function writeFile(
  context: Context,
  flags: { readonly head: L1HeadTag } & BlobFlags & CommonOptions,
  file: string,
): Promise<CommandResult> {
  const network = context.network();
  const access = await openL1Access(network, context.signal);
  const path = resolve(file);
  const summary = await archiveRollup(access, {
    path,
    compress: await createFastCompress(),
    blobs: await blobAccess(context, flags, network),
    head: flags.head,
    onProgress: ({ batch, batchCount }) => context.output.progress(`archived batch ${batch} of ${batchCount}`),
  });
  const checked = `up to L1 block ${summary.l1.block}; the contract committed to every batch and to the history they lead to`;
  return tell(path, summary, checked);
}

async function verifyFile(
  context: Context,
  { offline }: { readonly offline?: boolean } & CommonOptions,
  file: string,
): Promise<CommandResult> {
  const path = isWebPlace(file) ? file : resolve(file);
  const compress = await createFastCompress();
  if (offline === true) {
    const summary = await verifyArchive(path, { compress, access: null });
    return tell(path, summary, "digests, order and chains; NOT that the contract committed to the batches");
  }
  const access = await openL1Access(context.network(), context.signal);
  const checked = "digests, order, chains, and that the contract committed to every batch and the history they lead to";
  return tell(path, await verifyArchive(path, { compress, access }), checked);
}

function tell(place: string, { identity, start, end }: ArchiveSummary, checked: string): CommandResult {
  const path = redactUrls(place);
  const data = {
    path,
    chainId: Number(identity.chainId),
    rollup: bigintToAddress(identity.rollup),
    firstBatch: start.batch + 1,
    lastBatch: end.batch,
    root: bigintToHex(end.root, 32),
    checked,
  };
  const count = end.batch - start.batch;
  const text = table([
    ["archive", path],
    ["rollup", `${data.rollup} on chain ${data.chainId}`],
    ["batches", count === 0 ? `none after ${start.batch}` : `${data.firstBatch} … ${data.lastBatch}`],
    ["root", data.root],
    ["checked", checked],
  ]);
  return { data, text };
}
