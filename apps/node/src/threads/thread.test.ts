import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startThread } from "./thread.ts";

const ECHO = new URL("../../test/threads/echo.ts", import.meta.url);
const start = (data: string) => startThread<string>("echo", ECHO, data);

it("answers many requests, each with its own answer", async () => {
  const { ask, stop } = await start("there");
  const words = ["a", "b", "c"];
  expect(await Promise.all(words.map((word) => ask<string>(word)))).toEqual(["a there", "b there", "c there"]);
  await stop();
});

it("carries errors across with code, details and causes, and goes on", async () => {
  const { ask, stop } = await start("x");
  await expect(ask("throw")).rejects.toMatchObject({
    code: "node/queue-gap",
    details: { at: 5n },
    cause: { message: "no write", cause: { message: "no room" } },
  });
  await expect(ask("fail")).rejects.toThrow("out of range");
  expect(await ask("still")).toBe("still x");
  await stop();
});

it("says why it cannot start", async () => {
  await expect(start("broken")).rejects.toMatchObject({ code: "node/bad-config", details: { why: 7 } });
});

it("rejects pending requests when it dies, and everything after", async () => {
  const { ask, hasEnded } = await start("x");
  const lost = await Promise.allSettled([ask("die"), ask("later")]);
  expect(lost).toMatchObject(Array(2).fill({ status: "rejected", reason: { code: "node/unavailable" } }));
  expect(hasEnded()).toBe(true);
  await expect(ask("again")).rejects.toMatchObject({ code: "node/unavailable" });
});

it("finishes pending work when asked to stop", async () => {
  const dir = mkdtempSync(join(tmpdir(), "cairn-thread-"));
  const path = join(dir, "left");
  const { ask, stop, hasEnded } = await start(path);
  const cut = expect(ask("leave a file")).rejects.toMatchObject({ code: "node/unavailable" });
  await stop();
  await cut;
  expect([hasEnded(), readFileSync(path, "utf8")]).toEqual([true, "left"]);
  await stop();
  rmSync(dir, { recursive: true });
});

it("is cut off when it does not stop", async () => {
  const { ask, stop, hasEnded } = await startThread<string>("echo", ECHO, "stubborn", 200);
  await ask("still");
  await stop();
  expect(hasEnded()).toBe(true);
});
