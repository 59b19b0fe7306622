import { expect, it } from "vitest";
import { startThread } from "./thread.ts";

const ECHO = new URL("../../test/threads/echo.ts", import.meta.url);
const start = (data: string) => startThread<string>("echo", ECHO, data);

it("answers many requests, each with its own answer", async () => {
  const { ask, terminate } = await start("there");
  const words = ["a", "b", "c"];
  expect(await Promise.all(words.map((word) => ask<string>(word)))).toEqual(["a there", "b there", "c there"]);
  await terminate();
});

it("carries errors across with code and details, and goes on", async () => {
  const { ask, terminate } = await start("x");
  await expect(ask("throw")).rejects.toMatchObject({ code: "node/queue-gap", details: { at: 5n } });
  await expect(ask("fail")).rejects.toThrow("out of range");
  expect(await ask("still")).toBe("still x");
  await terminate();
});

it("says why it cannot start", async () => {
  await expect(start("broken")).rejects.toMatchObject({ code: "node/bad-config", details: { why: 7 } });
});

it("rejects what was asked of it when it dies, and everything after", async () => {
  const { ask, hasEnded } = await start("x");
  const lost = await Promise.allSettled([ask("die"), ask("later")]);
  expect(lost).toMatchObject(Array(2).fill({ status: "rejected", reason: { code: "node/unavailable" } }));
  expect(hasEnded()).toBe(true);
  await expect(ask("again")).rejects.toMatchObject({ code: "node/unavailable" });
});
