import { readFileSync } from "node:fs";
import { rollupAbi } from "@cairn/contracts";
import { createTestClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALICE, lyingL1, type Scene, startScene } from "../test/scene.ts";
import { ESCAPE_GAS, readEscapeLadder, readExitReadiness } from "./index.ts";

describe("an account's way out", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene?.stop());

  const parameters = () => {
    const { reader, address } = scene.rollup.rollup;
    return reader.readContract({ address, abi: rollupAbi, functionName: "parameters" });
  };
  const passTo = async (timestamp: number): Promise<void> => {
    const { reader } = scene.rollup.rollup;
    const client = createTestClient({
      mode: "anvil",
      chain: reader.chain,
      transport: http(scene.rollup.devnet.rpcUrl),
    });
    await client.setNextBlockTimestamp({ timestamp: BigInt(timestamp) });
    await client.mine({ blocks: 1 });
  };
  const ready = () => readExitReadiness(scene.l1, { index: ALICE });

  it("is healthy, then idle, then overdue, each from the second on that the contract says", async () => {
    expect(await ready()).toMatchObject({ stage: "healthy", oldestEnqueuedAt: null, freezableAt: null });
    await scene.rollup.deposit(1, 5n);
    const { inclusionDelay, operatorIdleDelay, freezeDelay } = await parameters();
    const { reader, address } = scene.rollup.rollup;
    const first = await ready();
    const { oldestEnqueuedAt: since, idleAt, overdueAt, freezableAt, queueFeeWei } = first;
    expect(since).toBe(Number((await reader.getBlock()).timestamp));
    expect(first).toMatchObject({ stage: "healthy", isSubmissionOpen: false, isFrozen: false });
    expect([idleAt, overdueAt, freezableAt]).toEqual(
      [operatorIdleDelay, inclusionDelay, freezeDelay].map((delay) => Number(since) + Number(delay)),
    );
    expect(queueFeeWei).toBe(await reader.readContract({ address, abi: rollupAbi, functionName: "queueFee" }));
    const atEdges = [
      [idleAt, "healthy", "idle"],
      [overdueAt, "idle", "overdue"],
    ] as const;
    for (const [edge, before, from] of atEdges) {
      await passTo(Number(edge) - 1);
      expect(await ready()).toMatchObject({ stage: before });
      await passTo(Number(edge));
      expect(await ready()).toMatchObject({ stage: from, isSubmissionOpen: true, now: edge });
    }
  });

  it("is frozen for all and exited for one, as the contract says", async () => {
    expect(await readExitReadiness(answering("isFrozen", true), { index: ALICE })).toMatchObject({ stage: "frozen" });
    expect(await readExitReadiness(answering("isExited", true), { index: ALICE })).toMatchObject({ stage: "exited" });
  });

  it("is not known from an RPC that says something else than a price, or replaces its block meanwhile", async () => {
    const priceless = lyingL1(scene.l1, { eth_gasPrice: () => 7 });
    await expect(readExitReadiness(priceless, { index: ALICE })).rejects.toMatchObject({ code: "l1/unavailable" });
    const moving = lyingL1(scene.l1, {
      eth_getBlockByNumber: async (ask, [block]) => {
        const honest = (await ask()) as object;
        return String(block).startsWith("0x") ? { ...honest, hash: `0x${"00".repeat(32)}` } : honest;
      },
    });
    await expect(readEscapeLadder(moving)).rejects.toMatchObject({ code: "verify/l1-moved" });
  });

  it("costs the gas that was measured with the contracts, at L1's price, and the queue's fee", async () => {
    const priced = lyingL1(scene.l1, { eth_gasPrice: () => "0x3" });
    const { costWei, queueFeeWei } = await readExitReadiness(priced, { index: ALICE });
    expect(costWei).toEqual({
      requestWithdraw: BigInt(3 * ESCAPE_GAS.requestWithdraw) + queueFeeWei,
      freeze: BigInt(3 * ESCAPE_GAS.freeze),
      exit: BigInt(3 * ESCAPE_GAS.exit),
      reclaim: BigInt(3 * ESCAPE_GAS.reclaim),
      payOut: BigInt(3 * ESCAPE_GAS.payOut),
      claim: BigInt(3 * ESCAPE_GAS.claim),
    });
    const measured = JSON.parse(readFileSync(new URL("../../contracts/gas.json", import.meta.url), "utf8"));
    expect(ESCAPE_GAS).toEqual({
      requestWithdraw: measured.requestWithdraw,
      freeze: measured.freeze,
      exit: Math.max(measured["exit of ETH"], measured["exit of a token"]),
      reclaim: Math.max(measured["reclaim of ETH"], measured["reclaim of a token"]),
      payOut: Math.max(measured["pay, 1 of a token"], measured["pay, 1 of ETH, refused"]),
      claim: measured["claim of ETH"],
    });
  });

  const answering = (name: string, isSo: boolean) =>
    lyingL1(scene.l1, { [name]: () => `0x${(isSo ? "1" : "0").padStart(64, "0")}` });
});
