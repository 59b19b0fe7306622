import { pay } from "@cairn/e2e/support";
import { expect, it } from "vitest";
import { readJson } from "../support/read-json.ts";
import { type Stage, WAIT } from "../support/stage.ts";

/** The first page. */
export function itTellsWhatItIs(stage: Stage): void {
  it("A6: shows the hash of the build that the host lists", async () => {
    const page = await stage.open();
    const { build } = await readJson<{ readonly build: string }>(`${stage.pages()}files.json`);
    await expect.poll(() => page.locator("[data-build]").textContent(), WAIT).toContain(build);
    await page.close();
  });

  it("earns its green marks in the reader's browser: newest batch, an account, a payment", async () => {
    await pay(stage.scene, stage);
    const page = await stage.open();
    for (const check of ["batch", "account", "receipt"]) {
      const mark = page.locator(`[data-check=${check}] [data-truth]`);
      await expect.poll(() => mark.getAttribute("data-truth"), WAIT).toBe("checked");
    }
    await page.close();
  });

  it("E6: leads to the whole state, which is rebuilt under the node's own content security policy", async () => {
    const page = await stage.open();
    await page.getByRole("link", { name: /^Rebuild every account/ }).click();
    await page.getByRole("button", { name: "Rebuild the state" }).click();
    const verdict = page.locator("[data-verdict]").first();
    await expect.poll(() => verdict.getAttribute("data-verdict"), WAIT).toBe("checked");
    await page.close();
  });

  it("says that nothing can be checked without a connection to L1, and then asks nobody but the node", async () => {
    const page = await stage.open();
    await page.route("**/config.json", (route) =>
      route.fulfill({ json: { node: "./", l1: null, rollup: stage.scene.l1.rollup.address, chainId: 31337 } }),
    );
    // What the page was doing so far is over.
    await page.goto("about:blank");
    const asked = new Set<string>();
    page.on("request", (request) => asked.add(new URL(request.url()).origin));
    await page.goto(stage.pages());
    await expect.poll(() => page.getByText("nothing can be checked").isVisible(), WAIT).toBe(true);
    await expect.poll(() => page.getByRole("table").isVisible(), WAIT).toBe(true);
    expect([...asked]).toEqual([new URL(stage.pages()).origin]);
    await page.close();
  });
}
