import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CompiledContract, rollupAbi } from "@cairn/contracts";
import { type Database, loadProofs, openDatabase, type StoredProof } from "@cairn/db";
import { type PostgresServer, startPostgres } from "@cairn/db/testing";
import { type DevRollup, devNodeSettings, startDevRollup } from "@cairn/devnet";
import { depositEth } from "@cairn/l1";
import { accountIndex, addressToBigint, blockCapacity, CairnError } from "@cairn/protocol";
import { personOf } from "@cairn/testkit";
import { type BatchCircuits, prepareCircuits } from "../batch/circuits.ts";
import { planTree } from "../batch/tree.ts";
import type { BenchErrorCode } from "../errors.ts";
import { type RunningProcess, startNode, startProcess } from "../node/node-process.ts";
import type { ProversTime } from "./figures.ts";

/** Blocks of the batch: two merges of four blocks, and the last proof. */
export const BLOCKS = 8;
export const SLOTS = 16;
const DEPOSIT_WEI = 10n ** 18n;
const OWNERS = 8;
const TIMEOUT_MS = 3_600_000;
const LOOK_MS = 200;

/** Called with a sentence after each step. */
type Say = (message: string) => void;

/**
 * Lets so many prover processes on one PostgreSQL prove one batch of {@link BLOCKS} blocks, which a node has closed before they
 * start, until L1 has accepted it. Throws `bench/node-failed`, and as devnet, database and circuits do.
 *
 * @example const { seconds } = await measureProvers(2, cacheDir, console.error);
 */
