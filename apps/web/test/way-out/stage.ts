import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { DeadRollup } from "../support/dead-rollup.ts";
import type { LyingRpc } from "../support/lying-rpc.ts";
import { watchPage } from "../support/watch-page.ts";

/** What the tests of the way out have in common; not to be used before they run. */
export interface WayOutStage {
  readonly dead: () => DeadRollup;
  readonly browser: () => Browser;
  readonly rpc: () => LyingRpc;
  /** Address of the pages on a file server, configured without a node, and with one that is gone. */
  readonly withoutNode: () => string;
  readonly withDeadNode: () => string;
  /** Ends the file server that is configured without a node. */
  readonly endFileServer: () => Promise<void>;
}

/** A page, and which origins it and its workers have asked, apart from its own. */
export interface OpenedPage {
  readonly page: Page;
  readonly asked: ReadonlySet<string>;
}

/** How a page is opened. */
export interface OpenOptions extends BrowserContextOptions {
  /** What the user had set before. */
  readonly settings?: object;
  /** Done before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Opens a page of the explorer or the wallet. */
export async function openPage(
  { browser }: WayOutStage,
  address: string,
  { settings, prepare, ...options }: OpenOptions = {},
): Promise<OpenedPage> {
  const context = await browser().newContext({ locale: "en", serviceWorkers: "block", ...options });
  const asked = new Set<string>();
  const { origin } = new URL(address);
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol.startsWith("http")) asked.add(url.origin);
  });
  const page = await context.newPage();
  await prepare?.(page);
  watchPage(page);
  if (settings !== undefined) {
    await page.addInitScript((text) => localStorage.setItem("cairn-settings", text), JSON.stringify(settings));
  }
  await page.goto(address);
  return { page, asked };
}
