import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { announceWallets, type FakeWallet } from "./fake-wallets.ts";
import { type Stage, WAIT } from "./stage.ts";
import { untilOpen } from "./wallet-page.ts";
import { watchPage } from "./watch-page.ts";

/** Tabs of one browser, which share what it keeps. */
export interface Tabs {
  readonly context: BrowserContext;
  /** Another tab of the wallet at a place, with a session. */
  readonly open: (place: string, prepare?: (page: Page) => Promise<void>) => Promise<Page>;
  readonly close: () => Promise<void>;
}

/** A browser with a wallet in it. */
export async function openTabs(
  stage: Stage,
  wallet: FakeWallet,
  { serviceWorkers = "block" }: { readonly serviceWorkers?: "allow" | "block" } = {},
): Promise<Tabs> {
  const context = await stage.browser.newContext({ locale: "en", serviceWorkers });
  return {
    context,
    open: async (place, prepare) => {
      const page = await context.newPage();
      watchPage(page);
      await announceWallets(page, [wallet]);
      await prepare?.(page);
      await page.goto(`${stage.pages()}wallet.html#${place}`);
      await unlock(page, wallet);
      return page;
    },
    close: () => context.close(),
  };
}

/** Connects if the browser does not remember the wallet, and opens the key by a signature. */
export async function unlock(page: Page, { name }: FakeWallet): Promise<void> {
  const choose = page.getByRole("button", { name, exact: true });
  const sign = page.getByRole("button", { name: /^(?:Open with a signature|Sign in the wallet)/ });
  await choose.or(sign).first().waitFor();
  const isConnected = async () => {
    if ((await sign.count()) > 0) return true;
    // A remembered wallet may connect at the same moment.
    await choose.click({ timeout: 200 }).catch(() => undefined);
    return false;
  };
  await expect.poll(isConnected, WAIT).toBe(true);
  await sign.click();
  await untilOpen(page);
}
