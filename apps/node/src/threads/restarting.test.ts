import { describe, expect, it } from "vitest";
import { threadsStartedBy } from "../../test/threads/watch.ts";
import { createRestartingThread } from "./restarting.ts";

const ECHO = new URL("../../test/threads/echo.ts", import.meta.url);

describe("a restarting thread", () => {
  it("starts once, however many callers ask, and again when it has died", async () => {
    const thread = createRestartingThread<string>("echo", ECHO, "there");
    const ask = async (word: string) => (await thread.running()).ask<string>(word);
    const first = await threadsStartedBy("echo", async () => {
      expect(await Promise.all([ask("a"), ask("b")])).toEqual(["a there", "b there"]);
      expect(await ask("c")).toBe("c there");
    });
    expect(first.length).toBe(1);
    await expect(ask("die")).rejects.toMatchObject({ code: "node/unavailable" });
    const second = await threadsStartedBy("echo", async () => {
      expect(await Promise.all([ask("d"), ask("e")])).toEqual(["d there", "e there"]);
    });
    expect(second.length).toBe(1);
    await thread.stop();
    await expect(ask("f")).rejects.toMatchObject({ code: "node/stopping" });
  });

  it("says why it cannot start, each time", async () => {
    const { running, stop } = createRestartingThread<string>("echo", ECHO, "broken");
    for (let time = 0; time < 2; time++) await expect(running()).rejects.toMatchObject({ code: "node/bad-config" });
    await stop();
  });
});
