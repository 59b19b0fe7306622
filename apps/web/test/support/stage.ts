import type { DevToken } from "@cairn/devnet";
import { type Holder, openScene, populate, type Scene } from "@cairn/e2e/support";
import type { RouteResponse } from "@cairn/rpc";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { startChromium } from "../../../../scripts/packages/pages.ts";
import { buildPages } from "../../scripts/build-pages.ts";
import { CACHE_DIR } from "./places.ts";
import { readJson } from "./read-json.ts";
import { watchPage } from "./watch-page.ts";

/** What `expect.poll` gets: how long an idle machine needs. */
export const WAIT = { timeout: 60_000 };

/** A rollup with people in it, a node that serves the pages, and a browser. */
export interface Stage {
  readonly scene: Scene;
  readonly alice: Holder;
  readonly bob: Holder;
  /** USD, of 6 decimals. */
  readonly token: DevToken;
  readonly browser: Browser;
  /** Address of the node's pages, with a slash at the end. */
  readonly pages: () => string;
  /** Ends the node, and starts it again at the same address. */
  readonly killNode: () => Promise<void>;
  readonly startNode: () => Promise<void>;
  /** A page at a place, such as `/blocks`; what goes wrong in it fails the test that ends next. */
  readonly open: (place?: string, options?: OpenOptions) => Promise<Page>;
}

/** Options of {@link Stage.open}. */
export interface OpenOptions extends BrowserContextOptions {
  /** Address of the pages; those of the node by default. */
  readonly at?: string;
  /** The HTML file; the explorer's by default. */
  readonly file?: string;
  /** Done before the page is opened. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** What the user had set before. */
  readonly settings?: Readonly<Record<string, string | null>>;
}

/** Sets a stage up before the tests of a suite, and ends it after them; not to be used before. */
export function useStage(): Stage {
  let stage: Stage | null = null;
  let end: (() => Promise<void>) | null = null;
  beforeAll(async () => {
    ({ stage, end } = await openStage());
  });
  afterAll(() => end?.());
  return new Proxy({} as Stage, { get: (_target, name) => Reflect.get(stage ?? expect.unreachable("no stage"), name) });
}

/** Until L1 has accepted a batch with the node's last block. */
export async function untilAllProven({ pages }: Stage): Promise<void> {
  const waiting = async () => {
    const { lastBlock, lastProvenBlock } = await readJson<RouteResponse<"rollup">>(`${pages()}v1/rollup`);
    return lastBlock - lastProvenBlock;
  };
  await expect.poll(waiting, WAIT).toBe(0);
}

/** The batch of a block, once L1 has accepted it. */
export function untilAccepted({ pages }: Stage, block: number): Promise<RouteResponse<"batches">["batches"][number]> {
  return vi.waitUntil(async () => {
    const { batches } = await readJson<RouteResponse<"batches">>(`${pages()}v1/batches?limit=20`);
    return batches.find(({ firstBlock, lastBlock, number }) => {
      return number !== null && firstBlock <= block && block <= lastBlock;
    });
  }, WAIT);
}

async function openStage(): Promise<{ readonly stage: Stage; readonly end: () => Promise<void> }> {
  const [scene, browser, { folder }] = await Promise.all([
    openScene({ proofs: "stand-in" }),
    startChromium(),
    buildPages(CACHE_DIR),
  ]);
  const pagesEnv = { CAIRN_WEB_DIR: folder, CAIRN_WEB_L1_URL: scene.l1.rpcUrl };
  // The first entry of the queue is one of a token.
  const token = await scene.l1.createToken("USD", 6);
  await scene.holders.deposit(1, 5_000_000n, token);
  const population = await populate(scene, pagesEnv);
  let { node } = population;
  const url = scene.api();
  const port = new URL(url).port;
  const stage: Stage = {
    scene,
    alice: population.alice,
    bob: population.bob,
    token,
    browser,
    pages: () => `${url}/`,
    killNode: async () => {
      await node.kill();
    },
    startNode: async () => {
      node = await scene.start({ ...pagesEnv, CAIRN_API_PORT: port });
    },
    open: async (place = "/", { at = `${url}/`, file = "", prepare, settings, ...options } = {}) => {
      // Without a graphics card, what moves costs the processor that the page needs.
      const page = await browser.newPage({
        locale: "en",
        serviceWorkers: "block",
        reducedMotion: "reduce",
        ...options,
      });
      watchPage(page);
      if (settings !== undefined) {
        await page.addInitScript((text) => localStorage.setItem("cairn-settings", text), JSON.stringify(settings));
      }
      await prepare?.(page);
      await page.goto(`${at}${file}#${place}`);
      return page;
    },
  };
  return {
    stage,
    end: async () => {
      await browser.close();
      await scene.stop();
    },
  };
}
