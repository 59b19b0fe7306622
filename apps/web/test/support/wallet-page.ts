import type { Page } from "playwright-core";
import { expect } from "vitest";
import { announceWallets, type FakeWallet } from "./fake-wallets.ts";
import { type OpenOptions, type Stage, WAIT } from "./stage.ts";

/** The wallet's page at a place, in a browser with wallets. */
export function openWallet(
  stage: Stage,
  wallets: readonly FakeWallet[],
  { place = "/", ...options }: OpenOptions & { readonly place?: string } = {},
): Promise<Page> {
  return stage.open(place, {
    ...options,
    file: "wallet.html",
    prepare: async (page) => {
      await announceWallets(page, wallets);
      await options.prepare?.(page);
    },
  });
}

/** Chooses a wallet, as its user does. */
export async function chooseWallet(page: Page, { name }: FakeWallet): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

/** Makes or opens the key by signatures of the wallet, in any language; resolves when there is a session. */
export async function openBySignature(page: Page): Promise<void> {
  const again = page.getByRole("button", { name: /^(?:Open with a signature|Mit einer Unterschrift)/ });
  const first = page.getByRole("button", { name: /^(?:Sign in the wallet|In der Wallet unterschreiben)/ });
  await again.or(first).click();
  await untilOpen(page);
}

/** Until there is a session. */
export async function untilOpen(page: Page): Promise<void> {
  await expect.poll(() => page.locator("[data-owner]").count(), WAIT).toBe(1);
}

/** A page with a session, whose key follows from the wallet's signature. */
export async function openSession(
  stage: Stage,
  wallet: FakeWallet,
  options: OpenOptions & { readonly place?: string } = {},
): Promise<Page> {
  const page = await openWallet(stage, [wallet], options);
  await chooseWallet(page, wallet);
  await openBySignature(page);
  return page;
}

/** What is wrong, as the page shows it. */
export function problemIn(page: Page) {
  return expect.poll(() => page.locator("[data-problem]").first().getAttribute("data-problem"), WAIT);
}

/** How far a step to the session is. */
export function stepIn(page: Page, step: "connect" | "chain" | "key") {
  return expect.poll(() => page.locator(`[data-step="${step}"]`).getAttribute("data-state"), WAIT);
}
