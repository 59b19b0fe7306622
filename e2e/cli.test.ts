import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STAND_IN_VERIFIER } from "@cairn/devnet/testing";
import { createNodeClient, type StreamEvent } from "@cairn/sdk";
import { createPublicClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstDocument, runCairn, startCairn } from "./support/cairn-command.ts";
import { DEFAULT_PROOFS } from "./support/index.ts";

const ETH = 10n ** 18n;
const USD = 10n ** 6n;

interface Devnet {
  readonly urls: { readonly l1: string; readonly api: string };
  readonly contracts: { readonly verifier: `0x${string}` };
  readonly profile: string;
  readonly accounts: readonly { readonly name: string; readonly address: `0x${string}` }[];
}
interface Account {
  readonly index: number;
  readonly tokenId: number;
  readonly balance: string;
  readonly key: string;
}
interface Deposit {
  readonly l1Transaction: string;
  readonly position: number;
  readonly status: string;
  readonly accounts: readonly Account[];
}
interface Entries {
  readonly entries: readonly { readonly position: number; readonly status: string; readonly block: number | null }[];
}
interface Transaction {
  readonly id: string;
  readonly status: string;
  readonly fee: string;
  readonly amount: string;
  readonly createdIndex: number | null;
}

describe("a person with a terminal", () => {
  const home = mkdtempSync(join(tmpdir(), "cairn-cli-"));
  const env = { CAIRN_HOME: home, CAIRN_PASSPHRASE: "correct horse battery staple" };
  const offer = join(home, "offer.json");
  const events: StreamEvent[] = [];
  const stop = new AbortController();
  const sent: string[] = [];
  const deposits: Deposit[] = [];
  let devnet: ChildProcess;
  let ready: Devnet;

  /** Runs a command that must succeed. */
  const cairn = async <T>(...args: string[]): Promise<T> => {
    const { code, value, stderr } = await runCairn<T>(args, env);
    expect({ args, code, value: code === 0 ? null : value, stderr }).toEqual({
      args,
      code: 0,
      value: null,
      stderr: "",
    });
    return value;
  };
  const addressOf = (name: string) => ready.accounts.find((account) => account.name === name)?.address ?? "0x";
  const balanceOf = async (...args: string[]): Promise<bigint> => {
    const { accounts } = await cairn<{ accounts: Account[] }>("balance", ...args);
    return accounts.reduce((sum, { balance }) => sum + BigInt(balance), 0n);
  };
  const send = async (...args: string[]): Promise<Transaction> => {
    const transaction = await cairn<Transaction>(...args);
    sent.push(transaction.id);
    expect(transaction.status).toMatch(/confirmed|proven|final/);
    return transaction;
  };

  beforeAll(async () => {
    devnet = startCairn(["devnet", "--l1-port", "0", "--api-port", "0", "--metrics-port", "0"], env, DEFAULT_PROOFS);
    ready = await firstDocument<Devnet>(devnet);
    (async () => {
      const { stream } = createNodeClient({ url: ready.urls.api });
      for await (const event of stream({ signal: stop.signal })) events.push(event);
    })();
  });

  afterAll(async () => {
    stop.abort();
    if (devnet.exitCode === null) {
      devnet.kill("SIGINT");
      await once(devnet, "close");
    }
    rmSync(home, { recursive: true, force: true });
  });

  it("starts a devnet with the proofs of this run", async () => {
    const l1 = createPublicClient({ transport: http(ready.urls.l1) });
    const isStandIn = (await l1.getCode({ address: ready.contracts.verifier })) === STAND_IN_VERIFIER;
    expect(isStandIn).toBe(DEFAULT_PROOFS === "stand-in");
  });

  it("creates and derives keys, stored encrypted and readable by their owner only", async () => {
    const made = await cairn<{ file: string }>("keys", "new", "zoe");
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    await cairn("keys", "derive", "me", "--from", "alice");
    const { keys } = await cairn<{ keys: { name: string; source: string }[] }>("keys", "list");
    expect(keys.filter(({ source }) => source === "keystore").map(({ name }) => name)).toEqual(["me", "zoe"]);
    const again = await runCairn(["keys", "new", "zoe"], env);
    expect(again).toMatchObject({ code: 2, value: { error: { code: "cli/key-exists" } } });
    const locked = await runCairn(["keys", "show", "zoe", "--secret"], {
      ...env,
      CAIRN_PASSPHRASE: "a guess of eight",
    });
    expect(locked).toMatchObject({ code: 2, value: { error: { code: "cli/bad-passphrase" } } });
  });

  it("deposits ETH and tokens", async () => {
    const [mine, bobs] = await Promise.all([
      cairn<Deposit>("deposit", "2", "ETH", "--wait", "confirmed"),
      cairn<Deposit>(...["deposit", "500", "USD", "--key", "bob", "--approval", "permit", "--wait", "confirmed"]),
    ]);
    expect(mine.accounts).toMatchObject([{ tokenId: 0, balance: (2n * ETH).toString() }]);
    expect(bobs.accounts).toMatchObject([{ tokenId: 1, balance: (500n * USD).toString() }]);
    for (const deposit of [mine, bobs]) expect(deposit.status).toMatch(/confirmed|proven|final/);
    deposits.push(mine, bobs);
  });

  it("pays an address, a payment code and an account", async () => {
    const { paymentCode } = await cairn<{ paymentCode: string }>("keys", "show", "carol");
    const toAddress = await send("transfer", "0.25", "ETH", addressOf("carol"), "--key", "me");
    const toCode = await send("transfer", "0.25", "ETH", paymentCode);
    const toIndex = await send("transfer", "0.25", "ETH", String(toCode.createdIndex));
    expect(toAddress.createdIndex).not.toBe(toCode.createdIndex);
    const fees = [toAddress, toCode, toIndex].reduce((sum, { fee }) => sum + BigInt(fee), 0n);
    const balances = [balanceOf(paymentCode), balanceOf("--key", "carol"), balanceOf("--token", "ETH")];
    expect(await Promise.all(balances)).toEqual([ETH / 2n, (3n * ETH) / 4n, 2n * ETH - (3n * ETH) / 4n - fees]);
  });

  it("swaps with someone who checks the terms", async () => {
    const { paymentCode } = await cairn<{ paymentCode: string }>("keys", "show", "bob");
    await cairn("swap", "offer", "0.1", "ETH", "300", "USD", paymentCode, "--out", offer);
    const other = await runCairn(["swap", "accept", offer, "200", "USD", "0.1", "ETH", "--key", "bob"], env);
    expect(other).toMatchObject({ code: 1, value: { error: { code: "sdk/bad-offer" } } });
    const { transactions } = await cairn<{ transactions: Transaction[] }>(
      ...["swap", "accept", offer, "300", "USD", "0.1", "ETH", "--key", "bob"],
    );
    sent.push(...transactions.map(({ id }) => id));
    expect(transactions).toMatchObject([{ status: "confirmed" }, { status: "confirmed" }]);
    const balances = [balanceOf("--token", "USD"), balanceOf("--key", "bob", "--token", "ETH")];
    expect(await Promise.all(balances)).toEqual([300n * USD, ETH / 10n]);
  });

  it("withdraws, and is paid on L1", async () => {
    const l1 = createPublicClient({ transport: http(ready.urls.l1) });
    const address = addressOf("heidi");
    const before = await l1.getBalance({ address });
    const out = await send("withdraw", "0.5", "ETH", address, "--wait", "paid");
    expect(out).toMatchObject({ amount: (ETH / 2n).toString(), payout: { status: "paid" } });
    expect(await l1.getBalance({ address })).toBe(before + ETH / 2n);
  });

  it("sees everything become final, by polling and by events", async () => {
    const shown = await Promise.all(
      sent.map((id) => cairn<Transaction & { history: { type: string }[] }>("tx", id, "--wait", "final")),
    );
    for (const { status, history } of shown) {
      expect(status).toBe("final");
      expect(history.map(({ type }) => type)).toEqual(["received", "confirmed", "sealed", "proven", "final"]);
    }
    const deposited = await Promise.all(
      deposits.map(({ l1Transaction }) => cairn<Entries>("tx", l1Transaction, "--wait", "final")),
    );
    expect(deposited).toMatchObject(
      deposits.map(({ position }) => ({
        entries: [{ kind: "deposit", position, status: "final", block: expect.any(Number) }],
      })),
    );
    expect(deposited).toHaveLength(2);
    const again = await cairn<Entries>("tx", deposits[0]?.l1Transaction ?? "");
    expect(again).toEqual(deposited[0]);
    const blocks = events.flatMap((event) => (event.type === "block" ? [`${event.number} ${event.status}`] : []));
    expect(blocks).toContain("1 final");
    expect(events.flatMap((event) => (event.type === "entry" ? [event.entry.id] : []))).toEqual(
      expect.arrayContaining(sent),
    );
  });

  it("sees the status of node and rollup", async () => {
    const status = await cairn<{ isGood: boolean; agreement: string[] }>("status");
    expect(status).toMatchObject({ isGood: true, agreement: [], node: { unprovenBlocks: 0 }, l1: { isFrozen: false } });
    const { findings } = await cairn<{ findings: { name: string; result: string }[] }>("doctor");
    expect(findings.filter(({ result }) => result === "fail")).toEqual([]);
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["root", "same rollup", "key me", "clock"]),
    );
  });

  it("leaves nothing behind after Ctrl-C", async () => {
    expect(existsSync(ready.profile)).toBe(true);
    devnet.kill("SIGINT");
    const [code] = await once(devnet, "close");
    expect(code).toBe(0);
    expect(existsSync(ready.profile)).toBe(false);
    const lost = await runCairn(["transfer", "1", "ETH", "64", "--key", "me"], env);
    expect(lost).toMatchObject({ code: 2, value: { error: { code: "cli/not-configured" } } });
  });
});
