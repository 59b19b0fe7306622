import type { Page } from "playwright-core";
import { afterEach, expect } from "vitest";

const problems: string[] = [];

/** Notes what should not happen in a page: uncaught errors, and what its content security policy had to refuse. */
export function watchPage(page: Page): void {
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted Type|TrustedScript/i.test(message.text())) problems.push(message.text());
  });
}

/** Lets each test of a suite fail in whose pages something went wrong. */
export function failOnProblems(): void {
  afterEach(() => {
    expect(problems.splice(0)).toEqual([]);
  });
}
