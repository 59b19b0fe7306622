import { join } from "node:path";
import { type AccountIndex, accountIndex } from "@cairn/protocol";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withCaller } from "../../test/caller.ts";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";
import type { RollupCaller } from "../l1/caller.ts";
import { exitAll } from "./exits.ts";

const INDICES: readonly AccountIndex[] = [64, 65, 66, 67, 68].map(accountIndex);

describe("paying out while others do the same", () => {
  let chain: CommandRollup;

  beforeAll(async () => {
    chain = await startCommandRollup();
    for (const name of ["alice", "bob", "carol", "dave"] as const) await chain.deposit(name, parseEther("1"));
    await chain.publish();
    for (const amount of [5n, 6n, 7n]) await chain.deposit("alice", amount);
    await chain.publish();
    await chain.deposit("alice", 1n);
    await chain.warp(8 * 86_400);
    expect((await chain.cairn("freeze")).code).toBe(0);
  });
  afterAll(() => chain?.stop());

  /** Pays an account out from another process's state. */
  async function overtake(index: string): Promise<void> {
    const { code } = await chain.cairn("exit", index, "--state", join(chain.home, "other"));
    expect(code).toBe(0);
  }

  it("skips accounts that someone else paid out meanwhile", async () => {
    const outcome = await withCaller(chain.home, async (caller, session) => {
      let isFirst = true;
      const send: RollupCaller["send"] = async (call) => {
        if (isFirst) await overtake("65");
        isFirst = false;
        return caller.send(call);
      };
      return exitAll(session, { ...caller, send }, INDICES.slice(0, 2), { chunkSize: 16, progress() {} });
    });
    expect(outcome.exited).toMatchObject([{ index: 64, paid: true }]);
    expect(outcome.transactions).toHaveLength(1);
  });

  it("takes fewer accounts at a time where many would cost too much gas", async () => {
    const asked: number[] = [];
    const outcome = await withCaller(chain.home, (caller, session) => {
      const estimate: RollupCaller["estimate"] = async (call) => {
        asked.push(call.data.length);
        return call.name === "exitMany" ? 13_000_000n : 1n;
      };
      return exitAll(session, { ...caller, estimate }, INDICES.slice(2, 4), { chunkSize: 16, progress() {} });
    });
    expect(asked).toHaveLength(1);
    expect(outcome.transactions.map(({ name }) => name)).toEqual(["exit", "exit"]);
    expect(outcome.exited).toMatchObject([{ index: 66 }, { index: 67 }]);
  });

  it("does not let one refused account block others", async () => {
    const last = INDICES.slice(4);
    const outcome = await withCaller(chain.home, (caller, session) => {
      const isRefused = (data: string) => data.includes("45".padStart(64, "0"));
      const send: RollupCaller["send"] = (call) =>
        caller.send(isRefused(call.data) ? { ...call, data: "0xdeadbeef" } : call);
      return exitAll(session, { ...caller, send }, [...last, accountIndex(69), accountIndex(70)], {
        chunkSize: 16,
        progress() {},
      });
    });
    expect(outcome.refused).toMatchObject([{ index: 69, reason: expect.any(String) }]);
    expect(outcome.exited.map(({ index }) => index)).toEqual([68, 70]);
  });

  it("does not hide a refusal with another cause than a race", async () => {
    const refused = withCaller(chain.home, (caller, session) => {
      const send: RollupCaller["send"] = (call) => caller.send({ ...call, data: "0xdeadbeef" });
      return exitAll(session, { ...caller, send }, [accountIndex(69)], { chunkSize: 1, progress() {} });
    });
    await expect(refused).rejects.toMatchObject({ code: "l1/transaction-reverted" });
  });
});
