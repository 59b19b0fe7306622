import { type Db, insertSettlement, markBatchAccepted } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import {
  BATCH_INPUTS,
  type BatchHeader,
  bytesToCells,
  calldataCommitment,
  payoutListHash,
  readBatchCells,
} from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payoutsOf, STORED_DOMAIN, storeBatch, storeBlocks } from "../../test/stored-blocks.ts";
import {
  calldataOf,
  cellsOf,
  headerOf,
  isAcceptedBatch,
  loadBatchContent,
  statementOf,
  timesOf,
  toPayout,
} from "./content.ts";

const databases = createTestDatabases().server;
const CALLDATA = { circuit: "batch", dataSource: "calldata" } as const;
const POINT = 12;

describe("the content of a batch", () => {
  let db: Db;
  beforeAll(async () => {
    await databases.start();
    db = (await (await databases.create()).open()).db;
    await storeBlocks(db, [1, 2, 3, 4], { payouts: (number) => payoutsOf(number, 2) });
  });
  afterAll(() => databases.stop());

  const load = async (firstBlock: number, lastBlock: number) => {
    const content = await loadBatchContent(db, { firstBlock, lastBlock });
    if (content === null) throw new RangeError("no such blocks");
    return content;
  };

  it("is that of all its blocks, or nothing", async () => {
    const { blocks, payouts } = await load(2, 4);
    expect(blocks.map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(payouts.map(({ batchPosition, blockNumber, position }) => [batchPosition, blockNumber, position])).toEqual([
      [0, 2, 0],
      [1, 2, 1],
      [2, 3, 0],
      [3, 3, 1],
      [4, 4, 0],
      [5, 4, 1],
    ]);
    expect(await loadBatchContent(db, { firstBlock: 4, lastBlock: 5 })).toBeNull();
    expect(await loadBatchContent(db, { firstBlock: 0, lastBlock: 1 })).toBeNull();
  });

  it("is as old as its first block, and of the future as long as its last one is", async () => {
    expect(timesOf(await load(2, 4))).toEqual({ first: 200, last: 400 });
  });

  it("publishes the cells of its blocks one after another, each in whole rows", async () => {
    const { blocks } = await load(2, 4);
    const { data, commitment } = calldataOf(blocks);
    const read = readBatchCells(bytesToCells(data), 3);
    expect(read.map(({ data: { timestamp } }) => timestamp)).toEqual([200n, 300n, 400n]);
    expect(read.flatMap(({ cells }) => cells)).toEqual(cellsOf(blocks));
    expect(commitment).toEqual(calldataCommitment(data));
  });

  it("is described by a header from its first block to its last one", async () => {
    const content = await load(2, 4);
    const header = headerOf(content, CALLDATA);
    expect(header).toMatchObject({ firstBlock: 2n, lastBlock: 4n, firstTimestamp: 200n, lastTimestamp: 400n });
    expect(header).toMatchObject({ oldRoot: 2n, newRoot: 5n, newNextIndex: 64 });
    expect(headerOf(await load(2, 3), CALLDATA).newHistory).not.toBe(header.newHistory);
    expect(headerOf(await load(3, 4), CALLDATA)).toMatchObject({ newHistory: header.newHistory });
    expect(headerOf(await load(3, 4), CALLDATA).blocksRoot).not.toBe(header.blocksRoot);
    expect(() => headerOf({ blocks: [] }, CALLDATA)).toThrow(expect.objectContaining({ code: "node/unavailable" }));
  });

  it("has a point of its own for each submitter and each way of its data", async () => {
    const content = await load(2, 4);
    const submission = { submitter: 5n, dataSource: "calldata", dataCommitment: new Uint8Array(32) } as const;
    const pointOf = (change: Partial<Parameters<typeof statementOf>[2]>) =>
      statementOf(content, STORED_DOMAIN, { ...submission, ...change }).point;
    const { point, publicInputs } = statementOf(content, STORED_DOMAIN, submission);
    expect([publicInputs.length, publicInputs[POINT]]).toEqual([BATCH_INPUTS, point]);
    const others = [
      pointOf({ submitter: 6n }),
      pointOf({ dataSource: "blob" }),
      pointOf({ dataCommitment: new Uint8Array(32).fill(1) }),
      statementOf(await load(2, 3), STORED_DOMAIN, submission).point,
    ];
    expect(new Set([point, ...others]).size).toBe(1 + others.length);
    expect(pointOf({})).toBe(point);
  });

  it("has no statement while the L1 queue is not that of its blocks", async () => {
    const content = await load(2, 4);
    const [first, ...more] = content.blocks;
    if (first === undefined) throw new RangeError("no block");
    const submission = { submitter: 5n, dataSource: "calldata", dataCommitment: new Uint8Array(32) } as const;
    const changed = { ...content, blocks: [{ ...first, l1OperationCount: 1 }, ...more] };
    expect(() => statementOf(changed, STORED_DOMAIN, submission)).toThrow(
      expect.objectContaining({ code: "node/unavailable" }),
    );
  });

  it("is what L1 accepted only if it is so in every block and payout, whoever submitted it and how", async () => {
    const acceptedOf = async (firstBlock: number, lastBlock: number) => {
      const content = await load(firstBlock, lastBlock);
      return { header: headerOf(content, CALLDATA), payoutsHash: payoutListHash(content.payouts.map(toPayout)) };
    };
    const several = await load(2, 3);
    const accepted = await acceptedOf(2, 3);
    const { header, payoutsHash } = accepted;
    expect(isAcceptedBatch(several, accepted)).toBe(true);
    expect(isAcceptedBatch(several, { header: { ...header, circuit: "pair", dataSource: "blob" }, payoutsHash })).toBe(
      true,
    );
    const changes: Partial<BatchHeader>[] = [
      { firstBlock: 1n },
      { lastBlock: 4n },
      { firstTimestamp: 201n },
      { lastTimestamp: 301n },
      { newNextIndex: 65 },
      { oldRoot: 9n },
      { newRoot: 9n },
      { newHistory: 9n },
      { blocksRoot: 9n },
    ];
    for (const change of changes) {
      expect(isAcceptedBatch(several, { header: { ...header, ...change }, payoutsHash })).toBe(false);
    }
    expect(isAcceptedBatch(several, { header, payoutsHash: new Uint8Array(32) })).toBe(false);
    expect(isAcceptedBatch({ ...several, payouts: several.payouts.slice(1) }, accepted)).toBe(false);
    for (const [first, last] of [
      [2, 2],
      [2, 4],
      [1, 3],
      [3, 4],
    ] as const) {
      expect(isAcceptedBatch(await load(first, last), accepted)).toBe(false);
    }
    const [block, ...more] = several.blocks;
    if (block === undefined) throw new RangeError("no block");
    expect(isAcceptedBatch({ ...several, blocks: [{ ...block, seal: null }, ...more] }, accepted)).toBe(false);
    expect(isAcceptedBatch({ blocks: [], payouts: [] }, accepted)).toBe(false);
  });

  it("keeps the places of its payouts when some are settled", async () => {
    await storeBatch(db, 1, 3);
    const word = new Uint8Array(32);
    await markBatchAccepted(db, 1, { number: 1, l1Transaction: word, l1Block: 5, l1BlockHash: word, atMs: 1 });
    await insertSettlement(db, { batch: 1, position: 3, status: "paid", l1Transaction: word, l1Block: 6 });
    const { payouts } = await load(1, 3);
    expect(payouts.map(({ batchPosition, status }) => [batchPosition, status])).toEqual([
      [0, "owed"],
      [1, "owed"],
      [2, "owed"],
      [3, "paid"],
      [4, "owed"],
      [5, "owed"],
    ]);
    expect(payouts[3]).toMatchObject({ blockNumber: 2, position: 1 });
  });
});
