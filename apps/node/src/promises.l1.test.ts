import { createTestDatabases } from "@cairn/db/testing";
import { rollupDomain } from "@cairn/l1";
import { encodeFloat16, encodeFloat40, type L2Transaction, tokenId } from "@cairn/protocol";
import { signedTransactionToJson } from "@cairn/rpc";
import { DEFAULT_VALIDITY_SECONDS } from "@cairn/sdk";
import { type Person, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clientOf, createL1Scene, type L1Scene, type ProveSolo, proveNothing } from "../test/l1-scene.ts";
import { call } from "../test/node-harness.ts";
import { REBUILD_AGE_SECONDS } from "./block-rules.ts";
import type { CairnNode } from "./node.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 120_000, interval: 200 };
/** Eight blocks at a time until a proof has been seen. */
const LIMITS = { CAIRN_EXPECTED_BLOCK_SECONDS: "500", CAIRN_MAX_WAIT_SECONDS: "4000", CAIRN_BLOCK_TIME_MS: "100" };

describe("drill: provers too slow for the load, for hours of L1's time", () => {
  let scene: L1Scene;
  let node: CairnNode;
  let alice: Person;
  let bob: Person;
  const held = Promise.withResolvers<void>();
  const prove: ProveSolo = async (...args) => {
    const { signal } = args[2] ?? {};
    const abort = new Promise<void>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
    abort.catch(() => undefined);
    await Promise.race([held.promise, abort]);
    return proveNothing(...args);
  };
  const client = () => clientOf(node, scene);
  const l1Seconds = async () => Number((await scene.harness.devnet.rollup.reader.getBlock()).timestamp);
  const submit = async (nonce: number) => {
    const transaction: L2Transaction = {
      type: "transfer",
      from: (await client().index(alice)) as L2Transaction["from"],
      to: (await client().index(bob)) as L2Transaction["from"],
      toOwner: bob.owner,
      toKey: bob.key,
      nonce,
      tokenId: tokenId(0),
      amount: encodeFloat40(1000n),
      fee: encodeFloat16(0n),
      validFrom: 0,
      validUntil: (await l1Seconds()) + DEFAULT_VALIDITY_SECONDS,
      reference: 0n,
      link: null,
    };
    const signed = signTransaction(transaction, alice, rollupDomain(scene.harness.devnet.rollup), REAL_CRYPTO);
    return call(node, "submit", { body: { transactions: [signedTransactionToJson(signed)] } });
  };
  const statuses = (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await client().transaction(id)).status));
  const typesOf = async (id: string) => (await client().transaction(id)).history.map(({ type }) => type);
  const readiness = async () => (await call(node, "ready")).value;

  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    node = await scene.begin("operator", LIMITS, prove);
    alice = await scene.harness.deposit(1, ETHER);
    bob = await scene.harness.deposit(2, ETHER);
    await vi.waitFor(async () => expect(await client().index(bob)).toBe(65), WAIT);
  });
  afterAll(() => scene.stop());

  it("loses nothing confirmed, refuses the rest with a waiting time, and finishes once proofs come", async () => {
    const ids: string[] = [];
    let refused: Awaited<ReturnType<typeof submit>> | null = null;
    for (let nonce = 0; refused === null && nonce < 200; nonce++) {
      const answer = await submit(nonce);
      const [taken] = answer.status === 200 ? answer.value.transactions : [];
      if (taken === undefined) refused = answer;
      else {
        ids.push(taken.id);
        await expect.poll(() => typesOf(taken.id), WAIT).toContain("sealed");
      }
    }
    expect(refused).toMatchObject({
      status: 429,
      value: { error: { code: "overloaded", details: { reason: "lagging", limitSeconds: 4000 } } },
    });
    const details: unknown = Reflect.get(Reflect.get(refused?.value ?? {}, "error") ?? {}, "details");
    expect(details).toMatchObject({ expectedSeconds: expect.any(Number), retryAfterSeconds: expect.any(Number) });
    expect(ids.length).toBeGreaterThan(3);
    const [first = ""] = ids;
    // No prover gets to work for almost twelve hours.
    for (const round of [1, 2]) {
      await scene.warp(REBUILD_AGE_SECONDS + 100);
      const rebuilt = async () => (await typesOf(first)).filter((type) => type === "requeued").length;
      await expect.poll(rebuilt, WAIT).toBe(round);
      await expect.poll(() => statuses(ids), WAIT).toEqual(ids.map(() => "confirmed"));
    }
    await scene.warp(REBUILD_AGE_SECONDS - 300);
    await expect.poll(readiness, WAIT).toMatchObject({ isReady: false, parts: { promises: { isReady: false } } });
    expect((await submit(ids.length)).status).toBe(429);
    held.resolve();
    await vi.waitFor(async () => {
      await scene.warp(12);
      expect(await statuses(ids)).toEqual(ids.map(() => "final"));
    }, WAIT);
    for (const id of ids) {
      const steps = (await client().transaction(id)).history.filter(({ type }) => /confirmed|requeued/.test(type));
      expect(steps.map(({ type }) => type)).toEqual(["confirmed", "requeued", "confirmed", "requeued", "confirmed"]);
      expect(steps.filter(({ type }) => type === "confirmed").every(({ details }) => "block" in details)).toBe(true);
    }
    await expect.poll(readiness, WAIT).toMatchObject({ parts: { promises: { isReady: true } } });
  });
});
