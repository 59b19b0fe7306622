import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DEVNET_ENV, DEVNET_NODE_OPTIONS } from "../../apps/cli/bin/devnet-process.mjs";
import { findJava, JAVA_REMEDY, JDK_PACKAGE, LIBRARY_PACKAGES } from "../../e2e/java-client/java.mjs";
import { runChild } from "./child.mjs";
import { circuitsOption, findCommand, isCairnCommand, slotsOption } from "./commands.mjs";
import { lockSatisfied } from "./install.mjs";
import { withLock } from "./lock.mjs";
import { pinnedNode } from "./paths.mjs";

const NO_SUCH_PROCESS = 2 ** 30;

describe("commands", () => {
  it("take the block size from their arguments", () => {
    expect(slotsOption([], 64)).toBe(64);
    expect(slotsOption(["--json", "x", "--slots", "64"], 16)).toBe(64);
    expect(slotsOption(["--slots=256"], 16)).toBe(256);
    expect(() => slotsOption(["--slots", "17"], 16)).toThrow("--slots must be one of 16, 64, 256, not 17");
    expect(() => slotsOption(["--slots"], 16)).toThrow("not empty");
  });

  it("build the circuits of batches of one block, and others that are asked for", () => {
    const circuitsOf = (name: string, args: string[]) =>
      findCommand(name)
        .prepare(args)
        .map(({ circuits }) => circuits);
    const all = ["solo16", "solo64", "solo256"];
    expect(circuitsOf("setup", [])).toEqual([all, all]);
    expect(circuitsOf("setup", ["--circuits", "solo16,pair"])[0]).toEqual(["solo16", "pair"]);
    expect(circuitsOf("test", [])[0]).toEqual(["solo16"]);
    expect(circuitsOf("demo", ["--slots=64"])[0]).toEqual(["solo64"]);
    expect(circuitsOption(["--circuits=batch"])).toEqual(["batch"]);
    expect(circuitsOption([])).toBeNull();
  });

  it("build nothing before a benchmark that knows itself what it needs", () => {
    const { prepare } = findCommand("bench");
    expect(prepare(["--only", "batch", "--transfers", "64"])).toEqual([]);
    expect(prepare(["--only=batch"])).toEqual([]);
    expect(prepare(["--only", "scaling"])).toEqual([]);
    expect(prepare(["--only", "vm"]).map(({ step }) => step)).toEqual(["circuits", "contracts"]);
    expect(prepare(["batch"])).not.toEqual([]);
  });

  it("refuses an unknown command and names the known ones", () => {
    expect(() => findCommand("toString")).toThrow(/usage: .*demo, devnet, test/);
    expect(() => findCommand(undefined)).toThrow(/usage: /);
  });
});

