import { type Database, findTransactions, loadPool, type StoredTransaction } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { accountIndex, encodeFloat16, encodeFloat40, tokenId } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJournal, type JournalEntry } from "./journal.ts";

const row = (id: bigint): StoredTransaction => ({
  id,
  sequence: Number(id),
  groupId: id,
  groupPosition: 0,
  groupSize: 1,
  signed: {
    transaction: {
      type: "withdraw",
      from: accountIndex(64),
      nonce: Number(id),
      tokenId: tokenId(0),
      amount: encodeFloat40(1n),
      fee: encodeFloat16(0n),
      validFrom: 0,
      validUntil: 5,
      reference: 0n,
      recipient: 1n,
    },
    signature: { rx: 1n, s: 1n },
  },
  fromOwner: 6n,
  status: "received",
  inclusion: null,
  amount: null,
  fee: null,
  createdIndex: null,
  rejection: null,
  receivedAtMs: 1,
});
const entry = (id: number): JournalEntry => ({ type: "transactions", transactions: [row(BigInt(id))], events: [] });

describe("the journal", () => {
  const databases = createTestDatabases().server;
  let database: Database;
  beforeAll(async () => {
    database = await (await databases.create()).open();
  });
  afterAll(() => databases.stop());

  it("resolves an entry once it can be read, many of them with one commit while more are on their way", async () => {
    const { db } = database;
    const sizes: number[] = [];
    let inFlight = 0;
    const journal = createJournal({
      db,
      inFlight: () => inFlight,
      onCommit: ({ transactions }) => sizes.push(transactions),
      onFailure: () => undefined,
    });
    const write = async (first: number, count: number): Promise<void> => {
      for (let id = first; id < first + count; id++) {
        await journal.append(entry(id));
        expect(await findTransactions(db, [BigInt(id)])).toHaveLength(1);
      }
    };
    inFlight = 40;
    await Promise.all(Array.from({ length: 40 }, (_, i) => write(1 + 10 * i, 10)));
    await journal.drain();
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(400);
    expect(sizes.length).toBeLessThan(200);
    expect((await loadPool(db)).length).toBe(400);
    expect(journal.backlog()).toBe(0);
  });

  it("accepts nothing more after a failed commit", async () => {
    const failures: unknown[] = [];
    const journal = createJournal({
      db: database.db,
      inFlight: () => 0,
      onFailure: (error) => failures.push(error),
    });
    const unknown: JournalEntry = {
      type: "transactions",
      transactions: [],
      events: [{ transactionId: 10_000n, atMs: 1, type: "lost", details: {} }],
    };
    const [bad, after] = [journal.append(unknown), journal.append(entry(9000))];
    const unavailable = { code: "node/unavailable" };
    await expect(bad).rejects.toMatchObject(unavailable);
    await expect(after).rejects.toMatchObject(unavailable);
    await expect(journal.append(entry(9001))).rejects.toMatchObject(unavailable);
    await expect(journal.drain()).rejects.toMatchObject(unavailable);
    expect(failures).toHaveLength(1);
    expect(await findTransactions(database.db, [9000n, 9001n])).toEqual([]);
  });
});
