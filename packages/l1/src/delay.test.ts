import { expect, it } from "vitest";
import { delay } from "./delay.ts";

it("waits", async () => {
  const startMs = performance.now();
  await delay(20);
  expect(performance.now() - startMs).toBeGreaterThan(15);
});

it("ends with the signal's reason, at once or while it waits", async () => {
  await expect(delay(3_600_000, AbortSignal.abort("stopped before"))).rejects.toBe("stopped before");
  const controller = new AbortController();
  const waiting = delay(3_600_000, controller.signal);
  controller.abort("stopped meanwhile");
  await expect(waiting).rejects.toBe("stopped meanwhile");
});
