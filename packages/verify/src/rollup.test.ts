import { rollupAbi } from "@cairn/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lyingL1, type Scene, startScene } from "../test/scene.ts";
import { readRollupOnL1 } from "./index.ts";

describe("the rollup as its contract has it", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene?.stop());

  it("is what L1 says, as of one block", async () => {
    const { reader, address } = scene.rollup.rollup;
    const found = await readRollupOnL1(scene.l1);
    const block = await reader.getBlock({ blockNumber: BigInt(found.l1.block) });
    const state = await reader.readContract({
      ...{ address, abi: rollupAbi, functionName: "state" },
      blockNumber: block.number,
    });
    expect(found).toEqual({
      root: BigInt(state.root),
      history: BigInt(state.history),
      nextIndex: state.nextIndex,
      batchCount: Number(state.batchCount),
      lastBlock: Number(state.lastBlock),
      lastBatchAt: Number(state.lastBatchAt),
      lastTimestamp: Number(state.lastTimestamp),
      isLastByStranger: false,
      queueHead: Number(state.queueHead),
      queueTail: Number(state.queueTail),
      isFrozen: false,
      l1: { block: Number(block.number), hash: block.hash, timestamp: Number(block.timestamp), finality: "latest" },
    });
    expect(found.batchCount).toBe(2);
  });

  it("is refused from another contract, and when L1 replaces the block meanwhile", async () => {
    const elsewhere = { ...scene.l1, address: scene.rollup.token.address };
    await expect(readRollupOnL1(elsewhere)).rejects.toMatchObject({ code: "l1/not-a-rollup" });
    const moving = lyingL1(scene.l1, {
      eth_getBlockByNumber: async (ask, [block]) => {
        const honest = (await ask()) as object;
        return String(block).startsWith("0x") ? { ...honest, hash: `0x${"00".repeat(32)}` } : honest;
      },
    });
    await expect(readRollupOnL1(moving)).rejects.toMatchObject({ code: "verify/l1-moved" });
  });

  it("needs the head that was asked for", async () => {
    const without = lyingL1(scene.l1, {
      eth_getBlockByNumber: (ask, [block]) => (block === "finalized" ? null : ask()),
    });
    await expect(readRollupOnL1(without, "finalized")).rejects.toMatchObject({ code: "l1/unavailable" });
  });
});
