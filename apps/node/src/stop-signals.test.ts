import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { SAME_REQUEST_MS } from "./stop-signals.ts";

const MODULE = join(import.meta.dirname, "stop-signals.ts");

/** A process whose orderly end takes `ms`. */
function start(ms: number): { readonly child: ChildProcess; readonly output: () => string } {
  const script = `
    import { onStopSignal } from ${JSON.stringify(MODULE)};
    const alive = setInterval(() => {}, 1000);
    onStopSignal(["SIGINT", "SIGTERM"], (signal) => {
      console.log("stopping", signal);
      setTimeout(() => { console.log("stopped"); clearInterval(alive); process.exit(0); }, ${ms});
    });
    console.log("ready");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { child, output: () => text };
}

it("ends in order, once, although the same request comes several times", async () => {
  const { child, output } = start(300);
  await vi.waitFor(() => expect(output()).toContain("ready"));
  for (const signal of ["SIGINT", "SIGINT", "SIGTERM"] as const) {
    child.kill(signal);
    await delay(20);
  }
  expect(await once(child, "close")).toEqual([0, null]);
  expect(output().match(/stopp/g)).toHaveLength(2);
});

it("ends at once when it is asked again later", async () => {
  const { child, output } = start(600_000);
  await vi.waitFor(() => expect(output()).toContain("ready"));
  child.kill("SIGTERM");
  await vi.waitFor(() => expect(output()).toContain("stopping SIGTERM"));
  await delay(SAME_REQUEST_MS + 100);
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([null, "SIGTERM"]);
  expect(output()).not.toContain("stopped");
});
