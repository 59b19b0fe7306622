import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { takeFileLock } from "./lock.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-lock-"));

describe("a lock file", () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("lets one in at a time", async () => {
    const path = join(folder, "one");
    let inside = 0;
    let most = 0;
    const visit = async () => {
      const lock = await takeFileLock(path);
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
      lock.release();
    };
    await Promise.all(Array.from({ length: 5 }, visit));
    expect(most).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  it("is taken over from a dead process by one of the waiting ones", async () => {
    const path = join(folder, "dead");
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    writeFileSync(path, `${child.pid} gone`);
    const first = takeFileLock(path);
    const second = takeFileLock(path);
    const winner = await Promise.race([first, second]);
    expect(readFileSync(path, "utf8")).toMatch(new RegExp(`^${process.pid} `));
    winner.release();
    (await first).release();
    (await second).release();
    expect(existsSync(path)).toBe(false);
  });

  it("is not released by a process that no longer holds it", async () => {
    const path = join(folder, "again");
    const first = await takeFileLock(path);
    first.release();
    const second = await takeFileLock(path);
    first.release();
    expect(existsSync(path)).toBe(true);
    second.release();
  });
});
