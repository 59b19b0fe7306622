/**
 * Pictures of every page in both themes and three widths, into `.cache/pictures`; with `CAIRN_PICTURES` the small set of the
 * documents too, into the folder that it names. `npm run web:pictures` runs it.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pay } from "@cairn/e2e/support";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { fakeWallet } from "./support/fake-wallets.ts";
import { CACHE_DIR } from "./support/places.ts";
import { readJson } from "./support/read-json.ts";
import { type Stage, untilAllProven, useStage, WAIT } from "./support/stage.ts";
import { chooseWallet, openBySignature, openWallet } from "./support/wallet-page.ts";

const WIDTHS = [390, 768, 1280] as const;
const THEMES = ["light", "dark"] as const;
const HEIGHT = 900;
const DOCUMENTS = process.env.CAIRN_PICTURES;

/** Pages, each with the theme that the documents show. */
type Shown = { readonly name: string; readonly place: string; readonly theme?: (typeof THEMES)[number] };

describe("the pages in pictures", () => {
  const stage = useStage();

  it("shows every page in both themes and three widths", async () => {
    const shown = await placesOf(stage);
    for (const theme of THEMES) {
      for (const width of WIDTHS) {
        const page = await stage.open("/", {
          colorScheme: theme,
          viewport: { width, height: HEIGHT },
          settings: { locale: "en", theme, l1: null, node: null },
        });
        for (const one of shown) await takePicture(page, stage.pages(), one, { theme, width });
        await page.close();
      }
    }
  });

  it("shows every page of the wallet, too", async () => {
    for (const theme of THEMES) {
      for (const width of WIDTHS) {
        const wallet = fakeWallet(stage.scene.l1, { positions: [1] });
        const page = await openWallet(stage, [wallet], {
          colorScheme: theme,
          viewport: { width, height: HEIGHT },
          settings: { locale: "en", theme, l1: null, node: null },
        });
        await takePicture(
          page,
          `${stage.pages()}wallet.html`,
          { name: "wallet-connect", place: "/" },
          { theme, width },
        );
        await chooseWallet(page, wallet);
        await openBySignature(page);
        for (const one of WALLET_PAGES) await takePicture(page, `${stage.pages()}wallet.html`, one, { theme, width });
        await page.close();
      }
    }
  });
});

const WALLET_PAGES: readonly Shown[] = [
  { name: "wallet", place: "/", theme: "light" },
  { name: "wallet-send", place: "/send" },
  { name: "wallet-leave", place: "/leave", theme: "dark" },
  ...["request", "pay", "deposit", "withdraw", "history", "payouts", "swap", "contacts", "keys"].map((name) => ({
    name: `wallet-${name}`,
    place: `/${name}`,
  })),
];

async function placesOf(stage: Stage): Promise<readonly Shown[]> {
  for (let i = 0; i < 3; i++) await pay(stage.scene, stage);
  const block = await pay(stage.scene, stage);
  await untilAllProven(stage);
  const { transactions } = await readJson<{ transactions: readonly { id: string }[] }>(
    `${stage.pages()}v1/blocks/${block}/transactions`,
  );
  return [
    { name: "overview", place: "/", theme: "light" },
    { name: "blocks", place: "/blocks" },
    { name: "block", place: `/block/${block}`, theme: "dark" },
    { name: "batches", place: "/batches" },
    { name: "batch", place: `/batch/${block}` },
    { name: "proofs", place: "/proofs" },
    { name: "transaction", place: `/transaction/${transactions[0]?.id}`, theme: "light" },
    { name: "account", place: `/account/${stage.alice.index}`, theme: "dark" },
    { name: "liveness", place: "/liveness" },
    { name: "queue", place: "/queue" },
    { name: "tokens", place: "/tokens" },
    { name: "lesson", place: "/lesson/2", theme: "light" },
  ];
}

async function takePicture(
  page: Page,
  pages: string,
  { name, place, theme: documented }: Shown,
  { theme, width }: { readonly theme: (typeof THEMES)[number]; readonly width: number },
): Promise<void> {
  await page.goto(`${pages}#${place}`);
  const busy = page.locator('main [data-truth="checking"], main .motion-safe\\:animate-pulse');
  await expect.poll(() => busy.count(), WAIT).toBe(0);
  await expect.poll(() => page.locator("h1").count(), WAIT).toBe(1);
  const folder = join(CACHE_DIR, "pictures");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`), fullPage: true });
  if (DOCUMENTS === undefined || documented !== theme || width !== 1280) return;
  mkdirSync(resolve(DOCUMENTS), { recursive: true });
  await page.screenshot({ path: join(resolve(DOCUMENTS), `${name}.jpeg`), type: "jpeg", quality: 72 });
}
