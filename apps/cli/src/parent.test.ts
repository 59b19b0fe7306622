import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { connectReader } from "@cairn/l1";
import { afterAll, describe, expect, it, vi } from "vitest";
import { DEVNET_ENV, DEVNET_NODE_OPTIONS } from "../bin/devnet-process.mjs";

const COMMAND = join(import.meta.dirname, "../bin/cairn.mjs");
/** Makes the wrapper believe that its Node is too old for the sources, so that it starts the pinned one. */
const OLDER_NODE = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })",
)}`;
const PATIENCE_MS = 120_000;

describe("the command in a process of its own", () => {
  const home = mkdtempSync(join(tmpdir(), "cairn-parent-"));
  const started = new Set<ChildProcess>();
  let runner: number | null = null;
  const start = (options: readonly string[], ...args: readonly string[]) => {
    const child = spawn(process.execPath, [...options, COMMAND, ...args], {
      env: { ...process.env, CAIRN_HOME: home, CAIRN_CACHE_DIR: TEST_CACHE_DIR },
      stdio: ["ignore", "pipe", "inherit"],
    });
    started.add(child);
    return child;
  };
  afterAll(() => {
    for (const child of started) child.kill("SIGKILL");
    if (runner !== null) process.kill(runner, "SIGKILL");
    rmSync(home, { recursive: true, force: true });
  });

  it("ends by itself when it is done, on an older Node", { timeout: PATIENCE_MS }, async () => {
    expect(await once(start(["--import", OLDER_NODE], "--version"), "close")).toEqual([0, null]);
  });

  it("runs a devnet that takes little memory, and leaves none behind when it is killed", {
    timeout: PATIENCE_MS,
  }, async () => {
    const data = join(home, "data");
    const ports = ["--l1-port", "0", "--api-port", "0", "--metrics-port", "0"];
    const wrapper = start([], "devnet", "--json", "--no-node", "--data", data, ...ports);
    let output = "";
    wrapper.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const ready = await vi.waitFor(() => JSON.parse(output), { timeout: PATIENCE_MS, interval: 100 });
    const l1 = connectReader(ready.urls.l1, ready.chainId, { retryCount: 0 });
    runner = Number(readFileSync(join(data, "devnet.pid"), "utf8"));
    expect(runner).not.toBe(wrapper.pid);
    expect(await l1.getBlockNumber()).toBeGreaterThan(0n);
    const [args, env] = ["cmdline", "environ"].map((file) =>
      readFileSync(`/proc/${runner}/${file}`, "utf8").split("\0"),
    );
    expect(args).toEqual(expect.arrayContaining(DEVNET_NODE_OPTIONS));
    expect(env).toEqual(expect.arrayContaining(Object.entries(DEVNET_ENV).map((entry) => entry.join("="))));
    // The L1 and the prover are started with the usual settings.
    const children = readFileSync(`/proc/${runner}/task/${runner}/children`, "utf8").trim().split(" ");
    for (const child of children) expect(readFileSync(`/proc/${child}/environ`, "utf8")).not.toContain("MALLOC_");

    wrapper.kill("SIGKILL");
    const end = { timeout: 30_000, interval: 100 };
    const isAnswering = () => l1.getBlockNumber().then(Boolean, () => false);
    await vi.waitFor(async () => expect(await isAnswering()).toBe(false), end);
    await vi.waitFor(() => expect(existsSync(join(data, "devnet.pid"))).toBe(false), end);
    expect(existsSync(ready.profile)).toBe(false);
    runner = null;
  });
});
