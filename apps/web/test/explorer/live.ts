import { pay } from "@cairn/e2e/support";
import { expect, it } from "vitest";
import { type Stage, WAIT } from "../support/stage.ts";

/** E1. */
export function itIsLive(stage: Stage): void {
  it("E1: shows a new block within 2 s of the stream, and after a restart of the node heals by itself", async () => {
    const page = await stage.open();
    const connection = () => page.locator("[data-connection]").getAttribute("data-connection");
    await expect.poll(connection, WAIT).toBe("live");
    // When the stream tells of the block, and when the page shows it, by the page's own clock.
    const told = page.evaluate(firstTold, stage.pages());
    const block = await pay(stage.scene, stage);
    const { atMs: toldAtMs, number } = await told;
    expect(number).toBe(block);
    await page.getByRole("link", { name: String(number), exact: true }).waitFor({ timeout: 0 });
    const shownAtMs = await page.evaluate(() => performance.now());
    expect(shownAtMs - toldAtMs).toBeLessThan(2000);

    await stage.killNode();
    await expect.poll(connection, WAIT).toBe("lost");
    expect(await page.locator("[data-connection]").textContent()).toMatch(/^not connected since /);
    await stage.startNode();
    await expect.poll(connection, WAIT).toBe("live");
    const next = await pay(stage.scene, stage);
    await expect.poll(() => page.getByRole("link", { name: String(next), exact: true }).count(), WAIT).toBe(1);
    await page.close();
  });
}

/** In the page: when a stream of its own hears of the next block. */
function firstTold(pages: string): Promise<{ atMs: number; number: number }> {
  const socket = new WebSocket(`${pages.replace(/^http/, "ws")}v1/stream`);
  return new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const { type, number } = JSON.parse(data) as { type: string; number: number };
      if (type !== "block") return;
      socket.close();
      resolve({ atMs: performance.now(), number });
    });
  });
}
