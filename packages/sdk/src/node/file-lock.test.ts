import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { takeFileLock } from "./file-lock.ts";

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
    writeFileSync(path, `${child.pid} ${hostname()} gone`);
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

  it("of a process that is gone is taken over; one of this process, another host or a living process is not", async () => {
    const path = join(folder, "a.lock");
    const take = () => takeFileLock(path, 60);
    const gone = 2 ** 22 + 1;
    for (const left of [`${gone} ${hostname()} x`, `${process.pid} ${hostname()} of an earlier process`]) {
      writeFileSync(path, left);
      (await take()).release();
    }
    for (const held of [`${gone} elsewhere x`, `${process.ppid} ${hostname()} x`, ""]) {
      writeFileSync(path, held);
      await expect(take()).rejects.toMatchObject({ code: "sdk/storage-busy" });
    }
    rmSync(path);
    const own = await take();
    await expect(take()).rejects.toMatchObject({ code: "sdk/storage-busy" });
    own.release();
    own.release();
    (await take()).release();
  });

  it("that its process left without a word in it is taken over after a while", async () => {
    const path = join(folder, "empty");
    writeFileSync(path, "");
    await expect(takeFileLock(path, 60)).rejects.toMatchObject({ code: "sdk/storage-busy" });
    const minuteAgo = Date.now() / 1000 - 60;
    utimesSync(path, minuteAgo, minuteAgo);
    (await takeFileLock(path, 60)).release();
  });
});
