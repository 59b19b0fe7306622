import { pay } from "@cairn/e2e/support";
import { rollupDomain } from "@cairn/l1";
import { textReference } from "@cairn/protocol";
import { encodePaymentCode } from "@cairn/sdk";
import { signTransaction } from "@cairn/testkit";
import { expect, it } from "vitest";
import { readJson } from "../support/read-json.ts";
import { type Stage, WAIT } from "../support/stage.ts";

/** E3. */
export function everythingIsFound(stage: Stage): void {
  it("E3: finds by block, batch, id, L1 transaction, address, account index, payment code and reference", async () => {
    const { l1, holders, ledger, crypto, api } = stage.scene;
    const domain = rollupDomain(l1.rollup);
    const plain = holders.transfer(stage.alice, stage.bob, 1000n);
    const named = { ...plain.transaction, reference: textReference("order 17") };
    await ledger.submitUntilAcknowledged(api, [signTransaction(named, stage.alice.person, domain, crypto)]);
    const block = await pay(stage.scene, stage);
    const { transactions } = await readJson<{ transactions: readonly { id: string }[] }>(
      `${stage.pages()}v1/blocks/${block}/transactions`,
    );
    const id = transactions[0]?.id ?? expect.unreachable();
    const { entries } = await readJson<{ entries: readonly { l1Transaction: string }[] }>(
      `${stage.pages()}v1/queue?limit=1`,
    );
    const address = l1.wallet(1).account.address;
    const { owner, key } = stage.alice.person;
    const code = encodePaymentCode({ owner, key }, domain);
    const found: readonly (readonly [text: string, place: RegExp])[] = [
      [String(block), new RegExp(`#/(?:block/${block}|search/${block})$`)],
      [id, new RegExp(`#/transaction/${id}$`)],
      [entries[0]?.l1Transaction ?? "", /#\/queue\/0$/],
      [address, new RegExp(`#/owner/${address.toLowerCase()}$`)],
      [String(stage.alice.index), new RegExp(`#/(?:account|search)/${stage.alice.index}$`)],
      [code, new RegExp(`#/owner/${address}$`, "i")],
      [code.toUpperCase(), new RegExp(`#/owner/${address}$`, "i")],
      ["order 17", /#\/reference\/0x6f726465722031370+$/],
    ];
    const page = await stage.open();
    const field = page.getByRole("textbox", { name: "Search" });
    for (const [text, place] of found) {
      await field.fill(text);
      await field.press("Enter");
      await expect.poll(() => page.url(), WAIT).toMatch(place);
    }
    // A number may name several things: all of them are offered.
    await field.fill("1");
    await field.press("Enter");
    await expect.poll(() => page.locator("main li").count(), WAIT).toBeGreaterThanOrEqual(3);
    const offered = await page.locator("main").textContent();
    for (const kind of ["Block", "Batch from block", "Entry of the L1 queue"]) expect(offered).toContain(kind);
    await field.fill("no such thing");
    await field.press("Enter");
    await expect.poll(() => page.getByText("Nothing is called so, or not yet.").count(), WAIT).toBe(1);
    await page.close();
  });
}
