import { type BatchHeader, CairnError, encodeBatchHeader, hexToBytes } from "@cairn/protocol";
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { DbErrorCode } from "./errors.ts";
import type { Tables } from "./schema.ts";

const INITIAL = [
  `create table settings (key text primary key, value jsonb not null)`,
  `create table transactions (
    id bytea primary key check (octet_length(id) = 32),
    sequence bigint not null,
    group_id bytea not null,
    group_position int not null,
    group_size int not null,
    signed bytea not null,
    from_index int not null,
    to_index int,
    nonce bigint not null,
    token_id bigint not null,
    valid_until bigint not null,
    status text not null check (status in ('received', 'confirmed', 'rejected', 'replaced', 'expired')),
    block_number bigint,
    slot int,
    amount numeric(39, 0),
    fee numeric(39, 0),
    created_index int,
    rejection jsonb,
    received_at_ms bigint not null,
    check ((status = 'confirmed') = (block_number is not null and slot is not null))
  )`,
  `create unique index transactions_slot on transactions (block_number, slot) where block_number is not null`,
  `create index transactions_pool on transactions (sequence) where status = 'received'`,
  `create index transactions_group on transactions (group_id)`,
  `create index transactions_from on transactions (from_index, sequence)`,
  `create index transactions_to on transactions (to_index, sequence) where to_index is not null`,
  `create table transaction_events (
    event bigint generated always as identity primary key,
    transaction_id bytea not null references transactions (id) on delete cascade,
    at_ms bigint not null,
    type text not null,
    details jsonb not null
  )`,
  `create index transaction_events_transaction on transaction_events (transaction_id, event)`,
  `create table blocks (
    number bigint primary key,
    status text not null check (status in ('open', 'sealed', 'proven', 'final')),
    timestamp bigint not null,
    slot_count int not null,
    fee_accounts jsonb not null,
    first_queue_index bigint not null,
    l1_operation_count int not null,
    queue_hash_before bytea not null,
    queue_hash_after bytea not null,
    opened_at_ms bigint not null,
    old_root bytea,
    old_next_index bigint,
    new_root bytea,
    new_next_index bigint,
    tx_root bytea,
    data bytea,
    transaction_count int not null,
    sealed_at_ms bigint,
    proven_at_ms bigint,
    final_at_ms bigint,
    check ((status = 'open') = (new_root is null))
  )`,
  `create unique index blocks_one_open on blocks (status) where status = 'open'`,
  `create table queue_entries (
    index bigint primary key,
    record bytea not null check (octet_length(record) = 76),
    hash_after bytea not null,
    l1_block bigint not null,
    l1_block_hash bytea not null,
    l1_transaction bytea not null,
    enqueued_at bigint not null
  )`,
  `create index queue_entries_l1_block on queue_entries (l1_block)`,
  `create table l1_blocks (
    number bigint primary key,
    hash bytea not null,
    parent_hash bytea not null,
    timestamp bigint not null
  )`,
  `create table witnesses (
    block_number bigint primary key references blocks (number) on delete cascade,
    input bytea not null
  )`,
  `create table batches (
    first_block bigint primary key references blocks (number) on delete cascade,
    last_block bigint not null,
    circuit_type int not null,
    public_input bytea not null,
    proof bytea,
    proof_details jsonb,
    proved_at_ms bigint,
    bad_proofs int not null default 0,
    number bigint unique,
    l1_transaction bytea,
    l1_block bigint,
    l1_block_hash bytea
  )`,
  `create table payouts (
    block_number bigint not null references blocks (number) on delete cascade,
    position int not null,
    recipient bytea not null,
    token_id bigint not null,
    amount numeric(39, 0) not null,
    status text not null check (status in ('owed', 'paid', 'claimable', 'skipped')),
    l1_transaction bytea,
    l1_block bigint,
    primary key (block_number, position)
  )`,
  `create index payouts_recipient on payouts (recipient, block_number)`,
  `create table l1_transactions (
    id bigint generated always as identity primary key,
    purpose text not null check (purpose in ('submitBatch', 'pay')),
    subject bigint not null,
    status text not null check (status in ('prepared', 'sent', 'mined', 'final', 'failed', 'abandoned')),
    sender bytea not null,
    nonce bigint not null,
    recipient bytea not null,
    data bytea not null,
    gas_limit bigint not null,
    created_at_ms bigint not null,
    updated_at_ms bigint not null,
    mined_hash bytea,
    mined_block bigint,
    mined_block_hash bytea,
    failure text
  )`,
  `create unique index l1_transactions_live_subject on l1_transactions (purpose, subject)
    where status in ('prepared', 'sent', 'mined')`,
  `create unique index l1_transactions_live_nonce on l1_transactions (sender, nonce)
    where status <> 'abandoned'`,
  `create table l1_attempts (
    transaction_id bigint not null references l1_transactions (id) on delete cascade,
    attempt int not null,
    hash bytea not null unique,
    raw bytea not null,
    max_fee_per_gas numeric(39, 0) not null,
    max_priority_fee_per_gas numeric(39, 0) not null,
    sent_at_ms bigint,
    primary key (transaction_id, attempt)
  )`,
];

