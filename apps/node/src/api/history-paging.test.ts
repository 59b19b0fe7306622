import {
  type Database,
  deleteBlocksFrom,
  insertOpenBlock,
  insertQueueEntries,
  requeueTransactions,
  type StoredTransaction,
  sealStoredBlock,
  upsertTransactions,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { accountIndex, blockNumber, encodeFloat16, encodeFloat40, tokenId } from "@cairn/protocol";
import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { historyReader } from "../../test/history-scene.ts";
import { openingOf, sealOf } from "../../test/stored-blocks.ts";
import type { LedgerEntry } from "./entries.ts";

const OWNER = 7n;
const START_MS = 1_700_000_000_000;
const databases = createTestDatabases().server;

/** One line of a history, whatever its status and block. */
const nameOf = ({ type, id, queuePosition }: LedgerEntry) => `${type} ${id ?? queuePosition}`;

/** A growing rollup, by what it writes: every third transaction is a withdrawal to the owner, who also gets deposits. */
function createWriter({ db }: Database) {
  let arrived = 0;
  let deposits = 0;
  let nowMs = START_MS;
  let waiting: StoredTransaction[] = [];
  const blocks: StoredTransaction[][] = [];

  const arrive = async (count: number): Promise<void> => {
    const rows = Array.from({ length: count }, (): StoredTransaction => {
      const nonce = arrived++;
      // Several arrive in the same millisecond.
      nowMs += nonce % 3 === 0 ? 1 : 0;
      return received(BigInt(1000 + nonce), nonce, nowMs);
    });
    await upsertTransactions(db, rows);
    waiting.push(...rows);
  };

  const confirm = async (perBlock: number): Promise<void> => {
    const rows = waiting.splice(0, perBlock);
    if (rows.length === 0) return;
    const number = blocks.push(rows);
    const opening = { ...openingOf(number), timestamp: Math.floor(nowMs / 1000) };
    await insertOpenBlock(db, opening);
    const included = rows.map(
      (row, slot): StoredTransaction => ({
        ...row,
        status: "confirmed",
        inclusion: { blockNumber: number, slot },
        amount: 5n,
        fee: 1n,
      }),
    );
    await upsertTransactions(db, included);
    const payouts = rows.flatMap(({ signed: { transaction } }, slot) =>
      transaction.type === "withdraw"
        ? [{ recipient: transaction.recipient, tokenId: tokenId(0), amount: 5n, slot }]
        : [],
    );
    await sealStoredBlock(db, blockNumber(number), { seal: sealOf(opening), payouts, witness: Uint8Array.of(1) });
  };

  return {
    arrive,
    confirm,
    /** A deposit that L1 mined some time ago. */
    deposit: async (secondsAgo: number): Promise<void> => {
      const index = deposits++;
      await insertQueueEntries(db, [
        {
          index,
          operation: {
            type: "deposit",
            owner: OWNER,
            tokenId: tokenId(0),
            amount: 9n,
            index: accountIndex(0),
            key: 0n,
          },
          hashAfter: new Uint8Array(32).fill(index % 256),
          l1Block: index,
          l1BlockHash: new Uint8Array(32),
          l1Transaction: new Uint8Array(32),
          enqueuedAt: Math.floor(nowMs / 1000) - secondsAgo,
          isFromArchive: false,
        },
      ]);
    },
    /** Drops the last blocks and builds others of the same transactions. */
    rebuild: async (count: number, perBlock: number): Promise<void> => {
      const first = Math.max(1, blocks.length - count + 1);
      const dropped = blocks.splice(first - 1).flat();
      if (dropped.length === 0) return;
      await requeueTransactions(db, first, { atMs: nowMs, reason: "L1 reorg" });
      await deleteBlocksFrom(db, first);
      waiting = [...dropped, ...waiting];
      nowMs += 5000;
      for (let left = dropped.length; left > 0; left -= perBlock) await confirm(Math.min(perBlock, left));
    },
  };
}

type Writer = ReturnType<typeof createWriter>;

describe("a history that grows and is built again while somebody pages through it", () => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  const begin = async () => {
    const database = await (await databases.create()).open();
    const writer = createWriter(database);
    for (let i = 0; i < 6; i++) {
      await writer.arrive(10);
      await writer.deposit(60 - i);
      await writer.confirm(8);
    }
    return { writer, history: historyReader({ database }) };
  };

  /** Pages through the history and lets one thing happen after each page. */
  const walk = async (limit: number, happen: readonly ((writer: Writer) => Promise<void>)[]) => {
    const { writer, history } = await begin();
    const before = (await history.all(OWNER)).map(nameOf);
    const seen: string[] = [];
    const left = [...happen];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query = { limit: String(limit), ...(cursor === "" ? {} : { cursor }) };
      const { entries, next } = await history.page(OWNER, query);
      seen.push(...entries.map(nameOf));
      await left.shift()?.(writer);
      cursor = next;
    }
    expect(new Set(seen).size, "an entry was shown twice").toBe(seen.length);
    expect(seen.filter((name) => before.includes(name))).toEqual(before);
    const now = (await history.all(OWNER)).map(nameOf);
    expect(now.length).toBeGreaterThanOrEqual(before.length);
    return now.length - before.length;
  };

  it("shows each entry that was there exactly once, in its order, while 1,000 arrive", async () => {
    const grown = await walk(
      10,
      Array.from({ length: 8 }, () => async (writer: Writer) => {
        await writer.arrive(125);
        for (let i = 0; i < 10; i++) await writer.confirm(12);
      }),
    );
    expect(grown).toBeGreaterThanOrEqual(1000);
  });

  it("does so whatever happens: arrivals, late deposits, confirmations, dropped and rebuilt blocks", async () => {
    const step = oneof(
      record({ type: constantFrom("arrive"), count: integer({ min: 1, max: 20 }) }),
      record({ type: constantFrom("deposit"), count: integer({ min: 0, max: 900 }) }),
      record({ type: constantFrom("confirm"), count: integer({ min: 1, max: 12 }) }),
      record({ type: constantFrom("rebuild"), count: integer({ min: 1, max: 6 }) }),
    );
    const act =
      ({ type, count }: { type: string; count: number }) =>
      (writer: Writer): Promise<void> => {
        if (type === "rebuild") return writer.rebuild(count, 5);
        return type === "arrive"
          ? writer.arrive(count)
          : type === "confirm"
            ? writer.confirm(count)
            : writer.deposit(count);
      };
    await assert(
      asyncProperty(integer({ min: 1, max: 15 }), array(step, { maxLength: 12 }), async (limit, steps) => {
        await walk(limit, steps.map(act));
      }),
      { numRuns: 12 },
    );
  });
});

function received(id: bigint, nonce: number, receivedAtMs: number): StoredTransaction {
  const common = {
    from: accountIndex(64),
    nonce,
    tokenId: tokenId(0),
    amount: encodeFloat40(5n),
    fee: encodeFloat16(1n),
    validFrom: 0,
    validUntil: 2 ** 32 - 1,
    reference: 0n,
  };
  return {
    id,
    sequence: nonce + 1,
    groupId: id,
    groupPosition: 0,
    groupSize: 1,
    fromOwner: OWNER,
    signed: {
      transaction:
        nonce % 3 === 0
          ? { type: "withdraw", ...common, recipient: OWNER }
          : {
              type: "transfer",
              ...common,
              to: accountIndex(65),
              toOwner: nonce % 2 === 0 ? OWNER : 8n,
              toKey: 1n,
              link: null,
            },
      signature: { rx: 1n, s: 1n },
    },
    status: "received",
    inclusion: null,
    amount: null,
    fee: null,
    createdIndex: null,
    rejection: null,
    receivedAtMs,
  };
}
