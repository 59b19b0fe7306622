import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { fakeIndexedDb } from "../../test/fake-indexed-db.ts";
import { fileStorage } from "../node/file-storage.ts";
import { createLocks, memoryStorage, type RequestStorage } from "./storage.ts";
import { type WebChannelLike, webStorage } from "./web-storage.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-storage-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A page's database and locks, as browsers have them. */
function page() {
  return { indexedDB: fakeIndexedDb(), locks: { request: createLocks() }, channel: null };
}

const STORAGES: readonly (readonly [name: string, make: () => RequestStorage])[] = [
  ["memory", memoryStorage],
  ["page", () => webStorage(page())],
  ["files", () => fileStorage(mkdtempSync(join(folder, "files-")))],
];

describe.each(STORAGES)("storage in %s", (_, make) => {
  it("returns what was written, replaces it, lists it and removes it", async () => {
    const storage = make();
    const names = ["cairn-1-a", "cairn-1-A", "cairn-1-b.c_d", "cairn-2-ü/..", "other"];
    for (const name of names) await storage.write(name, `${name}!`);
    await storage.write("other", "again");
    expect(await storage.read("cairn-1-A")).toBe("cairn-1-A!");
    expect(await storage.read("other")).toBe("again");
    expect(await storage.read("nothing")).toBeNull();
    expect([...(await storage.names("cairn-"))].sort()).toEqual(names.slice(0, 4).sort());
    await storage.remove("cairn-1-a");
    await storage.remove("cairn-1-a");
    expect(await storage.names("cairn-1-")).toHaveLength(2);
  });

  it("lets one work at a time under a name, in order, also after a failure", async () => {
    const storage = make();
    const steps: string[] = [];
    const work = (name: string, fails: boolean) =>
      storage.locked("same", async () => {
        steps.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        steps.push(`${name} ends`);
        if (fails) throw new TypeError(name);
        return name;
      });
    const outcomes = await Promise.allSettled([work("a", true), work("b", false), work("c", false)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(steps).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    const nested = await storage.locked("outer", () => storage.locked("inner", async () => 5));
    expect(nested).toBe(5);
  });
});

describe("storage in files", () => {
  it("is shared by those who name the folder, and closed to others", async () => {
    const shared = join(folder, "shared");
    await fileStorage(shared).write("a", "1");
    expect(await fileStorage(shared).read("a")).toBe("1");
    const [file = ""] = readdirSync(shared).filter((name) => name.endsWith(".json"));
    expect(statSync(join(shared, file)).mode & 0o077).toBe(0);
    expect(readdirSync(shared).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("says so when the folder cannot be used, or a name is too long", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => fileStorage(file)).toThrow(expect.objectContaining({ code: "sdk/storage-failed" }));
    const storage = fileStorage(join(folder, "gone"));
    rmSync(join(folder, "gone"), { recursive: true });
    for (const attempt of [
      () => storage.write("a", "b"),
      () => storage.names(""),
      () => storage.locked("a", async () => 1),
      () => fileStorage(join(folder, "long")).write("ü".repeat(200), ""),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "sdk/storage-failed" });
    }
  });
});

describe("storage of a page", () => {
  it("is refused where the platform has none, as on Node and on insecure pages", () => {
    const { indexedDB } = page();
    vi.stubGlobal("navigator", {});
    expect(() => webStorage({ indexedDB })).toThrow(
      expect.objectContaining({ code: "sdk/storage-failed", message: expect.stringContaining("navigator.locks") }),
    );
    vi.unstubAllGlobals();
    expect(() => webStorage()).toThrow(expect.objectContaining({ code: "sdk/storage-failed" }));
  });

  it("tells what other tabs have written, until that is ended", async () => {
    const tabs = [new BroadcastChannel("cairn-test"), new BroadcastChannel("cairn-test")] as const;
    const [mine, theirs] = tabs.map((channel) =>
      webStorage({ ...page(), channel: channel as unknown as WebChannelLike }),
    ) as [RequestStorage, RequestStorage];
    const heard: (string | null)[] = [];
    const end = mine.onChange?.((name) => heard.push(name));
    await mine.write("own", "1");
    await theirs.write("cairn-1", "1");
    await theirs.remove("cairn-2");
    await vi.waitFor(() => expect(heard).toEqual(["cairn-1", "cairn-2"]));
    end?.();
    await theirs.write("cairn-3", "1");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toEqual(["cairn-1", "cairn-2"]);
    for (const channel of tabs) channel.close();
  });

  it("that is full says so, and sends nothing on", async () => {
    const parts = page();
    const storage = webStorage(parts);
    parts.indexedDB.capacity = 0;
    await expect(storage.write("a", "b")).rejects.toMatchObject({
      code: "sdk/storage-failed",
      cause: { name: "QuotaExceededError" },
    });
  });

  it("opens its database again after the browser has closed it", async () => {
    const parts = page();
    const storage = webStorage(parts);
    await storage.write("a", "1");
    parts.indexedDB.closeAll();
    expect(await storage.read("a")).toBe("1");
  });
});
