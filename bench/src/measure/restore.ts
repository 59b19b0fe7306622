import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBlobKzg } from "@cairn/blobs";
import type { Compress } from "@cairn/crypto";
import { FIRST_ACCOUNT_INDEX, type SoloSize } from "@cairn/protocol";
import {
  createRebuilder,
  followPublishedBatch,
  openRestoredState,
  type PublishedBatch,
  type RollupIdentity,
} from "@cairn/restore";
import {
  createArchive,
  createArchiveBlobSource,
  type RestoreFilesOptions,
  restoreFromFiles,
} from "@cairn/restore/node";
import { createMemoryStore, genesisRoot, type KeyValueChange, type KeyValueStore } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import { type Sample, summarise } from "../sample.ts";
import { inBlobs } from "../workload/blob-history.ts";
import { createFastCrypto } from "../workload/crypto.ts";
import { createMemoryL1 } from "../workload/memory-l1.ts";
import { DOMAIN } from "../workload/memory-rollup.ts";
import { createPublishedHistory, type PublishedHistory } from "../workload/published-history.ts";
import { startRpcL1 } from "../workload/rpc-l1.ts";

/** Transfers restored per second, by source. */
export interface RestoreReport {
  readonly slots: SoloSize;
  readonly accounts: number;
  readonly transfers: number;
  /** From a file into LMDB. */
  readonly archive: Sample;
  /** From a JSON-RPC server on this machine into LMDB. */
  readonly rpc: Sample;
  /** From calldata in memory into LMDB. */
  readonly calldata: Sample;
  /** From a file into memory. */
  readonly memory: Sample;
  /** As {@link RestoreReport.recurring}, of batches in blobs; earlier reports lack it. */
  readonly blobs?: BlobRestoreReport;
  /** From a file into LMDB, of a history in which each account takes part {@link RECURRENCES} times; earlier reports lack it. */
  readonly recurring?: Sample;
  /** Decoded batches, replayed and checked except for the root; nothing is hashed into the tree or written. */
  readonly replay: Sample;
}

/** Transfers of batches in blobs restored per second. */
export interface BlobRestoreReport {
  /** From a file that has all of them. */
  readonly archive: Sample;
  /** From calldata in memory, with blobs made from the cells in a file and checked against their commitments. */
  readonly calldata: Sample;
}

const IDENTITY: RollupIdentity = DOMAIN;
/** Transfers in which an account takes part, where accounts recur. */
export const RECURRENCES = 16;

/** Times restorations of blocks that hold a transfer in every slot. */
export async function measureRestore(options: {
  readonly sizes: readonly SoloSize[];
  readonly isQuick: boolean;
}): Promise<RestoreReport[]> {
  const { isQuick } = options;
  const { compress } = await createFastCrypto();
  const [accounts, transfers, runs] = isQuick ? [2048, 1024, 1] : [65_536, 32_768, 3];
  const reports: RestoreReport[] = [];
  for (const slots of options.sizes) {
    const history = createPublishedHistory({ slots, accounts, transfers, compress });
    const measured = await inFolder((folder) => measureHistory(history, { compress, folder, transfers, runs }));
    const fewer = createPublishedHistory({ slots, accounts: accounts / RECURRENCES, transfers, compress });
    const recurring = await inFolder((folder) => measureRecurring(fewer, { compress, folder, transfers, runs }));
    reports.push({ slots, accounts, transfers, ...measured, ...recurring });
  }
  return reports;
}

interface Run {
  readonly compress: Compress;
  readonly folder: string;
  readonly transfers: number;
  readonly runs: number;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The state after the deposits, with which every run begins. */
interface Funded {
  readonly position: ChainPosition;
  /** A file with the transfers. */
  readonly archive: string;
  /** New stores with these records. */
  readonly lmdb: () => Promise<KeyValueStore>;
  readonly memory: () => Promise<KeyValueStore>;
}

async function fund({ deposits, transfers }: PublishedHistory, { compress, folder }: Run): Promise<Funded> {
  const genesis = genesisPosition(genesisRoot(compress));
  const position = positionAfter(genesis, deposits, compress);
  const opening = await archived(join(folder, "deposits"), deposits, genesis, compress);
  const archive = await archived(join(folder, "transfers"), transfers, position, compress);
  const opened = createMemoryL1(IDENTITY, deposits.slice(-1), countsOf(position, deposits.length), deposits);
  // The deposits are restored once, and their records copied.
  const changes: KeyValueChange[] = [];
  const first = recording(createMemoryStore(), changes);
  await restoreFromFiles({ store: first, compress, rollup: opened, archives: [opening] });
  const path = join(folder, "funded");
  const funds = createLmdbStore({ path });
  funds.write(changes);
  await funds.close();
  let stores = 0;
  return {
    position,
    archive,
    lmdb: async () => {
      const copy = join(folder, `store ${stores++}`);
      await cp(path, copy, { recursive: true });
      return createLmdbStore({ path: copy });
    },
    memory: async () => {
      const store = createMemoryStore();
      store.write(changes);
      return store;
    },
  };
}

function countsOf({ nextIndex }: ChainPosition, batchCount: number): { batchCount: number; queueTail: number } {
  return { batchCount, queueTail: nextIndex - FIRST_ACCOUNT_INDEX };
}

/** Seconds that a restoration takes on a store that already has the deposits. */
async function restoreSeconds(store: KeyValueStore, options: Omit<RestoreFilesOptions, "store">): Promise<number> {
  const startMs = performance.now();
  await restoreFromFiles({ store, ...options });
  const passed = (performance.now() - startMs) / 1000;
  await store.close();
  return passed;
}

/** Transfers per second, over several runs after one that is not counted. */
async function rate({ transfers, runs }: Run, run: () => Promise<number>): Promise<Sample> {
  const rates: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const passed = await run();
    if (i > 0) rates.push(transfers / passed);
  }
  return summarise(rates);
}

