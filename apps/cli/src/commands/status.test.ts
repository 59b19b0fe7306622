import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHome } from "../../test/home.ts";
import { blockOf, DOMAIN, type NodeDouble, startNodeDouble } from "../../test/node-double.ts";
import { runInTest } from "../../test/run.ts";
import { checkBuilds, checkDisk, checkMachine } from "../health/checks.ts";

describe("status and doctor", () => {
  let node: NodeDouble;
  let home: ReturnType<typeof createHome>;
  beforeEach(async () => {
    node = await startNodeDouble();
    home = createHome(node.url);
  });
  afterEach(async () => {
    await node.stop();
    home.remove();
  });

  const cairn = async (...args: string[]) => {
    const { code, stdout } = await runInTest([...args, "--json"], home.env);
    return { code, value: JSON.parse(stdout) };
  };

  it("show the node's progress", async () => {
    node.state.blocks = [blockOf(3), blockOf(1, { sealedAtMs: Date.now() - 90_000 })];
    expect(await cairn("status")).toMatchObject({
      code: 0,
      value: { isGood: true, l1: null, node: { unprovenBlocks: 3, oldestUnprovenSeconds: expect.any(Number) } },
    });
    const { stdout } = await runInTest(["status"], home.env);
    expect(stdout).toMatch(/waiting +3 for L1, the oldest for 9\d s/);
  });

  it("exit with 1 and say what is wrong when a part is not ready or unreachable", async () => {
    node.state.isReady = false;
    expect(await cairn("status")).toMatchObject({ code: 1, value: { isGood: false } });
    expect(await cairn("doctor")).toMatchObject({ code: 1, value: { isHealthy: false } });
    const l1 = ["--l1-rpc-url", "http://127.0.0.1:1"];
    expect(await cairn("status", ...l1)).toMatchObject({
      code: 1,
      value: { l1: { error: { code: "cli/l1-unreachable" } }, node: { url: node.url } },
    });
    const { findings } = (await cairn("doctor", ...l1)).value;
    expect(findings).toContainEqual({
      name: "L1",
      result: "fail",
      found: expect.stringContaining("127.0.0.1:1"),
      advice: expect.stringContaining("--l1-rpc-url"),
    });
    expect((await runInTest(["status"], {})).stderr).toContain("cli/not-configured");
  });

  it("warn of a node that has no source of blobs", async () => {
    const found = async () =>
      (await cairn("doctor")).value.findings.filter(({ name }: { name: string }) => name === "blobs");
    expect(await found()).toEqual([]);
    node.state.blobs = "no source is configured";
    const advice = expect.stringContaining("CAIRN_BEACON_URLS");
    expect(await found()).toEqual([{ name: "blobs", result: "warn", found: "no source is configured", advice }]);
  });

  it("give advice with every warning and failure", async () => {
    node.state.domain = { ...DOMAIN, rollup: 1n };
    for (const findings of [
      (await cairn("doctor")).value.findings,
      checkMachine("20.1.0", "win32 ia32"),
      checkBuilds(home.dir),
      checkDisk([home.dir, join(home.dir, "not", "there")]),
    ]) {
      for (const { result, advice, found } of findings) {
        expect({ found, advice: typeof advice }).toEqual({ found, advice: result === "ok" ? "object" : "string" });
      }
    }
  });

  it("accept one provable block size, and say which", () => {
    const cache = mkdtempSync(join(tmpdir(), "cairn-cache-"));
    mkdirSync(join(cache, "circuits", "solo16-0"), { recursive: true });
    writeFileSync(join(cache, "circuits", "solo16-0", "program.json"), "{}");
    symlinkSync(join(TEST_CACHE_DIR, "contracts"), join(cache, "contracts"));
    const [circuits] = checkBuilds(cache);
    expect(circuits).toEqual({ name: "circuits", result: "ok", found: "blocks of 16 slots", advice: null });
    // A circuit without its verifier is useless.
    expect(checkBuilds(cache, [64])[0]).toMatchObject({ result: "warn", found: "none" });
    rmSync(cache, { recursive: true });
  });

  it("detect an insufficient machine, builds and disks", () => {
    expect(checkMachine("20.1.0", "win32 ia32").map(({ result }) => result)).toEqual(["fail", "fail"]);
    expect(checkMachine("24.0.0", "linux x64").map(({ result }) => result)).toEqual(["ok", "ok"]);
    const empty = mkdtempSync(join(tmpdir(), "cairn-cache-"));
    expect(checkBuilds(empty).map(({ result }) => result)).toEqual(["warn", "warn", "warn"]);
    rmSync(empty, { recursive: true });
    expect(checkDisk([home.dir, join(home.dir, "keys")])).toHaveLength(1);
  });
});
