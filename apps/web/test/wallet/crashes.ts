import { encodeFloat40, tokenId } from "@cairn/protocol";
import { paymentRequestLink, textReference } from "@cairn/sdk";
import type { Page } from "playwright-core";
import { parseEther } from "viem";
import { afterAll, expect, it } from "vitest";
import { CRASH_POINTS, type Crashable, makeCrashable } from "../support/crash.ts";
import { fakeWallet } from "../support/fake-wallets.ts";
import { type Account, fund, paidBy, readAccount } from "../support/fund.ts";
import { once } from "../support/once.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { openTabs, type Tabs } from "../support/tabs.ts";

/** Each payment is another amount, so that it can be told whether it was paid twice. */
const FIRST_GWEI = 1_000_001;
const FRANK = 7;

/** W5. */
export function nothingIsPaidTwiceOrLost(stage: Stage): void {
  let tabs: Tabs;
  let frank: Account;
  let witness: Page;
  const ready = once(async () => {
    ({ account: frank } = await fund(stage, FRANK, parseEther("1")));
    tabs = await openTabs(stage, fakeWallet(stage.scene.l1, { positions: [FRANK] }));
    witness = await tabs.open("/history");
  });
  afterAll(() => tabs?.close());

  const fill = async (page: Page, gwei: number): Promise<void> => {
    await page.getByLabel("To", { exact: true }).fill(String(stage.bob.index));
    await page.getByLabel("Amount").fill(`0.${String(gwei).padStart(9, "0")}`);
    await page.locator("[data-sentence]").waitFor();
  };
  const openTab = async (): Promise<{ readonly page: Page; readonly crash: Crashable }> => {
    let crash: Crashable | null = null;
    const page = await tabs.open("/send", async (one) => {
      crash = await makeCrashable(one);
    });
    return { page, crash: crash ?? expect.unreachable() };
  };
  const press = (page: Page) => page.getByRole("button", { name: /^Pay 0/ }).click({ noWaitAfter: true });
  /** What the browser keeps of requests, as a tab sees it that has not been reloaded. */
  const kept = async (): Promise<Set<number>> => {
    const texts = await witness.evaluate<string[]>(`(async () => {
      const done = (asked) => new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
      const database = await done(indexedDB.open("cairn"));
      const store = database.transaction("texts").objectStore("texts");
      const [names, texts] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      database.close();
      return texts.filter((_, place) => names[place].includes("-request-"));
    })()`);
    return new Set(texts.flatMap((text) => amountsIn(text)));
  };
  const gwei = (amount: number) => BigInt(amount) * 10n ** 9n;

  it("W5: a tab that dies at any of 20 points: paid exactly once if it was signed, else not at all, and another tab sees to it", async () => {
    await ready();
    const signed = new Map<number, boolean>();
    const closing: Promise<void>[] = [];
    // The next tab opens while one dies.
    let next = openTab();
    for (const [place, point] of CRASH_POINTS.entries()) {
      const amount = FIRST_GWEI + place;
      const { page, crash } = await next;
      if (place + 1 < CRASH_POINTS.length) next = openTab();
      await fill(page, amount);
      await crash.arm(point);
      void press(page).catch(() => undefined);
      await crash.crashed;
      // A browser takes its time with a tab that does not answer.
      closing.push(page.close());
      // Another tab may have seen to it, and forgotten it, already.
      const isKept = (await kept()).has(encodeFloat40(gwei(amount)));
      signed.set(amount, isKept || (await paidBy(stage, frank.index)).has(String(gwei(amount))));
    }
    await Promise.all(closing);
    // Until it was kept, nothing was sent; from then on, nothing is lost. The lock is also taken for what is over.
    const [last, first] = ["before keeping request", "after keeping request"].map((name) =>
      CRASH_POINTS.findIndex(([one]) => one === name),
    ) as [number, number];
    expect([...signed.values()].slice(0, last + 1)).toEqual(Array(last + 1).fill(false));
    const after = CRASH_POINTS.slice(first).flatMap(([name], i) => (/lock/.test(name) ? [] : [first + i + FIRST_GWEI]));
    expect(after.map((amount) => signed.get(amount))).toEqual(after.map(() => true));

    const expected = new Map(
      [...signed].flatMap(([amount, isSigned]) => (isSigned ? [[String(gwei(amount)), 1]] : [])),
    );
    await expect.poll(() => paidBy(stage, frank.index), WAIT).toEqual(expected);
    // Nothing is left hanging, and no nonce was lost.
    await expect.poll(() => witness.getByRole("list", { name: "On its way" }).count(), WAIT).toBe(0);
    expect((await readAccount(stage, frank.index)).nonce).toBe(expected.size);
  });

  it("W5: two tabs that pay at the same moment pay both, each once; a reload forgets nothing", async () => {
    await ready();
    const before = await paidBy(stage, frank.index);
    const pages = [await tabs.open("/send"), await tabs.open("/send")] as const;
    for (const [i, page] of pages.entries()) await fill(page, 2_000_001 + i);
    await Promise.all(pages.map((page) => press(page)));
    const areSigned = async () => {
      const all = await kept();
      return [2_000_001, 2_000_002].every((amount) => all.has(encodeFloat40(gwei(amount))));
    };
    await expect.poll(areSigned, { ...WAIT, interval: 10 }).toBe(true);
    await pages[0].reload();
    const both = new Map([...before, [String(gwei(2_000_001)), 1], [String(gwei(2_000_002)), 1]]);
    await expect.poll(() => paidBy(stage, frank.index), WAIT).toEqual(both);
    for (const page of pages) await page.close();
  });

  it("W5: two tabs that pay the same request at the same moment pay it once", async () => {
    await ready();
    const before = await paidBy(stage, frank.index);
    const { index, person } = stage.bob;
    const link = paymentRequestLink({
      domain: { chainId: 31337n, rollup: BigInt(stage.scene.l1.rollup.address) },
      request: {
        account: index,
        owner: person.owner,
        key: person.key,
        tokenId: tokenId(0),
        amount: gwei(3_000_001),
        reference: textReference("order 18"),
        expiresAt: Math.floor(Date.now() / 1000) + 3600,
      },
    });
    const pages = await Promise.all([1, 2, 3].map(() => tabs.open(`/pay/${link}`)));
    const buttons = pages.map((page) => page.getByRole("button", { name: /^Pay 0/ }));
    for (const button of buttons) await button.waitFor();
    // Not by the mouse, which is slower than the tabs are to hear of each other.
    await Promise.all(pages.map((page) => page.evaluate("document.querySelector('main form button').click()")));
    for (const page of pages) await expect.poll(() => page.locator("[data-request-status]").count(), WAIT).toBe(1);
    await expect
      .poll(() => paidBy(stage, frank.index), WAIT)
      .toEqual(new Map([...before, [String(gwei(3_000_001)), 1]]));
    for (const page of pages) await page.close();
  });
}

function amountsIn(document: string): number[] {
  const { transactions = [] } = JSON.parse(document) as {
    readonly transactions?: readonly { readonly amount: number }[];
  };
  return transactions.map(({ amount }) => amount);
}