async function measureRecurring(
  history: PublishedHistory,
  run: Run,
): Promise<Required<Pick<RestoreReport, "recurring" | "blobs">>> {
  const { compress, folder } = run;
  const { deposits } = history;
  const { lmdb, archive, position } = await fund(history, run);
  const recurring = await rate(run, async () => restoreSeconds(await lmdb(), fromFile(archive, run)));
  const kzg = createBlobKzg();
  const batches = inBlobs(position, history.transfers, { compress, kzg });
  const path = await archived(join(folder, "blobs"), batches, position, compress);
  const counts = countsOf(position, deposits.length + batches.length);
  const rollup = createMemoryL1(IDENTITY, [...deposits.slice(-1), ...batches], counts, deposits);
  const blobs = { sources: [createArchiveBlobSource([path])], kzg };
  return {
    recurring,
    blobs: {
      archive: await rate(run, async () => restoreSeconds(await lmdb(), fromFile(path, run))),
      calldata: await rate(run, async () => restoreSeconds(await lmdb(), { compress, rollup, blobs })),
    },
  };
}

function fromFile(archive: string, { compress }: Run): Omit<RestoreFilesOptions, "store"> {
  return { compress, rollup: null, archives: [archive] };
}

async function measureHistory(
  history: PublishedHistory,
  run: Run,
): Promise<Pick<RestoreReport, "archive" | "rpc" | "calldata" | "memory" | "replay">> {
  const { deposits, transfers } = history;
  const { compress } = run;
  const { position, archive, lmdb, memory } = await fund(history, run);
  const published = [...deposits.slice(-1), ...transfers];
  const counts = countsOf(position, deposits.length + transfers.length);
  const rollup = createMemoryL1(IDENTITY, published, counts, deposits);
  const rpc = await startRpcL1(IDENTITY, published, counts, deposits);
  const fromL1 = { compress, rollup };
  const fromArchive = fromFile(archive, run);
  const replaySeconds = async (): Promise<number> => {
    const restored = openRestoredState({ store: createMemoryStore(), compress, identity: IDENTITY });
    const rebuilder = createRebuilder(restored);
    for (const batch of deposits) rebuilder.add(batch);
    const startMs = performance.now();
    for (const batch of transfers) rebuilder.add(batch);
    return (performance.now() - startMs) / 1000;
  };
  try {
    return {
      rpc: await rate(run, async () => restoreSeconds(await lmdb(), { compress, rollup: rpc.rollup })),
      archive: await rate(run, async () => restoreSeconds(await lmdb(), fromArchive)),
      calldata: await rate(run, async () => restoreSeconds(await lmdb(), fromL1)),
      memory: await rate(run, async () => restoreSeconds(await memory(), fromArchive)),
      replay: await rate(run, replaySeconds),
    };
  } finally {
    await rpc.stop();
  }
}

/** The store, which also notes all changes. */
function recording(store: KeyValueStore, changes: KeyValueChange[]): KeyValueStore {
  return {
    ...store,
    write: (written) => {
      const all = [...written];
      store.write(all);
      // One by one: they are too many for the arguments of a call.
      for (const change of all) changes.push(change);
    },
  };
}

function positionAfter(start: ChainPosition, batches: readonly PublishedBatch[], compress: Compress): ChainPosition {
  return batches.reduce((position, batch) => followPublishedBatch(position, batch, compress).position, start);
}

async function archived(
  path: string,
  batches: readonly PublishedBatch[],
  start: ChainPosition,
  compress: Compress,
): Promise<string> {
  const writer = await createArchive(path, IDENTITY, start);
  let position = start;
  for (const batch of batches) {
    ({ position } = followPublishedBatch(position, batch, compress));
    await writer.append(batch, position.chains);
  }
  await writer.finish(null);
  return path;
}
