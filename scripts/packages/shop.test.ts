/**
 * The shop of examples/shop, installed from the packed packages, with a node, its L1, and a customer in Chromium. Shop and
 * node are killed wherever it hurts most; at the end the shop's books are what the chain has.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { textReference } from "@cairn/protocol";
import { memoryStorage, randomKey, readClaimable, secretKeyToHex } from "@cairn/sdk";
import { readStatement } from "@cairn/sdk/statements";
import type { Browser } from "playwright-core";
import { createTestClient, http, parseEther } from "viem";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  freePort,
  type NodeProcess,
  openScene,
  RUNS_ALL,
  type Scene,
  startTap,
  type Tap,
} from "../../e2e/support/index.ts";
import { sdkClient } from "../../e2e/support/sdk.ts";
import { root } from "../lib/workspace.ts";
import { injectWallet } from "./injected-wallet.ts";
import { startChromium } from "./pages.ts";
import type { Project } from "./project.ts";
import { createShop, installOldestNode, outputOf } from "./shop-project.ts";
import { compile } from "./typescript.ts";

interface Order {
  readonly id: string;
  readonly state: string;
  readonly price: string;
  readonly paid: string;
  readonly expiresAt: number;
  readonly link: string;
  readonly refunds: readonly { readonly amount: string; readonly fee: string; readonly status: string }[];
}
interface Books {
  readonly account: number;
  readonly movements: readonly { readonly id: string; readonly type: string; readonly change: string }[];
  readonly orders: readonly Order[];
  readonly unfinished: readonly string[];
}

const WAIT = { timeout: 120_000 };
const ADMIN = { authorization: "Bearer admin" };
/** Anvil's accounts. */
const [SHOP, CUSTOMER, PAGE_CUSTOMER, SUPPLIER] = [1, 2, 3, 4];
const PRICE = parseEther("0.02");

