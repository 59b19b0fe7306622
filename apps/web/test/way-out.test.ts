/**
 * The operator is gone for good: no node answers, and the pages come from a file server. One rollup with real proofs behind
 * all of it.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { startChromium } from "../../../scripts/packages/pages.ts";
import { buildPages } from "../scripts/build-pages.ts";
import { type DeadRollup, openDeadRollup } from "./support/dead-rollup.ts";
import { type LyingRpc, startLyingRpc } from "./support/lying-rpc.ts";
import { CACHE_DIR } from "./support/places.ts";
import { serveFolder } from "./support/serve-folder.ts";
import { failOnProblems } from "./support/watch-page.ts";
import { peopleLeave } from "./way-out/leave.ts";
import { theStateIsRebuilt } from "./way-out/rebuild.ts";
import type { WayOutStage } from "./way-out/stage.ts";

describe("when the operator is gone for good", () => {
  let dead: DeadRollup;
  let browser: Browser;
  let rpc: LyingRpc;
  let servers: readonly Awaited<ReturnType<typeof serveFolder>>[] = [];
  failOnProblems();
  beforeAll(async () => {
    const [{ folder }, opened, started] = await Promise.all([buildPages(CACHE_DIR), openDeadRollup(), startChromium()]);
    [dead, browser] = [opened, started];
    const { rollup, rpcUrl } = dead.scene.l1;
    rpc = await startLyingRpc(rpcUrl);
    const config = { l1: rpc.url, rollup: rollup.address, chainId: rollup.reader.chain.id };
    servers = await Promise.all([
      serveFolder(folder, "/pages", { ...config, node: null }),
      serveFolder(folder, "/pages", { ...config, node: dead.formerNode }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all(servers.map(({ stop }) => stop()));
    await rpc?.stop();
    await dead?.scene.stop();
  });

  const stage: WayOutStage = {
    dead: () => dead,
    browser: () => browser,
    rpc: () => rpc,
    withoutNode: () => servers[0]?.url ?? "",
    withDeadNode: () => servers[1]?.url ?? "",
    endFileServer: async () => servers[0]?.stop(),
  };
  describe("the explorer rebuilds the state", () => theStateIsRebuilt(stage));
  // The last: it freezes the rollup.
  describe("the wallet takes its people out", () => peopleLeave(stage));
});
