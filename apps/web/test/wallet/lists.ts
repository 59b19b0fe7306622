import { readFileSync } from "node:fs";
import { encodePaymentCode } from "@cairn/sdk";
import { parseEther } from "viem";
import { afterAll, expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.ts";
import { fakeWallet } from "../support/fake-wallets.ts";
import { type Account, fund, paidBy, readAccount } from "../support/fund.ts";
import { once } from "../support/once.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { openTabs, type Tabs } from "../support/tabs.ts";

const GRACE = 8;
const LINES = 137;
/** Lines that the SDK signs together. */
const PART = 32;

/** W10. */
export function listsArePaid(stage: Stage): void {
  let tabs: Tabs;
  let grace: Account;
  const ready = once(async () => {
    ({ account: grace } = await fund(stage, GRACE, parseEther("1")));
    tabs = await openTabs(stage, fakeWallet(stage.scene.l1, { positions: [GRACE] }));
  });
  afterAll(() => tabs?.close());

  /** Each line pays another amount, so that it can be told whether it was paid twice. */
  const amounts = Array.from({ length: LINES }, (_, line) => `0.000${String(line + 1).padStart(3, "0")}`);
  const csv = () => {
    const code = encodePaymentCode(stage.bob.person, {
      chainId: 31337n,
      rollup: BigInt(stage.scene.l1.rollup.address),
    });
    const payees = [String(stage.bob.index), code, String(stage.alice.index)];
    const rows = amounts.map((amount, line) => `line-${line + 1},${payees[line % payees.length]},${amount},salary`);
    return ["id,payee,amount,reference", ...rows].join("\n");
  };

  it("W10: problems are named by their lines before anything is signed; 137 payments, killed midway, go on, each paid once", async () => {
    await ready();
    const page = await tabs.open("/payouts");
    const broken = csv()
      .replace("line-3,", "line-2,")
      .replace(/^line-5,\w+,/m, "line-5,999999,");
    await page.getByLabel("Name of the list").fill("salaries-2026-11");
    await page.getByLabel(/^CSV with/).fill(broken);
    await page.getByRole("button", { name: "Check" }).click();
    const problems = () => page.locator("[data-problem]").allTextContents();
    await expect.poll(problems, WAIT).toEqual(["4"]);
    await page.getByLabel(/^CSV with/).fill(broken.replace(/(line-2,[\s\S]*?)line-2,/, "$1line-3,"));
    await page.getByRole("button", { name: "Check" }).click();
    await expect.poll(problems, WAIT).toEqual(["6"]);
    expect((await readAccount(stage, grace.index)).nonce).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);

    await page.getByLabel(/^CSV with/).fill(csv());
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByRole("button", { name: `Pay ${LINES} lines` }).click({ timeout: WAIT.timeout });
    const paid = async () => Number(await page.locator("[data-paid]").getAttribute("data-paid"));
    await expect.poll(paid, { ...WAIT, interval: 20 }).toBeGreaterThanOrEqual(PART);
    await page.close();

    const again = await tabs.open("/payouts");
    await again.locator('[data-list="salaries-2026-11"]').getByRole("button", { name: "Go on" }).click();
    await expect.poll(() => again.locator("[data-complete]").getAttribute("data-complete"), WAIT).toBe("true");
    expect(await accessibilityProblems(again)).toEqual([]);
    const wei = (amount: string) => String(parseEther(amount));
    expect(await paidBy(stage, grace.index)).toEqual(new Map(amounts.map((amount) => [wei(amount), 1])));
    const [download] = await Promise.all([
      again.waitForEvent("download"),
      again.getByRole("button", { name: "Save the report as CSV" }).click(),
    ]);
    const rows = readFileSync(await download.path(), "utf8")
      .trim()
      .split("\r\n")
      .slice(1);
    expect(rows).toHaveLength(LINES);
    expect(rows.every((row) => /,(?:confirmed|proven|final),0x/.test(row))).toBe(true);
    // The same payments under another name are taken for a mistake.
    await again.getByRole("button", { name: "Another list" }).click();
    await again.getByLabel("Name of the list").fill("salaries-again");
    await again.getByLabel(/^CSV with/).fill(csv());
    await again.getByRole("button", { name: "Check" }).click();
    await expect.poll(() => again.getByText("were begun under the name salaries-2026-11").count(), WAIT).toBe(1);
    await again.close();
  });
}
