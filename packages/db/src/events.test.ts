import { accountIndex, batchNumber, blockNumber, tokenId } from "@cairn/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { batchProof, closedBatch, SEAL } from "../test/batches.ts";
import { emptyTables } from "../test/empty-tables.ts";
import { receivedTransfer } from "../test/stored-transactions.ts";
import {
  type BlockOpening,
  type Database,
  type Db,
  deleteBlocksFrom,
  deleteQueueEntriesFrom,
  findBatch,
  findEvent,
  findEventBefore,
  findFirstEventNumber,
  findLastEvent,
  insertBatch,
  insertFeeCredits,
  insertForeignBlock,
  insertForeignTransactions,
  insertL1Outcomes,
  insertOpenBlock,
  insertQueueEntries,
  insertSettlement,
  leavePayouts,
  loadBlockEntries,
  loadEventEntries,
  loadEvents,
  markBatchAccepted,
  markFinal,
  pruneEvents,
  type QueueEntry,
  rejectProof,
  requeueTransactions,
  revokeAcceptancesFrom,
  revokeSettlementsFrom,
  type StoredEvent,
  type StoredTransaction,
  sealStoredBlock,
  storeProof,
  upsertTransactions,
} from "./index.ts";
import { createTestDatabases, type TestDatabase } from "./testing/index.ts";

const engines = createTestDatabases();
const word = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

const received = (nonce: number, change: Partial<StoredTransaction> = {}) => receivedTransfer(nonce, 5, change);

const confirmed = (nonce: number, block: number, slot: number, createdIndex: number | null = null) =>
  received(nonce, { status: "confirmed", inclusion: { blockNumber: block, slot }, amount: 4n, fee: 1n, createdIndex });

const opening = (number: number, l1OperationCount = 0): BlockOpening => ({
  number: blockNumber(number),
  timestamp: 1_700_000_000,
  slotCount: 16,
  feeAccounts: [64],
  firstQueueIndex: 0,
  l1OperationCount,
  queueHashAfter: word(1),
  openedAtMs: 5,
});

const deposit = (index: number, owner: bigint, fill = index + 1): QueueEntry => ({
  index,
  operation: { type: "deposit", owner, tokenId: tokenId(0), amount: 9n, index: accountIndex(0), key: 0n },
  hashAfter: word(fill),
  l1Block: 10 + index,
  l1BlockHash: word(3),
  l1Transaction: word(4),
  enqueuedAt: 1_700_000_000,
  isFromArchive: false,
});

const told = ({ subject, status, id, block, position }: StoredEvent) =>
  [
    subject,
    status,
    ...(id === null ? [] : [Number(id)]),
    ...(block === null ? [] : [block]),
    ...(position === null ? [] : [position]),
  ].join(" ");

