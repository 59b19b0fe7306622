import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createFastCompress } from "@cairn/crypto/fast";
import { connectToL1, createL1Access, type L1Access, type L1Block, rollupAt } from "@cairn/l1";
import { bigintToAddress } from "@cairn/protocol";
import { type RestoredState, type RestoreProgress, restoreRollup } from "@cairn/restore";
import type { KeyValueStore } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { type Command, Option } from "commander";
import type { Context } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { cliError } from "../errors.ts";
import type { Network } from "../network.ts";
import { cairnHome } from "../terminal.ts";
import { addBlobOptions, type BlobFlags, blobAccess } from "./blobs.ts";

/** Long, because hashing may delay reading an answer that has arrived. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Options of commands that use a restored state. */
export interface StateFlags extends BlobFlags {
  readonly state?: string;
}

/** A state restored from L1 alone, up to date with L1. */
export interface RestoredSession {
  readonly network: Network;
  readonly access: L1Access;
  readonly restored: RestoredState;
  /** L1 block at which the contract has this state. */
  readonly head: L1Block;
  /** Folder of the state. */
  readonly path: string;
}

/** Adds `--state`, and where blobs come from. */
export function addStateOption(command: Command): Command {
  addBlobOptions(command);
  return command.addOption(
    new Option("--state <dir>", "folder of the restored state (CAIRN_STATE, ~/.cairn/restored/CHAIN-ROLLUP)").helpGroup(
      "Restored state:",
    ),
  );
}

/** Folder of the restored state: the given one, or the rollup's default. Throws as the network's parts. */
export async function stateDir({ terminal }: Context, flags: StateFlags, network: Network): Promise<string> {
  const named = flags.state ?? (terminal.env.CAIRN_STATE || undefined);
  if (named !== undefined) return resolve(named);
  const { chainId, rollup } = await network.domain();
  return join(cairnHome(terminal), "restored", `${chainId}-${bigintToAddress(rollup)}`);
}

/** The rollup on an L1 that serves the expected chain, read with long time-outs. Throws as the network's parts. */
export async function openL1Access(network: Network, signal?: AbortSignal): Promise<L1Access> {
  // Checks the chain and that there is a rollup.
  await network.l1();
  const rollup = rollupAt(await connectToL1(network.l1RpcUrl(), { timeoutMs: REQUEST_TIMEOUT_MS }), network.rollup());
  return createL1Access(rollup, signal === undefined ? {} : { signal });
}

/**
 * Opens the store in a folder, created if missing, and closes it at the end. Throws `state/store-locked` while it is in
 * use.
 */
export async function withStore<T>(path: string, work: (store: KeyValueStore) => Promise<T>): Promise<T> {
  mkdirSync(path, { recursive: true });
  const store = createLmdbStore({ path });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * Brings the restored state to L1's head, from scratch if there is none yet, and works on it. Throws as
 * {@link openL1Access}, {@link withStore} and `restoreRollup`.
 */
export async function withRestored<T>(
  context: Context,
  flags: StateFlags,
  work: (session: RestoredSession) => Promise<T>,
): Promise<T> {
  const network = context.network();
  const access = await openL1Access(network);
  const path = await stateDir(context, flags, network);
  return withStore(path, async (store) => {
    const { restored, head } = await restoreRollup({
      store,
      compress: await createFastCompress(),
      rollup: access.rollup,
      blobs: await blobAccess(context, flags, network),
      signal: context.signal,
      onProgress: (progress) => reportProgress(context, progress),
    });
    if (head === null) throw cliError("cli/not-configured", "a restored state without L1 is useless here");
    return work({ network, access, restored, head, path });
  });
}

/** Reports the progress of a restoration; nothing until something was read. */
export function reportProgress({ output }: Context, progress: RestoreProgress): void {
  const { source, batch, batchCount, transactionsPerSecond, etaSeconds } = progress;
  if (batch === 0) return;
  const of = batchCount === null ? "" : ` of ${batchCount}`;
  const left = etaSeconds === null || etaSeconds < 1 ? "" : `, ${formatDuration(etaSeconds)} left`;
  const from = source === "l1" ? "L1" : "the archive";
  output.progress(
    `restored batch ${batch}${of} from ${from}, ${Math.round(transactionsPerSecond)} transactions/s${left}`,
  );
}
