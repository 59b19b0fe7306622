import { rollupAbi } from "@cairn/contracts";
import { createTestDatabases } from "@cairn/db/testing";
import { requestWithdraw, sendToRollup } from "@cairn/l1";
import { accountIndex } from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import { encodeFunctionData } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type Client,
  clientOf,
  createL1Scene,
  type L1Scene,
  type ProveSolo,
  proveNothing,
} from "../../test/l1-scene.ts";
import { call } from "../../test/node-harness.ts";
import type { CairnNode } from "../node.ts";

const ETHER = 10n ** 18n;
const HOUR = 3600;
const WAIT = { timeout: 40_000, interval: 100 };

describe("a rollup with several submitters", () => {
  let scene: L1Scene;
  let operator: CairnNode;
  let stranger: CairnNode;
  let alice: Person;
  let bob: Person;
  let gate = Promise.resolve();
  const prove: ProveSolo = async (...args) => {
    await gate;
    return proveNothing(...args);
  };
  const at = (node: CairnNode): Client => clientOf(node, scene);
  const idOf = ({ transactions: [first] }: { transactions: { id: string }[] }): string => first?.id ?? "";
  const statusOf = async (node: CairnNode, id: string) => (await at(node).transaction(id)).status;
  const agreesWithL1 = (node: CairnNode) =>
    vi.waitFor(async () => {
      const [chain, own] = [await scene.onChain(), await at(node).rollup()];
      expect([own.root, own.lastProvenBlock]).toEqual([chain.root, chain.lastBlock]);
    }, WAIT);
  const stateOf = async (node: CairnNode) => (await call(node, "ready")).value.parts.publisher?.state;
  const asStranger = () => ({ CAIRN_PUBLISHER_KEY: scene.keyOf(9) });

  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    operator = await scene.begin("operator", {}, prove);
    alice = await scene.harness.deposit(1, ETHER);
    bob = await scene.harness.deposit(2, ETHER);
  });
  afterAll(() => scene.stop());

  it("has a history that an empty node does not join by accident", async () => {
    await expect.poll(() => at(operator).index(bob), WAIT).toBe(65);
    const first = idOf(await at(operator).transfer(alice, bob, 0));
    await expect.poll(() => statusOf(operator, first), WAIT).toBe("final");
    const second = idOf(await at(operator).withdraw(alice, 1, 0xbeefn, 5n));
    await expect.poll(() => statusOf(operator, second), WAIT).toBe("final");
    await expect(scene.begin("stranger", asStranger())).rejects.toMatchObject({
      code: "node/needs-restore",
      message: expect.stringContaining("--restore"),
    });
  });

  it("is rebuilt from L1 alone, history included, marked as such", async () => {
    stranger = await scene.begin("stranger", { ...asStranger(), CAIRN_RESTORE: "true" });
    await agreesWithL1(stranger);
    const { value } = await call(stranger, "blocks", { query: { limit: "100" } });
    const { value: theirs } = await call(operator, "blocks", { query: { limit: "100" } });
    const kept = ({
      number,
      oldRoot,
      newRoot,
      cells,
      chains,
      l1Operations,
      transactions,
      timestamp,
    }: (typeof value.blocks)[number]) => ({
      number,
      oldRoot,
      newRoot,
      cells,
      chains,
      l1Operations,
      transactions,
      timestamp,
    });
    expect(value.blocks.map(kept)).toEqual(theirs.blocks.filter(({ status }) => status !== "open").map(kept));
    expect(value.blocks.every(({ origin, status }) => origin === "l1" && status !== "sealed")).toBe(true);
    const point = async (node: CairnNode) => (await call(node, "batch", { params: { firstBlock: "1" } })).value.point;
    expect(await point(stranger)).toBe(await point(operator));
    const payouts = async (node: CairnNode) => (await call(node, "payouts", { query: {} })).value.payouts;
    await expect.poll(() => payouts(stranger), WAIT).toMatchObject([{ amount: "5", status: "paid" }]);
    expect(await at(stranger).balance(bob)).toBe(await at(operator).balance(bob));
  });

  it("is followed while the operator works, without others pretending to", async () => {
    const { lastBlock } = await scene.onChain();
    await at(operator).transfer(alice, bob, 2);
    await expect.poll(async () => (await scene.onChain()).lastBlock, WAIT).toBeGreaterThan(lastBlock);
    await agreesWithL1(stranger);
    expect(await stateOf(stranger)).toMatch(/^closed/);
    await vi.waitFor(() => expect(at(stranger).transfer(alice, bob, 3)).rejects.toThrow(/503.*another operator/), WAIT);
  });

  it("is continued by a stranger when the operator is gone: queue first, then users' transactions", async () => {
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    const unsent = idOf(await at(operator).transfer(alice, bob, 3));
    await expect.poll(async () => (await at(operator).rollup()).lastBlock, WAIT).toBeGreaterThan(2);
    held.resolve();
    await operator.stop();
    const { lastBlock } = await scene.onChain();
    await requestWithdraw(scene.harness.devnet.rollup, scene.harness.devnet.wallet(2), accountIndex(65));
    await scene.warp(7 * HOUR);
    await expect.poll(async () => (await scene.onChain()).lastBlock, WAIT).toBeGreaterThan(lastBlock);
    await agreesWithL1(stranger);
    expect(await at(stranger).balance(bob)).toBe(0n);
    operator = await scene.begin("operator", {}, prove);
    await expect.poll(() => statusOf(operator, unsent), WAIT).toBe("final");
    const history = (await at(operator).transaction(unsent)).history.map(({ type }) => type);
    expect(history).toContain("requeued");
    await agreesWithL1(operator);
    await agreesWithL1(stranger);
  });

  it("loses no transaction that two nodes have and one of them brings to L1", async () => {
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    await requestWithdraw(scene.harness.devnet.rollup, scene.harness.devnet.wallet(2), accountIndex(65));
    await expect
      .poll(async () => (await call(operator, "queue", { query: { from: "0" } })).value.entries.length, WAIT)
      .toBe(4);
    // The operator has two with one nonce; L1 gets the one that was replaced here.
    const replaced = idOf(await at(operator).transfer(alice, bob, 5, 2000n));
    const replacement = idOf(await at(operator).transfer(alice, bob, 5, 3000n, 1n));
    const shared = idOf(await at(operator).transfer(alice, bob, 4));
    const own = idOf(await at(operator).transfer(alice, bob, 6));
    await scene.warp(7 * HOUR);
    const { lastBlock } = await scene.onChain();
    await vi.waitFor(() => at(stranger).transfer(alice, bob, 5, 2000n), WAIT);
    await at(stranger).transfer(alice, bob, 4);
    await expect.poll(async () => (await scene.onChain()).lastBlock, WAIT).toBeGreaterThan(lastBlock);
    held.resolve();
    await expect.poll(() => statusOf(operator, shared), WAIT).toBe("final");
    expect((await at(operator).transaction(shared)).history.map(({ type }) => type)).toContain("adopted");
    await expect.poll(() => statusOf(operator, own), WAIT).toBe("final");
    expect(await statusOf(operator, replaced)).toBe("final");
    expect(await statusOf(operator, replacement)).toBe("rejected");
    await agreesWithL1(operator);
    await agreesWithL1(stranger);
  });

  it("stops visibly when it is frozen", async () => {
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    await stranger.stop();
    await requestWithdraw(scene.harness.devnet.rollup, scene.harness.devnet.wallet(2), accountIndex(65));
    await scene.warp(8 * 24 * HOUR);
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "freeze" });
    await sendToRollup(scene.harness.devnet.rollup, scene.harness.devnet.wallet(3), { name: "freeze", data });
    await expect.poll(() => stateOf(operator), WAIT).toMatch(/^frozen/);
    held.resolve();
    let nonce = 6;
    await vi.waitFor(() => expect(at(operator).transfer(alice, bob, nonce++)).rejects.toThrow(/503.*frozen/), WAIT);
    expect((await call(operator, "ready")).status).toBe(503);
  });
});
