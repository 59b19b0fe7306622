import { pay } from "@cairn/e2e/support";
import { expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.ts";
import { expectForEveryone, expectNothingCutOff, LOOKS, optionsOf, untilSettled } from "../support/everyone.ts";
import { readJson } from "../support/read-json.ts";
import { type Stage, WAIT } from "../support/stage.ts";

/** A1 to A4, on every page of the explorer. */
export function everyoneCanUseIt(stage: Stage): void {
  const placesOf = async (): Promise<string[]> => {
    const block = await pay(stage.scene, stage);
    const { transactions } = await readJson<{ transactions: readonly { id: string }[] }>(
      `${stage.pages()}v1/blocks/${block}/transactions`,
    );
    const alice = stage.scene.l1.wallet(1).account.address.toLowerCase();
    return [
      ...["/", "/blocks", `/block/${block}`, "/batches", "/batch/1", `/transaction/${transactions[0]?.id}`],
      ...[`/account/${stage.alice.index}`, `/owner/${alice}`, "/queue", "/queue/0", "/tokens", "/token/0"],
      ...["/liveness", "/proofs", "/state", "/receipt", "/search/1", "/block/999999"],
      ...[2, 5, 7].map((step) => `/lesson/${step}`),
    ];
  };

  it("A1, A4: no page breaks WCAG 2.2 AA, light or dark, wide or narrow, and the German ones are German", async () => {
    const places = await placesOf();
    for (const look of LOOKS) {
      const page = await stage.open("/", optionsOf(look));
      for (const place of places) {
        await page.goto(`${stage.pages()}#${place}`);
        await expectForEveryone(page, look, place);
      }
      await page.close();
    }
  });

  it("A3: at 320 px, and at 1,280 px enlarged to 200 %, nothing is cut off or scrolls sideways", async () => {
    const page = await stage.open("/");
    for (const place of await placesOf()) {
      await page.goto(`${stage.pages()}#${place}`);
      await untilSettled(page);
      for (const width of [320, 1280 / 2]) {
        await page.setViewportSize({ width, height: 700 });
        await expectNothingCutOff(page, `${place} ${width}`);
      }
    }
    await page.close();
  });

  it("A2: by keyboard alone to the content, into a page whose heading has the focus, and through the settings", async () => {
    const page = await stage.open();
    await expect.poll(() => page.locator("tbody a").count(), WAIT).toBeGreaterThan(0);
    const focused = () => page.evaluate<string>("document.activeElement.textContent");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("To the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.tagName")).toBe("MAIN");
    await page.locator("tbody a").first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(focused, WAIT).toMatch(/^Block \d+$/);
    await page.getByRole("button", { name: "Settings" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await expect.poll(() => dialog.isVisible(), WAIT).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByLabel("Language").selectOption("de");
    await expect.poll(() => page.getByRole("dialog", { name: "Einstellungen" }).isVisible(), WAIT).toBe(true);
    expect(await page.evaluate("document.documentElement.lang")).toBe("de");
    await page.keyboard.press("Escape");
    await expect.poll(() => dialog.isVisible(), WAIT).toBe(false);
    expect(await focused()).toBe("Einstellungen");
    await page.close();
  });
}
