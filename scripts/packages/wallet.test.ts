/**
 * The wallet of docs/guides/build-a-wallet.md: built by Vite from the packed packages, in Chromium, with a node and its L1.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memoryStorage } from "@cairn/sdk";
import type { Browser, Locator, Page } from "playwright-core";
import { parseEther } from "viem";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, openScene, type Scene } from "../../e2e/support/index.ts";
import { sdkClient } from "../../e2e/support/sdk.ts";
import { root } from "../lib/workspace.ts";
import { injectWallet } from "./injected-wallet.ts";
import { type PageServer, servePages, startChromium } from "./pages.ts";
import { createProject, installOffline, type Project } from "./project.ts";
import { compile } from "./typescript.ts";

const SOURCE = join(import.meta.dirname, "wallet");
const DAY = 24 * 3600;
const WAIT = { timeout: 60_000 };
/** Anvil's account of the page's user, and of a shop. */
const USER = 1;
const SHOP = 2;

/** As a reader sees it, line by line. */
// biome-ignore lint/performance/useDomNodeTextContent: lines are what is compared
const textOf = (part: Locator): Promise<string> => part.innerText();

describe("the wallet of the guide", () => {
  let scene: Scene;
  let project: Project;
  let server: PageServer;
  let browser: Browser;
  let page: Page;
  let port: number;
  let startNode: () => Promise<{ kill: () => Promise<unknown> }>;
  let node: { kill: () => Promise<unknown> };
  const failures: string[] = [];

  const shop = () => sdkClient(scene, SHOP, { storage: memoryStorage() });
  const user = () => scene.l1.wallet(USER).account.address;
  const text = () => textOf(page.locator("body"));
  const part = (name: string) => page.getByLabel(name, { exact: true });
  const press = (name: string) => page.getByRole("button", { name }).click();
  const act = async (name: string, value: string) => {
    await part(name).getByPlaceholder(name).fill(value);
    await part(name).getByRole("button", { name }).click();
  };
  const shows = (pattern: RegExp) => expect.poll(text, WAIT).toMatch(pattern);
  const account = async (owner: string) => {
    const { accounts } = await (await shop().cairn.node()).accounts({ owner, tokenId: 0 });
    return accounts[0] ?? expect.unreachable();
  };

  /** A page with a passkey of its own device. */
  const openPage = async (): Promise<Page> => {
    const opened = await browser.newPage();
    opened.on("pageerror", (error) => failures.push(String(error)));
    await opened.addInitScript(injectWallet, { rpcUrl: scene.l1.rpcUrl, account: user() });
    const devices = await opened.context().newCDPSession(opened);
    await devices.send("WebAuthn.enable");
    const kind = { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal" } as const;
    const can = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true, hasPrf: true };
    await devices.send("WebAuthn.addVirtualAuthenticator", {
      options: { ...kind, ...can, automaticPresenceSimulation: true },
    });
    await opened.goto(server.url.replace("127.0.0.1", "localhost"));
    return opened;
  };

  beforeAll(async () => {
    [scene, project, browser, port] = await Promise.all([
      openScene({ proofs: "stand-in" }),
      createProject(),
      startChromium(),
      freePort(),
    ]);
    startNode = () => scene.start({ CAIRN_API_PORT: String(port) });
    const [started] = await Promise.all([startNode(), installOffline(project)]);
    node = started;
    cpSync(SOURCE, project.folder, { recursive: true });
    const { reader, address } = scene.l1.rollup;
    writeFileSync(
      join(project.folder, ".env"),
      `VITE_CHAIN_ID=${reader.chain.id}\nVITE_ROLLUP=${address}\nVITE_NODE=http://127.0.0.1:${port}\n`,
    );
    const opening = shop().deposit({ amount: parseEther("2") });
    const outDir = join(project.folder, "page");
    mkdirSync(outDir);
    await build({ root: project.folder, logLevel: "error", build: { outDir, minify: false } });
    server = await servePages(outDir);
    await (await opening).wait({ for: "confirmed", ...WAIT });
    page = await openPage();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await scene?.stop();
    project?.remove();
  });

  it("has sources that compile", async () => {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const files = ["src/main.tsx", "src/vault.ts", "src/vite-env.d.ts"];
    expect(await compile(project.folder, tsc, { resolution: "bundler", files, isPage: true })).toBe("");
  });

  it("makes a passkey, deposits, and shows the balance live", async () => {
    await press("New passkey");
    await shows(/^0 ETH live\n/);
    await act("Deposit", "1");
    await shows(/^1 ETH live\n/);
    await shows(/deposit in 1 (?:confirmed|proven)/);
    expect(await text()).toContain("The node is connected.");
  });

  it("pays a request once, also with two clicks, and is paid without a reload", async () => {
    const { link } = await shop().requestPayment({ amount: parseEther("0.25"), reference: "order 17" });
    const before = BigInt((await account(shop().account.address)).balance);
    await part("Pay").getByPlaceholder("Pay").fill(link);
    await shows(/0\.25 ETH to account \d+/);
    await part("Pay").getByRole("button").dblclick();
    await shows(/^0\.75 ETH live\n/);
    await shows(/transfer out 0\.25 confirmed/);
    const payment = await shop().transfer({ to: (await account(user())).index, amount: parseEther("0.1") });
    await payment.wait({ for: "confirmed", ...WAIT });
    await shows(/^0\.85 ETH live\n/);
    const after = BigInt((await account(shop().account.address)).balance);
    expect(after - before).toBe(parseEther("0.25") - parseEther("0.1"));
  });

  it("says that it is not live without the node, and catches up when that is back", async () => {
    await node.kill();
    await shows(/^0\.85 ETH as of [\s\S]*not connected: what is shown may be old/);
    node = await startNode();
    const payment = await shop().transfer({ to: (await account(user())).index, amount: parseEther("0.05") });
    await payment.wait({ for: "confirmed", ...WAIT });
    await shows(/^0\.9 ETH live\n/);
  });

  it("goes on after a reload, with the passkey, and is paid on L1", async () => {
    const before = await scene.l1.rollup.reader.getBalance({ address: user() });
    await act("Withdraw", "0.4");
    await expect.poll(() => textOf(part("Withdraw")), WAIT).toMatch(/received|confirmed|proven|paid/);
    await page.reload();
    await press("Open with passkey");
    await shows(/^0\.5 ETH live\n/);
    await expect.poll(() => textOf(part("outbox")), WAIT).toMatch(/withdraw paid/);
    const after = await scene.l1.rollup.reader.getBalance({ address: user() });
    expect(after - before).toBe(parseEther("0.4"));
  });

  it("checks the account against L1", async () => {
    const { index } = await account(user());
    const checked = () => textOf(part("checked"));
    await expect
      .poll(checked, WAIT)
      .toMatch(new RegExp(`^Account ${index}: checked, 0\\.5 ETH after batch \\d+, in L1`));
  });

  it("makes keys from a passphrase's file and from the wallet, always the same", async () => {
    const other = await openPage();
    try {
      const open = async (name: string): Promise<void> => {
        await other.getByPlaceholder("passphrase").fill("correct horse");
        await other.getByRole("button", { name }).click();
        await expect.poll(() => textOf(other.locator("body")), WAIT).toMatch(/^0 ETH live\n/);
        await other.reload();
      };
      for (const name of ["New key file", "Open key file", "Key from wallet"]) await open(name);
    } finally {
      await other.close();
    }
  });

  it("leaves by L1 alone when the operator is gone", async () => {
    const { index } = await account(user());
    const api = await shop().cairn.node();
    await expect
      .poll(async () => (await api.rollup()).lastProvenBlock, WAIT)
      .toBe((await api.blocks({ limit: 1 })).blocks[0]?.number);
    const proof = await api.accountProof({ index });
    await node.kill();
    await press("The operator is gone");
    await page.getByPlaceholder("account").fill(String(index));
    await press("1. Request");
    await shows(/request mined/);
    await scene.l1.passTime(8 * DAY);
    await press("2. Freeze");
    await shows(/freeze mined/);
    const before = await scene.l1.rollup.reader.getBalance({ address: user() });
    const file = { name: "proof.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(proof)) };
    await page.setInputFiles("input[type=file]", file);
    await shows(/exit (?:mined|final)/);
    const gained = (await scene.l1.rollup.reader.getBalance({ address: user() })) - before;
    expect(gained).toBeGreaterThan(parseEther("0.499"));
    expect(failures).toEqual([]);
  });
});
