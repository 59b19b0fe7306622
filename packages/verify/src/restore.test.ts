import { createFastCompress } from "@cairn/crypto/fast";
import { lyingRollup } from "@cairn/l1/testing";
import { createMemoryStore } from "@cairn/state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALICE, CAROL, type Scene, startScene } from "../test/scene.ts";
import { type RestoreStateOptions, restoreState, type SolvencyProblem, verifySolvency } from "./index.ts";

describe("the whole state", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene?.stop());

  const restore = async (change: Partial<RestoreStateOptions> = {}) =>
    restoreState({
      rollup: scene.rollup.rollup,
      finality: "latest",
      compress: await createFastCompress(),
      ...change,
    });

  describe("rebuilt from L1", () => {
    it("is that of the contract, and says by which block", async () => {
      const { restored, l1, checked } = await restore();
      const { tree, rollup } = scene.rollup;
      expect(restored.tree.root()).toBe(tree.root());
      expect(restored.tree.getAccount(ALICE)).toEqual(tree.getAccount(ALICE));
      const head = await rollup.reader.getBlock();
      expect(l1).toEqual({
        chainId: rollup.reader.chain.id,
        rollup: rollup.address,
        finality: "latest",
        block: Number(head.number),
        blockHash: head.hash,
        timestamp: Number(head.timestamp),
        newestBatch: 2,
      });
      expect(checked).toHaveLength(3);
    });

    it("reports progress, can be cancelled, and continues with the same store", async () => {
      const store = createMemoryStore();
      const seen: number[] = [];
      const cancelled = restore({ store, signal: AbortSignal.abort(new RangeError("enough")) });
      await expect(cancelled).rejects.toThrow("enough");
      const { restored } = await restore({ store, onProgress: ({ batch }) => seen.push(batch) });
      expect([seen.at(-1), restored.position().batch]).toEqual([2, 2]);
      seen.length = 0;
      await scene.rollup.publish();
      const again = await restore({ store, onProgress: ({ batch }) => seen.push(batch) });
      expect([seen, again.restored.position().batch]).toEqual([[3], 3]);
    });

    it("is refused from an RPC that forges or withholds events, or changes calldata", async () => {
      const { rollup } = scene.rollup;
      const forged = lyingRollup(rollup, {
        getLogs: async (ask) =>
          ((await ask()) as { eventName: string; args: object }[]).map((log) =>
            log.eventName === "BatchSubmitted"
              ? { ...log, args: { ...log.args, dataCommitment: `0x${"11".repeat(32)}` } }
              : log,
          ),
      });
      await expect(restore({ rollup: forged })).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:restore\/batch-mismatch|l1\/batch-mismatch)$/),
      });
      const silent = lyingRollup(rollup, { getLogs: () => Promise.resolve([]) });
      await expect(restore({ rollup: silent })).rejects.toMatchObject({ code: "l1/events-incomplete" });
    });

    it("is refused from an RPC of another chain or with another contract", async () => {
      const { rollup, token } = scene.rollup;
      const chain = { ...rollup.reader.chain, id: 1 };
      const elsewhere = { ...rollup, reader: Object.assign(Object.create(rollup.reader), { chain }) };
      await expect(restore({ rollup: elsewhere })).rejects.toMatchObject({ code: "verify/wrong-chain" });
      const other = { ...rollup, address: token.address };
      await expect(restore({ rollup: other })).rejects.toMatchObject({ code: "l1/not-a-rollup" });
    });
  });

  describe("in the books", () => {
    it("is covered, token by token, by what the rollup has", async () => {
      const { restored, l1 } = await restore();
      const seen: (readonly [number, number])[] = [];
      const { rollup, token } = scene.rollup;
      const shown = await verifySolvency(rollup, restored, { onProgress: (...step) => seen.push(step) });
      expect(shown).toMatchObject({ isSolvent: true, batch: 3, accounts: 3, l1: { block: l1.block } });
      expect(seen.at(-1)).toEqual([3, 3]);
      const [ofToken] = shown.tokens.filter(({ tokenId }) => tokenId === token.id);
      expect(ofToken).toMatchObject({ totalOwed: 5_000_000n, custody: 5_000_000n, balance: 5_000_000n, problem: null });
      expect(ofToken?.owed.balances).toBe(scene.rollup.tree.getAccount(CAROL).balance);
      for (const { totalOwed, custody } of shown.tokens) expect(totalOwed).toBe(custody);
    });

    it("counts what waits in the queue, and what is not paid out yet", async () => {
      await scene.rollup.deposit(4, 77n);
      const { restored } = await restore();
      const [eth] = (await verifySolvency(scene.rollup.rollup, restored)).tokens;
      expect(eth).toMatchObject({ tokenId: 0, problem: null, owed: { waitingDeposits: 77n, unpaidPayouts: 9n } });
    });

    it("is not covered when one wei is missing", async () => {
      const { restored } = await restore();
      const { rollup } = scene.rollup;
      const custody = lyingRollup(rollup, {
        multicall: async (ask, { contracts }) => {
          const answers = (await ask()) as unknown[];
          const [first] = contracts as { functionName: string }[];
          return first?.functionName === "custody" ? answers.map((one) => (one as bigint) - 1n) : answers;
        },
      });
      const balance = lyingRollup(rollup, {
        readContract: async (ask, { functionName }) =>
          functionName === "balanceOf" ? ((await ask()) as bigint) - 1n : ask(),
      });
      const cases: readonly (readonly [typeof rollup, SolvencyProblem])[] = [
        [custody, "custody-too-small"],
        [balance, "balance-too-small"],
      ];
      for (const [lying, problem] of cases) {
        const shown = await verifySolvency(lying, restored);
        expect([shown.isSolvent, shown.tokens.some((token) => token.problem === problem)]).toEqual([false, true]);
      }
    });

    it("can be cancelled, and needs a state that was restored to the end", async () => {
      const { restored } = await restore();
      const { rollup } = scene.rollup;
      const signal = AbortSignal.abort(new RangeError("enough"));
      await expect(verifySolvency(rollup, restored, { signal })).rejects.toThrow("enough");
      restored.distrustAfter(0);
      await expect(verifySolvency(rollup, restored)).rejects.toMatchObject({ code: "restore/incomplete" });
    });

    it("is refused when L1 no longer has the block to which the state was restored", async () => {
      const { restored } = await restore();
      const moved = lyingRollup(scene.rollup.rollup, {
        getBlock: async (ask) => ({ ...((await ask()) as object), hash: `0x${"11".repeat(32)}` }),
      });
      await expect(verifySolvency(moved, restored)).rejects.toMatchObject({ code: "verify/l1-moved" });
    });
  });
});
