import { type BatchHeader, bytesToHex } from "@cairn/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLastAcceptedBatch, insertAcceptedBatch } from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();
const header: BatchHeader = {
  slots: 64,
  firstBlock: 7n,
  lastBlock: 7n,
  timestamp: 1_700_000_000n,
  oldRoot: 2n ** 250n,
  newRoot: 5n,
  newNextIndex: 66,
  l1OperationCount: 2,
  payoutsHash: new Uint8Array(32).fill(8),
  txRoot: 255n,
};

/** As nodes stored headers before migration 0008. */
function asMarkedJson(value: BatchHeader): Uint8Array {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return `#${part.toString(16)}`;
    return part instanceof Uint8Array ? `$${bytesToHex(part).slice(2)}` : part;
  });
  return new TextEncoder().encode(text);
}

describe.each(["embedded", "server"] as const)("a database of an older version on the %s engine", (engine) => {
  beforeAll(() => engines[engine].start());
  afterAll(() => engines[engine].stop());

  it("keeps the headers of accepted batches, in the layout of the protocol", async () => {
    const test = await engines[engine].create();
    const old = await test.open();
    await insertAcceptedBatch(old.db, {
      number: 7,
      firstBlock: 7,
      lastBlock: 7,
      submitter: 1n,
      header,
      dataHash: new Uint8Array(32),
      data: null,
      l1Transaction: new Uint8Array(32),
      l1Block: 10,
      l1BlockHash: new Uint8Array(32),
      l1Timestamp: 1_700_000_001,
    });
    await sql`update accepted_batches set header = ${asMarkedJson(header)}`.execute(old.db);
    await sql`delete from kysely_migration where name >= '0008'`.execute(old.db);
    await old.close();

    const { db } = await test.open();
    expect((await findLastAcceptedBatch(db))?.header).toEqual(header);
  });
});
