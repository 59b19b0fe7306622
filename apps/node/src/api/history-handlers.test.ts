import { type Database, insertAcceptedBatch, insertOpenBlock, markBatchAccepted } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { bigintToAddress, bigintToHex, bytesToHex, payoutListHash } from "@cairn/protocol";
import { ROUTES } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  openingOf,
  payoutsOf,
  STORED_SUBMITTER,
  storeBatch,
  storeBlocks,
  storeLastProof,
} from "../../test/stored-blocks.ts";
import { calldataOf, headerOf, loadBatchContent, toPayout } from "../batches/content.ts";
import { createManualClock } from "../clock.ts";
import { createHistoryHandlers } from "./history-handlers.ts";

const databases = createTestDatabases().server;
const WORD = new Uint8Array(32);
const request = { params: undefined, body: undefined, query: undefined } as const;

describe("blocks and batches of several blocks", () => {
  let database: Database;
  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
    const { db } = database;
    await storeBlocks(db, [1, 2, 3, 4, 5, 6], { payouts: (number) => payoutsOf(number, number % 4) });
    await insertOpenBlock(db, openingOf(7));
    for (const [firstBlock, lastBlock] of [
      [1, 1],
      [2, 4],
      [5, 5],
    ] as const)
      await storeBatch(db, firstBlock, lastBlock);
    for (const firstBlock of [1, 2]) await storeLastProof(db, firstBlock, WORD, 50);
    await accept(1);
  });
  afterAll(() => databases.stop());

  const contentOf = async (firstBlock: number, lastBlock: number) => {
    const content = await loadBatchContent(database.db, { firstBlock, lastBlock });
    if (content === null) throw new RangeError("no such blocks");
    return content;
  };
  /** Stores that L1 accepted block 1 as a batch, which account 77 submitted with another circuit. */
  const accept = async (firstBlock: number): Promise<void> => {
    const { db } = database;
    const content = await contentOf(firstBlock, firstBlock);
    const place = { l1Transaction: WORD, l1Block: 7, l1BlockHash: WORD };
    await insertAcceptedBatch(db, {
      number: 1,
      firstBlock,
      lastBlock: firstBlock,
      submitter: 77n,
      header: headerOf(content, { circuit: "pair", dataSource: "blob" }),
      dataCommitment: WORD.with(0, 1),
      payoutsHash: payoutListHash(content.payouts.map(toPayout)),
      content: null,
      ...place,
      l1Timestamp: 1,
      isFromArchive: false,
    });
    await markBatchAccepted(db, firstBlock, { number: 1, ...place, atMs: 60 });
  };
  const batchOf = async (firstBlock: number) => {
    const params = ROUTES.batch.params.parse({ firstBlock: String(firstBlock) });
    return ROUTES.batch.response.parse(await handlers().batch({ ...request, params }));
  };
  const wordOf = (value: bigint) => bigintToHex(value, 32);

  const handlers = () => createHistoryHandlers(database, createManualClock(0), () => Promise.resolve(false));

  it("name each other: a block its batch, a batch its blocks", async () => {
    const query = ROUTES.blocks.query.parse({ limit: "6" });
    const { blocks } = ROUTES.blocks.response.parse(await handlers().blocks({ ...request, query }));
    const waiting = { firstBlock: 5, number: null, status: "waiting" };
    const ready = { firstBlock: 2, number: null, status: "ready" };
    expect(blocks.map(({ number, batch }) => [number, batch])).toEqual([
      [7, null],
      [6, null],
      [5, waiting],
      [4, ready],
      [3, ready],
      [2, ready],
    ]);
    const one = async (number: number) => {
      const params = ROUTES.block.params.parse({ number: String(number) });
      return ROUTES.block.response.parse(await handlers().block({ ...request, params })).batch;
    };
    expect(await one(1)).toEqual({ firstBlock: 1, number: 1, status: "accepted" });
    expect([await one(3), await one(7)]).toEqual([ready, null]);
    expect(await batchOf(2)).toMatchObject({ ...ready, lastBlock: 4, blocks: 3, closedAtMs: 1, readyAtMs: 50 });
    const within = ROUTES.batch.params.parse({ firstBlock: "3" });
    await expect(handlers().batch({ ...request, params: within })).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("show what a block publishes and the chains after it", async () => {
    const params = ROUTES.block.params.parse({ number: "3" });
    const block = ROUTES.block.response.parse(await handlers().block({ ...request, params }));
    const { blocks } = await contentOf(3, 3);
    expect(block.cells).toBe(bytesToHex(calldataOf(blocks).data));
    expect(block.chains?.blocks).toBe(wordOf(blocks[0]?.seal?.chains.blocks ?? 0n));
    const open = await handlers().block({ ...request, params: ROUTES.block.params.parse({ number: "7" }) });
    expect([open.cells, open.chains]).toEqual([null, null]);
  });

  it("show how a batch is proven until L1 has accepted it, and then how it was", async () => {
    const waiting = await contentOf(2, 4);
    const header = headerOf(waiting, { circuit: "batch", dataSource: "calldata" });
    expect(await batchOf(2)).toMatchObject({
      circuit: "batch",
      dataSource: "calldata",
      dataCommitment: bytesToHex(calldataOf(waiting.blocks).commitment),
      submitter: bigintToAddress(STORED_SUBMITTER),
      point: expect.stringMatching(/^0x00/),
      history: wordOf(header.newHistory),
      blocksRoot: wordOf(header.blocksRoot),
    });
    const first = headerOf(await contentOf(1, 1), header);
    expect(await batchOf(1)).toMatchObject({
      circuit: "pair",
      dataSource: "blob",
      dataCommitment: bytesToHex(WORD.with(0, 1)),
      submitter: bigintToAddress(77n),
      point: null,
      history: wordOf(first.newHistory),
      blocksRoot: wordOf(first.blocksRoot),
    });
  });

  it("name each payout's place in its batch, as the contract counts", async () => {
    const query = ROUTES.payouts.query.parse({ limit: "100" });
    const { payouts } = ROUTES.payouts.response.parse(await handlers().payouts({ ...request, query }));
    expect(payouts.map(({ block, position, batch }) => [block, position, batch])).toEqual([
      [6, 0, null],
      [6, 1, null],
      [5, 0, { firstBlock: 5, number: null, place: 0 }],
      [3, 0, { firstBlock: 2, number: null, place: 2 }],
      [3, 1, { firstBlock: 2, number: null, place: 3 }],
      [3, 2, { firstBlock: 2, number: null, place: 4 }],
      [2, 0, { firstBlock: 2, number: null, place: 0 }],
      [2, 1, { firstBlock: 2, number: null, place: 1 }],
      [1, 0, { firstBlock: 1, number: 1, place: 0 }],
    ]);
  });
});
