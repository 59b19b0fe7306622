import { type Db, insertBatch, insertSettlement, markBatchAccepted } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { dataHash } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payoutsOf, storeBlocks } from "../../test/stored-blocks.ts";
import { describeBatch, isAcceptedBatch, loadBatchContent, statementOf, timesOf } from "./content.ts";

const databases = createTestDatabases().server;
const DOMAIN = { chainId: 31337n, rollup: 0xca1n };

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

  it("of several blocks is not described by the header of its first one", async () => {
    const several = await load(2, 3);
    for (const describe of [() => describeBatch(several), () => statementOf(several, DOMAIN)]) {
      expect(describe).toThrow(expect.objectContaining({ code: "node/unsupported-batch" }));
    }
    expect(() => describeBatch({ blocks: [], payouts: [] })).toThrow(
      expect.objectContaining({ code: "node/unsupported-batch" }),
    );
  });

  it("is what L1 accepted only if it is so in every block and payout", async () => {
    const one = await load(2, 2);
    const { header, data } = describeBatch(one);
    const accepted = { header, dataHash: dataHash(16, data) };
    expect(isAcceptedBatch(one, accepted)).toBe(true);
    expect(isAcceptedBatch(await load(2, 3), accepted)).toBe(false);
    expect(isAcceptedBatch(await load(2, 3), { ...accepted, header: { ...header, lastBlock: 3n } })).toBe(false);
    expect(isAcceptedBatch(one, { ...accepted, header: { ...header, lastBlock: 3n } })).toBe(false);
    expect(isAcceptedBatch({ ...one, payouts: one.payouts.slice(1) }, accepted)).toBe(false);
    expect(isAcceptedBatch(await load(3, 3), accepted)).toBe(false);
    expect(isAcceptedBatch({ blocks: [], payouts: [] }, accepted)).toBe(false);
  });

  it("keeps the places of its payouts when some are settled", async () => {
    await insertBatch(db, { firstBlock: 1, lastBlock: 3, circuitType: 3, publicInput: 1n, closedAtMs: 1 });
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
