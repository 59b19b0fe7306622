import { readFileSync } from "node:fs";
import { pay } from "@cairn/e2e/support";
import type { RouteResponse } from "@cairn/rpc";
import { formatAmount, parseAmount } from "@cairn/sdk";
import { at, camtProblems, readXml } from "@cairn/sdk/testing";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { readJson } from "../support/read-json.ts";
import { type Stage, untilAllProven, WAIT } from "../support/stage.ts";

const ETH_DECIMALS = 18;

/** E13. */
export function statementsAddUp(stage: Stage): void {
  const saved = async (page: Page, name: string): Promise<string> => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name }).click();
    return readFileSync(await (await download).path(), "utf8");
  };
  const wei = (text: string | undefined) => (text ? parseAmount(text, ETH_DECIMALS) : 0n);

  it("E13: CSV and camt.053 of an account: the sums equal the balances, and the XML is valid", async () => {
    await pay(stage.scene, stage);
    await untilAllProven(stage);
    const { balance } = await readJson<RouteResponse<"account">>(`${stage.pages()}v1/accounts/${stage.bob.index}`);
    const page = await stage.open(`/account/${stage.bob.index}`);
    await page.getByLabel("At least").selectOption("confirmed");

    const csv = await saved(page, "Save as CSV");
    const [names = [], ...rows] = csv
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
    const cell = (row: readonly string[] | undefined, name: string) => wei(row?.[names.indexOf(name)]);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.map((row) => row[names.indexOf("type")])).toContain("withdraw");
    const sum = rows.reduce((total, row) => total + cell(row, "credit") - cell(row, "debit"), cell(rows[0], "balance"));
    expect([sum, cell(rows.at(-1), "balance")]).toEqual([BigInt(balance), BigInt(balance)]);

    const xml = await saved(page, "Save as camt.053");
    const document = readXml(xml);
    expect(camtProblems(document)).toEqual([]);
    const [opening, closing] = at(document, "BkToCstmrStmt", "Stmt", "Bal").map((one) => at(one, "Amt")[0]?.text);
    const entries = at(document, "BkToCstmrStmt", "Stmt", "Ntry");
    const moved = entries.reduce((total, entry) => {
      const isCredit = at(entry, "CdtDbtInd")[0]?.text === "CRDT";
      const amount = wei(at(entry, "Amt")[0]?.text);
      return isCredit ? total + amount : total - amount;
    }, wei(opening));
    expect(moved).toBe(wei(closing));
    expect(entries).toHaveLength(rows.length - 2);
    // A browser's own reader takes it too; the pages' policy lets nobody parse.
    const blank = await stage.browser.newPage();
    const root = `new DOMParser().parseFromString(${JSON.stringify(xml)}, "application/xml").documentElement.nodeName`;
    expect(await blank.evaluate(root)).toBe("Document");
    await blank.close();

    const status = page.getByRole("form", { name: "Statement of the account" }).getByRole("status");
    expect((await status.textContent())?.replaceAll(",", "")).toContain(
      `closing balance ${formatAmount(BigInt(balance), ETH_DECIMALS)} ETH`,
    );
    await page.close();
  });

  it("E13: a node whose history does not add up is told so, and nothing is saved", async () => {
    const page = await stage.open(`/account/${stage.bob.index}`);
    await page.route(/\/v1\/accounts\/\d+\/history/, async (route) => {
      const { entries, ...rest } = (await (await route.fetch()).json()) as RouteResponse<"accountHistory">;
      await route.fulfill({ json: { ...rest, entries: entries.slice(1) } });
    });
    let downloads = 0;
    page.on("download", () => downloads++);
    await page.getByRole("button", { name: "Save as CSV" }).click();
    await expect.poll(() => page.getByText(/adds up to/).count(), WAIT).toBe(1);
    expect(downloads).toBe(0);
    await page.close();
  });
}