describe("the shop of the examples", () => {
  let scene: Scene;
  let project: Project;
  let browser: Browser;
  /** This Node; in `npm run test:all` the oldest one that the packages support. */
  let program = process.execPath;
  let node: NodeProcess;
  let shop: ChildProcess;
  /** From the shop to the node, and back. */
  let toNode: Tap;
  let toShop: Tap;
  let url: string;
  let nodeUrl: string;
  let env: Record<string, string>;
  let customer: ReturnType<typeof sdkClient>;

  const startNode = () => scene.start({ CAIRN_API_PORT: new URL(nodeUrl).port, CAIRN_WEBHOOK_TOKEN: "devnet" });
  const run = (script: string, args: readonly string[], more: Record<string, string> = {}): ChildProcess =>
    spawn(program, [`server/${script}.js`, ...args], {
      cwd: project.folder,
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
  /** Starts the shop, and waits until it listens. */
  const startShop = async (more: Record<string, string> = {}): Promise<void> => {
    shop = run("main", [], more);
    let output = "";
    shop.stderr?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const listening = new Promise<void>((resolve) => {
      shop.stdout?.on("data", (chunk: Buffer) => {
        if (chunk.toString().includes("shop: ")) resolve();
      });
    });
    const ended = once(shop, "exit").then(([code]) => `ended with ${code}: ${output}`);
    expect(await Promise.race([listening, ended])).toBeUndefined();
  };
  const killShop = async (): Promise<void> => {
    if (shop.exitCode !== null || shop.signalCode !== null) return;
    const ended = once(shop, "exit");
    shop.kill("SIGKILL");
    await ended;
  };
  /** Kills the shop when a request reaches or has passed a tap; resolves once it is dead. */
  const killAt = (tap: Tap, moment: "before" | "after", pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const passing = tap[moment];
      tap[moment] = async ({ method, path }) => {
        if (!pattern.test(`${method} ${path}`)) return true;
        tap[moment] = passing;
        await killShop();
        resolve();
        return false;
      };
    });
  const office = async (...args: string[]): Promise<string> => {
    return (await outputOf(run("office", args))).trim();
  };
  const call = async <T>(path: string, init: RequestInit = {}): Promise<{ status: number; body: T }> => {
    const answer = await fetch(`${url}${path}`, init);
    return { status: answer.status, body: (await answer.json()) as T };
  };
  const buy = async (): Promise<Order> => {
    const { status, body } = await call<Order>("/orders", { method: "POST", body: JSON.stringify({ item: "tea" }) });
    expect(status).toBe(200);
    return body;
  };
  const orderOf = async (id: string): Promise<Order> => (await call<Order>(`/orders/${id}`)).body;
  const becomes = (id: string, state: string | RegExp) =>
    expect.poll(async () => (await orderOf(id)).state, WAIT).toMatch(state);
  /** Mines L1 blocks until an order is what it should be. */
  const becomesFinally = (id: string, state: string) =>
    expect
      .poll(async () => {
        await scene.l1.mine(20);
        return (await orderOf(id)).state;
      }, WAIT)
      .toBe(state);
  const act = (id: string, word: "ship" | "cancel") =>
    call<Order & { error: string }>(`/orders/${id}/${word}`, { method: "POST", headers: ADMIN });
  const books = async (): Promise<Books> => (await call<Books>("/books", { headers: ADMIN })).body;
  /** Pays without the request's link, as much as somebody likes. */
  const payAmount = async (order: Order, amount: bigint): Promise<void> => {
    const { account } = await books();
    const handle = await customer.transfer({ to: account, amount, reference: textReference(`order ${order.id}`) });
    await handle.wait({ for: "confirmed", ...WAIT });
  };
  const balanceOf = async (person: ReturnType<typeof sdkClient>): Promise<bigint> => {
    const { balances } = await (await person.cairn.node()).ownerBalances({ owner: person.account.address, tokenId: 0 });
    return BigInt(balances[0]?.balance ?? 0);
  };

  beforeAll(async () => {
    const ports: [number, number] = await Promise.all([freePort(), freePort()]);
    nodeUrl = `http://127.0.0.1:${ports[0]}`;
    url = `http://127.0.0.1:${ports[1]}`;
    [scene, project, browser, toNode, toShop] = await Promise.all([
      openScene({ proofs: "stand-in", database: "server", env: { CAIRN_BATCH_SECONDS: "1" } }),
      createShop(),
      startChromium(),
      startTap(nodeUrl),
      startTap(url),
    ]);
    env = {
      SHOP_ROLLUP: scene.l1.rollup.address,
      SHOP_RPC: scene.l1.rpcUrl,
      SHOP_NODE: toNode.url,
      SHOP_PUBLIC_NODE: nodeUrl,
      SHOP_L1_KEY: scene.l1.privateKey(SHOP),
      SHOP_L2_KEY: secretKeyToHex(randomKey()),
      SHOP_WEBHOOK_TOKEN: "devnet",
      SHOP_ADMIN_TOKEN: "admin",
      SHOP_PORT: new URL(url).port,
      SHOP_URL: toShop.url,
    };
    node = await startNode();
    if (RUNS_ALL) program = await installOldestNode(mkdtempSync(join(scene.dir, "node20-")));
    await build({ root: join(project.folder, "page"), logLevel: "error", build: { minify: false } });
    customer = sdkClient(scene, CUSTOMER, { storage: memoryStorage(), node: nodeUrl });
    const [deposit] = await Promise.all([
      customer.deposit({ amount: parseEther("2") }),
      office("deposit", "1", "start"),
    ]);
    await deposit.wait({ for: "confirmed", ...WAIT });
    await startShop();
  });
  afterAll(async () => {
    await browser?.close();
    if (shop !== undefined) await killShop();
    await Promise.all([toNode?.close(), toShop?.close()]);
    await scene?.stop();
    project?.remove();
  });

  it("has a page that compiles", async () => {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const files = ["page/src/main.ts", "page/src/vault.ts"];
    expect(await compile(project.folder, tsc, { resolution: "bundler", files, isPage: true })).toBe("");
  });

  it("is paid by a link, and ships only what is final", async () => {
    const order = await buy();
    expect(order).toMatchObject({ state: "open", price: `${PRICE}` });
    expect(await act(order.id, "ship")).toMatchObject({ status: 400, body: { error: "the order is open, not final" } });
    await customer.payRequest(order.link);
    await becomes(order.id, /paid|final/);
    await becomesFinally(order.id, "final");
    const stranger = await fetch(`${url}/orders/${order.id}/ship`, { method: "POST" });
    expect(stranger.status).toBe(401);
    expect(await act(order.id, "ship")).toMatchObject({ status: 200, body: { state: "shipped" } });
    expect(await act(order.id, "cancel")).toMatchObject({ status: 400 });
  });

  it("sends back what is paid too much, and what is paid for a cancelled order", async () => {
    const before = await balanceOf(customer);
    const over = await buy();
    await payAmount(over, PRICE + parseEther("0.01"));
    await becomesFinally(over.id, "final");
    const under = await buy();
    await payAmount(under, PRICE / 2n);
    await becomes(under.id, "underpaid");
    await act(under.id, "cancel");
    await becomesFinally(under.id, "refunded");
    await expect
      .poll(async () => {
        await scene.l1.mine(20);
        return (await orderOf(over.id)).refunds.map(({ status }) => status);
      }, WAIT)
      .toEqual(["final"]);
    const refunds = [...(await orderOf(over.id)).refunds, ...(await orderOf(under.id)).refunds];
    const back = refunds.reduce((sum, { amount, fee }) => sum + BigInt(amount) + BigInt(fee), 0n);
    expect(back).toBe(parseEther("0.01") + PRICE / 2n);
    const cost = before - (await balanceOf(customer)) - PRICE;
    const fees = await feesOf(customer, [over, under]);
    expect(cost).toBe(fees + refunds.reduce((sum, { fee }) => sum + BigInt(fee), 0n));
  });

  /** What the customer's own payments of orders cost. */
  const feesOf = async (person: ReturnType<typeof sdkClient>, orders: readonly Order[]): Promise<bigint> => {
    const api = await person.cairn.node();
    const { entries } = await api.ownerHistory({ owner: person.account.address, direction: "out" });
    const references = orders.map(({ id }) => BigInt(textReference(`order ${id}`)));
    const paid = entries.filter(({ reference }) => reference !== null && references.includes(BigInt(reference)));
    expect(paid.length).toBe(orders.length);
    return paid.reduce((sum, { fee }) => sum + BigInt(fee ?? 0), 0n);
  };

  it("books a payment once when it is killed between webhook and booking, and after booking before it answers", async () => {
    const order = await buy();
    const beforeBooking = killAt(toNode, "before", /^GET \/v1\/requests\//);
    await customer.payRequest(order.link);
    await beforeBooking;
    await startShop();
    await becomes(order.id, /paid|final/);

    const second = await buy();
    const booked = killAt(toShop, "after", /^POST \/cairn/);
    await customer.payRequest(second.link);
    await booked;
    await startShop();
    await becomes(second.id, /paid|final/);
    for (const { id } of [order, second]) await becomesFinally(id, "final");
  });

  it("misses nothing that happens while it is down, also when the node is killed", async () => {
    const order = await buy();
    await killShop();
    await (await customer.payRequest(order.link)).wait({ for: "confirmed", ...WAIT });
    await node.kill();
    node = await startNode();
    await startShop();
    await becomesFinally(order.id, "final");
  });

  it("refunds once when it is killed before and after the node has taken the refund, and the node after that", async () => {
    const order = await buy();
    await customer.payRequest(order.link);
    await becomesFinally(order.id, "final");
    for (const moment of ["before", "after"] as const) {
      const killed = killAt(toNode, moment, /^POST \/v1\/transactions/);
      if (moment === "before") await act(order.id, "cancel");
      await killed;
      if (moment === "after") {
        await node.kill();
        node = await startNode();
      }
      await startShop();
    }
    await becomesFinally(order.id, "refunded");
    expect((await orderOf(order.id)).refunds).toHaveLength(1);
  });

  it("closes an order whose time is over, and sends back what comes after that", async () => {
    await killShop();
    await startShop({ SHOP_ORDER_SECONDS: "1", SHOP_GRACE_SECONDS: "0" });
    const order = await buy();
    await becomes(order.id, "expired");
    await payAmount(order, PRICE);
    await becomesFinally(order.id, "refunded");
    await killShop();
    await startShop();
  });

  it("pays its suppliers once, withdraws, and claims what L1 could not deliver", async () => {
    const supplier = scene.l1.wallet(SUPPLIER).account.address;
    writeFileSync(join(project.folder, "suppliers.csv"), `id,payee,amount,reference\ntea,${supplier},0.01,invoice 7\n`);
    for (let i = 0; i < 2; i++)
      expect(await office("payout", "suppliers.csv")).toMatch(/confirmed: 1|proven: 1|final: 1/);

    const test = createTestClient({
      mode: "anvil",
      chain: scene.l1.rollup.reader.chain,
      transport: http(scene.l1.rpcUrl),
    });
    const owner = scene.l1.wallet(SHOP).account.address;
    // For a while the shop's account on L1 takes no money: it reverts.
    await test.setCode({ address: owner, bytecode: "0x5f5ffd" });
    expect(await office("withdraw", "0.1", "takings-1")).toMatch(/claimable/);
    await test.setCode({ address: owner, bytecode: "0x" });
    expect(await office("claim")).toBe("0.1");
    for (let i = 0; i < 2; i++) expect(await office("withdraw", "0.05", "takings-2")).toMatch(/paid|final/);
    expect(await readClaimable(customer, { for: owner })).toBe(0n);
  });

  it("is paid from its page in Chromium, which sees the order become final", async () => {
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(String(error)));
    const account = scene.l1.wallet(PAGE_CUSTOMER).account.address;
    await page.addInitScript(injectWallet, { rpcUrl: scene.l1.rpcUrl, account });
    await page.goto(url);
    await page.getByRole("button", { name: "Tea, 100 g" }).click();
    const shown = (id: string) => page.locator(`#${id}`).textContent();
    await expect.poll(() => shown("state"), WAIT).toBe("open");
    await page.getByRole("button", { name: "Top up" }).click();
    await expect.poll(() => shown("progress"), WAIT).toMatch(/top-up (?:confirmed|proven|final)/);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await expect.poll(() => shown("state"), WAIT).toMatch(/paid|final/);
    await expect.poll(() => shown("progress"), WAIT).toMatch(/proven: L1 has it, block \d+/);
    await becomesFinally(new URL(page.url()).hash.slice(1), "final");
    await page.reload();
    await expect.poll(() => shown("state"), WAIT).toBe("final");
    expect([failures, await shown("problem")]).toEqual([[], ""]);
  });

  it("has books that are what the chain has", async () => {
    await expect
      .poll(async () => {
        await scene.l1.mine(20);
        return (await books()).unfinished.length;
      }, WAIT)
      .toBe(0);
    // The account's last movements are told after those of orders.
    const api = await customer.cairn.node();
    const { account, orders } = await books();
    const { closing, movements } = await readStatement(api, { account, status: "confirmed" });
    const sum = async () => (await books()).movements.reduce((total, { change }) => total + BigInt(change), 0n);
    await expect.poll(sum, WAIT).toBe(closing);
    expect(closing).toBe(BigInt((await api.account({ index: account })).balance));
    // Each order's money is in the statement once: its payments in, its refunds out.
    for (const { id, paid, refunds } of orders) {
      const own = movements.filter(({ reference }) => reference === `order ${id}`);
      const into = own.reduce((total, { amount }) => total + amount, 0n);
      expect(own.length, id).toBe(1);
      if (refunds.length === 0) expect(into).toBe(BigInt(paid));
    }
    const sent = movements
      .filter(({ type, amount }) => type === "transfer" && amount < 0n)
      .map(({ amount }) => -amount);
    const refunded = orders.flatMap(({ refunds }) => refunds).map(({ amount }) => BigInt(amount));
    const bySize = (a: bigint, b: bigint) => (a < b ? -1 : 1);
    expect(sent.sort(bySize)).toEqual([...refunded, parseEther("0.01")].sort(bySize));
    expect(orders).toHaveLength(9);
  });
});
