import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type EmbeddedEngine, type EmbeddedThread, openEmbeddedEngine } from "./embedded-engine.ts";
import { PREPARED_DIR } from "./testing/test-databases.ts";

const threadOf = (name: string, idleLimitMs: number): EmbeddedThread => ({
  module: new URL(`../test/threads/${name}.ts`, import.meta.url),
  idleLimitMs,
});

const folders: string[] = [];
/** A fresh directory with copied files. */
const fresh = () => {
  const folder = mkdtempSync(join(tmpdir(), "cairn-embedded-"));
  folders.push(folder);
  return { directory: join(folder, "database"), preparedDir: PREPARED_DIR };
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("the embedded database's patience", () => {
  it("lets a start take as long as the machine needs", async () => {
    const engine = await openEmbeddedEngine(fresh(), threadOf("slow", 200));
    expect((await engine.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await engine.close();
  });

  it("lets a statement compute as long as it needs", async () => {
    const module = new URL("./embedded-worker.ts", import.meta.url);
    const engine = await openEmbeddedEngine(fresh(), { module, idleLimitMs: 100 });
    const startedMs = performance.now();
    await engine.query("select count(*) from generate_series(1, 3000000)");
    expect(performance.now() - startedMs).toBeGreaterThan(100);
    await engine.close();
  });

  it("gives up on a thread that owes an answer and is idle", async () => {
    const engine = await openEmbeddedEngine(fresh(), threadOf("silent", 200));
    await expect(engine.query("select 1")).rejects.toMatchObject({
      code: "db/unavailable",
      cause: { message: expect.stringContaining("nothing was answered") },
    });
  });

  it.each([
    ["exits", "the thread exited with code 7"],
    ["throws", "WebAssembly memory could not be allocated"],
  ])("says at once why a thread that %s did not start", async (name, reason) => {
    const place = fresh();
    const error = await openEmbeddedEngine(place, threadOf(name, 60_000)).catch((it: unknown) => it);
    expect(error).toMatchObject({
      code: "db/unavailable",
      message: `the embedded database did not start: ${reason}`,
      cause: { message: reason },
      details: { directory: place.directory, reason },
    });
  });
});

describe("the embedded database's thread", () => {
  let engine: EmbeddedEngine;
  beforeAll(async () => {
    engine = await openEmbeddedEngine(fresh());
    await engine.exec("create table t (n bigint, b bytea); insert into t values (1, '\\x00ff')");
  });
  afterAll(() => engine.close());

  it("carries values of every type across", async () => {
    const bytes = Uint8Array.of(1, 2, 255);
    const { rows } = await engine.query("select $1::bytea as b, $2::bigint as n, $3::text[] as t, $4::jsonb as j", [
      bytes,
      2 ** 40,
      ["a", null],
      '{"x":[1]}',
    ]);
    expect(rows).toEqual([{ b: bytes, n: 2 ** 40, t: ["a", null], j: { x: [1] } }]);
  });

  it("takes little memory for buffers, which the system's cache backs", async () => {
    expect((await engine.query("show shared_buffers")).rows).toEqual([{ shared_buffers: "16MB" }]);
  });

  it("keeps the SQL state of errors", async () => {
    await expect(engine.query("select 1 / 0")).rejects.toMatchObject({ code: "22012", message: "division by zero" });
  });

  it("makes everyone else wait while a transaction is open, and shows nothing of one rolled back", async () => {
    const transaction = await engine.begin();
    await transaction.query("insert into t values (2, null)", []);
    let isAnswered = false;
    const count = engine.query<{ count: number }>("select count(*) from t").then((result) => {
      isAnswered = true;
      return result;
    });
    expect((await transaction.query<{ count: number }>("select count(*) from t", [])).rows).toEqual([{ count: 2 }]);
    expect(isAnswered).toBe(false);
    await transaction.end("rollback");
    expect((await count).rows).toEqual([{ count: 1 }]);
  });

  it("is replaced when it breaks, and then has everything committed", async () => {
    const place = fresh();
    const log = join(place.directory, "pg_wal");
    const other = await openEmbeddedEngine(place);
    await other.exec("create table kept (n int); insert into kept values (1)");
    const transaction = await other.begin();
    await transaction.query("insert into kept values (2)", []);
    await transaction.end("commit");
    // PostgreSQL panics when it cannot write its log, as on a full disk.
    renameSync(log, `${log}.away`);
    const write = async () => {
      await other.query("insert into kept values (3)");
      await other.query("select pg_switch_wal()");
    };
    await expect(write().then(write)).rejects.toThrow();
    await expect(other.query("select 1")).rejects.toMatchObject({ code: "db/unavailable" });
    await expect(transaction.query("select 1", [])).rejects.toMatchObject({ code: "db/unavailable" });
    renameSync(`${log}.away`, log);
    const count = () => other.query<{ n: number }>("select n from kept where n < 3 order by n");
    await vi.waitFor(async () => expect((await count()).rows).toEqual([{ n: 1 }, { n: 2 }]), 30_000);
    await other.close();
  });

  it("answers nothing once it is closed", async () => {
    const other = await openEmbeddedEngine(fresh());
    await Promise.all([other.close(), other.close()]);
    await expect(other.query("select 1")).rejects.toMatchObject({ code: "db/unavailable" });
  });

  it("says that a directory cannot be used, and why", async () => {
    await expect(openEmbeddedEngine({ directory: "/proc/none" })).rejects.toMatchObject({
      code: "db/unavailable",
      message: expect.stringContaining("ENOENT"),
      details: { directory: "/proc/none" },
    });
  });
});
