import { createTestClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lyingL1, type Scene, startScene } from "../test/scene.ts";
import { readLiveness } from "./index.ts";

const GAP_SECONDS = 40_000;

describe("how regularly L1 accepts batches", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
    for (const seconds of [100, 100, 100, GAP_SECONDS, 100]) await publishAfter(seconds);
  });
  afterAll(() => scene?.stop());

  const client = () =>
    createTestClient({
      mode: "anvil",
      chain: scene.rollup.rollup.reader.chain,
      transport: http(scene.rollup.devnet.rpcUrl),
    });
  const publishAfter = async (seconds: number): Promise<void> => {
    await client().increaseTime({ seconds });
    await client().mine({ blocks: 1 });
    await scene.rollup.deposit(1, 5n);
    await scene.rollup.publish();
  };

  it("has the time of every batch, and finds a planted gap and no other", async () => {
    const { reader } = scene.rollup.rollup;
    const { batches, medianSeconds, gapSeconds, sinceLast } = await readLiveness(scene.l1);
    expect(batches.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const { block, at } of batches) {
      expect(Number((await reader.getBlock({ blockNumber: BigInt(block) })).timestamp)).toBe(at);
    }
    expect(batches.filter(({ isGap }) => isGap).map(({ number }) => number)).toEqual([6]);
    expect(batches[5]?.seconds).toBeGreaterThanOrEqual(GAP_SECONDS);
    expect([sinceLast?.isGap, gapSeconds]).toEqual([false, 10 * Number(medianSeconds)]);
    await client().increaseTime({ seconds: Number(gapSeconds) + 1 });
    await client().mine({ blocks: 1 });
    expect((await readLiveness(scene.l1)).sinceLast?.isGap).toBe(true);
  });

  it("reads as many of the last ones as were asked for, also from an RPC that gives a few blocks at once", async () => {
    const narrow = lyingL1(scene.l1, {
      eth_getLogs: (ask, [filter]) => {
        const { fromBlock, toBlock } = filter as { readonly fromBlock: string; readonly toBlock: string };
        if (Number(toBlock) - Number(fromBlock) >= 3) throw new TypeError("too wide");
        return ask();
      },
    });
    const { batches } = await readLiveness(narrow, { batches: 3 });
    expect(batches.map(({ number }) => number)).toEqual([5, 6, 7]);
    expect(batches[0]?.seconds).toBeNull();
  });

  it("is refused from an RPC that leaves a batch out", async () => {
    const hiding = lyingL1(scene.l1, { eth_getLogs: async (ask) => ((await ask()) as unknown[]).slice(0, -1) });
    await expect(readLiveness(hiding)).rejects.toMatchObject({ code: "l1/bad-events" });
  });
});
