import { pay } from "@cairn/e2e/support";
import type { RouteResponse } from "@cairn/rpc";
import { expect, it, vi } from "vitest";
import { readJson } from "../support/read-json.ts";
import { type Stage, WAIT } from "../support/stage.ts";

/** Far longer than the seconds between two batches of this rollup. */
const GAP_SECONDS = 3_000;
/** Intervals of the usual size, so that there is a median. */
const USUAL = 3;

/** E11. */
export function livenessIsShown(stage: Stage): void {
  /** A payment, and L1's number of the batch that has it. */
  const batchOfPayment = async (): Promise<number> => {
    const block = await pay(stage.scene, stage);
    return vi.waitUntil(async () => {
      const { batches } = await readJson<RouteResponse<"batches">>(`${stage.pages()}v1/batches?limit=20`);
      return batches.find(({ firstBlock, lastBlock }) => firstBlock <= block && block <= lastBlock)?.number ?? null;
    }, WAIT);
  };

  it("E11: intervals between batches on L1; a planted gap is found, in chart and table", async () => {
    for (let batches = 0; batches <= USUAL; batches++) await batchOfPayment();
    const page = await stage.open("/liveness");
    await expect.poll(() => page.locator("[data-gaps]").getAttribute("data-gaps"), WAIT).toBe("0");
    expect(await page.locator('rect[data-gap="true"]').count()).toBe(0);

    await stage.scene.l1.passTime(GAP_SECONDS);
    const late = await batchOfPayment();
    await page.reload();
    await expect.poll(() => page.locator("[data-gaps]").getAttribute("data-gaps"), WAIT).toBe("1");
    expect(await page.locator('rect[data-gap="true"]').count()).toBe(1);
    const rows = page.locator("tbody tr", { hasText: "gap" });
    expect(await rows.count()).toBe(1);
    expect(await rows.locator("td").first().textContent()).toBe(String(late));
    expect(await rows.textContent()).toMatch(/gap\s*50 minutes/);

    // Every batch that the contract counts has a row, whose number readers of tables can see.
    const { batchCount } = await stage.scene.l1.state();
    expect(await page.locator("tbody tr").count()).toBe(Number(batchCount));
    await page.close();
  });
}