describe.each(["embedded", "server"] as const)("the log of events on the %s engine", (engine) => {
  let database: Database;
  let db: Db;
  beforeAll(async () => {
    await engines[engine].start();
    database = await (await engines[engine].create()).open();
    db = database.db;
  });
  afterAll(() => engines[engine].stop());
  beforeEach(() => emptyTables(db));

  /** What was logged since this was called last. */
  let seen = 0;
  beforeEach(() => {
    seen = 0;
  });
  const news = async (): Promise<StoredEvent[]> => {
    const events = await loadEvents(db, seen, 1000);
    expect(events.map(({ number }) => number)).toEqual(events.map((_, i) => seen + 1 + i));
    seen += events.length;
    return events;
  };
  const newsText = async () => (await news()).map(told);

  it("has every step of transactions, blocks, batches and payouts, whoever writes it, and nothing else", async () => {
    await upsertTransactions(db, [received(0), received(1)]);
    await upsertTransactions(db, [received(0), received(1, { status: "expired", rejection: { type: "expired" } })]);
    expect(await newsText()).toEqual([
      "transaction received 1000",
      "transaction received 1001",
      "transaction expired 1001",
    ]);

    await db.transaction().execute(async (transaction) => {
      await insertOpenBlock(transaction, opening(1));
      await upsertTransactions(transaction, [confirmed(0, 1, 0)]);
    });
    const payouts = [
      { recipient: 5n, tokenId: tokenId(0), amount: 2n, slot: 0 },
      { recipient: 5n, tokenId: tokenId(0), amount: 3n },
    ];
    await sealStoredBlock(db, blockNumber(1), { seal: SEAL, payouts, witness: word(1) });
    expect(await newsText()).toEqual(["block open 1", "transaction confirmed 1000 1 0", "block sealed 1"]);

    await insertBatch(db, closedBatch(1, 1), batchProof(1, 1));
    const { proofId } = (await findBatch(db, 1)) ?? {};
    const proof = { proof: word(4), details: {}, atMs: 8 };
    await storeProof(db, proofId ?? 0, proof);
    await rejectProof(db, proofId ?? 0, 9);
    await storeProof(db, proofId ?? 0, proof);
    expect(await newsText()).toEqual(["batch waiting 1 1", "batch ready 1 1", "batch waiting 1 1", "batch ready 1 1"]);

    const acceptance = { number: batchNumber(1), l1Transaction: word(5), l1Block: 20, l1BlockHash: word(6), atMs: 9 };
    await markBatchAccepted(db, 1, acceptance);
    await leavePayouts(db, [{ blockNumber: 1, position: 0, gas: 250_000 }]);
    await insertSettlement(db, { batch: 1, position: 0, status: "paid", l1Transaction: word(7), l1Block: 21 });
    // All settlements of the batch are applied again with each.
    await insertSettlement(db, { batch: 1, position: 1, status: "claimable", l1Transaction: word(8), l1Block: 22 });
    expect(await newsText()).toEqual([
      "batch accepted 1 1",
      "block proven 1",
      "payout paid 1 0",
      "payout claimable 1 1",
    ]);

    await revokeSettlementsFrom(db, 22);
    await revokeAcceptancesFrom(db, 20, 10);
    expect(await newsText()).toEqual(["payout owed 1 1", "block unproven 1", "batch ready 1 1"]);
    await markBatchAccepted(db, 1, acceptance);
    expect(await markFinal(db, 20, 12)).toEqual([1]);
    expect(await newsText()).toEqual(["batch accepted 1 1", "block proven 1", "block final 1"]);
  });

  it("says what a dropped block takes with it, and that its transactions and L1 operations wait again", async () => {
    await insertQueueEntries(db, [deposit(0, 3n)]);
    await db.transaction().execute(async (transaction) => {
      await insertOpenBlock(transaction, opening(1, 1));
      await insertL1Outcomes(transaction, 1, [{ type: "created", account: 64, moved: { tokenId: 0, amount: 9n } }]);
      await upsertTransactions(transaction, [confirmed(0, 1, 1, 66)]);
      const payouts = [{ recipient: 5n, tokenId: tokenId(0), amount: 2n ** 100n, slot: 1 }];
      await sealStoredBlock(transaction, blockNumber(1), { seal: SEAL, payouts, witness: word(1) });
      await insertFeeCredits(transaction, 1, [{ position: 0, account: 70, owner: 8n, tokenId: 0, amount: 2n ** 101n }]);
    });
    await insertBatch(db, closedBatch(1, 1), batchProof(1, 1));
    expect(await newsText()).toEqual([
      "l1Operation received 0",
      "block open 1",
      "transaction confirmed 1000 1 1",
      "block sealed 1",
      "batch waiting 1 1",
    ]);
    expect((await loadBlockEntries(db, 1)).map(({ type }) => type)).toEqual([
      "transaction",
      "l1Operation",
      "fees",
      "payout",
    ]);
    await db.transaction().execute(async (transaction) => {
      await requeueTransactions(transaction, 1, { atMs: 7, reason: "a test" });
      await deleteBlocksFrom(transaction, 1);
    });
    const events = await news();
    expect(events.map(told).sort()).toEqual([
      "batch dropped 1 1",
      "block dropped 1",
      "fees removed 1 0",
      "l1Operation received 0",
      "payout removed 1 0",
      "transaction received 1000",
    ]);
    const entries = await loadEventEntries(db, events);
    const of = (subject: string) => entries.get(events.find((event) => event.subject === subject)?.number ?? 0);
    expect(of("transaction")).toMatchObject([{ account: 66, entry: { transaction: { status: "received" } } }]);
    expect(of("l1Operation")).toMatchObject([{ account: 64, entry: { outcome: null, block: null } }]);
    expect(of("fees")).toMatchObject([{ entry: { credit: { account: 70, owner: 8n, amount: 2n ** 101n } } }]);
    expect(of("payout")).toMatchObject([{ entry: { payout: { recipient: 5n, amount: 2n ** 100n } } }]);
    expect([of("block"), of("batch")]).toEqual([[], []]);
  });

  it("says what a reorg of L1 takes away, and to whom, though another entry takes its place", async () => {
    await insertQueueEntries(db, [deposit(0, 3n)]);
    await insertOpenBlock(db, opening(1, 1));
    await insertL1Outcomes(db, 1, [{ type: "created", account: 64, moved: { tokenId: 0, amount: 9n } }]);
    await news();
    await db.transaction().execute((transaction) => deleteQueueEntriesFrom(transaction, 10));
    await insertQueueEntries(db, [deposit(0, 4n, 9)]);
    await deleteBlocksFrom(db, 1);
    const events = await news();
    expect(events.map(told)).toEqual([
      "l1Operation removed 0",
      "l1Operation received 0",
      "block dropped 1",
      "l1Operation received 0",
    ]);
    const entries = await loadEventEntries(db, events);
    const at = (i: number) =>
      entries.get(events[i]?.number ?? 0)?.map(({ entry, account }) => {
        return entry.type === "l1Operation" && entry.entry.operation.type === "deposit"
          ? [entry.entry.operation.owner, account]
          : [];
      });
    expect([at(0), at(1), at(3)]).toEqual([[[3n, 64]], [[4n, null]], [[4n, null]]]);
  });

  it("has the blocks of others with what they hold, and loses them with it", async () => {
    await insertForeignBlock(db, { opening: opening(1), seal: SEAL, payouts: [] });
    const transfer = { from: { index: 64, owner: 6n }, to: { index: 65, owner: 7n }, recipient: null, tokenId: 0 };
    await insertForeignTransactions(db, 1, [{ slot: 0, kind: "transfer", ...transfer, amount: 2n ** 90n, fee: 1n }]);
    expect(await newsText()).toEqual(["block open 1", "block sealed 1"]);
    expect(await loadBlockEntries(db, 1)).toMatchObject([{ type: "foreign", transaction: { amount: 2n ** 90n } }]);
    await deleteBlocksFrom(db, 1);
    const events = await news();
    expect(events.map(told)).toEqual(["block dropped 1", "foreign removed 1 0"]);
    const [gone] = (await loadEventEntries(db, events)).get(events[1]?.number ?? 0) ?? [];
    expect(gone?.entry).toMatchObject({ type: "foreign", transaction: { ...transfer, amount: 2n ** 90n } });
  });

  it("shows a settled payout with what caused it", async () => {
    await insertOpenBlock(db, opening(1));
    await upsertTransactions(db, [confirmed(0, 1, 0)]);
    const payouts = [{ recipient: 5n, tokenId: tokenId(0), amount: 2n, slot: 0 }];
    await sealStoredBlock(db, blockNumber(1), { seal: SEAL, payouts, witness: word(1) });
    await news();
    await sql`update payouts set status = 'paid'`.execute(db);
    const events = await news();
    const entries = (await loadEventEntries(db, events)).get(events[0]?.number ?? 0);
    expect(entries?.map(({ entry }) => entry.type)).toEqual(["transaction", "payout"]);
  });

  it("has nothing of what was rolled back, and leaves no gap for it", async () => {
    await upsertTransactions(db, [received(0)]);
    const failing = db.transaction().execute(async (transaction) => {
      await upsertTransactions(transaction, [received(1)]);
      await sql`set constraints all immediate`.execute(transaction);
      throw new RangeError("no");
    });
    await expect(failing).rejects.toThrow("no");
    await upsertTransactions(db, [received(2)]);
    expect(await newsText()).toEqual(["transaction received 1000", "transaction received 1002"]);
  });

  it("is found from a time on without a gap, also where the clock was set back", async () => {
    for (let nonce = 0; nonce < 4; nonce++) await upsertTransactions(db, [received(nonce)]);
    await sql`update events set at_ms = case number when 1 then 100 when 2 then 300 when 3 then 200 else 400 end`.execute(
      db,
    );
    const before = async (atMs: number) => (await findEventBefore(db, atMs))?.number;
    expect([await before(100), await before(101), await before(250), await before(301), await before(401)]).toEqual([
      undefined,
      1,
      1,
      3,
      4,
    ]);
  });

  it("loses what is older than it is to be, but never its last number", async () => {
    for (let nonce = 0; nonce < 5; nonce++) await upsertTransactions(db, [received(nonce)]);
    await sql`update events set at_ms = at_ms - 10000 where number in (1, 2, 4)`.execute(db);
    // A clock that was set back leaves no gap.
    expect(await pruneEvents(db, 5000, 100)).toBe(2);
    expect([await findFirstEventNumber(db), (await findLastEvent(db))?.number]).toEqual([3, 5]);
    expect(await pruneEvents(db, 5000, 100)).toBe(0);
    await sql`update events set at_ms = at_ms - 10000`.execute(db);
    expect(await pruneEvents(db, 5000, 1)).toBe(1);
    expect(await pruneEvents(db, 5000, 100)).toBe(1);
    expect(await findFirstEventNumber(db)).toBe(5);
    await upsertTransactions(db, [received(9)]);
    expect((await findLastEvent(db))?.number).toBe(6);
    expect([await findEvent(db, 4), (await findEvent(db, 6))?.id]).toEqual([undefined, 1009n]);
  });
});

