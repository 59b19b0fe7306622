import { bigintToHex } from "@cairn/protocol";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.ts";
import { ALICES } from "../support/dead-rollup.ts";
import { WAIT } from "../support/stage.ts";
import { openPage, type WayOutStage } from "./stage.ts";

const ETHER = 10n ** 18n;
const TRANSACTION = "eth_getTransactionByHash";
/** Words of English texts that no German page may show. */
const ENGLISH = /\b(?:the|and|rebuilt|balances|account|checked|covered|batches read)\b/i;

/** E6 and E7. */
export function theStateIsRebuilt(stage: WayOutStage): void {
  const status = (page: Page) => page.locator("[data-rebuilding]").getAttribute("data-rebuilding");
  const verdict = (page: Page) => page.locator("[data-verdict]").first().getAttribute("data-verdict");
  const isRebuilt = async (page: Page) => {
    await expect.poll(() => status(page), WAIT).toBe("done");
  };
  const rebuild = async (page: Page, name = "Rebuild the state") => {
    await page.getByRole("button", { name }).click();
    await isRebuilt(page);
  };
  const find = async (page: Page, wanted: string) => {
    await page.getByLabel("Index or address").fill(wanted);
    await page.getByRole("button", { name: "Find" }).click();
  };
  const covered = (page: Page) => page.locator("table").first().locator("[data-truth]");
  const truths = async (page: Page) =>
    Promise.all((await covered(page).all()).map((mark) => mark.getAttribute("data-truth")));

  it("E6: from L1 alone: the root is the contract's, each token is covered, and accounts are found in it", async () => {
    const { scene, alice } = stage.dead();
    const { page, asked } = await openPage(stage, `${stage.withoutNode()}#/state`);
    await rebuild(page);
    expect(await verdict(page)).toBe("checked");
    const { root } = await scene.l1.state();
    await expect.poll(() => page.locator(`[title="${root}"]`).count(), WAIT).toBe(2);
    expect(await truths(page)).toEqual(["checked", "checked"]);
    const owed = ALICES.inEth + ALICES.unpaid + ALICES.claimable + 2n * ETHER;
    const cells = await page.locator("tbody tr").first().locator("td").allTextContents();
    expect(cells[4]?.startsWith(String(Number((owed * 100n) / ETHER) / 100))).toBe(true);

    await find(page, String(alice.index));
    await expect.poll(() => page.locator("[data-verdict]").count(), WAIT).toBe(2);
    expect(await page.locator("dl dd", { hasText: "2 ETH" }).locator("[data-truth]").getAttribute("data-truth")).toBe(
      "checked",
    );
    await find(page, scene.l1.wallet(1).account.address);
    const rows = page.getByRole("table", { name: "Accounts in the rebuilt state" }).locator("tbody tr");
    await expect.poll(() => rows.count(), WAIT).toBe(2);
    await expect
      .poll(() => rows.allTextContents(), WAIT)
      .toEqual([expect.stringMatching(/2 ETH/), expect.stringMatching(/5 USD/)]);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect([...asked]).toEqual([new URL(stage.rpc().url).origin]);
    await page.context().close();
  });

  it("E6: the page stays responsive, goes on after a reload with what it has read, and can be cancelled", async () => {
    const rpc = stage.rpc();
    const { page } = await openPage(stage, `${stage.withoutNode()}#/state`);
    await expect.poll(() => status(page), WAIT).toBe("idle");
    await page.evaluate(`globalThis.longest = 0; new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: "longtask" })`);
    rpc.hold(true);
    await page.getByRole("button", { name: "Rebuild the state" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => status(page), WAIT).toBe("idle");
    rpc.hold(false);
    await rebuild(page);
    expect(await page.evaluate<number>("globalThis.longest")).toBeLessThan(LONGEST_TASK_MS);

    const read = rpc.count(TRANSACTION);
    await page.reload();
    await isRebuilt(page);
    expect([await verdict(page), rpc.count(TRANSACTION) - read]).toEqual(["checked", 0]);

    // Another page of the origin has put something else there.
    await page.evaluate(`new Promise(async (resolve) => {
      const [{ name }] = (await indexedDB.databases()).filter(({ name }) => name.startsWith("cairn-batches"));
      const opening = indexedDB.open(name);
      opening.onsuccess = () => {
        const writing = opening.result.transaction("batches", "readwrite");
        const store = writing.objectStore("batches");
        const reading = store.get(1);
        reading.onsuccess = () => store.put(reading.result.map((byte, i) => (i === 20 ? byte ^ 1 : byte)), 1);
        writing.oncomplete = resolve;
      };
    })`);
    await page.reload();
    await isRebuilt(page);
    expect(await verdict(page)).toBe("checked");
    expect(rpc.count(TRANSACTION)).toBeGreaterThan(read);
    await page.context().close();
  });

  it("E6: one wei less is red, whether the contract counts it or has it", async () => {
    const { scene, anvil } = stage.dead();
    const rpc = stage.rpc();
    const { address, reader } = scene.l1.rollup;
    const { page } = await openPage(stage, `${stage.withoutNode()}#/state`);
    rpc.understate(true);
    await rebuild(page);
    expect([await verdict(page), await truths(page)]).toEqual(["refuted", ["refuted", "refuted"]]);
    await expect
      .poll(() => covered(page).allTextContents(), WAIT)
      .toEqual(["0.000000000000000001 ETH too few counted", "0.000001 USD too few counted"]);
    rpc.understate(false);
    await rebuild(page, "Bring it up to date");
    await expect.poll(() => verdict(page), WAIT).toBe("checked");

    const balance = await reader.getBalance({ address });
    await anvil.setBalance({ address, value: balance - 1n });
    await anvil.mine({ blocks: 1 });
    await rebuild(page, "Bring it up to date");
    await expect.poll(() => verdict(page), WAIT).toBe("refuted");
    expect(await truths(page)).toEqual(["refuted", "checked"]);
    expect(await covered(page).first().textContent()).toBe("0.000000000000000001 ETH missing");
    await anvil.setBalance({ address, value: balance });
    await anvil.mine({ blocks: 1 });
    await page.context().close();
  });

  it("E7: with a node that does not answer, accounts are green from the rebuilt state, also in German and on a phone", async () => {
    const { alice } = stage.dead();
    const { page, asked } = await openPage(stage, `${stage.withDeadNode()}#/account/${alice.index}`, {
      locale: "de",
      colorScheme: "dark",
      viewport: { width: 390, height: 900 },
      reducedMotion: "reduce",
      settings: { locale: "de", theme: "dark" },
    });
    await page.getByRole("link", { name: "Zustand nachbauen" }).click();
    await rebuild(page, "Zustand nachbauen");
    expect(await verdict(page)).toBe("checked");
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.locator("main").textContent()).not.toMatch(ENGLISH);
    const wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(wider)).toBe(0);
    await page.goto(`${stage.withDeadNode()}#/account/${alice.index}`);
    await expect.poll(() => verdict(page), WAIT).toBe("checked");
    const marks = page.locator("dl [data-truth]");
    await expect.poll(() => marks.count(), WAIT).toBe(6);
    const said = await Promise.all((await marks.all()).map((mark) => mark.getAttribute("data-truth")));
    expect(said).toEqual(Array(6).fill("checked"));
    expect(await page.locator("figure").textContent()).toContain(
      bigintToHex(BigInt((await stage.dead().scene.l1.state()).root), 32),
    );
    expect(await accessibilityProblems(page)).toEqual([]);
    expect([...asked].sort()).toEqual(
      [new URL(stage.rpc().url).origin, new URL(stage.dead().formerNode).origin].sort(),
    );
    await page.context().close();
  });
}

/** What an observer calls a long task, but for tests that run beside it. */
const LONGEST_TASK_MS = 100;
