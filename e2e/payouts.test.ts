/** `cairn payout` as a payroll department runs it: killed at any moment, run twice at once, run again with changes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bigintToAddress } from "@cairn/protocol";
import { createNodeClient, type NodeClient } from "@cairn/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killWhen, type RunningDevnet, runCairn, startDevnet, type Told } from "./support/cairn-command.ts";

interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly isComplete: boolean;
  readonly lines: readonly { readonly id: string; readonly status: string; readonly transaction: string }[];
}

const UNIT = 10n ** 12n;
const LINES = 200;
/** Lines to an owner that gets two of them, one account. */
const NEWCOMERS = 20;

describe("a payout from the terminal", () => {
  const home = mkdtempSync(join(tmpdir(), "cairn-payouts-"));
  const env = { CAIRN_HOME: home, CAIRN_PASSPHRASE: "correct horse battery staple" };
  const file = join(home, "salaries.csv");
  const result = join(home, "salaries.result.csv");
  const args = ["payout", file, "--key", "alice", "--result", result];
  let ready: RunningDevnet;
  let node: NodeClient;

  const newcomer = (i: number) => bigintToAddress(0xfeed_0000_0000n + BigInt(i));
  const payees = (bob: string) =>
    Array.from({ length: LINES }, (_, i) => (i < 2 * NEWCOMERS ? newcomer(i % NEWCOMERS) : bob));
  /** Line i pays i + 1 units. */
  const amountOf = (i: number) => `0.${String(i + 1).padStart(6, "0")}`;
  const csv = (bob: string) =>
    ["id;payee;amount;reference", ...payees(bob).map((payee, i) => `p${i};${payee};${amountOf(i)};salary ${i}`)].join(
      "\r\n",
    );
  const balanceOf = async (owner: string): Promise<bigint> => {
    const { balances } = await node.ownerBalances({ owner, tokenId: 0 });
    return balances.reduce((sum, { balance }) => sum + BigInt(balance), 0n);
  };
  const run = (...more: string[]): Promise<Told<Report>> => runCairn<Report>([...args, ...more], env);
  const requests = (): number =>
    readdirSync(join(home, "sdk")).filter((name) => name.includes("request-payout")).length;
  /** Starts the command, and kills it once it has signed so many more parts. */
  const killAfter = async (parts: number): Promise<boolean> => {
    const before = requests();
    return killWhen(args, env, () => requests() >= before + parts);
  };

  beforeAll(async () => {
    ready = await startDevnet(env);
    node = createNodeClient({ url: ready.urls.api });
    const deposit = await runCairn(["deposit", "5", "ETH", "--key", "alice", "--wait", "confirmed"], env);
    expect(deposit.code).toBe(0);
    await runCairn(["deposit", "1", "ETH", "--key", "bob", "--wait", "confirmed"], env);
  });
  afterAll(async () => {
    await ready?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("pays every line once, although it is killed again and again", async () => {
    const bob = ready.accounts.find(({ name }) => name === "bob")?.address ?? "0x";
    writeFileSync(file, csv(bob));
    const check = await run("--check");
    expect(check).toMatchObject({ code: 0, value: { problems: [], lines: LINES, paid: 0 } });
    const before = await balanceOf(bob);
    const kills: boolean[] = [];
    for (const parts of [1, 1, 2, 1]) kills.push(await killAfter(parts));
    expect(kills.filter(Boolean).length).toBeGreaterThan(1);

    const { code, value } = await run("--wait", "proven");
    expect([code, value.isComplete, value.lines.length]).toEqual([0, true, LINES]);
    expect(new Set(value.lines.map(({ transaction }) => transaction)).size).toBe(LINES);
    const toBob = payees(bob).reduce((sum, payee, i) => (payee === bob ? sum + BigInt(i + 1) * UNIT : sum), 0n);
    expect((await balanceOf(bob)) - before).toBe(toBob);
    for (let i = 0; i < NEWCOMERS; i++) {
      const { accounts } = await node.accounts({ owner: newcomer(i) });
      expect(
        accounts.map(({ balance }) => BigInt(balance)),
        `newcomer ${i}`,
      ).toEqual([BigInt(2 * i + 2 + NEWCOMERS) * UNIT]);
    }
    const rows = readFileSync(result, "utf8").trim().split("\r\n");
    expect(rows).toHaveLength(LINES + 1);
    expect(rows[7]).toMatch(/^8,p6,0x[0-9a-f]{40},0,0\.000007,salary 6,(?:proven|final),0x[0-9a-f]{64},$/);
  });

  it("pays nothing more when it is run again, by two at once", async () => {
    const bob = ready.accounts.find(({ name }) => name === "bob")?.address ?? "0x";
    const before = await balanceOf(bob);
    const told = await Promise.all([run(), run(), run("--status")]);
    expect(told.map(({ code, value }) => [code, value.isComplete])).toEqual(Array(3).fill([0, true]));
    writeFileSync(join(home, "copy.csv"), csv(bob));
    const copy = await runCairn(["payout", join(home, "copy.csv"), "--key", "alice"], env);
    expect(copy).toMatchObject({ code: 1, value: { error: { code: "sdk/request-conflict" } } });
    writeFileSync(file, csv(bob).replace("p7;", "p7b;"));
    expect(await run()).toMatchObject({ code: 1, value: { error: { code: "sdk/request-conflict" } } });
    expect(await balanceOf(bob)).toBe(before);
  });

  it("by two processes at once pays every line once", async () => {
    const bob = ready.accounts.find(({ name }) => name === "bob")?.address ?? "0x";
    const before = await balanceOf(bob);
    const twice = join(home, "twice.json");
    const payments = Array.from({ length: 64 }, (_, i) => ({ id: `${i}`, payee: bob, amount: "0.001" }));
    writeFileSync(twice, JSON.stringify(payments));
    const out = (name: string) => ["payout", twice, "--key", "alice", "--result", join(home, name)];
    const told = await Promise.all(["a.csv", "b.csv"].map((name) => runCairn<Report>(out(name), env)));
    expect(told.map(({ code, value }) => [code, value.isComplete])).toEqual([
      [0, true],
      [0, true],
    ]);
    expect((await balanceOf(bob)) - before).toBe(64n * 10n ** 15n);
  });

  it("signs nothing of a list with mistakes, and reads no more of a huge line than a list may have", async () => {
    const wrong = join(home, "wrong.csv");
    writeFileSync(wrong, "id,payee,amount\na,70,1e3\nb,nobody,1\nb,70,1,5\n");
    const told = await runCairn<{ error: { code: string; details: { problems: object[] } } }>(
      ["payout", wrong, "--key", "alice"],
      env,
    );
    expect(told).toMatchObject({ code: 2, value: { error: { code: "sdk/bad-payout-list" } } });
    expect(told.value.error.details.problems).toHaveLength(3);
    const zeros = await runCairn(["payout", "/dev/zero", "--key", "alice"], env);
    expect(zeros).toMatchObject({ code: 2, value: { error: { code: "cli/bad-file" } } });
  });
});
