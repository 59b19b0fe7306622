import { CairnError } from "@cairn/protocol";
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
    reference bytea check (octet_length(reference) = 31),
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
  `create index transactions_reference on transactions (reference, sequence) where reference is not null`,
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
    origin text not null default 'own' check (origin in ('own', 'l1')),
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
    cells bytea,
    chains bytea check (octet_length(chains) = 128),
    transaction_count int not null,
    sealed_at_ms bigint,
    proven_at_ms bigint,
    final_at_ms bigint,
    check ((status = 'open') = (new_root is null)),
    check ((new_root is null) = (cells is null) and (new_root is null) = (chains is null))
  )`,
  `create index blocks_open on blocks (number) where status = 'open'`,
  `create index blocks_not_final on blocks (number) where status <> 'final'`,
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
  // The inputs arrive compressed.
  `alter table witnesses alter column input set storage external`,
  `create table proofs (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('block', 'merge', 'batch')),
    circuit text not null,
    first_block bigint not null,
    last_block bigint not null references blocks (number) on delete cascade,
    parent_id bigint references proofs (id) on delete set null deferrable initially deferred,
    public_inputs bytea not null
      check (octet_length(public_inputs) = 32 * case when kind = 'batch' then 17 else 11 end),
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
  `create table batches (
    first_block bigint primary key,
    last_block bigint not null references blocks (number) on delete cascade,
    circuit text not null check (circuit in ('solo16', 'solo64', 'solo256', 'batch', 'pair')),
    data_source text not null check (data_source in ('calldata', 'blob')),
    submitter bytea not null check (octet_length(submitter) = 20),
    data_commitment bytea not null check (octet_length(data_commitment) = 32),
    point bytea not null check (octet_length(point) = 32),
    proof_id bigint unique references proofs (id) on delete cascade,
    closed_at_ms bigint not null,
    number bigint unique,
    l1_transaction bytea,
    l1_block bigint,
    l1_block_hash bytea,
    constraint batches_disjoint exclude using gist (int8range(first_block, last_block, '[]') with &&)
  )`,
  `create index batches_last_block on batches (last_block)`,
  `create index batches_pending on batches (first_block) where l1_block is null`,
  `create table rejected_proofs (
    id bigint generated always as identity primary key,
    first_block bigint not null,
    point bytea not null check (octet_length(point) = 32),
    proof bytea not null,
    details jsonb,
    rejected_at_ms bigint not null
  )`,
  `create table accepted_batches (
    number bigint primary key,
    first_block bigint not null,
    last_block bigint not null,
    submitter bytea not null check (octet_length(submitter) = 20),
    header bytea not null,
    data_commitment bytea not null check (octet_length(data_commitment) = 32),
    payouts_hash bytea not null check (octet_length(payouts_hash) = 32),
    cells bytea,
    payouts bytea,
    l1_transaction bytea not null,
    l1_block bigint not null,
    l1_block_hash bytea not null,
    l1_timestamp bigint not null,
    check ((cells is null) = (payouts is null))
  )`,
  `create index accepted_batches_l1_block on accepted_batches (l1_block)`,
  `create index accepted_batches_data_commitment on accepted_batches (data_commitment)`,
  `create table settlements (
    batch bigint not null,
    position int not null,
    status text not null check (status in ('paid', 'claimable')),
    l1_transaction bytea not null,
    l1_block bigint not null,
    primary key (batch, position)
  )`,
  `create index settlements_l1_block on settlements (l1_block)`,
  `create table payouts (
    block_number bigint not null references blocks (number) on delete cascade,
    position int not null,
    recipient bytea not null,
    token_id bigint not null,
    amount numeric(39, 0) not null,
    status text not null check (status in ('owed', 'paid', 'claimable', 'skipped')),
    l1_transaction bytea,
    l1_block bigint,
    left_gas int,
    primary key (block_number, position)
  )`,
  `create index payouts_recipient on payouts (recipient, block_number)`,
  `create table l1_transactions (
    id bigint generated always as identity primary key,
    purpose text not null check (purpose in ('submitBatch', 'pay', 'fillNonce')),
    subject bigint not null,
    content text not null,
    status text not null check (status in ('prepared', 'sent', 'mined', 'final', 'failed', 'abandoned')),
    sender bytea not null,
    nonce bigint not null,
    recipient bytea not null,
    data bytea not null,
    gas_limit bigint not null,
    blob_hash bytea check (octet_length(blob_hash) = 32),
    created_at_ms bigint not null,
    updated_at_ms bigint not null,
    mined_hash bytea,
    mined_block bigint,
    mined_block_hash bytea,
    failure text
  )`,
  `create unique index l1_transactions_live_subject on l1_transactions (purpose, subject, content)
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
    max_fee_per_blob_gas numeric(39, 0),
    sent_at_ms bigint,
    kind text not null check (kind in ('call', 'cancel')),
    created_at_ms bigint not null,
    primary key (transaction_id, attempt)
  )`,
  `create table l1_sidecars (
    transaction_id bigint primary key references l1_transactions (id) on delete cascade,
    sidecar bytea not null
  )`,
  // Field elements and points do not compress.
  `alter table l1_sidecars alter column sidecar set storage external`,
];

/** In the order of their names. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-protocol-2": statements(INITIAL),
};
/** The first migration of databases of protocol 1, whose blocks and batches mean something else. */
const PROTOCOL_1 = "0001-initial";

/**
 * Brings the schema up to date, or as far as the migration `last`; safe to run from several processes at once. Throws
 * `db/old-protocol`, `db/migration-failed`, `db/newer-schema`.
 */
export async function migrate(db: Kysely<Tables>, last?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) } });
  const { error } = await (last === undefined ? migrator.migrateToLatest() : migrator.migrateTo(last));
  if (error === undefined) return;
  const problem = error instanceof Error ? error.message : "";
  if (!/corrupted migrations/.test(problem)) {
    const reason = "the database schema could not be brought up to date";
    throw new CairnError<DbErrorCode>("db/migration-failed", reason, { cause: error });
  }
  throw problem.includes(PROTOCOL_1)
    ? new CairnError<DbErrorCode>("db/old-protocol", "the database belongs to a rollup of protocol 1", { cause: error })
    : new CairnError<DbErrorCode>("db/newer-schema", "the database has migrations this version does not know", {
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
