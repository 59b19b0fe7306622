import { exitArguments, exitManyArguments, payGasLimit, reclaimArguments, rollupAbi } from "@cairn/contracts";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access, sendToRollup } from "@cairn/l1";
import { ETH_TOKEN_ID } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import fc from "fast-check";
import { encodeFunctionData, getAbiItem, type Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restoreFromFiles } from "../node/restore-files.ts";
import type { RestoreResult } from "../restore.ts";
import { findExited, findReclaimable } from "./escaped.ts";
import { assignedAccounts, proveAllExits, proveExit, proveExits } from "./exit-proof.ts";
import { allPayouts, findUnpaidPayouts, payoutArguments, payoutsOf } from "./payouts.ts";

const STRANGER = 9;
const DAY = 24 * 3600;

const accountTreeAbi = [
  {
    type: "function",
    name: "computeRoot",
    stateMutability: "pure",
    inputs: getAbiItem({ abi: rollupAbi, name: "exitMany" }).inputs,
    outputs: [{ type: "bytes32", name: "" }],
  },
] as const;

describe("a rollup that has stopped", () => {
  let live: UnprovenRollup;
  let result: RestoreResult;

  const send = (name: string, data: Hex, gas?: bigint) =>
    sendToRollup(live.rollup, live.devnet.wallet(STRANGER), { name, data, ...(gas === undefined ? {} : { gas }) });
  /** With the gas of all payouts that it selects: the contract pays those that the gas covers. */
  const pay = (batch: number, places?: readonly number[]) => {
    const { payouts } = payoutsOf(result.restored, batch);
    const args = payoutArguments(result.restored, batch, places);
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
    return send("pay", data, BigInt(payGasLimit(payouts, payouts.length)));
  };
  const custodyOf = (tokenId: number): Promise<bigint> =>
    live.rollup.reader.readContract({
      address: live.rollup.address,
      abi: rollupAbi,
      functionName: "custody",
      args: [tokenId],
    });
  const headBlock = async (): Promise<number> => Number(await live.rollup.reader.getBlockNumber());
  const restore = (): Promise<RestoreResult> =>
    restoreFromFiles({ store: createMemoryStore(), compress: live.compress, rollup: live.rollup });

  beforeAll(async () => {
    live = await startUnprovenRollup();
    for (const position of [0, 1, 2, 3]) await live.deposit(position, 10n ** 18n);
    await live.publish();
    for (const position of [1, 2]) await live.deposit(position, 10n ** 9n, "token");
    for (let seed = 1; seed <= 8; seed++) await live.publishSome(seed);
    await live.deposit(4, 5n);
    await live.deposit(2, 7n, "token");
    await live.client.increaseTime({ seconds: 8 * DAY });
    await live.client.mine({ blocks: 1 });
    await send("freeze", encodeFunctionData({ abi: rollupAbi, functionName: "freeze" }));
    result = await restore();
  });
  afterAll(() => live?.stop());

  it("has the restored root, by the contract's own hashing of any accounts", async () => {
    const { reader, address } = live.rollup;
    const { tree } = result.restored;
    const accountTree = await reader.readContract({ address, abi: rollupAbi, functionName: "accountTree" });
    const compute = (args: ReturnType<typeof exitManyArguments>): Promise<Hex> =>
      reader.readContract({ address: accountTree, abi: accountTreeAbi, functionName: "computeRoot", args });
    const indices = [...assignedAccounts(tree)].map(({ index }) => index);
    await fc.assert(
      fc.asyncProperty(fc.subarray(indices, { minLength: 1 }), async (chosen) => {
        const { accounts, siblings } = proveExits(tree, chosen);
        expect(BigInt(await compute(exitManyArguments(accounts, siblings)))).toBe(tree.root());
        const wrong = exitManyArguments(accounts, [...siblings.slice(1), 5n]);
        expect(BigInt(await compute(wrong))).not.toBe(tree.root());
        await expect(compute(exitManyArguments(accounts, siblings.slice(1)))).rejects.toThrow(/./);
      }),
      { numRuns: 15 },
    );
  });

  it("is paid out by a stranger: payouts, accounts one by one and together, and the queue", async () => {
    const { restored } = result;
    const access = createL1Access(live.rollup);
    const unpaid = await findUnpaidPayouts(access, allPayouts(restored), await headBlock());
    expect(unpaid.length).toBeGreaterThan(2);
    const [{ batch: partly, position } = expect.unreachable()] = unpaid;
    for (const { batch, payouts } of allPayouts(restored)) {
      // Only one record of one batch at first: the bitmap shows the rest.
      await pay(batch, batch === partly ? [position] : undefined);
      if (batch !== partly || payouts.length === 1) continue;
      const left = await findUnpaidPayouts(access, allPayouts(restored), await headBlock());
      expect(left).toHaveLength(unpaid.length - 1);
      await pay(batch);
    }
    expect(await findUnpaidPayouts(access, allPayouts(restored), await headBlock())).toEqual([]);

    const holders = [...assignedAccounts(restored.tree, { withBalance: true })].map(({ index }) => index);
    const [single = expect.unreachable(), ...others] = holders;
    const { accounts, siblings } = proveExit(restored.tree, single);
    const args = exitArguments(accounts[0] ?? expect.unreachable(), siblings);
    await send("exit", encodeFunctionData({ abi: rollupAbi, functionName: "exit", args }));
    const gone = await findExited(access, holders, await headBlock());
    expect([...gone]).toEqual([single]);
    for (const chunk of proveAllExits(restored.tree, 4, (index) => gone.has(index))) {
      const many = exitManyArguments(chunk.accounts, chunk.siblings);
      await send("exitMany", encodeFunctionData({ abi: rollupAbi, functionName: "exitMany", args: many }));
    }
    expect(await findExited(access, holders, await headBlock())).toEqual(new Set([single, ...others]));

    const reclaimable = await findReclaimable(access, restored, await headBlock());
    expect(reclaimable).toHaveLength(2);
    for (const { position: entry, operation } of reclaimable) {
      const entryArguments = reclaimArguments(entry, operation);
      await send("reclaim", encodeFunctionData({ abi: rollupAbi, functionName: "reclaim", args: entryArguments }));
    }
    expect(await findReclaimable(access, restored, await headBlock())).toEqual([]);
    expect([await custodyOf(ETH_TOKEN_ID), await custodyOf(live.token.id)]).toEqual([0n, 0n]);
  });
});
