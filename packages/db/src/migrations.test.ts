import { type BatchHeader, blockNumber, bytesToHex, NO_REFERENCE } from "@cairn/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedTransfer } from "../test/signed-transfer.ts";
import {
  type Database,
  deleteBlocksFrom,
  findBatch,
  findLastAcceptedBatch,
  findProof,
  insertBatch,
  insertOpenBlock,
  listBatches,
  listReferencedTransactions,
  loadPool,
  loadProofsToMake,
  sealStoredBlock,
} from "./index.ts";
import { migrate } from "./migrations.ts";
import { encodeSignedTransaction } from "./signed-transaction.ts";
import { createTestDatabases, type TestDatabase } from "./testing/index.ts";

const engines = createTestDatabases();
const word = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const header: BatchHeader = {
  slots: 64,
  firstBlock: 7n,
  lastBlock: 7n,
  timestamp: 1_700_000_000n,
  oldRoot: 2n ** 250n,
  newRoot: 5n,
  newNextIndex: 66,
  l1OperationCount: 2,
  payoutsHash: new Uint8Array(32).fill(8),
  txRoot: 255n,
};

/** As nodes stored headers before migration 0008. */
function asMarkedJson(value: BatchHeader): Uint8Array {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return `#${part.toString(16)}`;
    return part instanceof Uint8Array ? `$${bytesToHex(part).slice(2)}` : part;
  });
  return new TextEncoder().encode(text);
}

/** A database with the schema that a migration left. */
async function openOld(test: TestDatabase, last: string): Promise<Database> {
  const database = await test.open();
  await sql`drop schema public cascade`.execute(database.db);
  await sql`create schema public`.execute(database.db);
  await migrate(database.db, last);
  return database;
}

describe.each(["embedded", "server"] as const)("a database of an older version on the %s engine", (engine) => {
  beforeAll(() => engines[engine].start());
  afterAll(() => engines[engine].stop());

  it("keeps the headers of accepted batches, in the layout of the protocol", async () => {
    const test = await engines[engine].create();
    const old = await openOld(test, "0007-left-payouts");
    await sql`
      insert into accepted_batches (number, first_block, last_block, submitter, header, data_hash, l1_transaction,
        l1_block, l1_block_hash, l1_timestamp)
      values (7, 7, 7, ${new Uint8Array(20)}, ${asMarkedJson(header)}, ${word(0)}, ${word(0)}, 10, ${word(0)}, 1700000001)
    `.execute(old.db);
    await old.close();

    const { db } = await test.open();
    expect((await findLastAcceptedBatch(db))?.header).toEqual(header);
  });

  it("keeps batches and their proofs, which were one row, and begins what is not proven again", async () => {
    const test = await engines[engine].create();
    const old = await openOld(test, "0008-header-bytes");
    // Accepted, made by others; accepted; ready; refused twice; waiting.
    for (const number of [1, 2, 3, 4, 5]) {
      await sql`
        insert into blocks (number, status, origin, timestamp, slot_count, fee_accounts, first_queue_index,
          l1_operation_count, queue_hash_before, queue_hash_after, opened_at_ms, old_root, old_next_index, new_root,
          new_next_index, tx_root, data, transaction_count, sealed_at_ms)
        values (${number}, ${number <= 2 ? "proven" : "sealed"}, ${number === 1 ? "l1" : "own"}, 1, 16, '[]', 0, 0,
          ${word(0)}, ${word(0)}, 1, ${word(0)}, 64, ${word(1)}, 64, ${word(2)}, ${word(3)}, 0, ${1000 * number})
      `.execute(old.db);
      await sql`insert into batches (first_block, last_block, circuit_type, public_input)
        values (${number}, ${number}, 0, ${word(number)})`.execute(old.db);
    }
    const accept = (number: number) =>
      sql`update batches set number = ${number}, l1_transaction = ${word(8)}, l1_block = 20, l1_block_hash = ${word(9)}
        where first_block = ${number}`.execute(old.db);
    for (const number of [1, 2]) await accept(number);
    await sql`update batches set proof = ${word(7)}, proof_details = '{"prover": "a machine"}', ready_at_ms = 5000
      where first_block in (2, 3)`.execute(old.db);
    await sql`update batches set bad_proofs = 2 where first_block = 4`.execute(old.db);
    await old.close();

    const { db } = await test.open();
    expect(await listBatches(db, { limit: 9 })).toMatchObject([
      { firstBlock: 5, proof: null, badProofs: 0, closedAtMs: 5000, acceptance: null },
      { firstBlock: 4, proof: null, badProofs: 2, acceptance: null },
      { firstBlock: 3, proof: word(7), readyAtMs: 5000, proofDetails: { prover: "a machine" }, acceptance: null },
      { firstBlock: 2, proof: word(7), publicInput: BigInt(bytesToHex(word(2))), acceptance: { number: 2 } },
      { firstBlock: 1, proofId: null, proof: null, closedAtMs: 1000, acceptance: { number: 1 } },
    ]);
    const waiting = await loadProofsToMake(db, { maxRefusals: 3, limit: 9 });
    expect(waiting.map(({ firstBlock, refusals }) => [firstBlock, refusals])).toEqual([
      [4, 2],
      [5, 0],
    ]);
    const made = await findBatch(db, 3);
    expect(await findProof(db, made?.proofId ?? 0)).toMatchObject({
      kind: "batch",
      firstBlock: 3,
      lastBlock: 3,
      publicInputs: [made?.publicInput],
      state: "made",
      prover: "a machine",
      createdAtMs: 3000,
    });

    // It goes on: blocks are dropped with their batches, and later ones come in larger batches.
    await deleteBlocksFrom(db, 4);
    expect((await listBatches(db, { limit: 9 })).map(({ firstBlock }) => firstBlock)).toEqual([3, 2, 1]);
    const opening = { timestamp: 1, slotCount: 16, feeAccounts: [], firstQueueIndex: 0, l1OperationCount: 0 } as const;
    const hashes = { queueHashBefore: word(0), queueHashAfter: word(0) };
    const roots = { oldRoot: 1n, oldNextIndex: 64, newRoot: 2n, newNextIndex: 64, txRoot: 3n };
    for (const number of [4, 5].map(blockNumber)) {
      await insertOpenBlock(db, { number, ...opening, ...hashes, openedAtMs: 1 });
      const seal = { ...roots, data: word(1), transactionCount: 0, sealedAtMs: 2 };
      await sealStoredBlock(db, number, { seal, payouts: [], witness: word(1) });
    }
    await insertBatch(db, { firstBlock: 4, lastBlock: 5, circuitType: 3, publicInput: 9n, closedAtMs: 6000 });
    expect(await findBatch(db, 4)).toMatchObject({ lastBlock: 5, acceptance: null });
  });

  it("keeps its transactions, which have no reference and may run at once", async () => {
    const test = await engines[engine].create();
    const old = await openOld(test, "0009-proofs");
    const signed = signedTransfer(3);
    const bytes = encodeSignedTransaction(signed).subarray(0, 177);
    await sql`insert into transactions (id, sequence, group_id, group_position, group_size, signed, from_index, nonce,
        token_id, valid_until, status, received_at_ms)
      values (${word(5)}, 1, ${word(5)}, 0, 1, ${bytes}, 64, 3, 0, 4294967295, 'received', 1)`.execute(old.db);
    await old.close();

    const { db } = await test.open();
    expect(await loadPool(db)).toMatchObject([{ signed, status: "received" }]);
    expect(await listReferencedTransactions(db, NO_REFERENCE, { limit: 10 })).toEqual([]);
  });
});
