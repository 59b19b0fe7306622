/** A state of 10,000 accounts, rebuilt in a page: how long it takes, and that the page stays responsive. */
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { blockCapacity } from "@cairn/protocol";
import { personOf } from "@cairn/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChromium } from "../../../scripts/packages/pages.ts";
import { buildPages } from "../scripts/build-pages.ts";
import { CACHE_DIR } from "./support/places.ts";
import { serveFolder } from "./support/serve-folder.ts";
import { WAIT } from "./support/stage.ts";

const SLOTS = 256;
const ACCOUNTS = 10_000;
/** What two idle cores need is less than 10; other tests run beside this one. */
const MOST_SECONDS = 30;
/** A page that does not answer for longer looks stuck; an idle machine stays below 50. */
const LONGEST_TASK_MS = 100;

describe("a rollup with 10,000 accounts", () => {
  let rollup: UnprovenRollup;
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serveFolder>>;
  beforeAll(async () => {
    const [{ folder }, opened] = await Promise.all([buildPages(CACHE_DIR), startChromium()]);
    browser = opened;
    rollup = await startUnprovenRollup({ slots: SLOTS });
    await rollup.deposit(1, 10n ** 18n);
    await rollup.publish();
    const [from = expect.unreachable()] = rollup.tree.findByOwner(rollup.person(1).owner);
    // One key for all: making ten thousand takes longer than the test.
    const somebody = personOf("somebody");
    for (let made = 1; made < ACCOUNTS; ) {
      const count = Math.min(blockCapacity(SLOTS), ACCOUNTS - made);
      const first = made;
      await rollup.publish((send) => {
        for (let i = 0; i < count; i++) {
          send(from, { amount: 1000n, toNew: { ...somebody, owner: BigInt(1_000_000 + first + i) } });
        }
      });
      made += count;
    }
    const { address, reader } = rollup.rollup;
    const config = { node: null, l1: rollup.devnet.rpcUrl, rollup: address, chainId: reader.chain.id };
    server = await serveFolder(folder, "/pages", config);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await rollup?.stop();
  });

  it("E6: its state is rebuilt in seconds, and again from what was kept; the page is never blocked", async () => {
    const page = await browser.newPage({ locale: "en" });
    await page.goto(`${server.url}#/state`);
    const status = () => page.locator("[data-rebuilding]").getAttribute("data-rebuilding");
    await expect.poll(status, WAIT).toBe("idle");
    await page.evaluate(`globalThis.longest = 0; new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: "longtask" })`);
    await page.getByRole("button", { name: "Rebuild the state" }).click();
    const took = async () => {
      await expect.poll(status, { timeout: 120_000 }).toBe("done");
      expect(await page.locator("[data-verdict]").first().getAttribute("data-verdict")).toBe("checked");
      return Number(await page.locator("[data-seconds]").getAttribute("data-seconds"));
    };
    const seconds = await took();
    const longestMs = await page.evaluate<number>("globalThis.longest");
    expect(await page.locator("dl").first().textContent()).toContain("10,000");
    await page.reload();
    const again = await took();
    console.log(`rebuilt in ${seconds} s, again in ${again} s; longest task of the page: ${longestMs} ms`);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    expect(longestMs).toBeLessThan(LONGEST_TASK_MS);
    await page.close();
  });
});
