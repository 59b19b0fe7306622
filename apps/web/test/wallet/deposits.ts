import type { Page } from "playwright-core";
import { erc20Abi, formatEther, parseAbi, parseEther } from "viem";
import { expect, it } from "vitest";
import { fakeWallet } from "../support/fake-wallets.ts";
import { startPrefixProxy } from "../support/prefix-proxy.ts";
import { readJson } from "../support/read-json.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { openBySignature, openSession, problemIn } from "../support/wallet-page.ts";

/** Number of the stage's token, of 6 decimals. */
const USD = 1;
/** Anyone may make tokens of the development token. */
const MINT_ABI = parseAbi(["function mint(address account, uint256 amount)"]);

/** W3: deposits; and the first page, which shows what became of them. */
export function depositsArrive(stage: Stage): void {
  const fill = async (page: Page, amount: string): Promise<void> => {
    await page.getByLabel("Amount", { exact: true }).fill(amount);
    await page.locator("[data-what]").waitFor();
    await page.getByRole("button", { name: "Deposit", exact: true }).click();
  };
  const statuses = async (page: Page): Promise<(string | null)[]> => {
    const shown = await page.locator("[data-deposit] [data-request-status]").all();
    return Promise.all(shown.map((one) => one.getAttribute("data-request-status")));
  };
  const balance = async (page: Page, token: number): Promise<string> => {
    const tile = page.locator(`[data-tile="token-${token}"] dd`).first();
    return (await tile.count()) === 0 ? "" : ((await tile.textContent()) ?? "");
  };
  const home = (page: Page) => page.getByRole("link", { name: "Overview" }).click();

  it("W3: who has nothing is led to a deposit; it says what will happen, and the money is there without any activation", async () => {
    const wallet = fakeWallet(stage.scene.l1, { positions: [6] });
    const page = await openSession(stage, wallet);
    await page.getByRole("main").getByRole("link", { name: "Deposit" }).click();
    await page.getByLabel("Amount", { exact: true }).fill("1,5");
    await expect.poll(() => page.getByRole("alert").textContent(), WAIT).toContain("after a point");
    await page.getByLabel("Amount", { exact: true }).fill("1000000");
    await expect.poll(() => page.getByRole("alert").textContent(), WAIT).toContain("more than you have on L1");
    await page.getByLabel("Amount", { exact: true }).fill("1.5");
    await expect.poll(() => page.locator("[data-what]").textContent(), WAIT).toContain("You pay 1.5 ETH");
    const send = () => page.getByRole("button", { name: "Deposit", exact: true }).click();
    const sent = () => wallet.asked.filter((method) => method === "eth_sendTransaction").length;
    // A refusal leaves nothing behind.
    wallet.refused.add("eth_sendTransaction");
    await send();
    await problemIn(page).toBe("sdk/wallet-refused");
    wallet.refused.clear();
    // Nor is a wallet asked to send that has changed without a word.
    wallet.chainId = 1;
    await send();
    await problemIn(page).toBe("sdk/wrong-rollup");
    wallet.chainId = 31337;
    const own = wallet.accounts;
    wallet.accounts = [stage.scene.l1.wallet(7).account.address];
    await send();
    await problemIn(page).toBe("sdk/wallet-refused");
    wallet.accounts = own;
    expect(sent()).toBe(1);
    await send();
    await expect.poll(() => statuses(page), WAIT).toContainEqual(expect.stringMatching(/confirmed|proven|final/));
    await home(page);
    await expect.poll(() => balance(page, 0), WAIT).toBe("1.5 ETH");
    // The key is authorised by the deposit alone.
    await expect.poll(() => page.locator("[data-authorised]").allTextContents(), WAIT).toEqual(["yes"]);
    expect(sent()).toBe(2);
    // L1 vouches for it once a batch has it.
    await expect.poll(() => page.locator('main [data-truth="checked"]').count(), WAIT).toBe(1);
    await page.close();
  });

  it("W3: a deposit whose page was closed before L1 had it goes on after a reload, once", async () => {
    const { l1 } = stage.scene;
    const wallet = fakeWallet(l1, { positions: [7] });
    const before = await l1.rollup.reader.getBalance({ address: l1.wallet(7).account.address });
    const page = await openSession(stage, wallet, { place: "/deposit" });
    await l1.mineByHand();
    try {
      await fill(page, "0.25");
      await expect.poll(() => statuses(page), WAIT).toEqual(["sent"]);
      await page.reload();
      await openBySignature(page);
      await expect.poll(() => statuses(page), WAIT).toEqual(["sent"]);
    } finally {
      await l1.mineAtOnce();
      await l1.mine();
    }
    await home(page);
    await expect.poll(() => balance(page, 0), WAIT).toBe("0.25 ETH");
    expect(wallet.asked.filter((method) => method === "eth_sendTransaction")).toHaveLength(1);
    const spent = before - (await l1.rollup.reader.getBalance({ address: l1.wallet(7).account.address }));
    expect(Number(formatEther(spent - parseEther("0.25")))).toBeLessThan(0.1);
    await page.close();
  });

  it("W3: a token by approval, then by permit, into one account; both allowances are used up", async () => {
    const { l1 } = stage.scene;
    const wallet = fakeWallet(l1, { positions: [8] });
    const owner = l1.wallet(8).account.address;
    const { address } = await readJson<{ readonly address: `0x${string}` }>(`${stage.pages()}v1/tokens/${USD}`);
    await l1.wallet(1).writeContract({ address, abi: MINT_ABI, functionName: "mint", args: [owner, 9_000_000n] });
    const page = await openSession(stage, wallet, { place: "/deposit" });
    await page.getByLabel("Token", { exact: true }).selectOption(String(USD));
    await expect.poll(() => page.getByText("On L1 you have 9 ").count(), WAIT).toBe(1);
    await fill(page, "4.5");
    await expect.poll(() => statuses(page), WAIT).toContainEqual(expect.stringMatching(/confirmed|proven|final/));
    await page.getByLabel("How the rollup may take the token").selectOption("permit");
    await fill(page, "2.5");
    await home(page);
    await expect.poll(() => balance(page, USD), WAIT).toMatch(/^7 /);
    // Approval and deposit, permit and deposit; the key needed two signatures.
    expect(wallet.asked.filter((method) => method === "eth_sendTransaction")).toHaveLength(3);
    expect(wallet.asked.filter((method) => method === "eth_signTypedData_v4")).toHaveLength(3);
    const allowance = await l1.rollup.reader.readContract({
      address,
      abi: erc20Abi,
      functionName: "allowance",
      args: [owner, l1.rollup.address],
    });
    expect(allowance).toBe(0n);
    await page.close();
  });

  it("a node that lies about a token's decimals changes no amount: L1 says how it is counted", async () => {
    const proxy = await startPrefixProxy(stage.pages());
    proxy.lie(/\/v1\/tokens/, ({ tokens, ...body }) => ({
      ...body,
      tokens: (tokens as readonly { readonly id: number }[]).map((token) => ({
        ...token,
        decimals: token.id === 0 ? 18 : 2,
      })),
    }));
    try {
      const wallet = fakeWallet(stage.scene.l1, { positions: [8] });
      const page = await openSession(stage, wallet, { at: proxy.url, place: "/deposit" });
      await page.getByLabel("Token", { exact: true }).selectOption(String(USD));
      await expect.poll(() => page.getByText("On L1 you have 2 ").count(), WAIT).toBe(1);
      await home(page);
      await expect.poll(() => balance(page, USD), WAIT).toMatch(/^7 /);
      await page.close();
    } finally {
      await proxy.stop();
    }
  });
}