describe("writers whose commits interleave, on a server", () => {
  let place: TestDatabase;
  beforeAll(async () => {
    await engines.server.start();
    place = await engines.server.create();
  });
  afterAll(() => engines.server.stop());

  it("never show a number while an earlier one can still appear", async () => {
    const [slow, fast, reader] = [await place.open(), await place.open(), await place.open()];
    const steps: string[] = [];
    const isWritten = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const first = slow.db.transaction().execute(async (transaction) => {
      await upsertTransactions(transaction, [received(0)]);
      // Its number is taken, but it is not committed.
      await sql`set constraints all immediate`.execute(transaction);
      isWritten.resolve();
      await mayCommit.promise;
      steps.push("slow");
    });
    await isWritten.promise;
    const second = upsertTransactions(fast.db, [received(1)]).then(() => steps.push("fast"));
    const isWaiting = async () => {
      const { rows } = await sql`select from pg_locks where locktype = 'advisory' and not granted`.execute(reader.db);
      return rows.length === 1;
    };
    await expect.poll(isWaiting).toBe(true);
    expect(await loadEvents(reader.db, 0, 10)).toEqual([]);
    mayCommit.resolve();
    await Promise.all([first, second]);
    expect(steps).toEqual(["slow", "fast"]);
    expect((await loadEvents(reader.db, 0, 10)).map(({ number, id }) => [number, id])).toEqual([
      [1, 1000n],
      [2, 1001n],
    ]);
  });

  it("leave no gap that a reader passes, however they overlap", async () => {
    const reader = await place.open();
    const writers = await Promise.all(Array.from({ length: 4 }, () => place.open()));
    let isOver = false;
    const write = async ({ db }: Database, writer: number): Promise<void> => {
      for (let turn = 0; turn < 40; turn++) {
        const nonce = 1000 * (writer + 1) + 10 * turn;
        await db.transaction().execute(async (transaction) => {
          await upsertTransactions(transaction, [received(nonce), received(nonce + 1)]);
          await sql`select pg_sleep(${((nonce * 7919) % 5) / 1000})`.execute(transaction);
          await upsertTransactions(transaction, [received(nonce + 2)]);
          // Some commits take a while.
          if (turn % 3 !== writer % 3) return;
          await sql`set constraints all immediate`.execute(transaction);
          await sql`select pg_sleep(0.004)`.execute(transaction);
        });
      }
    };
    const begin = (await findLastEvent(reader.db))?.number ?? 0;
    const read = async (): Promise<number[]> => {
      let after = begin;
      const numbers: number[] = [];
      for (let isLast = false; !isLast; ) {
        isLast = isOver;
        const events = await loadEvents(reader.db, after, 7);
        numbers.push(...events.map(({ number }) => number - begin));
        after = events.at(-1)?.number ?? after;
        isLast &&= events.length === 0;
      }
      return numbers;
    };
    const reading = read();
    await Promise.all(writers.map(write));
    isOver = true;
    expect(await reading).toEqual(Array.from({ length: 4 * 40 * 3 }, (_, i) => i + 1));
  });
});
