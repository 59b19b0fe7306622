import type { Hex } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { formatAmount } from "@cairn/sdk";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type PrefixProxy, startPrefixProxy } from "../support/prefix-proxy.ts";
import { readJson } from "../support/read-json.ts";
import { type Stage, untilAllProven, WAIT } from "../support/stage.ts";

/** E9. */
export function batchesShowTheirCost(stage: Stage): void {
  let proxy: PrefixProxy;
  beforeAll(async () => {
    proxy = await startPrefixProxy(stage.pages());
  });
  afterAll(() => proxy?.stop());

  const rowOf = (page: Page, name: string) =>
    page.locator("dl > div", { has: page.getByText(name, { exact: true }) }).locator("dd");

  it("E9: gas, gas per transaction, blob gas, fees and result equal the receipts on L1 to the wei", async () => {
    const { holders, ledger, api } = stage.scene;
    // Without payouts, which may take a transaction of their own; and in a batch of its own, once all else is on L1.
    await untilAllProven(stage);
    await ledger.submitUntilAcknowledged(api, [holders.transfer(stage.alice, stage.bob, 5000n)]);
    const { id } = ledger.acknowledged().at(-1) ?? expect.unreachable();
    const block = await vi.waitUntil(async () => {
      const { inclusion } = await readJson<RouteResponse<"transaction">>(`${stage.pages()}v1/transactions/${id}`);
      return inclusion?.block;
    }, WAIT);
    const { reader } = stage.scene.l1.rollup;
    const batch = await vi.waitUntil(async () => {
      const { batches } = await readJson<RouteResponse<"batches">>(`${stage.pages()}v1/batches?limit=20`);
      return batches.find(
        ({ firstBlock, lastBlock, cost }) =>
          firstBlock <= block && block <= lastBlock && cost !== null && cost.transactions === 1,
      );
    }, WAIT);
    const { gasUsed, effectiveGasPrice } = await reader.getTransactionReceipt({ hash: batch.l1Transaction as Hex });
    const numbers = Array.from({ length: batch.blocks }, (_, place) => batch.firstBlock + place);
    const blocks = await Promise.all(
      numbers.map((number) => readJson<RouteResponse<"block">>(`${stage.pages()}v1/blocks/${number}`)),
    );
    const transactions = blocks.reduce((sum, one) => sum + one.transactions, 0);
    const paid = gasUsed * effectiveGasPrice;
    const income = BigInt(batch.income.find(({ tokenId }) => tokenId === 0)?.amount ?? 0);

    const page = await stage.open(`/batch/${batch.firstBlock}`, { at: proxy.url });
    const shown = async (name: string) => (await rowOf(page, name).textContent())?.replaceAll(",", "");
    await expect.poll(() => shown("L1 gas"), WAIT).toBe(`${gasUsed}L1 says`);
    await expect
      .poll(() => shown("L1 gas per transaction"), WAIT)
      .toBe(`${Math.round(Number(gasUsed) / transactions)}L1 says`);
    expect(await shown("Blob gas")).toBe("0L1 says");
    expect(await shown("Paid to L1")).toBe(`${formatAmount(paid, 18)} ETHL1 says`);
    expect(await shown("Result in ETH")).toBe(`${formatAmount(income - paid, 18)} ETHnode says`);

    // One wei less, by the node alone.
    proxy.lie(/^\/v1\/batches\/\d+$/, ({ cost, ...rest }) => {
      const { paidWei, ...others } = cost as { paidWei: string };
      return { ...rest, cost: { ...others, paidWei: String(BigInt(paidWei) - 1n) } };
    });
    await page.reload();
    await expect.poll(() => shown("Paid to L1"), WAIT).toBe(`${formatAmount(paid - 1n, 18)} ETHnot true`);
    await page.close();
  });
}
