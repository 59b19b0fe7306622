import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type EmbeddedEngine, openEmbeddedEngine } from "./embedded-engine.ts";

describe("the embedded database's thread", () => {
  let engine: EmbeddedEngine;
  beforeAll(async () => {
    engine = await openEmbeddedEngine({ directory: null });
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

  it("keeps the SQL state of errors", async () => {
    await expect(engine.query("select 1 / 0")).rejects.toMatchObject({ code: "22012", message: "division by zero" });
  });

  it("lets everybody else wait while a transaction is open, and shows nothing of one taken back", async () => {
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

  it("is replaced when it breaks, and then has all that was committed", async () => {
    const directory = mkdtempSync(join(tmpdir(), "cairn-broken-"));
    const log = join(directory, "pg_wal");
    const other = await openEmbeddedEngine({ directory });
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
    rmSync(directory, { recursive: true });
  }, 120_000);

  it("answers nothing more once it is closed", async () => {
    const other = await openEmbeddedEngine({ directory: null });
    await Promise.all([other.close(), other.close()]);
    await expect(other.query("select 1")).rejects.toMatchObject({ code: "db/unavailable" });
  });

  it("says that a directory cannot be used", async () => {
    await expect(openEmbeddedEngine({ directory: "/proc/none" })).rejects.toMatchObject({ code: "db/unavailable" });
  });
});
