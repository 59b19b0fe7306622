import { pay } from "@cairn/e2e/support";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { type Stage, untilAccepted, WAIT } from "../support/stage.ts";

const HEADINGS = [
  "A payment",
  "A signature",
  "Thirteen bytes",
  "A block",
  "The state",
  "A proof",
  "Ethereum",
  "Whom you have to trust",
];

/** In the page: the name of what has the focus. */
const FOCUSED = `document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent`;

/** E12. */
export function theLessonTeaches(stage: Stage): void {
  /** Goes on with Tab until what has the focus is called so. */
  const tabTo = async (page: Page, name: string): Promise<void> => {
    const seen: string[] = [];
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      const text = await page.evaluate<string>(FOCUSED);
      if (text === name) return;
      seen.push(text.slice(0, 20));
    }
    expect.unreachable(`Tab does not lead to ${name} on ${page.url()}, but to ${seen.join(" | ")}`);
  };

  it("E12: eight steps on a real transfer, by keyboard alone, with what was computed in the page", async () => {
    await untilAccepted(stage, await pay(stage.scene, stage));
    const page = await stage.open("/");
    await tabTo(page, "How it works");
    await page.keyboard.press("Enter");
    const heading = page.locator("h1");
    const verdict = page.locator("[data-verdict]").first();
    for (const [i, name] of HEADINGS.entries()) {
      await expect.poll(() => heading.textContent(), WAIT).toBe(name);
      if (i > 0) await expect.poll(() => page.evaluate("document.activeElement.tagName"), WAIT).toBe("H1");
      await expect.poll(() => page.locator("main .card").count(), WAIT).toBeGreaterThan(0);
      if (["A signature", "The state", "Whom you have to trust"].includes(name)) {
        await expect.poll(() => verdict.getAttribute("data-verdict"), WAIT).toBe("checked");
      }
      if (name === "A signature") {
        await tabTo(page, "");
        await page.keyboard.press("Space");
        await expect.poll(() => verdict.getAttribute("data-verdict"), WAIT).toBe("refuted");
        await page.keyboard.press("Space");
        await expect.poll(() => verdict.getAttribute("data-verdict"), WAIT).toBe("checked");
      }
      if (name === "Thirteen bytes") {
        await expect.poll(() => page.locator("[data-explained='transfer']").textContent(), WAIT).toContain("13 bytes");
      }
      if (name === "Ethereum") {
        await expect.poll(() => page.locator("main [data-truth='l1']").count(), WAIT).toBe(1);
      }
      if (i === HEADINGS.length - 1) break;
      await tabTo(page, "Next");
      await page.keyboard.press("Enter");
    }
    expect(page.url()).toMatch(/#\/lesson\/8$/);
    await page.reload();
    await expect.poll(() => heading.textContent(), WAIT).toBe(HEADINGS.at(-1));
    await page.close();
  });
}
