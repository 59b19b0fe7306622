import { createTestDatabases } from "@cairn/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createL1Scene, type L1Scene, proveNothing } from "../../test/l1-scene.ts";
import { call } from "../../test/node-harness.ts";
import { wordHex } from "../json.ts";
import type { CairnNode } from "../node.ts";
import { PROOF_MEMORY_MB } from "./memory.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 30_000, interval: 100 };
const TOKEN = "admin of the test";

describe("a prover that makes several proofs at a time", () => {
  let scene: L1Scene;
  let node: CairnNode;
  /** Completes the proof of a point. */
  const releases = new Map<string, () => void>();
  const statuses = async () => {
    const { batches } = (await call(node, "batches")).value;
    return batches.map(({ firstBlock, status }) => [firstBlock, status]).sort();
  };
  const active = async (): Promise<readonly Record<string, unknown>[]> => {
    const url = new URL("/v1/proofs/poisoned", node.urls().admin ?? "");
    const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(response.status).toBe(200);
    return ((await response.json()) as { active: Record<string, unknown>[] }).active;
  };
  const release = async (firstBlock: number) => {
    const { value } = await call(node, "batch", { params: { firstBlock: String(firstBlock) } });
    releases.get(value.point ?? "")?.();
  };

  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    const change = {
      CAIRN_ROLES: "sequencer,watcher,prover,api",
      CAIRN_PROVERS: "2",
      CAIRN_PROVER_MEMORY_MB: String(2 * PROOF_MEMORY_MB.solo16),
      CAIRN_ADMIN_PORT: "0",
      CAIRN_ADMIN_TOKEN: TOKEN,
    };
    // A publisher says who submits; it is gone before there is anything to submit.
    const { stop } = await scene.begin("operator");
    await stop();
    node = await scene.begin("operator", change, async (...args) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      releases.set(wordHex(args[1].binding.point), resolve);
      await promise;
      return proveNothing(...args);
    });
  });
  afterAll(async () => {
    for (const resolve of releases.values()) resolve();
    await scene.stop();
  });

  it("works on two blocks at once, and stores their proofs in whatever order they are made", async () => {
    await scene.harness.deposit(1, ETHER);
    await expect.poll(statuses, WAIT).toEqual([[1, "waiting"]]);
    await scene.harness.deposit(2, ETHER);
    await expect.poll(active, WAIT).toMatchObject([
      { firstBlock: 1, stage: "proof" },
      { firstBlock: 2, stage: "proof" },
    ]);
    expect(releases.size).toBe(2);
    await release(2);
    await expect.poll(statuses, WAIT).toEqual([
      [1, "waiting"],
      [2, "ready"],
    ]);
    await expect.poll(active, WAIT).toMatchObject([{ firstBlock: 1, stage: "proof" }]);
    await release(1);
    await expect.poll(statuses, WAIT).toEqual([
      [1, "ready"],
      [2, "ready"],
    ]);
    await expect.poll(active, WAIT).toEqual([]);
  });
});
