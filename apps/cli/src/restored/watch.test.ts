import { rollupAbi } from "@cairn/contracts";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";
import { runCli } from "../cli.ts";

const HOUR = 3600;
const RECIPIENT = "0x00000000000000000000000000000000000c0ffe" as const;

interface Report {
  readonly isGood: boolean;
  readonly alarms: readonly { readonly type: string; readonly severity: string; readonly text: string }[];
}

/** The tests below are one story, in order. */
describe("cairn watch", () => {
  let chain: CommandRollup;
  const once = async (...args: readonly string[]) => {
    const { code, data } = await chain.cairn<Report>("watch", "--once", ...args);
    return { code, data, alarms: data.alarms.map(({ type }) => type) };
  };

  beforeAll(async () => {
    chain = await startCommandRollup();
    await chain.deposit("alice", parseEther("1"));
    await chain.depositTokens("bob", 5_000_000n);
    await chain.publish();
    await chain.publish([{ from: 64, amount: parseEther("0.5"), recipient: RECIPIENT }]);
  });
  afterAll(() => chain?.stop());

  it("finds nothing wrong with a working rollup", async () => {
    const report = await once();
    expect(report).toMatchObject({
      code: 0,
      data: { isGood: true, observation: { batch: 2, waitingEntries: 0, operator: chain.address("operator") } },
    });
    expect(report.alarms).toEqual([]);
    const text = await chain.cairnText("watch", "--once");
    expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing is wrong.") });
    expect((await once("--operator", RECIPIENT)).alarms).toEqual(["operatorChanged"]);
    expect((await chain.cairn("watch", "--interval", "0")).code).toBe(2);
  });

  it("raises alarms for unpaid payouts and overdue entries", async () => {
    await chain.deposit("carol", 1n);
    await chain.warp(25 * HOUR);
    const report = await once();
    expect(report.code).toBe(1);
    expect(report.alarms).toEqual(["overdueEntries", "unpaidPayouts", "submissionOpen"]);
    expect(await once("--payout-age", "1000000")).toMatchObject({
      code: 1,
      alarms: ["overdueEntries", "submissionOpen"],
    });
    expect((await chain.cairn("pay")).code).toBe(0);
    expect((await once()).alarms).toEqual(["overdueEntries", "submissionOpen"]);
    await chain.publish();
    expect(await once()).toMatchObject({ code: 0, alarms: [] });
  });

  it("raises an alarm for missing money", async () => {
    const { address, reader } = chain.devnet.rollup;
    const held = await reader.getBalance({ address });
    const owed = await reader.readContract({ address, abi: rollupAbi, functionName: "custody", args: [0] });
    await chain.client.setBalance({ address, value: owed - 1n });
    const report = await once();
    expect(report).toMatchObject({ code: 1, alarms: ["balanceBelowCustody"] });
    expect(report.data.alarms[0]).toMatchObject({ severity: "critical", tokenId: 0 });
    await chain.client.setBalance({ address, value: held });
  });

  it("follows until stopped, and reports alarms that begin and end", async () => {
    const stop = new AbortController();
    let stdout = "";
    const ended = runCli(["watch", "--interval", "1", "--json"], {
      stdout: (text) => {
        stdout += text;
      },
      stderr() {},
      env: { CAIRN_HOME: chain.home },
      signal: stop.signal,
      askSecret: null,
    });
    const types = (which: "raised" | "cleared") =>
      stdout
        .split("\n")
        .filter(Boolean)
        .flatMap((line) => {
          const report: Record<typeof which, Report["alarms"]> = JSON.parse(line);
          return report[which].map(({ type }) => type);
        });
    const patience = { timeout: 60_000, interval: 100 };
    await vi.waitFor(() => expect(stdout).toContain("\n"), patience);
    await chain.deposit("carol", 1n);
    await chain.warp(25 * HOUR);
    await vi.waitFor(() => expect(types("raised")).toContain("overdueEntries"), patience);
    await chain.publish();
    await vi.waitFor(() => expect(types("cleared")).toContain("overdueEntries"), patience);
    stop.abort();
    expect(await ended).toBe(0);
  });

  it("raises an alarm for a root that the data does not lead to", async () => {
    await chain.publish([], { header: { newRoot: 12345n } });
    const report = await once();
    expect(report).toMatchObject({ code: 1, alarms: ["rootNotReproduced"], data: { observation: null } });
    expect(report.data.alarms[0]).toMatchObject({ severity: "critical" });
    const text = await chain.cairnText("watch", "--once");
    expect(text.stdout).toMatch(/CRITICAL: the published data does not lead to the contract's state/);
  });
});
