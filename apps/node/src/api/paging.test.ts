import {
  type BlockOpening,
  type Database,
  insertOpenBlock,
  insertQueueEntries,
  leavePayouts,
  sealStoredBlock,
  upsertTransactions,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import {
  accountIndex,
  bigintToAddress,
  blockNumber,
  float16,
  float40,
  referenceToHex,
  textReference,
  tokenId,
} from "@cairn/protocol";
import { MAX_PAGE, ROUTES } from "@cairn/rpc";
import { assert, asyncProperty, constantFrom, integer, option, record } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealOf, storeBatch } from "../../test/stored-blocks.ts";
import { createManualClock } from "../clock.ts";
import { createHistoryHandlers } from "./history-handlers.ts";

const BLOCKS = 12;
const RECIPIENTS = [5n, 6n];
const ACCOUNT = 64;
/** Exists, but nothing happened to it. */
const UNUSED = 70;
const databases = createTestDatabases().server;
const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

const REFERENCE = textReference("invoice 17");

describe("lists in pages", () => {
  let database: Database;
  let handlers: ReturnType<typeof createHistoryHandlers>;
  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
    handlers = createHistoryHandlers(
      database,
      createManualClock(0),
      async (index) => index === ACCOUNT || index === UNUSED,
    );
    for (let number = 1; number <= BLOCKS; number++) await fillBlock(database, number);
  });
  afterAll(() => databases.stop());

  /** Reads page after page, like a client, and compares with one large page. */
  const walk = async <Entry>(
    limit: number,
    read: (page: PageQuery) => Promise<{ entries: Entry[]; next: string | null }>,
  ) => {
    const seen: Entry[] = [];
    let cursor: string | undefined;
    do {
      const { entries, next } = await read({ cursor, limit: String(limit) });
      expect(entries.length).toBeLessThanOrEqual(limit);
      expect(entries.length, "an empty page follows").toBeGreaterThan(0);
      seen.push(...entries);
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    const { entries: all, next } = await read({ cursor: undefined, limit: String(MAX_PAGE) });
    expect(next).toBeNull();
    return { seen, all };
  };
  const request = { params: undefined, body: undefined } as const;

  const readers = {
    blocks: async (page: PageQuery) => {
      const { blocks, next } = await handlers.blocks({ ...request, query: ROUTES.blocks.query.parse(page) });
      return { entries: blocks, next };
    },
    batches: async (page: PageQuery) => {
      const { batches, next } = await handlers.batches({ ...request, query: ROUTES.batches.query.parse(page) });
      return { entries: batches, next };
    },
    history: async (page: PageQuery) => {
      const query = ROUTES.accountHistory.query.parse(page);
      return handlers.accountHistory({ ...request, params: { index: ACCOUNT }, query });
    },
    references: async (page: PageQuery) => {
      const query = ROUTES.referenceTransactions.query.parse(page);
      const params = { reference: referenceToHex(REFERENCE) };
      const { transactions: entries, next } = await handlers.referenceTransactions({ ...request, params, query });
      expect(entries.every(({ transaction }) => transaction.reference === referenceToHex(REFERENCE))).toBe(true);
      return { entries, next };
    },
    queue: (page: PageQuery) => handlers.queue({ ...request, query: ROUTES.queue.query.parse(page) }),
  };
  it.each(Object.entries(readers))("list each entry once, whatever their size: %s", async (_name, read) => {
    for (const limit of [1, 2, 3, 5, 7, 11, 12, 13, 50]) {
      const { seen, all } = await walk<object>(limit, read);
      expect(seen, `pages of ${limit}`).toEqual(all);
    }
  });

  it("list each payout once, also those of a page that ends inside a block", async () => {
    const filter = record({
      limit: integer({ min: 1, max: 30 }),
      recipient: option(constantFrom(...RECIPIENTS), { nil: undefined }),
      status: option(constantFrom("owed"), { nil: undefined }),
    });
    await assert(
      asyncProperty(filter, async ({ limit, recipient, status }) => {
        const chosen = { status, ...(recipient === undefined ? {} : { recipient: bigintToAddress(recipient) }) };
        const { seen, all } = await walk(limit, async (page) => {
          const query = ROUTES.payouts.query.parse({ ...chosen, ...page });
          const { payouts: entries, next } = await handlers.payouts({ ...request, query });
          return { entries, next };
        });
        expect(seen).toEqual(all);
        expect(all.length).toBe(
          recipient === undefined ? PAYOUTS.flat().length : PAYOUTS.flat().filter((one) => one === recipient).length,
        );
      }),
      { numRuns: 25 },
    );
  });

  it("of payouts begin at a block when a block is named, and take cursors of their own only", async () => {
    const query = ROUTES.payouts.query.parse({ block: "4", limit: "100" });
    const { payouts } = await handlers.payouts({ ...request, query });
    expect(payouts.map(({ block }) => block)).toEqual((PAYOUTS[3] ?? []).map(() => 4));
    const { next } = await readers.blocks({ limit: "1" });
    const foreign = [next ?? "", "abc", "0", Buffer.from("payouts:1").toString("base64url"), `${next}=`];
    for (const cursor of foreign) {
      const wrong = ROUTES.payouts.query.safeParse({ cursor });
      if (wrong.success) {
        await expect(handlers.payouts({ ...request, query: wrong.data }), cursor).rejects.toMatchObject({
          code: "bad-request",
        });
      } else expect(cursor).toContain("=");
    }
  });

  it("tell which owed payouts are left to others, and how much gas they burn", async () => {
    await leavePayouts(database.db, [{ blockNumber: 3, position: 1, gas: 190_000 }]);
    const query = ROUTES.payouts.query.parse({ block: "3", limit: "4" });
    const left = async () => (await handlers.payouts({ ...request, query })).payouts.map(({ leftGas }) => leftGas);
    expect(await left()).toEqual([null, 190_000, null, null]);
    const setStatus = (status: "paid" | "owed") =>
      database.db.updateTable("payouts").set({ status }).where("block_number", "=", 3).execute();
    // Someone else paid them.
    await setStatus("paid");
    expect(await left()).toEqual([null, null, null, null]);
    await setStatus("owed");
  });

  it("of an account that does not exist are not found, of one to which nothing happened empty", async () => {
    const of = (index: number) => {
      return handlers.accountHistory({ ...request, params: { index }, query: ROUTES.accountHistory.query.parse({}) });
    };
    await expect(of(9999)).rejects.toMatchObject({ code: "not-found" });
    expect(await of(UNUSED)).toEqual({ entries: [], next: null });
  });

  it("of a reference that nobody used are empty, and 0 is no reference", async () => {
    for (const reference of [1n, 0n]) {
      const params = { reference: referenceToHex(reference) };
      const query = ROUTES.referenceTransactions.query.parse({});
      expect(await handlers.referenceTransactions({ ...request, params, query })).toEqual({
        transactions: [],
        next: null,
      });
    }
    for (const reference of ["0x", "1", `0x${"00".repeat(32)}`, undefined]) {
      expect(ROUTES.referenceTransactions.params.safeParse({ reference }).success).toBe(false);
    }
  });

  it("take numbers of every allowed size", async () => {
    const huge = "9".repeat(15);
    const query = ROUTES.queue.query.parse({ from: huge, limit: "1" });
    expect(await handlers.queue({ ...request, query })).toMatchObject({ entries: [], next: null });
    await expect(
      handlers.block({ ...request, params: { number: Number(huge) }, query: undefined }),
    ).rejects.toMatchObject({ code: "not-found" });
  });
});

