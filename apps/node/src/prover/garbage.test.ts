import { createTestDatabases } from "@cairn/db/testing";
import type { Person } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf, createL1Scene, type L1Scene, type ProveSolo, proveNothing } from "../../test/l1-scene.ts";
import { call } from "../../test/node-harness.ts";
import type { CairnNode } from "../node.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 50_000, interval: 100 };
const TOKEN = "admin of the test";

describe("a prover that produces garbage", () => {
  let scene: L1Scene;
  let node: CairnNode;
  let alice: Person;
  let bob: Person;
  let prove: ProveSolo = proveNothing;
  let made = 0;
  const admin = async (path: string, method = "GET") => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await fetch(new URL(path, node.urls().admin ?? ""), { method, headers });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<"active" | "jobs" | "rejected", readonly Record<string, unknown>[]>;
  };
  const send = async (nonce: number) => {
    const { transactions } = await clientOf(node, scene).transfer(alice, bob, nonce);
    return transactions[0]?.id ?? "";
  };
  const statusOf = async (id: string) => (await clientOf(node, scene).transaction(id)).status;

  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    const change = { CAIRN_ADMIN_PORT: "0", CAIRN_ADMIN_TOKEN: TOKEN, CAIRN_PROOF_RETRIES: "1" };
    node = await scene.begin("operator", change, (...args) => {
      made++;
      return prove(...args);
    });
    alice = await scene.harness.deposit(1, ETHER);
    bob = await scene.harness.deposit(2, ETHER);
  });
  afterAll(() => scene.stop());

  it("is retried, then its work is set aside with what it produced, and resumed on request", async () => {
    await expect.poll(() => clientOf(node, scene).index(bob), WAIT).toBe(65);
    const newest = async () => (await call(node, "blocks", { query: { limit: "1" } })).value.blocks[0]?.status;
    await expect.poll(newest, WAIT).toBe("final");
    const { lastBlock } = await scene.onChain();
    await scene.setVerifier(false);
    made = 0;
    const id = await send(0);
    await expect.poll(async () => (await admin("/v1/proofs/poisoned")).rejected.length, WAIT).toBe(3);
    const [evidence] = (await admin("/v1/proofs/poisoned")).rejected;
    expect(evidence).toMatchObject({
      proof: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      details: { prover: expect.stringContaining("process") },
    });
    expect((await scene.onChain()).lastBlock).toBe(lastBlock);
    expect(await statusOf(id)).toBe("confirmed");
    expect(made).toBe(3);
    await scene.setVerifier(true);
    await admin("/v1/proofs/retry", "POST");
    await expect.poll(() => statusOf(id), WAIT).toBe("final");
    expect(made).toBe(4);
  });

  it("cannot get proofs of other statements, or empty or endless ones, into the database", async () => {
    const wrong = {
      proof: new Uint8Array(10),
      publicInputs: [5n],
      witnessSeconds: 0,
      proveSeconds: 0,
      proverPeakBytes: null,
    };
    const answers = [wrong, { ...wrong, proof: new Uint8Array() }];
    prove = async (...args) => {
      const { publicInputs } = await proveNothing(...args);
      const next = answers.shift();
      if (next === undefined) return { ...wrong, publicInputs, proof: new Uint8Array(100_000) };
      return next === wrong ? wrong : { ...next, publicInputs };
    };
    const id = await send(1);
    await expect.poll(async () => (await admin("/v1/proofs/poisoned")).jobs.length, WAIT).toBe(1);
    const [job] = (await admin("/v1/proofs/poisoned")).jobs;
    expect(job).toMatchObject({ evidence: { code: "node/proof-rejected", details: { retries: 1 } } });
    expect(answers).toEqual([]);
    prove = proveNothing;
    await admin("/v1/proofs/retry", "POST");
    await expect.poll(() => statusOf(id), WAIT).toBe("final");
  });

  it("shows what it is working on to the operator and to Prometheus", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    prove = async (...args) => {
      await held;
      return proveNothing(...args);
    };
    const id = await send(2);
    await expect
      .poll(async () => (await admin("/v1/proofs/poisoned")).active, WAIT)
      .toMatchObject([{ stage: "proof" }]);
    expect(await admin("/v1/proofs/poisoned")).toMatchObject({ queue: { waiting: 0, active: 1 } });
    const [progress] = (await admin("/v1/proofs/poisoned")).active;
    expect(progress).toEqual({
      proof: expect.any(Number),
      firstBlock: expect.any(Number),
      circuit: "solo16",
      stage: "proof",
      startedAtMs: expect.any(Number),
    });
    const metrics = await (await fetch(new URL("/metrics", node.urls().metrics ?? ""))).text();
    expect(metrics).toContain('cairn_proofs_active{stage="proof"} 1');
    expect(metrics).toContain('cairn_proofs_active{stage="witness"} 0');
    expect(metrics).toContain("cairn_proof_jobs_waiting 0");
    expect(Number(/^cairn_proof_oldest_active_seconds (.+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
    release();
    await expect.poll(() => statusOf(id), WAIT).toBe("final");
    expect((await admin("/v1/proofs/poisoned")).active).toEqual([]);
  });
});
