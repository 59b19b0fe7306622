import { type Database, encodeSignedTransaction, openDatabase } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import {
  accountIndex,
  bigintToAddress,
  bigintToBytes,
  bigintToHex,
  encodeFloat16,
  encodeFloat40,
  encodeL1Operation,
  referenceToHex,
  tokenId,
} from "@cairn/protocol";
import { ROUTES } from "@cairn/rpc";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HistoryReader, historyReader } from "../../test/history-scene.ts";

const ROWS = 100_000;
const PER_BLOCK = 50;
const OWNER = 7n;
const REFERENCE = 5n;
/** Rows and index entries that one request may read: seven sources of 1,000 rows, each with its block, both by an index. */
const MOST = 32_000;
const databases = createTestDatabases().server;

/** Tables in which strangers filled 100,000 rows for one owner, one account, one reference, one recipient. */
describe(`requests over tables of ${ROWS} rows`, () => {
  let database: Database;
  let history: HistoryReader;
  beforeAll(async () => {
    await databases.start();
    const test = await databases.create();
    await (await test.open()).close();
    if (test.location.type !== "server") throw new RangeError("these tests count what a server reads");
    // One connection, so that its statistics are all there are.
    database = await openDatabase({ ...test.location, maxConnections: 1 });
    await fill(database);
    history = historyReader({ database });
  });
  afterAll(async () => {
    await database.close();
    await databases.stop();
  });

  /** Rows that a request reads from tables and indexes. */
  const costOf = async (request: () => Promise<unknown>): Promise<number> => {
    const before = await readCounters(database);
    await request();
    return (await readCounters(database)) - before;
  };
  const last = String(1_700_000_000_000 + ROWS / 2);
  const deep = Buffer.from(`history:${last}:0:9`).toString("base64url");

  it.each([
    {},
    { limit: "100" },
    { cursor: deep },
    { direction: "in" },
    { tokenId: "9" },
    { status: "final" },
    { type: "withdraw" },
    { reference: referenceToHex(99n) },
    { sinceMs: last, untilMs: String(Number(last) + 1000) },
    { sinceMs: "1", untilMs: "2" },
    { cursor: deep, tokenId: "9", status: "rejected" },
  ])("a page of a history costs no more than its bound: %j", async (query: Readonly<Record<string, string>>) => {
    for (const of of [OWNER, 64]) expect(await costOf(() => history.page(of, query))).toBeLessThan(MOST);
  });

  const at = <const Route extends "deposits" | "payouts" | "queue" | "blocks" | "referenceTransactions">(
    name: Route,
    query: Readonly<Record<string, string>>,
  ) => ({ params: { reference: referenceToHex(REFERENCE) }, query: ROUTES[name].query.parse(query), body: undefined });
  const cursor = (text: string) => Buffer.from(text).toString("base64url");

  it.each([
    ["deposits", {}],
    ["deposits", { owner: bigintToAddress(OWNER) }],
    ["deposits", { owner: bigintToAddress(OWNER), cursor: cursor("deposits:1700000040:40000") }],
    ["deposits", { l1Transaction: bigintToHex(40n, 32) }],
    ["payouts", {}],
    ["payouts", { status: "claimable" }],
    ["payouts", { recipient: bigintToAddress(OWNER) }],
    ["payouts", { recipient: bigintToAddress(OWNER), status: "claimable" }],
    ["payouts", { recipient: bigintToAddress(OWNER), cursor: cursor("payouts:900:3") }],
    ["payouts", { block: "900" }],
    ["queue", { from: "50000" }],
    ["queue", { cursor: cursor("queue:50000") }],
    ["blocks", { cursor: cursor("blocks:1000") }],
    ["referenceTransactions", {}],
    ["referenceTransactions", { cursor: deep }],
  ] as const)("a page of %s costs no more than its bound: %j", async (name, query) => {
    const handle = history.handlers[name] as (request: object) => Promise<object>;
    expect(await costOf(() => handle(at(name, query)))).toBeLessThan(1000);
  });
});

/** Rows and index entries read so far. */
async function readCounters({ db }: Database): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(db);
  await sql`select pg_stat_clear_snapshot()`.execute(db);
  const { rows } = await sql<{ readonly total: string }>`
    select coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0)
      + (select coalesce(sum(idx_tup_read), 0) from pg_stat_user_indexes) as total
    from pg_stat_user_tables
  `.execute(db);
  return Number(rows[0]?.total);
}

