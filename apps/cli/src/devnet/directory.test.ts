import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertSameBuild, assertSameSlots, type DevDeployment, openDirectory } from "./directory.ts";
import { assertPortsFree } from "./ports.ts";

const DEPLOYMENT: DevDeployment = {
  build: "a",
  slots: 16,
  chainId: 31337,
  rollup: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  policy: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  receipts: "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9",
  deploymentBlock: 3,
  tokens: [{ id: 1, address: "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0", symbol: "USD", decimals: 6 }],
};

describe("the devnet's directory", () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "cairn-directory-"));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  it("records how a devnet was made, and continues nothing else", () => {
    const first = openDirectory(path);
    expect(first).toMatchObject({ isTemporary: false, deployment: null });
    first.complete(DEPLOYMENT);
    first.release();
    const second = openDirectory(path);
    expect(second.deployment).toEqual(DEPLOYMENT);
    expect(() => assertSameSlots(second, 16)).not.toThrow();
    expect(() => assertSameSlots(second, 64)).toThrow(expect.objectContaining({ code: "cli/bad-data-dir" }));
    expect(() => assertSameBuild(path, DEPLOYMENT, "a")).not.toThrow();
    expect(() => assertSameBuild(path, DEPLOYMENT, "b")).toThrow(expect.objectContaining({ code: "cli/bad-data-dir" }));
    second.release();
  });

  it("starts over when a set-up was interrupted", () => {
    openDirectory(path).release();
    writeFileSync(join(path, "l1", "state.gz"), "half");
    const again = openDirectory(path);
    expect(existsSync(join(path, "l1", "state.gz"))).toBe(false);
    again.release();
  });

  it("belongs to one process until that is gone", async () => {
    const other = spawn(process.execPath, ["--eval", "setInterval(() => undefined, 1000)"]);
    const ended = new Promise((resolve) => other.once("exit", resolve));
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "devnet.pid"), String(other.pid));
    expect(() => openDirectory(path)).toThrow(
      expect.objectContaining({ code: "cli/bad-data-dir", details: { process: other.pid } }),
    );
    other.kill("SIGKILL");
    await ended;
    const taken = openDirectory(path);
    expect(readFileSync(join(path, "devnet.pid"), "utf8")).toBe(String(process.pid));
    taken.release();
    expect(existsSync(join(path, "devnet.pid"))).toBe(false);
  });

  it("refuses files that are not a devnet's", () => {
    for (const text of ["{", '{"version":2}']) {
      writeFileSync(join(path, "devnet.json"), text);
      expect(() => openDirectory(path)).toThrow(expect.objectContaining({ code: "cli/bad-data-dir" }));
    }
  });

  it("is deleted at the end when it is temporary", () => {
    const temporary = openDirectory(null);
    expect(temporary).toMatchObject({ isTemporary: true, deployment: null });
    expect(existsSync(temporary.nodeDir)).toBe(true);
    temporary.release();
    expect(existsSync(temporary.path)).toBe(false);
  });
});

describe("ports", () => {
  it("are free, or are reported with the flag that changes them", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const wanted = [
      { name: "L1", flag: "--l1-port", port: 0 },
      { name: "API", flag: "--api-port", port },
    ];
    await expect(assertPortsFree(wanted)).rejects.toMatchObject({ code: "cli/port-taken", details: { port } });
    await new Promise((resolve) => server.close(resolve));
    await expect(assertPortsFree(wanted)).resolves.toBeUndefined();
    const twice = wanted.map((one) => ({ ...one, port }));
    await expect(assertPortsFree(twice)).rejects.toMatchObject({ code: "cli/usage" });
  });
});