/** A page as a client asks for it. */
interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: string;
}

/** Recipients of each block's payouts: none, one, many. */
const PAYOUTS: readonly (readonly bigint[])[] = Array.from({ length: BLOCKS }, (_, block) =>
  Array.from({ length: [0, 1, 4, 7][block % 4] ?? 0 }, (_, i) => RECIPIENTS[(block + i) % 2] ?? 0n),
);

async function fillBlock({ db }: Database, number: number): Promise<void> {
  await insertQueueEntries(db, [
    {
      index: number - 1,
      operation: { type: "setKey", sender: 3n, index: accountIndex(64), key: 9n },
      hashAfter: hash(number),
      l1Block: number,
      l1BlockHash: hash(3),
      l1Transaction: hash(4),
      enqueuedAt: 1_700_000_000,
      isFromArchive: false,
    },
  ]);
  const opening: BlockOpening = {
    number: blockNumber(number),
    timestamp: 1_700_000_000,
    slotCount: 16,
    feeAccounts: [],
    firstQueueIndex: number - 1,
    l1OperationCount: 1,
    queueHashAfter: hash(number),
    openedAtMs: 1,
  };
  await insertOpenBlock(db, opening);
  const payouts = (PAYOUTS[number - 1] ?? []).map((recipient) => ({ recipient, tokenId: tokenId(0), amount: 1n }));
  const seal = { ...sealOf(opening), transactionCount: 1 };
  await sealStoredBlock(db, opening.number, { seal, payouts, witness: Uint8Array.of(9) });
  await storeBatch(db, number, number);
  const common = {
    from: accountIndex(ACCOUNT),
    nonce: number,
    tokenId: tokenId(0),
    fee: float16(1),
    validFrom: 0,
    validUntil: 9,
    // Of two payers in three.
    reference: number % 3 === 0 ? 0n : REFERENCE,
  };
  await upsertTransactions(db, [
    {
      id: BigInt(1000 + number),
      sequence: number,
      groupId: BigInt(1000 + number),
      groupPosition: 0,
      groupSize: 1,
      signed: {
        transaction: { type: "withdraw", ...common, amount: float40(1), recipient: 5n },
        signature: { rx: 1n, s: 1n },
      },
      fromOwner: 6n,
      status: "confirmed",
      inclusion: { blockNumber: number, slot: 1 },
      amount: 1n,
      fee: 1n,
      createdIndex: null,
      rejection: null,
      receivedAtMs: 1,
    },
  ]);
}