export async function measureProvers(provers: number, cacheDir: string, say: Say): Promise<ProversTime> {
  const verifiers = await prepareVerifiers(cacheDir);
  const endings: (() => Promise<unknown>)[] = [];
  try {
    const folder = await mkdtemp(join(cacheDir, "bench-provers-"));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    const devnet = await startDevnet(cacheDir, verifiers);
    endings.push(devnet.stop);
    const postgres = await startPostgres();
    endings.push(postgres.stop);
    const settings = await settingsOf({ devnet, cacheDir, folder, postgres });
    await depositForBlocks(devnet);
    const node = await startNode({ ...settings, ...WITHOUT_PROVER }, join(cacheDir, "bench-provers-node.log"), []);
    endings.push(node.stop);
    const database = await openDatabase({ type: "server", url: settings.DATABASE_URL ?? "" });
    endings.push(database.close);
    await untilPlanned(database);
    say(`${BLOCKS} blocks are sealed and their batch is planned; ${provers} provers start`);
    for (let i = 0; i < provers; i++) {
      const prover = await startProver(settings, join(cacheDir, `bench-prover-${i}.log`));
      endings.push(prover.stop);
    }
    const time = timeOf(await untilMade(database, say));
    await untilAccepted(devnet);
    return { provers, ...time };
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

/** What the proofs of a batch took, by the times that their provers wrote down. */
export function timeOf(proofs: readonly StoredProof[]): Omit<ProversTime, "provers"> {
  const spans = proofs.map(({ startedAtMs, madeAtMs }) => {
    if (startedAtMs === null || madeAtMs === null) throw new RangeError("a proof was not made");
    return { startedAtMs, madeAtMs };
  });
  const made = new Map<string | null, number>();
  for (const { prover } of proofs) made.set(prover, (made.get(prover) ?? 0) + 1);
  const [first, last] = [
    Math.min(...spans.map(({ startedAtMs }) => startedAtMs)),
    Math.max(...spans.map(({ madeAtMs }) => madeAtMs)),
  ];
  return {
    seconds: (last - first) / 1000,
    proofSeconds: spans.reduce((sum, { startedAtMs, madeAtMs }) => sum + (madeAtMs - startedAtMs) / 1000, 0),
    made: [...made.values()].sort((a, b) => b - a),
  };
}

const WITHOUT_PROVER = { CAIRN_ROLES: "sequencer,watcher,publisher,api" };
/** It needs the database alone. */
const PROVER_ONLY = { CAIRN_ROLES: "prover", CAIRN_CHAIN_ID: "", CAIRN_ROLLUP: "", CAIRN_PUBLISHER_KEY: "" };

/** Verifiers of every batch that a node may close on the way to the one that is measured. */
async function prepareVerifiers(cacheDir: string): Promise<BatchCircuits["verifiers"]> {
  const trees = new Map(
    Array.from({ length: BLOCKS - 1 }, (_, i) => planTree(i + 2)).map((tree) => [tree.circuit, tree]),
  );
  const verifiers: (readonly [string, CompiledContract])[] = [];
  for (const tree of [...trees.values(), planTree(BLOCKS)]) {
    verifiers.push(...(await prepareCircuits(tree, SLOTS, cacheDir)).verifiers);
  }
  return new Map(verifiers);
}

function startDevnet(cacheDir: string, verifiers: BatchCircuits["verifiers"]): Promise<DevRollup> {
  return startDevRollup({
    cacheDir,
    sizes: [SLOTS],
    isBatching: true,
    verifierOf: (circuit) => {
      const verifier = verifiers.get(circuit);
      if (verifier === undefined) throw new RangeError(`no verifier of ${circuit}`);
      return verifier;
    },
  });
}

async function settingsOf(places: {
  readonly devnet: DevRollup;
  readonly cacheDir: string;
  readonly folder: string;
  readonly postgres: PostgresServer;
}): Promise<Readonly<Record<string, string>>> {
  const { devnet, cacheDir, folder, postgres } = places;
  return {
    ...devNodeSettings({ ...devnet, slots: SLOTS, cacheDir, dataDir: join(folder, "data") }),
    DATABASE_URL: await postgres.createDatabase(),
    CAIRN_BATCH_BLOCKS: String(BLOCKS),
    CAIRN_BATCH_SECONDS: "3600",
    CAIRN_BLOCK_TIME_MS: "100",
    CAIRN_DATA_SOURCE: "calldata",
    CAIRN_PROVER_NICE: "0",
    CAIRN_FEE_OPERATOR_PERCENT: "-100",
  };
}

/** Deposits that fill exactly the blocks of the batch. */
async function depositForBlocks({ rollup, wallet }: DevRollup): Promise<void> {
  for (let i = 0; i < BLOCKS * blockCapacity(SLOTS); i++) {
    const payer = wallet(1 + (i % OWNERS));
    const owner = addressToBigint(payer.account.address);
    await depositEth(rollup, payer, DEPOSIT_WEI, { owner, index: accountIndex(0), key: personOf(`prover ${i}`).key });
  }
}

async function startProver(settings: Readonly<Record<string, string>>, logFile: string): Promise<RunningProcess> {
  return startProcess({ ...settings, ...PROVER_ONLY }, logFile, []);
}

/** Waits until the proof that L1 verifies is planned, and with it those below it. */
async function untilPlanned({ db }: Database): Promise<void> {
  await until("the batch was not closed", async () => {
    const proofs = await loadProofs(db, 1, BLOCKS);
    return proofs.some(({ firstBlock, lastBlock }) => firstBlock === 1 && lastBlock === BLOCKS) || null;
  });
}

/** Waits until all proofs are made. */
function untilMade({ db }: Database, say: Say): Promise<readonly StoredProof[]> {
  let told = 0;
  return until("the proofs were not made", async () => {
    const proofs = await loadProofs(db, 1, BLOCKS);
    const made = proofs.filter(({ state }) => state === "made").length;
    if (made > told) say(`${made} of ${proofs.length} proofs`);
    told = made;
    return made > 0 && made === proofs.length ? proofs : null;
  });
}

async function untilAccepted({ rollup }: DevRollup): Promise<void> {
  const { address, reader } = rollup;
  await until("L1 did not accept the batch", async () => {
    const { batchCount } = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
    return batchCount > 0n || null;
  });
}

async function until<T>(failure: string, look: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new CairnError<BenchErrorCode>("bench/node-failed", failure);
    await delay(LOOK_MS);
  }
}
