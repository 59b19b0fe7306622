import { type Db, findBlock, findUnadoptedBatch, insertBatch, listPayouts } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import type { AcceptedEvent } from "@cairn/l1";
import { type BatchHeader, dataHash, EMPTY_QUEUE_HASH } from "@cairn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { payoutsOf, storeBlocks } from "../../test/stored-blocks.ts";
import { describeBatch, loadBatchContent } from "../batches/content.ts";
import { findForeignBatches, importRange } from "./import-range.ts";

const databases = createTestDatabases().server;
const WORD = new Uint8Array(32);

describe("batches that L1 accepted", () => {
  let db: Db;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    db = (await (await databases.create()).open()).db;
    await storeBlocks(db, [1, 2, 3, 4], { payouts: (number) => payoutsOf(number, 2) });
    for (const [firstBlock, lastBlock] of [
      [1, 1],
      [2, 3],
      [4, 4],
    ] as const)
      await insertBatch(db, { firstBlock, lastBlock, circuitType: 0, publicInput: 1n, closedAtMs: 1 });
  });

  /** What L1 would show of a batch of this block alone, but for the changes. */
  const event = async (number: number, block: number, change: Partial<BatchHeader> = {}): Promise<AcceptedEvent> => {
    const content = await loadBatchContent(db, { firstBlock: block, lastBlock: block });
    if (content === null) throw new RangeError(`no block ${block}`);
    const { header, data } = describeBatch(content);
    const place = { block: 10 + number, blockHash: WORD, transaction: WORD, transactionIndex: 0 };
    const queue = { queueHead: 0, queueHash: EMPTY_QUEUE_HASH };
    const about = { header: { ...header, ...change }, dataHash: dataHash(16, data), submitter: 5n };
    return { type: "accepted", number, ...place, ...about, ...queue };
  };
  const accept = async (...events: readonly AcceptedEvent[]) => {
    const foreign = await findForeignBatches(db, events);
    const at = { number: 20 + (events[0]?.number ?? 0), hash: WORD, parentHash: WORD, timestamp: 99 };
    const foreignData = new Map(foreign.map(({ number }) => [number, Uint8Array.of(number)]));
    const timestamps = new Map(events.map(({ block }) => [block, 9]));
    const { accepted } = await importRange(db, { header: at, events, timestamps, foreignData, isAgreed: true }, 7);
    return { accepted, foreign: foreign.map(({ number }) => number) };
  };
  const statuses = async () => Promise.all([1, 2, 3, 4].map(async (number) => (await findBlock(db, number))?.status));

  it("are this node's when all their blocks are stored as one batch, as they are", async () => {
    expect(await accept(await event(1, 1))).toEqual({ accepted: [{ firstBlock: 1, lastBlock: 1 }], foreign: [] });
    expect(await statuses()).toEqual(["proven", "sealed", "sealed", "sealed"]);
    expect(await findUnadoptedBatch(db)).toBeUndefined();
  });

  it("are made by others when only the first block of a stored batch is theirs, and then so is all that follows", async () => {
    const events = [await event(1, 1), await event(2, 2), await event(3, 4)];
    expect(await accept(...events)).toEqual({ accepted: [{ firstBlock: 1, lastBlock: 1 }], foreign: [2, 3] });
    expect(await statuses()).toEqual(["proven", "sealed", "sealed", "sealed"]);
    expect(await findUnadoptedBatch(db)).toMatchObject({ number: 2, firstBlock: 2, data: Uint8Array.of(2) });
  });

  it("are made by others when they go on after the blocks of a stored batch, or hold several", async () => {
    const further = await event(1, 1, { lastBlock: 2n });
    expect(await findForeignBatches(db, [further])).toEqual([further]);
    await accept(await event(1, 1));
    const whole = await event(2, 2, { lastBlock: 3n });
    expect(await accept(whole)).toEqual({ accepted: [], foreign: [2] });
    expect(await statuses()).toEqual(["proven", "sealed", "sealed", "sealed"]);
    expect(await listPayouts(db, { status: "paid", limit: 9 })).toEqual([]);
  });
});
