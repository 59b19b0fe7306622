import { type Db, findBlock, findUnadoptedBatch, listPayouts, loadAcceptedSummaries } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import type { AcceptedEvent, PublishedBatchContent } from "@cairn/l1";
import { type BatchHeader, cellsToBytes, payoutListHash } from "@cairn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { payoutsOf, storeBatch, storeBlocks } from "../../test/stored-blocks.ts";
import { calldataOf, cellsOf, headerOf, loadBatchContent, toPayout } from "../batches/content.ts";
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
      await storeBatch(db, firstBlock, lastBlock);
  });

  const contentOf = async (firstBlock: number, lastBlock: number) => {
    const content = await loadBatchContent(db, { firstBlock, lastBlock });
    if (content === null) throw new RangeError(`no blocks ${firstBlock} to ${lastBlock}`);
    return content;
  };
  /** What L1 would show of a batch of these blocks, but for the changes. */
  const event = async (
    number: number,
    [firstBlock, lastBlock]: readonly [number, number],
    change: Partial<BatchHeader> = {},
    submission: Partial<Pick<AcceptedEvent, "submitter" | "dataCommitment">> = {},
  ): Promise<AcceptedEvent> => {
    const content = await contentOf(firstBlock, lastBlock);
    const header = { ...headerOf(content, { circuit: "batch", dataSource: "calldata" }), ...change };
    const place = { block: 10 + number, blockHash: WORD, transaction: WORD, transactionIndex: 0, timestamp: null };
    return {
      type: "accepted",
      number,
      ...place,
      header,
      submitter: 5n,
      dataCommitment: calldataOf(content.blocks).commitment,
      payoutsHash: payoutListHash(content.payouts.map(toPayout)),
      queueHead: 0,
      ...submission,
    };
  };
  const publishedBy = async ({ header }: AcceptedEvent): Promise<PublishedBatchContent> => {
    const { blocks, payouts } = await contentOf(Number(header.firstBlock), Number(header.lastBlock));
    return { cells: cellsOf(blocks), l1Operations: [], payouts: payouts.map(toPayout), kzgCommitment: null };
  };
  const accept = async (...events: readonly AcceptedEvent[]) => {
    const found = await findForeignBatches(db, events);
    const at = { number: 20 + (events[0]?.number ?? 0), hash: WORD, parentHash: WORD, timestamp: 99 };
    const foreign = new Map<number, PublishedBatchContent>();
    for (const one of found) foreign.set(one.number, await publishedBy(one));
    const timestamps = new Map(events.map(({ block }) => [block, 9]));
    const { accepted } = await importRange(db, { header: at, events, timestamps, foreign, isAgreed: true }, 7);
    return { accepted, foreign: found.map(({ number }) => number) };
  };
  const statuses = async () => Promise.all([1, 2, 3, 4].map(async (number) => (await findBlock(db, number))?.status));

  it("are this node's when all their blocks are stored as one batch, as they are", async () => {
    expect(await accept(await event(1, [1, 1]))).toEqual({ accepted: [{ firstBlock: 1, lastBlock: 1 }], foreign: [] });
    expect(await statuses()).toEqual(["proven", "sealed", "sealed", "sealed"]);
    expect(await accept(await event(2, [2, 3]))).toEqual({ accepted: [{ firstBlock: 2, lastBlock: 3 }], foreign: [] });
    expect(await statuses()).toEqual(["proven", "proven", "proven", "sealed"]);
    expect(await findUnadoptedBatch(db)).toBeUndefined();
  });

  it("are this node's whoever submitted its blocks and however: what L1 accepted is kept for paying", async () => {
    const submission = { submitter: 77n, dataCommitment: WORD.with(0, 1) };
    const others = await event(1, [1, 1], { circuit: "pair", dataSource: "blob" }, submission);
    expect(await accept(others)).toEqual({ accepted: [{ firstBlock: 1, lastBlock: 1 }], foreign: [] });
    expect(await loadAcceptedSummaries(db, 1, 1)).toMatchObject([{ header: others.header, ...submission }]);
  });

  it("are made by others when only the first block of a stored batch is theirs, and then so is all that follows", async () => {
    const events = [await event(1, [1, 1]), await event(2, [2, 2]), await event(3, [3, 4])];
    expect(await accept(...events)).toEqual({ accepted: [{ firstBlock: 1, lastBlock: 1 }], foreign: [2, 3] });
    expect(await statuses()).toEqual(["proven", "sealed", "sealed", "sealed"]);
    const { blocks, payouts } = await contentOf(2, 2);
    const content = { cells: cellsToBytes(cellsOf(blocks)), payouts: payouts.map(toPayout) };
    expect(await findUnadoptedBatch(db)).toMatchObject({ number: 2, firstBlock: 2, content });
  });

  it("are made by others when they go on after the blocks of a stored batch, or hold other blocks", async () => {
    const further = await event(1, [1, 2]);
    expect(await findForeignBatches(db, [further])).toEqual([further]);
    await accept(await event(1, [1, 1]));
    const other = await event(2, [2, 3], { newHistory: 1n });
    expect(await accept(other)).toEqual({ accepted: [], foreign: [2] });
    expect(await statuses()).toEqual(["proven", "sealed", "sealed", "sealed"]);
    expect(await listPayouts(db, { status: "paid", limit: 9 })).toEqual([]);
  });
});