describe("Java", () => {
  it("is complete when there is a compiler and every library", () => {
    const folder = mkdtempSync(join(tmpdir(), "cairn-java-"));
    try {
      const look = () => findJava({ PATH: folder, CAIRN_JAVA_LIBRARIES: folder });
      expect(look().missing).toEqual([JDK_PACKAGE, ...LIBRARY_PACKAGES]);
      writeFileSync(join(folder, "javac"), "");
      const { classPath, missing } = look();
      expect(missing).toEqual(LIBRARY_PACKAGES);
      for (const jar of classPath.split(delimiter)) writeFileSync(jar, "");
      expect(look().missing).toEqual([]);
      expect(JAVA_REMEDY).toContain(LIBRARY_PACKAGES.join(" "));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is installed for tests, after what they build", () => {
    expect(
      findCommand("test")
        .prepare([])
        .map(({ step }) => step),
    ).toEqual(["circuits", "contracts", "browser", "java"]);
  });
});

describe("devnet", () => {
  it("starts on a Node and in an environment that take little memory", () => {
    const { run = [], env } = findCommand("devnet");
    expect(run.slice(0, DEVNET_NODE_OPTIONS.length)).toEqual(DEVNET_NODE_OPTIONS);
    expect(env).toMatchObject(DEVNET_ENV);
    expect(isCairnCommand(run)).toBe(true);
  });

  it("is started with options that the pinned Node knows", () => {
    const args = [...DEVNET_NODE_OPTIONS, "--print", "1"];
    const { status, stdout, stderr } = spawnSync(pinnedNode, args, { encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "1\n", stderr: "" });
  });
});

describe("lockSatisfied", () => {
  const wanted = {
    "": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0", integrity: "x" },
    "node_modules/b": { version: "2.0.0", integrity: "y", optional: true },
    "node_modules/link": {},
  };
  const a = { version: "1.0.0", integrity: "x" };

  it("accepts missing optional packages only", () => {
    expect(lockSatisfied(wanted, { "node_modules/a": a, "node_modules/link": {} })).toBe(true);
    expect(lockSatisfied(wanted, { "node_modules/b": { version: "2.0.0", integrity: "y" } })).toBe(false);
  });

  it("refuses another version or other content", () => {
    const rest = { "node_modules/link": {} };
    expect(lockSatisfied(wanted, { ...rest, "node_modules/a": { ...a, version: "1.0.1" } })).toBe(false);
    expect(lockSatisfied(wanted, { ...rest, "node_modules/a": { ...a, integrity: "z" } })).toBe(false);
    const otherOptional = { "node_modules/a": a, "node_modules/b": { version: "1.9.0", integrity: "y" } };
    expect(lockSatisfied(wanted, { ...rest, ...otherOptional })).toBe(false);
  });
});

describe("with a temporary folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cairn-bootstrap-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("runs work under the lock one after another and leaves nothing behind", async () => {
    const path = join(folder, "sub", "lock");
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} starts`);
      await sleep(20);
      events.push(`${name} ends`);
    };
    await Promise.all([withLock(path, work("a")), withLock(path, work("b"))]);
    expect(events).toEqual(["a starts", "a ends", "b starts", "b ends"]);
    expect(readdirSync(join(folder, "sub"))).toEqual([]);
  });

  it("takes over the lock of a process that no longer runs", async () => {
    const path = join(folder, "lock");
    writeFileSync(path, String(NO_SUCH_PROCESS));
    expect(await withLock(path, async () => "done")).toBe("done");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("releases the lock when the work fails", async () => {
    const path = join(folder, "lock");
    await expect(withLock(path, () => Promise.reject(new TypeError("broken")))).rejects.toThrow("broken");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("returns a child's exit code, its lines, and 128 + n for a signal", async () => {
    const lines: string[] = [];
    const options = { cwd: folder, env: process.env, onLine: (line: string) => lines.push(line) };
    const run = (code: string) => runChild(process.execPath, ["-e", code], options);
    expect(await run('console.log("one\\ntwo"); process.stdout.write("three"); process.exitCode = 7')).toBe(7);
    expect(lines).toEqual(["one", "two", "three"]);
    expect(await run('process.kill(process.pid, "SIGKILL")')).toBe(137);
  });

  it("lets a child with a channel notice that its parent was killed", async () => {
    const [begun, orphaned] = [join(folder, "begun"), join(folder, "orphaned")];
    const child = `
      import { whenParentIsGone } from ${JSON.stringify(new URL("../../apps/cli/src/parent.ts", import.meta.url).href)};
      import { writeFileSync } from "node:fs";
      whenParentIsGone(() => { writeFileSync(${JSON.stringify(orphaned)}, ""); process.exit(); });
      writeFileSync(${JSON.stringify(begun)}, "");
      setTimeout(() => undefined, 60_000);`;
    const parent = `
      import { runChild } from ${JSON.stringify(new URL("./child.mjs", import.meta.url).href)};
      const args = ["--input-type=module", "--eval", ${JSON.stringify(child)}];
      await runChild(process.execPath, args, { cwd: ".", env: process.env, isTied: true });`;
    const running = spawn(process.execPath, ["--input-type=module", "--eval", parent], { stdio: "ignore" });
    await vi.waitFor(() => expect(existsSync(begun)).toBe(true), { timeout: 30_000 });
    running.kill("SIGKILL");
    await once(running, "exit");
    await vi.waitFor(() => expect(existsSync(orphaned)).toBe(true), { timeout: 30_000 });
  });
});
