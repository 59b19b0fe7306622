import { pay } from "@cairn/e2e/support";
import { expect, it } from "vitest";
import { startPrefixProxy } from "../support/prefix-proxy.ts";
import { readJson } from "../support/read-json.ts";
import { type Stage, untilAccepted, WAIT } from "../support/stage.ts";
import { waitingProof } from "../support/waiting-proof.ts";

const ATMS = 1_764_500_000_000;
/** Three blocks: two are merged, and the last proof takes the merge and the third. */
const TREE = [
  waitingProof(1, "block256", [7, 7], 4),
  waitingProof(2, "block256", [8, 8], 4),
  waitingProof(3, "block256", [9, 9], 5),
  waitingProof(4, "merge1", [7, 8], 5),
  waitingProof(5, "pair", [7, 9], null),
];

/** E10, the way of blocks to L1, and what they publish. */
export function proofsAreShown(stage: Stage): void {
  it("E10: the proofs under way are a tree, and follow the provers without a reload", async () => {
    const proxy = await startPrefixProxy(stage.pages());
    let proofs: readonly object[] = TREE;
    proxy.lie(/^\/v1\/proofs/, (body) => ({ ...body, proofs }));
    try {
      const page = await stage.open("/proofs", { at: proxy.url });
      const tree = page.locator("[data-tree='7']");
      const states = async () => {
        const nodes = await tree.locator("[data-proof]").all();
        return Promise.all(
          nodes.map(
            async (node) => `${await node.getAttribute("data-circuit")} ${await node.getAttribute("data-proof")}`,
          ),
        );
      };
      await expect
        .poll(states, WAIT)
        .toEqual(["pair waiting", "merge1 waiting", "block256 waiting", "block256 waiting", "block256 waiting"]);
      // Each above what it verifies, and as wide.
      const [top, merge, first, second] = await Promise.all(
        [0, 1, 2, 3].map(
          async (i) => (await tree.locator("[data-proof]").nth(i).boundingBox()) ?? expect.unreachable(),
        ),
      );
      expect(top?.y).toBeLessThan(merge?.y ?? 0);
      expect(merge?.y).toBeLessThan(first?.y ?? 0);
      expect(merge?.x).toBe(first?.x);
      expect((merge?.x ?? 0) + (merge?.width ?? 0)).toBe((second?.x ?? 0) + (second?.width ?? 0));
      const begun = { prover: "5f1d3a90", startedAtMs: ATMS };
      proofs = TREE.map((one) => {
        if (one.id > 2) return one;
        return one.id === 1
          ? { ...one, ...begun, state: "made", madeAtMs: ATMS + 26_500 }
          : { ...one, ...begun, state: "proving" };
      });
      await expect.poll(states, WAIT).toContain("block256 proving");
      await expect.poll(() => tree.textContent(), WAIT).toMatch(/made in 26\.5 sec/);
      await page.close();
    } finally {
      await proxy.stop();
    }
  });

  it("E10: a proof that the node has made is shown as made, with its prover, also on the batch's page", async () => {
    const block = await pay(stage.scene, stage);
    const page = await stage.open("/proofs");
    const made = page.locator("[data-proof='made']");
    await expect.poll(() => made.count(), WAIT).toBeGreaterThan(0);
    const batch = await untilAccepted(stage, block);
    await page.goto(`${stage.pages()}#/batch/${batch.firstBlock}`);
    await page.getByRole("heading", { name: `Batch ${batch.number}` }).waitFor({ timeout: 0 });
    // Of what L1 verifies; those below it are deleted once it is final.
    const last = page.locator(`[data-proof='made'][data-circuit='${batch.circuit}']`);
    await expect.poll(() => last.allTextContents(), WAIT).toEqual([expect.stringContaining("by prover")]);
    await page.close();
  });

  it("blocks move towards L1 on the first page, without a reload", async () => {
    const page = await stage.open("/");
    const stageOf = (block: number) =>
      page.locator(`li[data-stage]:has(a[href$="/block/${block}"])`).first().getAttribute("data-stage");
    await page.locator("li[data-stage]").first().waitFor();
    const block = await pay(stage.scene, stage);
    await expect.poll(() => stageOf(block).catch(() => null), WAIT).toMatch(/^(?:accepted|final)$/);
    await page.close();
  });

  it("what a block publishes is explained word by word, by pointer and by keyboard", async () => {
    const block = await pay(stage.scene, stage);
    const { transactions } = await readJson<{
      transactions: readonly { amount: string; transaction: { from: number; to: number } }[];
    }>(`${stage.pages()}v1/blocks/${block}/transactions`);
    const [paid] = transactions;
    const page = await stage.open(`/block/${block}`);
    await page.locator("[data-word='transfer']").first().hover();
    const explained = page.locator("[data-explained]");
    await expect.poll(() => explained.getAttribute("data-explained"), WAIT).toBe("transfer");
    const text = await explained.textContent();
    expect(text).toContain("13 bytes");
    for (const value of [paid?.transaction.from, paid?.transaction.to, paid?.amount])
      expect(text).toContain(String(value));
    await page.locator("[data-word]").first().focus();
    await expect.poll(() => explained.getAttribute("data-explained"), WAIT).toBe("header");
    await page.keyboard.press("End");
    await expect.poll(() => explained.getAttribute("data-explained"), WAIT).not.toBe("header");
    await page.keyboard.press("Home");
    for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowRight");
    await expect.poll(() => explained.textContent(), WAIT).toContain("slot 0");
    await page.close();
  });
}
