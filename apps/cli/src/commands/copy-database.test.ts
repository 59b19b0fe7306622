import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindChain, findChain, openDatabase } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { createLmdbStore } from "@cairn/state/lmdb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInTest } from "../../test/run.ts";

const servers = createTestDatabases().server;

describe("cairn copy-database", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "cairn-copy-"));
  beforeAll(() => servers.start());
  afterAll(async () => {
    await servers.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("takes no password from its arguments, which others on the machine can read, and does not repeat it", async () => {
    const to = "postgres://bob:PaSsWoRd@127.0.0.1:1/db";
    const { code, stdout } = await runInTest(["copy-database", "--data-dir", dataDir, "--to", to, "--json"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: expect.stringMatching(/DATABASE_URL(?!.*PaSsWoRd)/s) });
  });

  it("copies a stopped node's database, but not a running node's", async () => {
    const { location } = await servers.create();
    const url = location.type === "server" ? location.url : "";
    const copy = () => runInTest(["copy-database", "--data-dir", dataDir, "--json"], { DATABASE_URL: url });
    expect(JSON.parse((await copy()).stdout)).toMatchObject({ error: { code: "cli/usage" } });
    const directory = join(dataDir, "database");
    mkdirSync(directory);
    const embedded = await openDatabase({ type: "embedded", directory });
    await bindChain(embedded.db, { chainId: 31337n, rollup: 5n }, 64);
    await embedded.close();

    const running = createLmdbStore({ path: join(dataDir, "state") });
    expect(JSON.parse((await copy()).stdout)).toMatchObject({ error: { code: "cli/bad-data-dir" } });
    await running.close();

    const copied = await copy();
    expect(copied.code).toBe(0);
    expect(JSON.parse(copied.stdout).tables).toContainEqual({ table: "settings", rows: 1 });
    const server = await openDatabase(location);
    expect(await findChain(server.db)).toMatchObject({ slotCount: 64 });
    await server.close();
    expect(JSON.parse((await copy()).stdout)).toMatchObject({ error: { code: "db/not-empty" } });
  });
});
