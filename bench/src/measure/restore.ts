import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Compress } from "@cairn/crypto";
import { FIRST_ACCOUNT_INDEX, type SoloSize } from "@cairn/protocol";
import {
  createArchive,
  createRebuilder,
  followPublishedBatch,
  openRestoredState,
  type PublishedBatch,
  type RestoreOptions,
  type RollupIdentity,
  restoreRollup,
} from "@cairn/restore";
import { createMemoryStore, genesisRoot, type KeyValueChange, type KeyValueStore } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import { type Sample, summarise } from "../sample.ts";
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
  /** Decoded batches, replayed and checked except for the root; nothing is hashed into the tree or written. */
  readonly replay: Sample;
}

const IDENTITY: RollupIdentity = DOMAIN;

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
    const folder = await mkdtemp(join(tmpdir(), "cairn-bench-"));
    try {
      reports.push({
        slots,
        accounts,
        transfers,
        ...(await measureHistory(history, { compress, folder, transfers, runs })),
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return reports;
}

interface Run {
  readonly compress: Compress;
  readonly folder: string;
  readonly transfers: number;
  readonly runs: number;
}

async function measureHistory(
  { deposits, transfers }: PublishedHistory,
  { compress, folder, transfers: count, runs }: Run,
): Promise<Pick<RestoreReport, "archive" | "rpc" | "calldata" | "memory" | "replay">> {
  const genesis = genesisPosition(genesisRoot(compress));
  const funded = positionAfter(genesis, deposits, compress);
  const opening = await archived(join(folder, "deposits"), deposits, genesis, compress);
  const archive = await archived(join(folder, "transfers"), transfers, funded, compress);
  const published = [...deposits.slice(-1), ...transfers];
  const queueTail = funded.nextIndex - FIRST_ACCOUNT_INDEX;
  const counts = { batchCount: deposits.length + transfers.length, queueTail };
  const opened = createMemoryL1(IDENTITY, deposits.slice(-1), { batchCount: deposits.length, queueTail }, deposits);
  const rollup = createMemoryL1(IDENTITY, published, counts, deposits);
  const rpc = await startRpcL1(IDENTITY, published, counts, deposits);
  // Every run begins with the deposits. They are restored once, and their records copied.
  const changes: KeyValueChange[] = [];
  const first = recording(createMemoryStore(), changes);
  await restoreRollup({ store: first, compress, rollup: opened, archives: [opening] });
  const path = join(folder, "funded");
  const funds = createLmdbStore({ path });
  funds.write(changes);
  await funds.close();
  let stores = 0;
  const lmdb = async (): Promise<KeyValueStore> => {
    const copy = join(folder, `store ${stores++}`);
    await cp(path, copy, { recursive: true });
    return createLmdbStore({ path: copy });
  };
  const memory = async (): Promise<KeyValueStore> => {
    const store = createMemoryStore();
    store.write(changes);
    return store;
  };

  /** Seconds that a restoration takes on a store that already has the deposits. */
  const seconds = async (store: KeyValueStore, options: Partial<RestoreOptions>): Promise<number> => {
    const startMs = performance.now();
    await restoreRollup({ store, compress, rollup: null, ...options });
    const passed = (performance.now() - startMs) / 1000;
    await store.close();
    return passed;
  };
  const rate = async (run: () => Promise<number>): Promise<Sample> => {
    const rates: number[] = [];
    for (let i = 0; i <= runs; i++) {
      const passed = await run();
      if (i > 0) rates.push(count / passed);
    }
    return summarise(rates);
  };
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
      rpc: await rate(async () => seconds(await lmdb(), { rollup: rpc.rollup })),
      archive: await rate(async () => seconds(await lmdb(), { archives: [archive] })),
      calldata: await rate(async () => seconds(await lmdb(), { rollup })),
      memory: await rate(async () => seconds(await memory(), { archives: [archive] })),
      replay: await rate(replaySeconds),
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
      store.write(written);
      // One by one: they are too many for the arguments of a call.
      for (const change of written) changes.push(change);
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
