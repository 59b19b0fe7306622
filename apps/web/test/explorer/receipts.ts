import { readFileSync } from "node:fs";
import { pay } from "@cairn/e2e/support";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PrefixProxy, startPrefixProxy } from "../support/prefix-proxy.ts";
import { readJson } from "../support/read-json.ts";
import { type Stage, WAIT } from "../support/stage.ts";

/** E5. */
export function receiptsProve(stage: Stage): void {
  let proxy: PrefixProxy;
  let otherRpc: PrefixProxy;
  let id: string;
  let receipt: string;
  beforeAll(async () => {
    proxy = await startPrefixProxy(stage.pages());
    otherRpc = await startPrefixProxy(stage.scene.l1.rpcUrl, "/other");
    const block = await pay(stage.scene, stage);
    const { transactions } = await readJson<{ transactions: readonly { id: string }[] }>(
      `${stage.pages()}v1/blocks/${block}/transactions`,
    );
    id = transactions[0]?.id ?? expect.unreachable();
  });
  afterAll(async () => {
    await proxy?.stop();
    await otherRpc?.stop();
  });

  const verdictOf = (page: Page) => page.locator("[data-verdict]").first().getAttribute("data-verdict");

  it("E5: a transfer is checked against what L1 stores of its batch, and saved as a file", async () => {
    const page = await stage.open(`/transaction/${id}`, { at: proxy.url });
    await expect.poll(() => verdictOf(page), WAIT).toBe("checked");
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the receipt" }).click();
    const file = await (await saved).path();
    receipt = readFileSync(file, "utf8");
    expect(JSON.parse(receipt)).toMatchObject({
      batch: { number: expect.any(Number) },
      path: { cell: expect.any(String) },
    });
    await page.close();
  });

  it("E5: a node that shows another amount, payee or reference under the id is found out", async () => {
    const page = await stage.open(`/transaction/${id}`, { at: proxy.url });
    const path = /^\/v1\/transactions\/0x[0-9a-f]+$/;
    for (const change of [{ amount: 1 }, { to: 65_000 }, { reference: `0x${"11".repeat(31)}` }, { nonce: 77 }]) {
      proxy.lie(path, (answer) => ({ ...answer, transaction: { ...(answer.transaction as object), ...change } }));
      await page.reload();
      await expect.poll(() => verdictOf(page), WAIT).toBe("refuted");
      expect(await page.locator('dl [data-truth="checked"]').count()).toBe(0);
    }
    proxy.lie(path, null);
    await page.close();
  });

  it("E5: the file is checked again without a node, by another RPC; forged in any field it is refused", async () => {
    const l1 = otherRpc.url;
    const page = await stage.open("/receipt", { at: proxy.url, settings: { l1 } });
    proxy.block(/^\/v1\//);
    const show = (name: string, text: string) =>
      page.setInputFiles("input[type=file]", { name, mimeType: "application/json", buffer: Buffer.from(text) });
    await show("honest.json", receipt);
    await expect.poll(() => verdictOf(page), WAIT).toBe("checked");
    const forgeries = forge(JSON.parse(receipt));
    expect(forgeries.length).toBeGreaterThan(10);
    for (const [name, forged] of forgeries) {
      await show(`${name}.json`, JSON.stringify(forged));
      await expect.poll(() => verdictOf(page), WAIT).not.toMatch(/^checking$/);
      await expect.poll(async () => `${name} ${await verdictOf(page)}`, WAIT).toMatch(/ (?:refuted|older)$/);
    }
    await show("text.json", "not JSON");
    await expect.poll(() => page.getByText("This file is not JSON.").count(), WAIT).toBe(1);
    await show("honest.json", receipt);
    await expect.poll(() => verdictOf(page), WAIT).toBe("checked");
    proxy.block(null);
    await page.close();
  });
}

/** The receipt with each of its fields altered, one at a time. */
function forge(value: unknown, path = ""): [string, unknown][] {
  // The next slot is in the same cell, and so would be shown by the same path, as what it is.
  if (typeof value === "number") return [[path, value + 2]];
  if (typeof value === "string") {
    const last = value.endsWith("0") ? "1" : "0";
    return [[path, value.slice(0, -1) + last]];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    forge(inner, `${path}-${key}`).map(([name, changed]): [string, unknown] => [
      name,
      Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed },
    ]),
  );
}
