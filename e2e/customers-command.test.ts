/** `cairn customers` as a shop runs it: killed at any moment, run twice at once, and without what it had kept. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccountView, createNodeClient, listAccounts, type NodeClient } from "@cairn/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killWhen, type RunningDevnet, runCairn, startDevnet, type Told } from "./support/cairn-command.ts";

interface Opened {
  readonly opened: number;
  readonly customers: readonly { readonly customer: string; readonly account: number; readonly others: number[] }[];
}
interface Swept {
  readonly isComplete: boolean;
}

const UNIT = 10n ** 15n;
const CUSTOMERS = 100;

describe("customers from the terminal", () => {
  const home = mkdtempSync(join(tmpdir(), "cairn-customers-"));
  const env = { CAIRN_HOME: home, CAIRN_PASSPHRASE: "correct horse battery staple" };
  const file = join(home, "customers.csv");
  const result = join(home, "accounts.csv");
  /** What the command keeps. */
  const kept = join(home, "sdk");
  let devnet: RunningDevnet;
  let node: NodeClient;

  const ids = Array.from({ length: CUSTOMERS }, (_, i) => `customer-${i}`);
  const openArgs = ["customers", "open", file, "--key", "alice", "--result", result];
  const sweepArgs = ["customers", "sweep", "--key", "alice", "--result", join(home, "sweep.csv")];
  const open = (): Promise<Told<Opened>> => runCairn<Opened>(openArgs, env);
  const sweep = (...more: string[]): Promise<Told<Swept>> => runCairn<Swept>([...sweepArgs, ...more], env);
  const stored = (name: string): number =>
    existsSync(kept) ? readdirSync(kept).filter((one) => one.includes(name)).length : 0;
  const accountsOfShop = async (): Promise<AccountView[]> => {
    const owner = devnet.accounts.find(({ name }) => name === "alice")?.address ?? "0x";
    const found: AccountView[] = [];
    for await (const account of listAccounts(node, { owner })) found.push(account);
    return found;
  };

  beforeAll(async () => {
    devnet = await startDevnet(env);
    node = createNodeClient({ url: devnet.urls.api });
    for (const key of ["alice", "bob"]) {
      const { code } = await runCairn(["deposit", "8", "ETH", "--key", key, "--wait", "confirmed"], env);
      expect(code).toBe(0);
    }
    writeFileSync(file, ["customer", ...ids].join("\n"));
  });
  afterAll(async () => {
    await devnet?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("get one account each, although opening is killed again and again", async () => {
    const kills: boolean[] = [];
    for (let kill = 0; kill < 4; kill++) {
      const before = stored("request-customers");
      kills.push(await killWhen(openArgs, env, () => stored("request-customers") > before));
    }
    expect(kills.filter(Boolean).length).toBeGreaterThan(1);
    const told = await Promise.all([open(), open()]);
    for (const { code, value } of told) {
      expect([code, value.customers.length]).toEqual([0, CUSTOMERS]);
      expect(value.customers.every(({ account, others }) => account >= 64 && others.length === 0)).toBe(true);
    }
    expect(await accountsOfShop()).toHaveLength(CUSTOMERS + 1);
    expect(readFileSync(result, "utf8").trim().split("\r\n")).toHaveLength(CUSTOMERS + 1);
  });

  it("are found again from key and ids alone, and nothing is opened again", async () => {
    rmSync(kept, { recursive: true });
    expect((await open()).value.opened).toBe(0);
    const { value } = await runCairn<Opened>(["customers", "list", "--key", "alice"], env);
    expect(value.customers.map(({ customer }) => customer)).toEqual(ids);
  });

  it("are swept once, although sweeping is killed again and again, and runs twice at once", async () => {
    const { value } = await runCairn<Opened>(["customers", "list", "--key", "alice"], env);
    const rows = value.customers.map(
      ({ customer, account }, i) => `${customer},${account},0.${String(i + 1).padStart(3, "0")}`,
    );
    const list = join(home, "incoming.csv");
    writeFileSync(list, ["id,payee,amount", ...rows].join("\n"));
    const paid = await runCairn(["payout", list, "--key", "bob", "--result", join(home, "paid.csv")], env);
    expect(paid.code).toBe(0);

    const before = BigInt((await accountsOfShop())[0]?.balance ?? 0);
    const kills: boolean[] = [];
    for (let kill = 0; kill < 4; kill++) {
      const files = stored("customers-sweep");
      kills.push(await killWhen(sweepArgs, env, () => stored("customers-sweep") > files + (kill % 2)));
    }
    expect(kills.filter(Boolean).length).toBeGreaterThan(1);
    const [first, second] = await Promise.all([sweep("--wait", "proven"), sweep("--result", join(home, "second.csv"))]);
    expect([first.code, second.code]).toEqual([0, 0]);
    const shop = await accountsOfShop();
    expect(shop.filter(({ balance }) => balance !== "0")).toHaveLength(1);
    // Each account gave what it had, once: its next nonce is 1.
    const nonces = new Set(shop.slice(1).map(({ nonce }) => nonce));
    expect(nonces).toEqual(new Set([1]));
    const sum = (BigInt(CUSTOMERS) * BigInt(CUSTOMERS + 1) * UNIT) / 2n;
    const gain = BigInt(shop[0]?.balance ?? 0) - before;
    expect(gain).toBeLessThan(sum);
    expect(gain).toBeGreaterThan((sum * 99n) / 100n);
    expect((await sweep("--status")).value.isComplete).toBe(true);
  });

  it("of lists with mistakes, or before the first sweep, are refused", async () => {
    const wrong = join(home, "wrong.json");
    writeFileSync(wrong, "[1, 2]");
    expect(await runCairn(["customers", "open", wrong, "--key", "alice"], env)).toMatchObject({
      code: 2,
      value: { error: { code: "sdk/bad-customer-list" } },
    });
    expect(await runCairn(["customers", "sweep", "--status", "--key", "bob"], env)).toMatchObject({
      code: 2,
      value: { error: { code: "cli/usage" } },
    });
  });
});
