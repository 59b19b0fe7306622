import { createTestDatabases } from "@cairn/db/testing";
import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { historyReader } from "../../test/history-scene.ts";
import { createLedgerWriter, type LedgerWriter, OWNER } from "../../test/ledger-writer.ts";
import type { LedgerEntry } from "./entries.ts";

const databases = createTestDatabases().server;

/** One line of a history, whatever its status and block. */
const nameOf = ({ type, id, queuePosition }: LedgerEntry) => `${type} ${id ?? queuePosition}`;

describe("a history that grows and is built again while somebody pages through it", () => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  const begin = async () => {
    const database = await (await databases.create()).open();
    const writer = createLedgerWriter(database);
    for (let i = 0; i < 6; i++) {
      await writer.arrive(10);
      await writer.deposit(60 - i);
      await writer.confirm(8);
    }
    return { writer, history: historyReader({ database }) };
  };

  /** Pages through the history and lets one thing happen after each page. */
  const walk = async (limit: number, happen: readonly ((writer: LedgerWriter) => Promise<void>)[]) => {
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
      Array.from({ length: 8 }, () => async (writer: LedgerWriter) => {
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
      (writer: LedgerWriter): Promise<void> => {
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