/** Blocks are sealed while the next ones are built; the prover's inputs arrive compressed. */
const SEALING = [
  `drop index blocks_one_open`,
  `create index blocks_open on blocks (number) where status = 'open'`,
  `alter table witnesses alter column input set storage external`,
];

/** What a node needs to continue after faults: cancelled L1 transactions, blocks made by others. */
const FAULTS = [
  `alter table l1_transactions add column content text not null default ''`,
  `alter table l1_transactions drop constraint l1_transactions_purpose_check`,
  `alter table l1_transactions add constraint l1_transactions_purpose_check
    check (purpose in ('submitBatch', 'pay', 'fillNonce'))`,
  `drop index l1_transactions_live_subject`,
  `create unique index l1_transactions_live_subject on l1_transactions (purpose, subject, content)
    where status in ('prepared', 'sent', 'mined')`,
  `alter table l1_attempts add column kind text not null default 'call' check (kind in ('call', 'cancel'))`,
  `alter table l1_attempts add column created_at_ms bigint not null default 0`,
  `alter table blocks add column origin text not null default 'own' check (origin in ('own', 'l1'))`,
  `create index batches_pending on batches (first_block) where l1_block is null`,
  `create index blocks_not_final on blocks (number) where status <> 'final'`,
];

/** What L1 says about batches and payouts, separate from the node's own records. */
const ACCEPTANCES = [
  `create table accepted_batches (
    number bigint primary key,
    first_block bigint not null,
    last_block bigint not null,
    submitter bytea not null,
    header bytea not null,
    data_hash bytea not null,
    data bytea,
    l1_transaction bytea not null,
    l1_block bigint not null,
    l1_block_hash bytea not null,
    l1_timestamp bigint not null
  )`,
  `create index accepted_batches_l1_block on accepted_batches (l1_block)`,
  `create table settlements (
    batch bigint not null,
    position int not null,
    status text not null check (status in ('paid', 'claimable')),
    l1_transaction bytea not null,
    l1_block bigint not null,
    primary key (batch, position)
  )`,
  `create index settlements_l1_block on settlements (l1_block)`,
];

/** Evidence of provers that produce garbage. */
const REJECTED_PROOFS = [
  `create table rejected_proofs (
    id bigint generated always as identity primary key,
    first_block bigint not null,
    public_input bytea not null,
    proof bytea not null,
    details jsonb,
    rejected_at_ms bigint not null
  )`,
];

/** One word per meaning: a batch is ready when its proof is made, a block is proven when L1 has accepted it. */
const READY = [`alter table batches rename column proved_at_ms to ready_at_ms`];

/** Payouts that burn too much gas for the publisher to execute them. */
const LEFT_PAYOUTS = [`alter table payouts add column left_gas int`];

/** Headers in the protocol's own layout; they were JSON with bigints marked `#` and bytes marked `$`. */
const HEADER_BYTES: Migration = {
  up: async (db) => {
    const { rows } = await sql<{ number: string; header: Uint8Array }>`
      select number, header from accepted_batches
    `.execute(db);
    for (const { number, header } of rows) {
      const bytes = encodeBatchHeader(parseMarkedJson(new TextDecoder().decode(header)));
      await sql`update accepted_batches set header = ${bytes} where number = ${number}`.execute(db);
    }
  },
};

function parseMarkedJson(text: string): BatchHeader {
  return JSON.parse(text, (_key, part: unknown) => {
    if (typeof part !== "string") return part;
    return part.startsWith("#") ? BigInt(`0x${part.slice(1)}`) : hexToBytes(`0x${part.slice(1)}`);
  });
}

