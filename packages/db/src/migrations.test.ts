import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();

describe.each(["embedded", "server"] as const)("migrations on the %s engine", (engine) => {
  beforeAll(() => engines[engine].start());
  afterAll(() => engines[engine].stop());

  it.each([
    ["0001-initial", "db/old-schema"],
    ["9999-later", "db/newer-schema"],
  ])("refuse a database that begins with %s, each time", async (name, code) => {
    const test = await engines[engine].create();
    const other = await test.open();
    await sql`update kysely_migration set name = ${name}`.execute(other.db);
    await other.close();

    await expect(test.open()).rejects.toMatchObject({ code });
    await expect(test.open()).rejects.toMatchObject({ code });
  });

  it("do nothing to a database that is up to date", async () => {
    const test = await engines[engine].create();
    const first = await test.open();
    await sql`insert into settings (key, value) values ('mine', '{}')`.execute(first.db);
    await first.close();
    const { rows } = await sql<{ readonly key: string }>`select key from settings`.execute((await test.open()).db);
    expect(rows).toEqual([{ key: "mine" }]);
  });
});
