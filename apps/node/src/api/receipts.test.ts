import { isUint8Array } from "node:util/types";
import { checkReceipt } from "@cairn/crypto";
import {
  type Database,
  insertAcceptedBatch,
  markBatchAccepted,
  type StoredTransaction,
  upsertTransactions,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import {
  accountIndex,
  bytesToHex,
  decodeSlotWord,
  encodeFloat16,
  encodeFloat40,
  MAX_BATCH_BLOCKS,
  payoutListHash,
  tokenId,
} from "@cairn/protocol";
import { ROUTES, receiptFromJson } from "@cairn/rpc";
import type { KyselyPlugin } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payoutsOf, storeBatch, storeBlocks } from "../../test/stored-blocks.ts";
import { headerOf, loadBatchContent, toPayout } from "../batches/content.ts";
import { createManualClock } from "../clock.ts";
import { createHistoryHandlers } from "./history-handlers.ts";
import { findReceipt } from "./receipts.ts";

const databases = createTestDatabases().server;
const WORD = new Uint8Array(32);
/** Ids of withdrawals in blocks 2, 3 and 5, and of one that waits. */
const [IN_2, IN_3, IN_5, WAITING, IN_40] = [2n, 3n, 5n, 9n, 40n] as const;
/** Of the largest batch that there can be, from block 6 on. */
const MANY = Array.from({ length: MAX_BATCH_BLOCKS }, (_, i) => 6 + i);

