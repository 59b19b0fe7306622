import { resolve } from "node:path";
import { createFastCompress } from "@cairn/crypto/fast";
import { connectToL1, createL1Access, type L1HeadTag, rollupAt } from "@cairn/l1";
import { bigintToHex, FIRST_ACCOUNT_INDEX, redactUrls } from "@cairn/protocol";
import { confirmState, isWebPlace, type RestoreResult } from "@cairn/restore";
import { archiveFiles, restoreFromFiles } from "@cairn/restore/node";
import { Option } from "commander";
import type { CommonOptions, Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { type CommandResult, table } from "../output.ts";
import { blobAccess } from "../restored/blobs.ts";
import {
  addStateOption,
  openL1Access,
  reportProgress,
  type StateFlags,
  stateDir,
  withStore,
} from "../restored/session.ts";

interface RestoreFlags extends StateFlags {
  readonly archive?: readonly string[];
  readonly writeArchive?: string;
  readonly head: L1HeadTag;
  readonly checkEveryBatch?: boolean;
  readonly offline?: boolean;
  readonly secondL1?: string;
}

/** `cairn restore`: the whole state from L1 alone. */
export function addRestoreCommand({ program, run }: Host): void {
  const command = program
    .command("restore")
    .description("rebuild the whole state from L1 alone, or continue where an earlier run was interrupted")
    .option(
      "--archive <files...>",
      "batch archives, or folders of a node's archives, also on a web server, to read before L1, in this order",
    )
    .option("--write-archive <file>", "also write all batches after the state's position into a batch archive")
    .addOption(
      new Option("--head <tag>", "which head of L1 to use").choices(["latest", "safe", "finalized"]).default("latest"),
    )
    .option("--check-every-batch", "compare the root after each batch: slow, but identifies a wrong one")
    .option("--second-l1 <url>", "another L1 node that must agree on the result")
    .option("--offline", "read only archives; nothing is compared with the contract");
  addNetworkOptions(addStateOption(command));
  addExamples(
    command,
    "cairn restore",
    "cairn restore --l1 https://l1.example --rollup 0x5FbDB2315678afecb367f032d93F642f64180aa3 --write-archive batches.cairn",
    "cairn restore --archive batches.cairn",
    "cairn restore --archive https://archives.example/cairn",
  );
  run(command, restore);
}

async function restore(context: Context, flags: RestoreFlags & CommonOptions): Promise<CommandResult> {
  const { archive = [], writeArchive, head, checkEveryBatch, offline, secondL1 } = flags;
  const isOffline = offline === true;
  if (isOffline && secondL1 !== undefined)
    throw cliError("cli/usage", "--second-l1 cannot confirm anything with --offline");
  if (isOffline && archive.length === 0) throw cliError("cli/usage", "--offline needs --archive");
  const network = context.network();
  const rollup = isOffline ? null : (await openL1Access(network)).rollup;
  const path = await stateDir(context, flags, network);
  context.output.progress(`state in ${path}`);
  return withStore(path, async (store) => {
    const result = await restoreFromFiles({
      store,
      compress: await createFastCompress(),
      rollup,
      archives: await filesOf(archive),
      archiveTo: writeArchive === undefined ? null : resolve(writeArchive),
      head,
      checkEveryBatch: checkEveryBatch === true,
      ...(isOffline ? {} : { blobs: await blobAccess(context, flags, network) }),
      signal: context.signal,
      onProgress: (progress) => reportProgress(context, progress),
    });
    if (secondL1 !== undefined) await confirm(result, secondL1, network.rollup(), await network.chainId());
    const isConfirmed = secondL1 !== undefined;
    return tell(path, result, { isConfirmed, archive: writeArchive === undefined ? null : resolve(writeArchive) });
  });
}

/** The archives that are named, or that are in folders that are named. */
async function filesOf(named: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(named.map((name) => archiveFiles([isWebPlace(name) ? name : resolve(name)])));
  const empty = lists.findIndex((files) => files.length === 0);
  if (empty >= 0) throw cliError("cli/usage", `${redactUrls(named[empty] ?? "")} contains no batch archives of a node`);
  return lists.flat();
}

async function confirm({ restored }: RestoreResult, url: string, rollup: string, chainId: number): Promise<void> {
  const reader = await connectToL1(url);
  if (reader.chain.id !== chainId) {
    throw cliError("cli/wrong-chain", `${url} serves chain ${reader.chain.id}, expected ${chainId}`);
  }
  await confirmState(restored, createL1Access(rollupAt(reader, rollup)));
}

function tell(
  path: string,
  { restored, position, head, totals }: RestoreResult,
  { archive, isConfirmed }: { readonly archive: string | null; readonly isConfirmed: boolean },
): CommandResult {
  const { batch, block, root, nextIndex, queuePosition } = position;
  const transactions = totals.transfers + totals.withdrawals;
  const transactionsPerSecond = totals.seconds === 0 ? 0 : transactions / totals.seconds;
  const waitingEntries = head === null ? null : restored.waiting().length;
  const data = {
    path,
    batch,
    block,
    root: bigintToHex(root, 32),
    nextIndex,
    accounts: nextIndex - FIRST_ACCOUNT_INDEX,
    queuePosition,
    waitingEntries,
    l1Block: head?.block ?? null,
    l1BlockHash: head?.hash ?? null,
    isConfirmed,
    archive,
    totals,
    transactionsPerSecond,
  };
  const text = table([
    ["state", `batch ${batch}, root ${data.root}`],
    ["accounts", String(data.accounts)],
    [
      "compared",
      head === null
        ? "NOT with the contract: without L1 only hashes and roots of the archives were checked"
        : `with the contract at L1 block ${head.block}: every batch, root, history, queue${isConfirmed ? "; the second L1 node agrees" : ""}`,
    ],
    ...(waitingEntries === null ? [] : [["waiting", `${waitingEntries} queue entries`]]),
    [
      "this run",
      `${totals.batches} batches, ${transactions} transactions, ${totals.l1Operations} L1 operations in ${totals.seconds.toFixed(1)} s (${Math.round(transactionsPerSecond)} transactions/s)`,
    ],
    ...(archive === null ? [] : [["archive", archive]]),
    ["folder", path],
  ]);
  return { data, text };
}