async function fill({ db }: Database): Promise<void> {
  const owner = bigintToBytes(OWNER, 20);
  const word = new Uint8Array(32);
  const signed = encodeSignedTransaction({
    transaction: {
      type: "transfer",
      from: accountIndex(64),
      to: accountIndex(64),
      toOwner: OWNER,
      toKey: 1n,
      nonce: 1,
      tokenId: tokenId(0),
      amount: encodeFloat40(1n),
      fee: encodeFloat16(1n),
      validFrom: 0,
      validUntil: 1,
      reference: REFERENCE,
      link: null,
    },
    signature: { rx: 1n, s: 1n },
  });
  const record = encodeL1Operation({
    type: "deposit",
    owner: OWNER,
    tokenId: tokenId(0),
    amount: 1n,
    index: accountIndex(0),
    key: 0n,
  });
  await sql`
    insert into blocks (number, status, timestamp, slot_count, fee_accounts, first_queue_index, l1_operation_count,
      queue_hash_after, opened_at_ms, old_root, old_next_index, new_root, new_next_index, cells,
      chains, transaction_count, sealed_at_ms)
    select n, 'sealed', 1700000000 + n, 256, '[]', 0, 0, ${word}, 1, ${word}, 64, ${word}, 64, ${word},
      ${new Uint8Array(128)}, 0, 1
    from generate_series(1, ${ROWS / PER_BLOCK}) as n
  `.execute(db);
  await sql`
    insert into transactions (id, sequence, group_id, group_position, group_size, signed, from_index, from_owner,
      to_index, to_owner, nonce, token_id, valid_until, reference, status, block_number, slot, amount, fee, received_at_ms)
    select decode(lpad(to_hex(n), 64, '0'), 'hex'), n, ${word}, 0, 1, ${signed}, 64, ${owner}, 64, ${owner}, n, 0, 1,
      ${bigintToBytes(REFERENCE, 31)}, 'confirmed', 1 + (n - 1) / ${PER_BLOCK}::int, (n - 1) % ${PER_BLOCK}::int, 1, 1,
      1700000000000::bigint + n
    from generate_series(1, ${ROWS}) as n
  `.execute(db);
  await sql`
    insert into queue_entries (index, record, hash_after, l1_block, l1_block_hash, l1_transaction, enqueued_at)
    select n - 1, ${record}, ${word}, n, ${word}, decode(lpad(to_hex(n), 64, '0'), 'hex'), 1700000000 + n / 1000
    from generate_series(1, ${ROWS}) as n
  `.execute(db);
  await sql`
    insert into l1_outcomes (position, block_number, slot, type, account, token_id, amount, at_ms)
    select n - 1, 1 + (n - 1) / ${PER_BLOCK}::int, (n - 1) % ${PER_BLOCK}::int, 'toppedUp', 64, 0, 1,
      (1700000000 + n / 1000)::bigint * 1000
    from generate_series(1, ${ROWS}) as n
  `.execute(db);
  await sql`
    insert into fee_credits (block_number, position, account, owner, token_id, amount, at_ms)
    select 1 + (n - 1) / ${PER_BLOCK}::int, (n - 1) % ${PER_BLOCK}::int, 64, ${owner}, 0, 1,
      (1700000000 + n / ${PER_BLOCK}::int)::bigint * 1000
    from generate_series(1, ${ROWS}) as n
  `.execute(db);
  await sql`
    insert into foreign_transactions (block_number, slot, kind, from_index, from_owner, to_index, to_owner, token_id,
      amount, fee, at_ms)
    select 1 + (n - 1) / ${PER_BLOCK}::int, (n - 1) % ${PER_BLOCK}::int, 'transfer', 64, ${owner}, 64, ${owner}, 0, 1, 1,
      (1700000000 + n / ${PER_BLOCK}::int)::bigint * 1000
    from generate_series(1, ${ROWS}) as n
  `.execute(db);
  await sql`
    insert into payouts (block_number, position, recipient, token_id, amount, status, slot, at_ms, cause, cause_number)
    select 1 + (n - 1) / ${PER_BLOCK}::int, (n - 1) % ${PER_BLOCK}::int, ${owner}, 0, 1, 'owed', 1,
      1700000000000::bigint + n, 0, n
    from generate_series(1, ${ROWS}) as n
  `.execute(db);
  await sql`vacuum analyze`.execute(db);
}
