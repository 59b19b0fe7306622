import { accountIndex, blockNumber, tokenId } from "@cairn/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchProof, blockProof, closedBatch, SEAL } from "../test/batches.ts";
import { signedTransfer } from "../test/signed-transfer.ts";
import {
  addTransactionEvents,
  bindChain,
  copyDatabase,
  type Database,
  findTransaction,
  insertBatch,
  insertL1Transaction,
  insertOpenBlock,
  insertProofsAhead,
  insertQueueEntries,
  loadLiveL1Transactions,
  sealStoredBlock,
  upsertTransactions,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const TRANSACTIONS = 1203;
const word = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const engines = createTestDatabases();

async function populate({ db }: Database): Promise<void> {
  await bindChain(db, { chainId: 31337n, rollup: 5n }, 16);
  await insertOpenBlock(db, {
    number: blockNumber(1),
    timestamp: 1,
    slotCount: 16,
    feeAccounts: [64, 65],
    firstQueueIndex: 0,
    l1OperationCount: 1,
    queueHashAfter: word(1),
    openedAtMs: 2 ** 41,
  });
  const ids = Array.from({ length: TRANSACTIONS }, (_, i) => BigInt(i) * 2n ** 240n + 1n);
  await upsertTransactions(
    db,
    ids.map((id, i) => ({
      id,
      sequence: i + 1,
      groupId: id,
      groupPosition: 0,
      groupSize: 1,
      signed: signedTransfer(i),
      fromOwner: 6n,
      status: i === 0 ? ("rejected" as const) : ("received" as const),
      inclusion: null,
      amount: i === 1 ? 2n ** 128n - 1n : null,
      fee: null,
      createdIndex: null,
      rejection: i === 0 ? { type: 'it\'s "bad"', n: "1" } : null,
      receivedAtMs: 5,
    })),
  );
  await addTransactionEvents(db, [
    { transactionId: ids[0] ?? 0n, atMs: 6, type: "requeued", details: { a: ["ü", null] } },
  ]);
  await sealStoredBlock(db, blockNumber(1), {
    seal: { ...SEAL, cells: Uint8Array.of(0, 255), sealedAtMs: 7 },
    payouts: [{ recipient: 5n, tokenId: tokenId(0), amount: 2n ** 100n }],
    witness: new Uint8Array(3000).fill(7),
  });
  // Other proofs are copied between a proof and the one that verifies it.
  await insertProofsAhead(db, [blockProof(1)], 7);
  await insertBatch(db, closedBatch(1, 1), batchProof(1, 1, [blockProof(1)]));
  await sql`insert into proofs (kind, circuit, first_block, last_block, public_inputs, created_at_ms)
    select 'merge', 'merge1', first, 1, decode(repeat('00', 352), 'hex'), 7 from generate_series(-1000, 0) as first`.execute(
    db,
  );
  await insertQueueEntries(db, [
    {
      index: 0,
      operation: { type: "forcedWithdraw", sender: 3n, index: accountIndex(64) },
      hashAfter: word(1),
      l1Block: 4,
      l1BlockHash: word(2),
      l1Transaction: word(3),
      enqueuedAt: 8,
      isFromArchive: false,
    },
  ]);
  await send({ db }, 0);
}

function send({ db }: Pick<Database, "db">, nonce: number): Promise<number> {
  const call = { purpose: "submitBatch", subject: 1 + nonce, sender: 1n, recipient: 2n, gasLimit: 1 } as const;
  const fees = { maxFeePerGas: 2n ** 70n, maxPriorityFeePerGas: 1n, createdAtMs: 1, sentAtMs: null };
  const attempt = { kind: "call", hash: word(nonce), raw: Uint8Array.of(1), ...fees } as const;
  return insertL1Transaction(db, { ...call, content: `0x${nonce}`, nonce, data: word(4) }, attempt, 7000);
}

/** Every row of every table, as text. */
async function contentOf({ db }: Database, tables: readonly string[]): Promise<Record<string, string[]>> {
  const content: Record<string, string[]> = {};
  for (const table of tables) {
    const { rows } = await sql<{
      text: string;
    }>`select row_to_json(t)::text as text from ${sql.table(table)} t`.execute(db);
    content[table] = rows.map(({ text }) => text).sort();
  }
  return content;
}

describe("moving a database", () => {
  beforeAll(() => Promise.all([engines.embedded.start(), engines.server.start()]));
  afterAll(async () => {
    await engines.embedded.stop();
    await engines.server.stop();
  });

  const open = async (engine: "embedded" | "server"): Promise<Database> => (await engines[engine].create()).open();

  it.each([
    ["embedded", "server"],
    ["server", "embedded"],
  ] as const)("from %s to %s keeps every row, and new rows continue after the old ones", async (source, target) => {
    const [from, to] = [await open(source), await open(target)];
    await populate(from);
    const copied = await copyDatabase(from, to);
    expect(copied).toContainEqual({ table: "transactions", rows: TRANSACTIONS });
    const tables = copied.map(({ table }) => table);
    expect(await contentOf(to, tables)).toEqual(await contentOf(from, tables));
    const everything = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = current_schema() and table_name not like 'kysely%'
    `.execute(from.db);
    expect(tables.toSorted()).toEqual(everything.rows.map(({ name }) => name).toSorted());
    expect(await findTransaction(to.db, 1n)).toEqual(await findTransaction(from.db, 1n));
    const [sent] = await loadLiveL1Transactions(to.db);
    expect(await send(to, 1)).toBeGreaterThan(sent?.id ?? 0);
    await expect(copyDatabase(from, to)).rejects.toMatchObject({ code: "db/not-empty" });
  });
});
