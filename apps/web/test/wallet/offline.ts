import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { parseEther } from "viem";
import { expect, it } from "vitest";
import { buildPages } from "../../scripts/build-pages.ts";
import { writeFileList } from "../../scripts/file-list.ts";
import { fakeWallet } from "../support/fake-wallets.ts";
import { fund } from "../support/fund.ts";
import { CACHE_DIR } from "../support/places.ts";
import { serveFolder } from "../support/serve-folder.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { openTabs, unlock } from "../support/tabs.ts";

const HEIDI = 5;

/** W11. */
export function itOpensOffline(stage: Stage): void {
  /** The build that the service worker shows; null before there is one. */
  const keptBuild = (page: Page): Promise<string | null> =>
    page.evaluate<string | null>(`(async () => {
      const name = (await caches.keys()).find((one) => one.endsWith(" state"));
      if (name === undefined) return null;
      const answer = await (await caches.open(name)).match(new URL("build", document.baseURI).href);
      return answer === undefined ? null : answer.text();
    })()`);

  it("W11: without node and L1 it opens, shows the state that was checked last with its time, and makes a request", async () => {
    await fund(stage, HEIDI, parseEther("0.5"));
    const wallet = fakeWallet(stage.scene.l1, { positions: [HEIDI] });
    const tabs = await openTabs(stage, wallet, { serviceWorkers: "allow" });
    const page = await tabs.open("/");
    const checked = () =>
      page.evaluate(() =>
        Object.entries(localStorage).some(
          ([name, text]) => name.startsWith("cairn-wallet-state-") && /"checkedAtMs":\d/.test(text as string),
        ),
      );
    await expect.poll(checked, WAIT).toBe(true);
    await expect.poll(() => keptBuild(page), WAIT).not.toBeNull();

    await stage.killNode();
    await tabs.context.route(`${stage.scene.l1.rpcUrl}/**`, (route) => route.abort());
    try {
      await page.reload();
      await expect.poll(() => page.locator("[data-last-state]").count(), WAIT).toBe(1);
      expect(await page.locator("main").textContent()).toContain("0.5 ETH");
      const at = Number(await page.locator("[data-checked-at]").getAttribute("data-checked-at"));
      expect(Date.now() - at).toBeLessThan(600_000);
      await page.goto(`${stage.pages()}wallet.html#/request`);
      await page.getByLabel("Amount").fill("0.25");
      await page.getByLabel("Reference").fill("offline 1");
      await page.getByRole("button", { name: "Make the request" }).click();
      await expect.poll(() => page.locator("[data-qr]").count(), WAIT).toBe(1);
      expect(await page.locator("[data-link]").getAttribute("data-link")).toContain("#/pay/cairn:cairn1");
    } finally {
      await stage.startNode();
      await tabs.context.unrouteAll();
    }
    // The node is told of it as soon as there is one, and a key.
    const status = () => page.locator("[data-request-status]").first().getAttribute("data-request-status");
    await expect.poll(status, WAIT).toBe("unregistered");
    await unlock(page, wallet);
    await expect.poll(status, WAIT).toBe("open");
    await tabs.close();
  });

  it("W11: a new build takes the place of the old one at the next load; one that is not whole never does", async () => {
    const { folder } = await buildPages(CACHE_DIR);
    const copy = mkdtempSync(join(tmpdir(), "cairn-builds-"));
    cpSync(folder, copy, { recursive: true });
    const server = await serveFolder(copy, "/pages");
    const context = await stage.browser.newContext({ locale: "en" });
    try {
      const page = await context.newPage();
      await page.goto(`${server.url}wallet.html`);
      await expect.poll(() => keptBuild(page), WAIT).not.toBeNull();
      const first = await keptBuild(page);
      const shown = async () => {
        await page.reload();
        return page.locator("html").getAttribute("data-test-build");
      };
      expect(await shown()).toBeNull();
      // Listed, and not as it is listed: somebody is just copying it there.
      const html = join(copy, "wallet.html");
      const mark = (name: string) =>
        writeFileSync(
          html,
          readFileSync(html, "utf8").replace(/<html[^>]*>/, `<html lang="en" data-test-build="${name}">`),
        );
      mark("second");
      writeFileList(copy);
      const list = readFileSync(join(copy, "files.json"), "utf8");
      appendFileSync(html, "\n");
      expect(await shown()).toBeNull();
      expect(await keptBuild(page)).toBe(first);
      writeFileList(copy);
      expect(readFileSync(join(copy, "files.json"), "utf8")).not.toBe(list);
      // At once, unless the network is slow.
      await expect.poll(shown, WAIT).toBe("second");
      expect(await keptBuild(page)).not.toBe(first);
      // Without the server the newest one opens.
      await server.stop();
      expect(await shown()).toBe("second");
    } finally {
      await context.close();
      await server.stop().catch(() => undefined);
      rmSync(copy, { recursive: true, force: true });
    }
  });
}
