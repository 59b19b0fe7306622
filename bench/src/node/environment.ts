import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { startPostgres } from "@cairn/db/testing";
import { type DevRollup, devNodeSettings, startDevRollup } from "@cairn/devnet";
import type { SoloSize } from "@cairn/protocol";
import { type NodeProcess, startNode } from "./node-process.ts";

/** Where the node under load keeps its database. */
export type BenchDatabase =
  | { readonly type: "embedded" }
  /** A server started for the benchmark. */
  | { readonly type: "postgres" }
  | { readonly type: "url"; readonly url: string };

/** How the node under load is started. */
export interface EnvironmentOptions {
  readonly cacheDir: string;
  readonly slots: SoloSize;
  readonly database: BenchDatabase;
  readonly isProving: boolean;
  /** Settings of the node that override the benchmark's. */
  readonly settings: Readonly<Record<string, string>>;
  /** Flags of V8 and Node itself. */
  readonly nodeFlags: readonly string[];
}

/** An L1 with a rollup, and a node on it. */
export interface BenchEnvironment {
  readonly devnet: DevRollup;
  readonly node: NodeProcess;
  /** Ends everything and removes the node's data. */
  readonly stop: () => Promise<void>;
}

/** Percent that the node adds to L1 cost, so that transfers pay fees as in production. */
const FEE_PERCENT = "10";

/** Starts L1, contracts, database and node, on the disk of the cache directory. Throws as its parts do. */
export async function startEnvironment(options: EnvironmentOptions): Promise<BenchEnvironment> {
  const endings: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings.reverse()) await end();
  };
  try {
    const folder = await mkdtemp(join(options.cacheDir, "bench-node-"));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    const devnet = await startDevRollup({ cacheDir: options.cacheDir, sizes: [options.slots] });
    endings.push(devnet.stop);
    const databaseUrl = await openDatabase(options.database, endings);
    const settings = {
      ...nodeSettings(options, devnet, join(folder, "data")),
      ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
      ...options.settings,
    };
    const node = await startNode(settings, join(options.cacheDir, "bench-node.log"), options.nodeFlags);
    endings.push(node.stop);
    return { devnet, node, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openDatabase(database: BenchDatabase, endings: (() => Promise<void>)[]): Promise<string | null> {
  if (database.type === "embedded") return null;
  if (database.type === "url") return database.url;
  const server = await startPostgres();
  endings.push(server.stop);
  return server.createDatabase();
}

function nodeSettings(
  { cacheDir, slots, isProving }: EnvironmentOptions,
  devnet: DevRollup,
  dataDir: string,
): Record<string, string> {
  return {
    CAIRN_ROLES: isProving ? "sequencer,watcher,prover,publisher,api" : "sequencer,watcher,api",
    ...devNodeSettings({ ...devnet, slots, cacheDir, dataDir }),
    CAIRN_L1_POLL_MS: "500",
    CAIRN_BLOCK_TIME_MS: "2000",
    // The benchmark measures how much the node can take, not how much it may promise on behalf of its provers.
    CAIRN_EXPECTED_BLOCK_SECONDS: "1",
    CAIRN_FEE_OWNER: devnet.wallet(0).account.address,
    CAIRN_FEE_OPERATOR_PERCENT: FEE_PERCENT,
  };
}
