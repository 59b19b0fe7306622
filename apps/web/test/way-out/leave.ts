import { erc20Abi, rollupAbi } from "@cairn/contracts";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.ts";
import { ALICES } from "../support/dead-rollup.ts";
import { announceWallets, emit, type FakeWallet, fakeWallet } from "../support/fake-wallets.ts";
import { WAIT } from "../support/stage.ts";
import { openPage, type WayOutStage } from "./stage.ts";

const DAY = 24 * 3600;
const ETHER = 10n ** 18n;
/** More than all transactions of the way out cost at anvil's prices. */
const GAS = ETHER / 20n;
/** Deposited after the operator's end. */
const LATE = 7n * ETHER;
/** Words of English texts that no German page may show. */
const ENGLISH = /\b(?:the|and|account|request|freeze|take|costs|checked|rebuild)\b/i;

/** W4. It ends the rollup, so that nothing can come after it. */
export function peopleLeave(stage: WayOutStage): void {
  let page: Page;
  let asked: ReadonlySet<string>;
  const sent: string[] = [];
  let isSilent = false;
  let isIgnoring = false;
  let ignored = 0;

  /** Alice's and a stranger's, which may send without telling the page. */
  const walletOfAlice = (): FakeWallet => {
    const wallet = fakeWallet(stage.dead().scene.l1, { positions: [1, 4] });
    const { answer } = wallet;
    return Object.assign(wallet, {
      answer: async (method: string, params: readonly unknown[]) => {
        if (isIgnoring && method === "eth_sendTransaction") {
          ignored++;
          return new Promise<never>(() => undefined);
        }
        const answered = await answer(method, params);
        if (method !== "eth_sendTransaction") return answered;
        sent.push(String(answered));
        return isSilent ? new Promise<never>(() => undefined) : answered;
      },
    });
  };

  const step = (name: string) => page.locator(`[data-step="${name}"]`);
  const state = (name: string) => step(name).getAttribute("data-state");
  const states = () => Promise.all(["request", "freeze", "exit", "reclaim", "payOut", "claim"].map(state));
  /** Nothing breaks WCAG, nothing scrolls sideways, and German pages are German. */
  const looksWell = async (settings: { readonly locale: string; readonly theme: string }, width: number) => {
    await page.evaluate(`localStorage.setItem("cairn-settings", ${JSON.stringify(JSON.stringify(settings))})`);
    await page.setViewportSize({ width, height: 900 });
    await page.reload();
    await expect.poll(() => step("freeze").count(), WAIT).toBe(1);
    expect(await accessibilityProblems(page), settings.theme).toEqual([]);
    const wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(wider)).toBe(0);
    if (settings.locale === "de") expect(await page.locator("body").textContent()).not.toMatch(ENGLISH);
  };
  const held = async () => {
    const lines = await page.locator("[data-held]").all();
    return (await Promise.all(lines.map((line) => line.getAttribute("data-held")))).sort();
  };
  const isHeld = (...lines: readonly (readonly [token: number, amount: bigint])[]) =>
    expect.poll(held, WAIT).toEqual(lines.map(([token, amount]) => `${token}:${amount}`).sort());
  const press = async (name: RegExp) => {
    const button = page.getByRole("button", { name }).first();
    await expect.poll(() => button.isEnabled(), WAIT).toBe(true);
    await button.click();
  };
  const passTime = async (seconds: number) => {
    const { anvil } = stage.dead();
    await anvil.increaseTime({ seconds });
    await anvil.mine({ blocks: 1 });
    await page.reload();
    await expect.poll(() => step("freeze").count(), WAIT).toBe(1);
  };
  const balances = async () => {
    const { scene, token } = stage.dead();
    const { reader } = scene.l1.rollup;
    const { address } = scene.l1.wallet(1).account;
    const args = [address] as const;
    const tokens = { address: token.address, abi: erc20Abi, functionName: "balanceOf", args } as const;
    return [await reader.getBalance({ address }), await reader.readContract(tokens)] as const;
  };

  it("W4: from a file server, with the L1 wallet alone: it shows all that is theirs, and the clocks", async () => {
    const { scene, token, alice } = stage.dead();
    const wallet = walletOfAlice();
    ({ page, asked } = await openPage(stage, `${stage.withoutNode()}wallet.html#/leave`, {
      prepare: (opened) => announceWallets(opened, [wallet]),
      serviceWorkers: "allow",
    }));
    await page.getByRole("button", { name: wallet.name }).click();
    await page.getByRole("button", { name: "Rebuild the state" }).click();
    const mine = [
      [0, ALICES.inEth],
      [token.id, ALICES.inToken],
      [0, ALICES.unpaid],
      [0, ALICES.claimable],
    ] as const;
    await isHeld(...mine);
    expect(await states()).toEqual(["now", "later", "later", "done", "now", "now"]);
    expect(await step("freeze").textContent()).toContain("Once an entry has waited in the queue for 7 days");

    // The clock runs from the request on; a deposit that comes too late waits with it.
    await press(new RegExp(`^Request account ${alice.index}$`));
    await expect.poll(() => state("request"), WAIT).toBe("done");
    await scene.holders.topUp(alice, LATE);
    const { reader, address } = scene.l1.rollup;
    const { queueBaseFee } = await reader.readContract({ address, abi: rollupAbi, functionName: "parameters" });
    await page.reload();
    await isHeld(...mine, [0, queueBaseFee / 2n], [0, LATE]);
    expect(await states()).toEqual(["done", "later", "later", "later", "now", "now"]);
    expect(await step("freeze").textContent()).toMatch(/Anyone may freeze the rollup from .*; that is in [67] days/);
    expect(await accessibilityProblems(page)).toEqual([]);

    // The page keeps to the account that it has shown.
    const [own = "", strangers = ""] = wallet.accounts;
    for (const accounts of [
      [strangers, own],
      [own, strangers],
    ]) {
      wallet.accounts = accounts;
      await emit(page, wallet, "accountsChanged", accounts);
      const isOther = accounts[0] === strangers;
      await expect.poll(() => page.locator('[data-problem="other-account"]').count(), WAIT).toBe(isOther ? 1 : 0);
    }
    await isHeld(...mine, [0, queueBaseFee / 2n], [0, LATE]);
    await looksWell({ locale: "de", theme: "dark" }, 390);
    await looksWell({ locale: "en", theme: "light" }, 1280);
  });

  /** Whether the browser has all files of the pages. */
  const isCached = () =>
    page.evaluate<boolean>(`(async () => {
      const name = (await caches.keys()).find((one) => one.endsWith(" state"));
      if (name === undefined) return false;
      return (await (await caches.open(name)).match(new URL("build", document.baseURI).href)) !== undefined;
    })()`);

  it("W4: from the browser's cache, they get paid what was withdrawn, collect, freeze, leave and take back what waits; nothing is left", async () => {
    const { scene, token } = stage.dead();
    const before = await balances();
    // The pages' host goes the way of the node.
    await expect.poll(isCached, WAIT).toBe(true);
    await stage.endFileServer();
    await page.reload();
    await press(/^Pay 0\.5 ETH$/);
    await expect.poll(() => state("payOut"), WAIT).toBe("done");
    // The user closes the wallet's question without an answer, and the page.
    isIgnoring = true;
    await press(/^Collect 0\.25 ETH$/);
    await expect.poll(() => ignored, WAIT).toBe(1);
    expect(await page.getByText("Confirm it in your wallet").count()).toBe(1);
    isIgnoring = false;
    await page.reload();
    await press(/^Forget it$/);
    await expect.poll(() => page.locator("[data-under-way]").getAttribute("data-under-way"), WAIT).toBe("0");
    await press(/^Collect 0\.25 ETH$/);
    await expect.poll(() => state("claim"), WAIT).toBe("done");

    await passTime(7 * DAY);
    await expect.poll(() => state("freeze"), WAIT).toBe("now");
    // The wallet sends it, and the page is gone before it hears of that.
    isSilent = true;
    await press(/^Freeze the rollup for good$/);
    await expect.poll(() => sent.length, WAIT).toBe(4);
    isSilent = false;
    await page.reload();
    await expect.poll(() => state("freeze"), WAIT).toBe("done");
    await expect.poll(() => page.locator("[data-under-way]").getAttribute("data-under-way"), WAIT).toBe("0");

    await press(/^Take out accounts /);
    await expect.poll(() => state("exit"), WAIT).toBe("done");
    for (const left of [1, 0]) {
      await press(/^Take back entry /);
      await expect.poll(() => page.getByRole("button", { name: /^Take back entry / }).count(), WAIT).toBe(left);
    }
    await isHeld();
    await expect.poll(() => page.locator("main").textContent(), WAIT).toContain("You have left");
    expect(await accessibilityProblems(page)).toEqual([]);

    const [eth, tokens] = await balances();
    const gained = eth - before[0];
    const due = ALICES.inEth + LATE + ALICES.unpaid + ALICES.claimable;
    expect(gained).toBeGreaterThan(due - GAS);
    expect(tokens - before[1]).toBe(ALICES.inToken);
    // Request, payout, claim, freeze, exit of both accounts, two refunds.
    expect(sent).toHaveLength(7);
    const { reader, address } = scene.l1.rollup;
    const custody = (id: number) =>
      reader.readContract({ address, abi: rollupAbi, functionName: "custody", args: [id] });
    // Bob's, who has not left.
    expect([await custody(0), await custody(token.id)]).toEqual([2n * ETHER, 0n]);
    expect([...asked]).toEqual([new URL(stage.rpc().url).origin]);
    await page.context().close();
  });
}
