import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findBatch, openDatabase, storeProof } from "@cairn/db";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  childrenOf,
  isAlive,
  type NodeProcess,
  openScene,
  type Population,
  pay,
  populate,
  readApi,
  readMetric,
  type Scene,
} from "../support/index.ts";

const WAIT = { timeout: 120_000, interval: 100 };
const HOOK = pathToFileURL(join(import.meta.dirname, "../support/lying-bb-hook.ts")).href;
const ADMIN_TOKEN = "known to the operator only";

describe("provers on a PostgreSQL server, each in its own process", () => {
  let scene: Scene;
  let node: NodeProcess;
  let people: Population;

  /** A prover that is only given the database; its first proofs can be forged. */
  const startProver = (...lies: readonly string[]): Promise<NodeProcess> =>
    scene.start({
      CAIRN_ROLES: "prover",
      CAIRN_CHAIN_ID: "",
      CAIRN_ROLLUP: "",
      CAIRN_PUBLISHER_KEY: "",
      CAIRN_L1_RPC_URL: "http://127.0.0.1:1",
      ...(lies.length === 0 ? {} : { NODE_OPTIONS: `--import=${HOOK}`, CAIRN_E2E_LIES: lies.join() }),
    });
  const admin = async (method: "GET" | "POST", path: string): Promise<unknown> => {
    const { admin: url } = await node.started;
    const response = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    return response.json();
  };
  const badProofs = () => readMetric(node, "cairn_bad_proofs_total");
  const proving = (prover: NodeProcess) => childrenOf(prover.pid).find(({ command }) => / prove /.test(command));
  const newestBatch = async () => (await readApi(scene.api(), "batches", { query: { limit: "1" } })).batches[0];

  /** Waits for jobs that have used up their tries. */
  const setAside = () =>
    vi.waitUntil(async () => {
      const answer = (await admin("GET", "/v1/proofs/poisoned")) as { readonly jobs: readonly object[] };
      return answer.jobs.length > 0 && answer.jobs;
    }, WAIT);

  beforeAll(async () => {
    scene = await openScene({
      proofs: "real",
      database: "server",
      env: { CAIRN_PROVER_HEARTBEAT_SECONDS: "10", CAIRN_PROOF_RETRIES: "1" },
    });
    people = await populate(scene, {
      CAIRN_ROLES: "sequencer,watcher,publisher,api",
      CAIRN_ADMIN_PORT: "0",
      CAIRN_ADMIN_TOKEN: ADMIN_TOKEN,
    });
    node = people.node;
  });
  afterAll(() => scene?.stop());

  it("one is killed in the middle of a proof, and another takes over", async () => {
    await pay(scene, people);
    const prover = await startProver();
    const bb = await vi.waitUntil(() => proving(prover), WAIT);
    await prover.kill();
    await vi.waitFor(() => expect(isAlive(bb.pid), "bb without its prover").toBe(false), WAIT);
    const other = await startProver();
    expect((await audit(scene)).payouts).toBe(1);
    await other.kill("SIGTERM");
  });

  it("one returns garbage, someone writes garbage into the database, and none of it reaches L1", async () => {
    const submissions = () => scene.l1.proxy.broadcasts().filter(({ purpose }) => purpose === "submitBatch").length;
    const before = submissions();
    await pay(scene, people);
    const liar = await startProver("noise", "flip");
    await vi.waitFor(async () => expect(await badProofs()).toBe(1), WAIT);
    await liar.kill("SIGTERM");
    const batch = await newestBatch();
    const database = await openDatabase({ type: "server", url: scene.env().DATABASE_URL ?? "" });
    for (const bad of [2, 3]) {
      const id = (await findBatch(database.db, batch?.firstBlock ?? 0))?.proofId ?? 0;
      expect(await storeProof(database.db, id, { proof: randomBytes(8480), details: {}, atMs: 0 })).toBe(true);
      await vi.waitFor(async () => expect(await badProofs()).toBe(bad), WAIT);
    }
    await database.close();
    // As far as the node knows, verifier and circuit do not match: it requests no more proofs until the operator says
    // so.
    await vi.waitFor(async () => expect(await readMetric(node, "cairn_proofs_set_aside")).toBe(1), WAIT);
    expect([(await newestBatch())?.status, submissions()]).toEqual(["waiting", before]);
    await admin("POST", "/v1/proofs/retry");
    const honest = await startProver();
    await audit(scene);
    expect((await honest.kill("SIGTERM")).code).toBe(0);
  });

  it("one fails until its job is set aside with the evidence, and the operator requeues it", async () => {
    await pay(scene, people);
    const failing = await startProver("fail", "nothing", "die", "empty");
    const evidence = [await setAside()];
    expect(await admin("POST", "/v1/proofs/retry")).toEqual({ retried: 1 });
    evidence.push(await setAside());
    for (const jobs of evidence) expect(JSON.stringify(jobs)).toMatch(/no such file|something else than requested/);
    expect(await admin("POST", "/v1/proofs/retry")).toEqual({ retried: 1 });
    await audit(scene);
    expect((await failing.kill("SIGTERM")).code).toBe(0);
  });
});
