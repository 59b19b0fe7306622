import type { Page } from "playwright-core";
import { expect } from "vitest";
import { RUNS_ALL } from "../../../../scripts/testing/long-tests.ts";
import { accessibilityProblems } from "./axe.ts";
import { WAIT } from "./stage.ts";

/** A language, a theme and a width. */
export interface Look {
  readonly locale: "en" | "de";
  readonly theme: "light" | "dark";
  readonly width: number;
}

/** In which every page is looked at: both languages, both themes, wide and narrow; `test:all` also exchanges the themes. */
export const LOOKS: readonly Look[] = [
  { locale: "en", theme: "light", width: 1280 },
  { locale: "de", theme: "dark", width: 390 },
  ...(RUNS_ALL
    ? ([
        { locale: "en", theme: "dark", width: 1280 },
        { locale: "de", theme: "light", width: 390 },
      ] as const)
    : []),
];

/** Words of English texts that no German page may show. */
const ENGLISH =
  /\b(?:the|and|not found|status|account|checked|node says|loading|settings|show more|deposit|your|key)\b/i;
const WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/** Options of a page that is opened in a look. */
export function optionsOf({ locale, theme, width }: Look) {
  return {
    locale,
    colorScheme: theme,
    viewport: { width, height: 900 },
    settings: { locale, theme, l1: null, node: null },
  } as const;
}

/** Until nothing in the page is on its way. */
export async function untilSettled(page: Page): Promise<void> {
  await expect.poll(() => page.getByRole("heading", { level: 1 }).count(), WAIT).toBe(1);
  const loading = page.locator("main .animate-pulse, main .motion-safe\\:animate-pulse");
  const checking = page.locator('main [data-truth="checking"]');
  await expect.poll(async () => (await checking.count()) + (await loading.count()), WAIT).toBe(0);
}

/** A1, A3 and A4 of a page as it is now; `what` names it in a failure. */
export async function expectForEveryone(page: Page, look: Look, what: string): Promise<void> {
  await untilSettled(page);
  const name = `${what} ${look.theme} ${look.width} ${look.locale}`;
  expect(await accessibilityProblems(page), name).toEqual([]);
  if (look.locale === "de") expect(await page.locator("#root").textContent(), name).not.toMatch(ENGLISH);
  await expectNothingCutOff(page, name);
}

/** That a page does not scroll sideways. */
export async function expectNothingCutOff(page: Page, what: string): Promise<void> {
  expect(await page.evaluate(WIDER), what).toBe(0);
}
