import { environmentManager } from "@tanstack/react-query";
import { Window } from "happy-dom";
import { createElement, type ReactNode } from "react";
import type { Root } from "react-dom/client";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

/**
 * A page for the tests of a file. The globals that React needs are there only while they run: other files run in the same
 * process.
 */
const page = new Window({ url: "https://wallet.example/" });
const GLOBALS = { window: page, document: page.document };
const roots = new Set<Root>();

const install = (): void => {
  Object.assign(globalThis, GLOBALS);
  environmentManager.setIsServer(() => false);
};

/** Call it in the outermost `describe` of a file. */
export function usePage(): void {
  beforeAll(install);
  afterEach(() => {
    for (const root of roots) root.unmount();
    roots.clear();
    // Where React looks whether there is something left to do.
    return new Promise<void>((resolve) => setTimeout(resolve, 0));
  });
  afterAll(() => {
    for (const name of Object.keys(GLOBALS)) Reflect.deleteProperty(globalThis, name);
  });
}

/** What was put on the page. */
export interface Shown {
  readonly text: () => string;
  /** Clicks the first button whose text begins so. */
  readonly click: (text: string) => void;
  readonly again: (node: ReactNode) => void;
  readonly leave: () => void;
}

/** Puts something on the page. */
export async function show(node: ReactNode): Promise<Shown> {
  const { createRoot } = await import("react-dom/client");
  const element = page.document.createElement("div");
  page.document.body.append(element);
  const root = createRoot(element as unknown as Element);
  roots.add(root);
  root.render(node);
  return {
    text: () => element.textContent,
    click: (text) => {
      const button = [...element.querySelectorAll("button")].find((one) => one.textContent.startsWith(text));
      if (button === undefined) throw new TypeError(`there is no button ${text}`);
      button.click();
    },
    again: (other) => root.render(other),
    leave: () => {
      roots.delete(root);
      root.unmount();
    },
  };
}

/** Tells the page that it is hidden, or visible again. */
export function setVisible(isVisible: boolean): void {
  Object.defineProperty(page.document, "visibilityState", {
    value: isVisible ? "visible" : "hidden",
    configurable: true,
  });
  page.dispatchEvent(new page.Event("visibilitychange"));
}

/** A hook's results, in the order of the renderings, and an element that calls it. */
export function watch<Result>(use: () => Result) {
  const results: Result[] = [];
  const now = (): Result => results.at(-1) ?? expect.unreachable("nothing was rendered");
  return { results, now, element: createElement(Probe, { use: () => void results.push(use()) }) };
}

function Probe({ use }: { use: () => void }) {
  use();
  return null;
}
