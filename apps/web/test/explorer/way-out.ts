import { rollupAbi } from "@cairn/contracts";
import type { AccountProofJson } from "@cairn/rpc";
import { exitCall, formatAmount, parseExitProof } from "@cairn/sdk";
import { ESCAPE_GAS } from "@cairn/verify";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildPages } from "../../scripts/build-pages.ts";
import { CACHE_DIR } from "../support/places.ts";
import { readJson } from "../support/read-json.ts";
import { serveFolder } from "../support/serve-folder.ts";
import { type Stage, untilAllProven, WAIT } from "../support/stage.ts";

/** E8. It ends the rollup, so that nothing can come after it. */
export function theWayOutIsShown(stage: Stage): void {
  let server: Awaited<ReturnType<typeof serveFolder>>;
  let page: Page;
  beforeAll(async () => {
    const { folder } = await buildPages(CACHE_DIR);
    const { rollup, rpcUrl } = stage.scene.l1;
    const config = { node: null, l1: rpcUrl, rollup: rollup.address, chainId: rollup.reader.chain.id };
    server = await serveFolder(folder, "/pages", config);
  });
  afterAll(async () => {
    await page?.close();
    await server?.stop();
  });

  const stageShown = () => page.locator("[data-stage]").getAttribute("data-stage");
  const step = (name: string) => page.locator(`[data-step="${name}"]`);
  const states = async () =>
    Promise.all(
      ["request", "submit", "freeze", "exit"].map(async (name) => (await step(name).getAttribute("data-state")) ?? ""),
    );
  const opensAt = async (name: string) => {
    const iso = await step(name).locator("time").getAttribute("datetime");
    return Date.parse(iso ?? "") / 1000;
  };
  const read = <Name extends "parameters" | "queueFee">(functionName: Name) => {
    const { reader, address } = stage.scene.l1.rollup;
    return reader.readContract({ address, abi: rollupAbi, functionName });
  };
  /** L1's clock, then what the page says. */
  const passTo = async (timestamp: number): Promise<void> => {
    const { reader } = stage.scene.l1.rollup;
    await stage.scene.l1.passTime(timestamp - Number((await reader.getBlock()).timestamp));
    await page.reload();
    await expect.poll(() => page.locator("[data-stage]").count(), WAIT).toBe(1);
  };

  it("E8: while all is well the account is healthy; it says which step costs what, by L1 alone", async () => {
    page = await stage.open(`/account/${stage.alice.index}`);
    await expect.poll(stageShown, WAIT).toBe("healthy");
    // Once a batch has consumed what waits.
    await expect.poll(states, WAIT).toEqual(["open", "afterWaiting", "afterWaiting", "afterFreeze"]);
    expect(await step("freeze").textContent()).toContain("once an entry on L1 has waited for 7 days");
    const fee = await read("queueFee");
    expect(await step("request").textContent()).toContain(`${formatAmount(fee, 18)} ETH`);
    // The page read L1's price at another moment, so only the order of size can be compared.
    const shown = Number(/about ([\d.]+) ETH/.exec((await step("exit").textContent()) ?? "")?.[1]);
    const price = Number(await stage.scene.l1.rollup.reader.getGasPrice()) / 1e18;
    expect(shown / (ESCAPE_GAS.exit * price)).toBeGreaterThan(0.1);
    expect(shown / (ESCAPE_GAS.exit * price)).toBeLessThan(10);
    await page.close();
  });

  it("E8: idle, overdue, frozen, exited: with the node gone, each step opens at the second that the contract says", async () => {
    const { scene, alice } = stage;
    const { reader, address } = scene.l1.rollup;
    await untilAllProven(stage);
    const proof = await readJson<AccountProofJson>(`${stage.pages()}v1/accounts/${alice.index}/proof`);
    await stage.killNode();
    await scene.holders.topUp(alice, 5n);
    const since = Number((await reader.getBlock()).timestamp);
    const { operatorIdleDelay, inclusionDelay, freezeDelay } = await read("parameters");
    const [idleAt, overdueAt, freezableAt] = [operatorIdleDelay, inclusionDelay, freezeDelay].map(
      (delay) => since + Number(delay),
    ) as [number, number, number];

    page = await stage.open(`/account/${alice.index}`, { at: server.url });
    await expect.poll(stageShown, WAIT).toBe("healthy");
    expect(await states()).toEqual(["open", "opensAt", "opensAt", "afterFreeze"]);
    expect([await opensAt("submit"), await opensAt("freeze")]).toEqual([Math.min(idleAt, overdueAt), freezableAt]);
    await passTo(idleAt);
    expect([await stageShown(), await states()]).toEqual(["idle", ["open", "open", "opensAt", "afterFreeze"]]);
    await passTo(overdueAt);
    expect([await stageShown(), await states()]).toEqual(["overdue", ["open", "open", "opensAt", "afterFreeze"]]);
    await passTo(freezableAt);
    expect([await stageShown(), await states()]).toEqual(["overdue", ["open", "open", "open", "afterFreeze"]]);

    const stranger = scene.l1.wallet(4);
    const freezing = await stranger.writeContract({ address, abi: rollupAbi, functionName: "freeze" });
    await reader.waitForTransactionReceipt({ hash: freezing });
    await page.reload();
    await expect.poll(stageShown, WAIT).toBe("frozen");
    expect(await states()).toEqual(["closed", "closed", "done", "open"]);
    const { data } = exitCall(parseExitProof(proof));
    const leaving = await stranger.sendTransaction({ to: address, data });
    expect((await reader.waitForTransactionReceipt({ hash: leaving })).status).toBe("success");
    await page.reload();
    await expect.poll(stageShown, WAIT).toBe("exited");
    expect(await states()).toEqual(["closed", "closed", "done", "done"]);
  });
}