describe("receipts of transactions", () => {
  let database: Database;

  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
    const { db } = database;
    await storeBlocks(db, [1, 2, 3, 4, 5], { payouts: (number) => payoutsOf(number, 3) });
    await upsertTransactions(db, [withdrawal(IN_2, 2, 0), withdrawal(IN_3, 3, 1), withdrawal(IN_5, 5, 2)]);
    await upsertTransactions(db, [withdrawal(WAITING, null, 0)]);
    await storeBatch(db, 1, 1);
    await storeBatch(db, 2, 4);
    await storeBatch(db, 5, 5);
    await accept(1, 1, 1);
    await accept(2, 2, 4);
    await storeBlocks(db, MANY, { payouts: (number) => payoutsOf(number, 3) });
    await upsertTransactions(db, [withdrawal(IN_40, 40, 0)]);
    await storeBatch(db, 6, 5 + MANY.length);
    await accept(4, 6, 5 + MANY.length);
  });
  afterAll(() => databases.stop());

  const accept = async (number: number, firstBlock: number, lastBlock: number): Promise<void> => {
    const { db } = database;
    const content = await loadBatchContent(db, { firstBlock, lastBlock });
    if (content === null) throw new RangeError("no such blocks");
    const place = { l1Transaction: WORD, l1Block: 7, l1BlockHash: WORD };
    await insertAcceptedBatch(db, {
      number,
      firstBlock,
      lastBlock,
      submitter: 5n,
      header: headerOf(content, { circuit: "batch", dataSource: "calldata" }),
      dataCommitment: WORD.with(0, number),
      payoutsHash: payoutListHash(content.payouts.map(toPayout)),
      content: null,
      ...place,
      l1Timestamp: 1,
      isFromArchive: false,
    });
    await markBatchAccepted(db, firstBlock, { number, ...place, atMs: 60 });
  };
  const receiptOf = async (id: bigint) => {
    const params = ROUTES.receipt.params.parse({ id: `0x${id.toString(16).padStart(64, "0")}` });
    const handlers = createHistoryHandlers(database, createManualClock(0), () => Promise.resolve(false));
    return ROUTES.receipt.response.parse(await handlers.receipt({ params, body: undefined, query: undefined }));
  };
  const slotReceiptOf = async (number: number, slot: number) => {
    const params = ROUTES.slotReceipt.params.parse({ number: String(number), slot: String(slot) });
    const handlers = createHistoryHandlers(database, createManualClock(0), () => Promise.resolve(false));
    return ROUTES.slotReceipt.response.parse(await handlers.slotReceipt({ params, body: undefined, query: undefined }));
  };

  it.each([
    [IN_2, 2, 0],
    [IN_3, 3, 1],
  ])("lead from the transaction's slot to what L1 accepted: transaction %i", async (id, block, slot) => {
    const receipt = receiptFromJson(await receiptOf(id));
    const { blockNumber, timestamp, words } = checkReceipt(receipt.path, receipt.header);
    expect([receipt.batchNumber, receipt.slot, blockNumber, timestamp]).toEqual([
      2,
      slot,
      BigInt(block),
      BigInt(100 * block),
    ]);
    const found = words?.find((word) => word.slot === slot);
    expect(decodeSlotWord(found?.word ?? 0n)).toMatchObject({ type: "withdraw", from: 64, amount: encodeFloat40(1n) });
    const { dataCommitment, payoutsHash } = receipt;
    const content = await loadBatchContent(database.db, { firstBlock: 2, lastBlock: 4 });
    const wanted = payoutListHash((content?.payouts ?? []).map(toPayout));
    expect([bytesToHex(payoutsHash), bytesToHex(dataCommitment)]).toEqual([wanted, WORD.with(0, 2)].map(bytesToHex));
  });

  it("cost one block and the hashes of the others, however large the batch is, since anyone may ask for them", async () => {
    const read = async (id: bigint) => {
      let bytes = 0;
      const counting: KyselyPlugin = {
        transformQuery: ({ node }) => node,
        transformResult: async ({ result }) => {
          const values = result.rows.flatMap((row) => Object.values(row));
          bytes += values.reduce<number>((sum, value) => sum + (isUint8Array(value) ? value.length : 16), 0);
          return result;
        },
      };
      const receipt = await findReceipt(database.db.withPlugin(counting), id);
      return { bytes, receipt: receiptFromJson(receipt) };
    };
    const [small, large] = [await read(IN_3), await read(IN_40)];
    expect(checkReceipt(large.receipt.path, large.receipt.header).blockNumber).toBe(40n);
    // Number and chains.
    const perBlock = 16 + 4 * 32;
    expect(large.bytes - small.bytes).toBeLessThanOrEqual((MANY.length - 3) * perBlock);
  });

  it("do not exist before L1 has accepted the batch, which is said with the newest batch that it has", async () => {
    for (const id of [IN_5, WAITING]) {
      const notYet = { code: "not-accepted", status: 409, details: { newest: 4 } };
      await expect(receiptOf(id), String(id)).rejects.toMatchObject(notYet);
    }
    await expect(slotReceiptOf(5, 2)).rejects.toMatchObject({ code: "not-accepted" });
  });

  it("do not exist for what nobody sent", async () => {
    await expect(receiptOf(77n)).rejects.toMatchObject({ code: "not-found" });
    for (const [block, slot] of [
      [2, 7],
      [2, 16],
      [2, 1000],
      [999, 0],
    ] as const) {
      await expect(slotReceiptOf(block, slot), `${block} ${slot}`).rejects.toMatchObject({ code: "not-found" });
    }
  });

  it("are the same by the slot of the block, as for a transaction whose id a restored node does not know", async () => {
    expect(await slotReceiptOf(3, 1)).toEqual(await receiptOf(IN_3));
    expect(await slotReceiptOf(40, 2)).toMatchObject({ slot: 2, batch: { number: 4 } });
  });
});

/** A withdrawal of one wei by account 64, in a block and slot or waiting. */
function withdrawal(id: bigint, block: number | null, slot: number): StoredTransaction {
  return {
    id,
    sequence: Number(id),
    groupId: id,
    groupPosition: 0,
    groupSize: 1,
    signed: {
      transaction: {
        type: "withdraw",
        from: accountIndex(64),
        nonce: Number(id),
        tokenId: tokenId(0),
        amount: encodeFloat40(1n),
        fee: encodeFloat16(0n),
        validFrom: 0,
        validUntil: 100,
        reference: 0n,
        recipient: 7n,
      },
      signature: { rx: 1n, s: 1n },
    },
    fromOwner: 6n,
    status: block === null ? "received" : "confirmed",
    inclusion: block === null ? null : { blockNumber: block, slot },
    amount: 1n,
    fee: 0n,
    createdIndex: null,
    rejection: null,
    receivedAtMs: 1,
  };
}