/**
 * Blocks, proofs and batches apart. A batch was a row of its first block and held its only proof; blocks were in batches
 * of one.
 */
const PROOFS = [
  `create table proofs (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('block', 'merge', 'batch')),
    first_block bigint not null,
    last_block bigint not null references blocks (number) on delete cascade,
    parent_id bigint references proofs (id) on delete set null deferrable initially deferred,
    public_inputs bytea not null check (octet_length(public_inputs) % 32 = 0),
    proof bytea,
    details jsonb,
    attempts int not null default 0,
    refusals int not null default 0,
    prover text,
    created_at_ms bigint not null,
    started_at_ms bigint,
    made_at_ms bigint,
    unique (kind, first_block, last_block),
    check (first_block <= last_block),
    check ((proof is null) = (made_at_ms is null))
  )`,
  `create index proofs_last_block on proofs (last_block)`,
  `create index proofs_parent on proofs (parent_id) where parent_id is not null`,
  `create index proofs_waiting on proofs (first_block) where proof is null`,
  `insert into proofs (kind, first_block, last_block, public_inputs, proof, details, attempts, refusals, prover,
      created_at_ms, made_at_ms)
    select 'batch', batches.first_block, batches.last_block, batches.public_input, batches.proof, batches.proof_details,
      batches.bad_proofs + case when batches.proof is null then 0 else 1 end, batches.bad_proofs,
      batches.proof_details ->> 'prover', coalesce(blocks.sealed_at_ms, blocks.opened_at_ms),
      case when batches.proof is null then null else coalesce(batches.ready_at_ms, 0) end
    from batches join blocks on blocks.number = batches.first_block
    where blocks.origin = 'own'
    order by batches.first_block`,
  `alter table batches drop constraint batches_first_block_fkey`,
  `alter table batches add constraint batches_last_block_fkey
    foreign key (last_block) references blocks (number) on delete cascade`,
  `alter table batches add column proof_id bigint unique references proofs (id) on delete cascade`,
  `alter table batches add column closed_at_ms bigint`,
  `update batches set
    proof_id = (select id from proofs where proofs.first_block = batches.first_block),
    closed_at_ms = (
      select coalesce(sealed_at_ms, opened_at_ms) from blocks where blocks.number = batches.last_block
    )`,
  `alter table batches alter column closed_at_ms set not null`,
  `alter table batches drop column proof, drop column proof_details, drop column ready_at_ms, drop column bad_proofs`,
  `alter table batches add constraint batches_disjoint
    exclude using gist (int8range(first_block, last_block, '[]') with &&)`,
  `create index batches_last_block on batches (last_block)`,
];

/** References of payments, and the first second at which a transaction may run; stored transactions have neither. */
const REFERENCES = [
  `alter table transactions add column reference bytea check (octet_length(reference) = 31)`,
  `create index transactions_reference on transactions (reference, sequence) where reference is not null`,
  `update transactions set signed = signed || decode(repeat('00', 4 + 31), 'hex')`,
];

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0005-sealing": statements(SEALING),
  "0001-initial": statements(INITIAL),
  "0002-faults": statements(FAULTS),
  "0003-acceptances": statements(ACCEPTANCES),
  "0004-rejected-proofs": statements(REJECTED_PROOFS),
  "0006-ready": statements(READY),
  "0007-left-payouts": statements(LEFT_PAYOUTS),
  "0008-header-bytes": HEADER_BYTES,
  "0009-proofs": statements(PROOFS),
  "0010-references": statements(REFERENCES),
};

/**
 * Brings the schema up to date, or as far as the migration `last`; safe to run from several processes at once. Throws
 * `db/migration-failed`, `db/newer-schema`.
 */
export async function migrate(db: Kysely<Tables>, last?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) } });
  const { error } = await (last === undefined ? migrator.migrateToLatest() : migrator.migrateTo(last));
  if (error === undefined) return;
  const isNewer = error instanceof Error && /corrupted migrations/.test(error.message);
  throw isNewer
    ? new CairnError<DbErrorCode>("db/newer-schema", "the database has migrations this version does not know", {
        cause: error,
      })
    : new CairnError<DbErrorCode>("db/migration-failed", "the database schema could not be brought up to date", {
        cause: error,
      });
}

function statements(texts: readonly string[]): Migration {
  return {
    up: async (db) => {
      for (const text of texts) await sql.raw(text).execute(db);
    },
  };
}
