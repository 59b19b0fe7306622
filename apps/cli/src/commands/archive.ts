import { resolve } from "node:path";
import { createFastCompress } from "@cairn/crypto/fast";
import type { L1HeadTag } from "@cairn/l1";
import { bigintToAddress, bigintToHex } from "@cairn/protocol";
import { type ArchiveSummary, archiveRollup, verifyArchive } from "@cairn/restore";
import { Option } from "commander";
import type { CommonOptions, Context } from "../context.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { type CommandResult, table } from "../output.ts";
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
  addNetworkOptions(write);
  addExamples(write, "cairn archive write batches.cairn", "cairn archive write batches.cairn --head latest");
  run(write, writeFile);

  const verify = archive
    .command("verify")
    .description(
      "check every byte of a file and, on L1, that the contract committed to each of its batches and has the queue that they lead to",
    )
    .argument("<file>", "the archive")
    .option("--offline", "check the file only against itself");
  addNetworkOptions(verify);
  addExamples(verify, "cairn archive verify batches.cairn", "cairn archive verify batches.cairn --offline --json");
  run(verify, verifyFile);
}

async function writeFile(
  context: Context,
  { head }: { readonly head: L1HeadTag } & CommonOptions,
  file: string,
): Promise<CommandResult> {
  const access = await openL1Access(context.network(), context.signal);
  const path = resolve(file);
  const summary = await archiveRollup(access, {
    path,
    compress: await createFastCompress(),
    head,
    onProgress: ({ batch, batchCount }) => context.output.progress(`archived batch ${batch} of ${batchCount}`),
  });
  const checked = `up to L1 block ${summary.l1.block}; the contract committed to every batch and has its queue entries`;
  return tell(path, summary, checked);
}

async function verifyFile(
  context: Context,
  { offline }: { readonly offline?: boolean } & CommonOptions,
  file: string,
): Promise<CommandResult> {
  const path = resolve(file);
  if (offline === true) {
    const summary = await verifyArchive(path, null);
    return tell(
      path,
      summary,
      "hashes and order; NOT that the contract committed to the batches and has their queue entries",
    );
  }
  const access = await openL1Access(context.network(), context.signal);
  const checked = "hashes, order, and that the contract committed to every batch and has its queue entries";
  return tell(path, await verifyArchive(path, access), checked);
}

function tell(path: string, { identity, start, end }: ArchiveSummary, checked: string): CommandResult {
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
