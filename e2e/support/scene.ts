import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sign } from "@cairn/crypto";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import { type PostgresServer, shareTestPostgres, startPostgres } from "@cairn/db/testing";
import { devNodeSettings } from "@cairn/devnet";
import { rollupDomain } from "@cairn/l1";
import type { TestCrypto } from "@cairn/testkit";
import type { Proofs } from "./commands.ts";
import { createHolders, type Holders } from "./holders.ts";
import { type L1, type L1Options, startL1 } from "./l1.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { type NodeProcess, type SpawnOptions, spawnNode } from "./node-process.ts";
import { CACHE_DIR } from "./places.ts";

type Env = Readonly<Record<string, string>>;

/** An L1 with a rollup, a folder for a node's data, node processes, and a ledger of promises. */
export interface Scene {
  readonly l1: L1;
  readonly holders: Holders;
  readonly ledger: Ledger;
  readonly crypto: TestCrypto;
  /** With real ones every batch is a block. */
  readonly proofs: Proofs;
  /** The scene's own folder; the node's data is in `data` below it. */
  readonly dir: string;
  /** The database server that only this scene uses, null when there is none. */
  readonly postgres: PostgresServer | null;
  /** Owner whose accounts take the fees; null when transactions are free. */
  readonly feeOwner: bigint | null;
  /** The environment of a node of this scene, with overrides. */
  readonly env: (change?: Env) => Env;
  /** Starts a process without waiting for it; once it has started, `api` returns its API. */
  readonly spawn: (change?: Env, options?: Omit<SpawnOptions, "env" | "proofs">) => NodeProcess;
  /** As `spawn`, but waits until it has started. */
  readonly start: (change?: Env, options?: Omit<SpawnOptions, "env" | "proofs">) => Promise<NodeProcess>;
  /** The setting that gives another node a database of its own: none when databases are in the data directories. */
  readonly ownDatabase: () => Promise<Env>;
  /** API of the node started last. */
  readonly api: () => string;
  /** An unused L1 address. */
  readonly newRecipient: () => bigint;
  readonly recipients: () => readonly bigint[];
  /** Ends every process and deletes the folder. */
  readonly stop: () => Promise<void>;
}

/** Options of {@link openScene}. */
export interface SceneOptions extends L1Options {
  /**
   * A server, by default shared with other scenes; in `npm run test:all` by default the database embedded in the node's
   * data directory, which starts slowly.
   */
  readonly database?: "embedded" | "server" | "own server";
  /** By default stand-in proofs, but real ones in `npm run test:all`. */
  readonly proofs?: Proofs;
  readonly env?: Env;
  readonly feeOwner?: bigint;
}

/** `npm run test:all`. */
export const RUNS_ALL = process.env.CAIRN_TEST_ALL !== undefined;
/** The default of scenes: stand-in proofs, but real ones in `npm run test:all`. */
export const DEFAULT_PROOFS: Proofs = RUNS_ALL ? "real" : "stand-in";
const DEFAULT_DATABASE = RUNS_ALL ? "embedded" : "server";
/** Batches of up to six blocks, so that trees of proofs have merges, and of fewer when less happens. */
const SEVERAL_BLOCKS: Env = { CAIRN_BATCH_BLOCKS: "6", CAIRN_BATCH_SECONDS: "3" };
const FIRST_RECIPIENT = 0xfee1_dead_0000_0000_0000_0000_0000_0000_0001_0000n;

/** Sets a scene up; no node runs yet. */
export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const { proofs = DEFAULT_PROOFS, database = DEFAULT_DATABASE } = options;
  const [l1, compress, { verify }] = await Promise.all([
    startL1({ ...options, proofs }),
    createFastCompress(),
    createFastSignatureVerifier(),
  ]);
  const dir = mkdtempSync(join(tmpdir(), "cairn-e2e-"));
  mkdirSync(join(dir, "tmp"));
  const postgres = database === "own server" ? await startPostgres() : null;
  const shared = database === "server" ? await shareTestPostgres() : null;
  const ownDatabase = async (): Promise<Env> => {
    const url = await (postgres ?? shared)?.createDatabase();
    return url === undefined ? {} : { DATABASE_URL: url };
  };
  const mainDatabase = await ownDatabase();
  const crypto: TestCrypto = {
    compress,
    sign: (message, { secretKey }) => sign(message, secretKey, compress),
    verify,
  };
  const domain = rollupDomain(l1.rollup);
  const processes: NodeProcess[] = [];
  const recipients: bigint[] = [];
  let api = "http://127.0.0.1:1";

  const env = (change: Env = {}): Env => ({
    TMPDIR: join(dir, "tmp"),
    ...devNodeSettings({
      rollup: l1.rollup,
      rpcUrl: l1.proxy.url,
      slots: 16,
      cacheDir: CACHE_DIR,
      dataDir: join(dir, "data"),
    }),
    ...(proofs === "stand-in" ? SEVERAL_BLOCKS : {}),
    CAIRN_L1_POLL_MS: "200",
    CAIRN_BLOCK_TIME_MS: "800",
    CAIRN_FEE_OPERATOR_PERCENT: "-100",
    // A proof with lower priority than other tests may never end.
    CAIRN_PROVER_NICE: "0",
    CAIRN_LOG_LEVEL: "info",
    ...mainDatabase,
    ...options.env,
    ...change,
  });

  const spawn: Scene["spawn"] = (change, spawnOptions) => {
    const child = spawnNode({ ...spawnOptions, proofs, env: env(change) });
    processes.push(child);
    child.started.then(
      (urls) => {
        api = urls.api ?? api;
      },
      () => undefined,
    );
    return child;
  };

  return {
    l1,
    holders: createHolders(l1, crypto),
    ledger: createLedger(domain, compress),
    crypto,
    proofs,
    dir,
    postgres,
    feeOwner: options.feeOwner ?? null,
    env,
    spawn,
    start: async (change, spawnOptions) => {
      const child = spawn(change, spawnOptions);
      await child.started;
      return child;
    },
    ownDatabase,
    api: () => api,
    newRecipient: () => {
      const recipient = FIRST_RECIPIENT + BigInt(recipients.length);
      recipients.push(recipient);
      return recipient;
    },
    recipients: () => recipients,
    stop: async () => {
      await Promise.all(processes.filter((child) => child.isRunning()).map((child) => child.kill()));
      await postgres?.stop();
      await shared?.stop();
      await l1.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
