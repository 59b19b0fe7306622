import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findL1Head, readDatabaseVersion, storeL1Head } from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();
const headAt = (number: number) => ({ number, timestamp: 1, nextTimestamp: 1, safeNumber: 1, safeTimestamp: 1 });
beforeAll(() => engines.server.start());
afterAll(async () => {
  await engines.embedded.stop();
  await engines.server.stop();
});

describe.each(["embedded", "server"] as const)("the version of a database on the %s engine", (engine) => {
  it("changes with every write, also within a transaction", async () => {
    const { db } = await (await engines[engine].create()).open();
    const seen = new Set([await readDatabaseVersion(db)]);
    await storeL1Head(db, headAt(1));
    seen.add(await readDatabaseVersion(db));
    await storeL1Head(db, headAt(2));
    seen.add(await readDatabaseVersion(db));
    await db.transaction().execute((transaction) => storeL1Head(transaction, headAt(3)));
    seen.add(await readDatabaseVersion(db));
    expect(seen.size).toBe(4);
    expect((await findL1Head(db))?.number).toBe(3);
  });
});

it("stays the same while an embedded database is only read, and when a setting is stored as it is", async () => {
  const { db } = await (await engines.embedded.create()).open();
  await storeL1Head(db, headAt(1));
  const before = await readDatabaseVersion(db);
  await db.transaction().execute(findL1Head);
  await storeL1Head(db, headAt(1));
  expect(await readDatabaseVersion(db)).toBe(before);
});

it("shows that another process has written to a server, once that can be read", async () => {
  const place = await engines.server.create();
  const own = await place.open();
  const other = await place.open();
  const before = await readDatabaseVersion(own.db);
  const during = await other.db.transaction().execute(async (transaction) => {
    await storeL1Head(transaction, headAt(4));
    return readDatabaseVersion(own.db);
  });
  const after = await readDatabaseVersion(own.db);
  expect((await findL1Head(own.db))?.number).toBe(4);
  expect([before, during]).not.toContain(after);
});
