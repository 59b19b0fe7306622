import {
  type Database,
  findBatch,
  insertBatch,
  insertOpenBlock,
  markBatchAccepted,
  sealStoredBlock,
  storeProof,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { blockNumber } from "@cairn/protocol";
import { ROUTES } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
    for (const number of [1, 2, 3, 4, 5, 6, 7].map(blockNumber)) {
      await insertOpenBlock(db, {
        number,
        timestamp: 1,
        slotCount: 16,
        feeAccounts: [],
        firstQueueIndex: 0,
        l1OperationCount: 0,
        queueHashBefore: WORD,
        queueHashAfter: WORD,
        openedAtMs: 1,
      });
      const roots = { oldRoot: 1n, oldNextIndex: 64, newRoot: 2n, newNextIndex: 64, txRoot: 3n };
      const seal = { ...roots, data: WORD, transactionCount: 0, sealedAtMs: 2 };
      if (number < 7) await sealStoredBlock(db, number, { seal, payouts: [], witness: WORD });
    }
    for (const [firstBlock, lastBlock] of [
      [1, 1],
      [2, 4],
      [5, 5],
    ] as const)
      await insertBatch(db, { firstBlock, lastBlock, circuitType: 3, publicInput: 9n, closedAtMs: 30 + firstBlock });
    for (const firstBlock of [1, 2]) {
      const { proofId } = (await findBatch(db, firstBlock)) ?? {};
      await storeProof(db, proofId ?? 0, { proof: WORD, details: {}, atMs: 50 });
    }
    const place = { l1Transaction: WORD, l1Block: 7, l1BlockHash: WORD, atMs: 60 };
    await markBatchAccepted(db, 1, { number: 1, ...place });
  });
  afterAll(() => databases.stop());

  const handlers = () => createHistoryHandlers(database, () => Promise.resolve(false));

  it("name each other: a block its batch, a batch its blocks", async () => {
    const query = ROUTES.blocks.query.parse({ limit: "5", before: "7" });
    const { blocks } = ROUTES.blocks.response.parse(await handlers().blocks({ ...request, query }));
    const waiting = { firstBlock: 5, number: null, status: "waiting" };
    const ready = { firstBlock: 2, number: null, status: "ready" };
    expect(blocks.map(({ number, batch }) => [number, batch])).toEqual([
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
    const params = ROUTES.batch.params.parse({ firstBlock: "2" });
    const batch = ROUTES.batch.response.parse(await handlers().batch({ ...request, params }));
    expect(batch).toMatchObject({ ...ready, lastBlock: 4, blocks: 3, closedAtMs: 32, readyAtMs: 50 });
    const within = ROUTES.batch.params.parse({ firstBlock: "3" });
    await expect(handlers().batch({ ...request, params: within })).rejects.toMatchObject({
      code: "not-found",
    });
  });
});
