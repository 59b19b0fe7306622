import { pay } from "@cairn/e2e/support";
import type { Page } from "playwright-core";
import { expect, it, vi } from "vitest";
import { readJson } from "../support/read-json.ts";
import { type Stage, WAIT } from "../support/stage.ts";

const NOBODY = `0x${"77".repeat(20)}`;
const NO_WORD = `0x${"77".repeat(32)}`;

/** E2. */
export function everythingHasAPlace(stage: Stage): void {
  const heading = (page: Page) => page.getByRole("heading", { level: 1 }).textContent();
  const shows = (page: Page, text: string | RegExp) =>
    expect.poll(async () => page.locator("main").textContent(), WAIT).toMatch(text);

  it("E2: block, batch, transaction, account, token, deposit, payout, queue entry have URLs that a reload brings back", async () => {
    const block = await pay(stage.scene, stage);
    const api = stage.pages();
    const { transactions } = await readJson<{ transactions: readonly { id: string }[] }>(
      `${api}v1/blocks/${block}/transactions`,
    );
    // They are known when the block is sealed.
    const payouts = await vi.waitUntil(async () => {
      const answer = await readJson<{ payouts: readonly { position: number }[] }>(`${api}v1/payouts?block=${block}`);
      return answer.payouts.length > 0 && answer.payouts;
    }, WAIT);
    const id = transactions[0]?.id ?? expect.unreachable();
    const alice = stage.scene.l1.wallet(1).account.address.toLowerCase();
    const reference = `0x6f72646572${"00".repeat(26)}`;
    const places: readonly (readonly [place: string, title: string | RegExp, content: RegExp])[] = [
      [`/block/${block}`, `Block ${block}`, /Transactions/],
      [`/batch/1`, "Batch 1", /solo16|batch|pair/],
      [`/transaction/${id}`, "Transaction", /From account/],
      [`/account/${stage.alice.index}`, `Account ${stage.alice.index}`, /Balance/],
      ["/token/0", "Token 0", /none, it is ETH/],
      ["/queue/0", "Queue entry 0", /Deposit[\s\S]*5 USD/],
      [`/payout/${block}/${payouts[0]?.position}`, /^Payout \d+ of block \d+$/, /Recipient on L1/],
      [`/owner/${alice}`, "Address on L1", /Deposit/],
      [`/reference/${reference}`, "order", /No transactions/],
    ];
    const page = await stage.open();
    for (const [place, title, content] of places) {
      await page.goto(`${api}#${place}`);
      await expect.poll(() => heading(page), WAIT).toMatch(title);
      await shows(page, content);
      await page.reload();
      expect(page.url()).toBe(`${api}#${place}`);
      await expect.poll(() => heading(page), WAIT).toMatch(title);
      await shows(page, content);
    }
    await page.close();
  });

  it("E2: what is not known says so, and appears by itself when it comes", async () => {
    const page = await stage.open();
    const unknown = [
      ...["/block/999999", "/block/abc", "/batch/999999", `/transaction/${NO_WORD}`, "/transaction/x"],
      ...["/account/9999999", "/account/x", "/token/4000", "/queue/99999", "/payout/1/99", "/owner/x", "/nowhere"],
    ];
    for (const place of unknown) {
      await page.goto(`${stage.pages()}#${place}`);
      await expect.poll(() => page.getByText("Not found, or not yet").count(), WAIT).toBe(1);
    }
    await page.goto(`${stage.pages()}#/owner/${NOBODY}`);
    await shows(page, /It owns no account/);

    const last = await pay(stage.scene, stage);
    await page.goto(`${stage.pages()}#/block/${last + 1}`);
    await expect.poll(() => page.getByText("Not found, or not yet").count(), WAIT).toBe(1);
    // The first may still get into the same block.
    while ((await pay(stage.scene, stage)) === last);
    await shows(page, /Opened/);
    await page.close();
  });
}
