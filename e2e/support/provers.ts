import { setTimeout as delay } from "node:timers/promises";
import { createJobQueue, type Database, loadProofs, openDatabase, type StoredProof } from "@cairn/db";
import type { NodeProcess } from "./node-process.ts";
import type { Scene } from "./scene.ts";

const LOOK_MS = 50;
const HEARTBEAT_SECONDS = 10;
/** Of a process that only proves: it needs the database alone. */
const PROVER_ONLY = {
  CAIRN_ROLES: "prover",
  CAIRN_CHAIN_ID: "",
  CAIRN_ROLLUP: "",
  CAIRN_PUBLISHER_KEY: "",
  CAIRN_L1_RPC_URL: "http://127.0.0.1:1",
};
/** Of a node that leaves proofs to other processes, whose jobs are taken over soon after they die. */
export const WITHOUT_PROVER = {
  CAIRN_ROLES: "sequencer,watcher,publisher,api",
  CAIRN_PROVER_HEARTBEAT_SECONDS: String(HEARTBEAT_SECONDS),
};

/** Starts processes that only prove, on the database of a scene that has a server. */
export function startProvers(scene: Scene, count: number): Promise<NodeProcess[]> {
  return Promise.all(Array.from({ length: count }, () => scene.start(PROVER_ONLY)));
}

/** The proofs of a scene's database, as they come and go. */
export interface ProofWatch {
  /** Reads them now. */
  readonly look: () => Promise<readonly StoredProof[]>;
  /** Each as it was last seen, by id: rows go when their blocks are final or dropped. */
  readonly seen: () => ReadonlyMap<number, StoredProof>;
  /** Ids of the last look. */
  readonly there: () => ReadonlySet<number>;
  /** Jobs that nobody has ended. */
  readonly jobs: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Watches the proofs of a scene that has a server, at short intervals. */
export async function watchProofs(scene: Scene): Promise<ProofWatch> {
  const database = await openDatabase({ type: "server", url: scene.env().DATABASE_URL ?? "" });
  const seen = new Map<number, StoredProof>();
  let there: ReadonlySet<number> = new Set();
  let isStopped = false;
  const look = async (): Promise<readonly StoredProof[]> => {
    const proofs = await loadProofs(database.db, 1, Number.MAX_SAFE_INTEGER);
    for (const proof of proofs) seen.set(proof.id, proof);
    there = new Set(proofs.map(({ id }) => id));
    return proofs;
  };
  const watching = (async () => {
    while (!isStopped) {
      await look();
      await delay(LOOK_MS);
    }
  })();
  return {
    look,
    seen: () => seen,
    there: () => there,
    jobs: () => countJobs(database),
    stop: async () => {
      isStopped = true;
      await watching;
      await database.close();
    },
  };
}

async function countJobs(database: Database): Promise<number> {
  const settings = { retryLimit: 0, heartbeatSeconds: HEARTBEAT_SECONDS, expireInSeconds: 60 };
  const jobs = await createJobQueue(database, { existing: "keep", ...settings, onError: () => undefined });
  try {
    const { waiting, active } = await jobs.counts();
    return waiting + active;
  } finally {
    await jobs.stop();
  }
}
