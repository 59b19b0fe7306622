import { accountIndex } from "@cairn/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertQueueEntries, loadEvents, loadQueueEntries, type QueueEntry } from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();
const entry = (index: number): QueueEntry => ({
  index,
  operation: { type: "forcedWithdraw", sender: 3n, index: accountIndex(64) },
  hashAfter: new Uint8Array(32),
  l1Block: 4,
  l1BlockHash: new Uint8Array(32),
  l1Transaction: new Uint8Array(32),
  enqueuedAt: 8,
  isFromArchive: false,
});

describe.each(["embedded", "server"] as const)("migrations on the %s engine", (engine) => {
  beforeAll(() => engines[engine].start());
  afterAll(() => engines[engine].stop());

  it.each([
    ["0001-schema-with-keys", "0001-initial", "db/old-schema"],
    ["0002-events", "9999-later", "db/newer-schema"],
  ])("refuse a database that has instead of %s a migration %s, each time", async (known, name, code) => {
    const test = await engines[engine].create();
    const other = await test.open();
    await sql`update kysely_migration set name = ${name} where name = ${known}`.execute(other.db);
    await other.close();

    await expect(test.open()).rejects.toMatchObject({ code });
    await expect(test.open()).rejects.toMatchObject({ code });
  });

  it("begin the log of events in a database from before it, whose rows stay", async () => {
    const test = await engines[engine].create();
    const { db, close } = await test.open();
    const { rows: functions } = await sql<{ readonly name: string }>`
      select proname as name from pg_proc where proname like 'log\\_%'
        and pronamespace = current_schema()::regnamespace
    `.execute(db);
    for (const { name } of functions) await sql`drop function ${sql.ref(name)} cascade`.execute(db);
    await sql`drop table events`.execute(db);
    await sql`alter table l1_outcomes drop column hash_after`.execute(db);
    // What came after it.
    await sql`drop table payment_requests, memos, webhook_messages, webhooks`.execute(db);
    await sql`drop index transactions_paid`.execute(db);
    await sql`alter table transactions drop column is_recalled`.execute(db);
    await sql`delete from kysely_migration where name >= '0002-events'`.execute(db);
    await insertQueueEntries(db, [entry(0)]);
    await close();

    const again = await test.open();
    expect(await loadEvents(again.db, 0, 10)).toEqual([]);
    await insertQueueEntries(again.db, [entry(1)]);
    expect(await loadEvents(again.db, 0, 10)).toMatchObject([{ number: 1, subject: "l1Operation", position: 1 }]);
    expect(await loadQueueEntries(again.db, 0, 10)).toEqual([entry(0), entry(1)]);
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
