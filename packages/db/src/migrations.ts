import { CairnError } from "@cairn/protocol";
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { DbErrorCode } from "./errors.ts";
import { EVENT_LOG_SCHEMA } from "./event-log-schema.ts";
import type { Tables } from "./schema.ts";
import { WEBHOOK_SCHEMA } from "./webhook-tables.ts";

const SCHEMA = [
  `create table settings (key text primary key, value jsonb not null)`,
  `create table transactions (
    id bytea primary key check (octet_length(id) = 32),
    sequence bigint not null,
    group_id bytea not null,
    group_position int not null,
    group_size int not null,
    entry bigint generated always as identity,
    signed bytea not null,
    from_index int not null,
    from_owner bytea not null check (octet_length(from_owner) = 20),
    to_index int,
    to_owner bytea check (octet_length(to_owner) = 20),
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
  `create index transactions_from on transactions (from_index, received_at_ms, entry)`,
  `create index transactions_to on transactions (to_index, received_at_ms, entry) where to_index is not null`,
  `create index transactions_from_owner on transactions (from_owner, received_at_ms, entry)`,
  `create index transactions_to_owner on transactions (to_owner, received_at_ms, entry) where to_owner is not null`,
  `create index transactions_reference on transactions (reference, received_at_ms, entry) where reference is not null`,
  `create table idempotency_keys (
    account int not null,
    key text not null,
    ids bytea not null check (octet_length(ids) > 0 and octet_length(ids) % 32 = 0),
    bound_at_ms bigint not null,
    primary key (account, key)
  )`,
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
  `create index blocks_timestamp on blocks (timestamp)`,
  `create index blocks_root on blocks (new_root) where new_root is not null`,
  `create index blocks_open on blocks (number) where status = 'open'`,
  `create index blocks_not_final on blocks (number) where status <> 'final'`,
  `create index blocks_not_proven on blocks (number) where status in ('open', 'sealed')`,
  `create table queue_entries (
    index bigint primary key,
    record bytea not null check (octet_length(record) = 76),
    hash_after bytea not null,
    l1_block bigint not null,
    l1_block_hash bytea not null,
    l1_transaction bytea not null,
    enqueued_at bigint not null,
    from_archive boolean not null default false
  )`,
  `create index queue_entries_l1_block on queue_entries (l1_block)`,
  `create index queue_entries_l1_transaction on queue_entries (l1_transaction)`,
  // The owner or sender in the record.
  `create index queue_entries_owner on queue_entries (substring(record from 2 for 20), enqueued_at, index)`,
  `create index queue_entries_deposits on queue_entries (enqueued_at, index) where get_byte(record, 0) = 4`,
  `create table l1_outcomes (
    position bigint primary key,
    block_number bigint not null references blocks (number) on delete cascade,
    slot int not null,
    type text not null check (type in ('toppedUp', 'created', 'refunded', 'exited', 'keySet', 'noEffect')),
    account int,
    token_id bigint,
    amount numeric(39, 0),
    at_ms bigint not null
  )`,
  `create index l1_outcomes_block on l1_outcomes (block_number)`,
  `create index l1_outcomes_account on l1_outcomes (account, at_ms, position) where account is not null`,
  `create table fee_credits (
    block_number bigint not null references blocks (number) on delete cascade,
    position int not null,
    account int not null,
    owner bytea not null check (octet_length(owner) = 20),
    token_id bigint not null,
    amount numeric(39, 0) not null,
    at_ms bigint not null,
    primary key (block_number, position)
  )`,
  `create index fee_credits_account on fee_credits (account, at_ms, block_number, position)`,
  `create index fee_credits_owner on fee_credits (owner, at_ms, block_number, position)`,
  `create table foreign_transactions (
    block_number bigint not null references blocks (number) on delete cascade,
    slot int not null,
    kind text not null check (kind in ('transfer', 'transferToNew', 'withdraw')),
    from_index int not null,
    from_owner bytea not null check (octet_length(from_owner) = 20),
    to_index int,
    to_owner bytea check (octet_length(to_owner) = 20),
    recipient bytea check (octet_length(recipient) = 20),
    token_id bigint not null,
    amount numeric(39, 0) not null,
    fee numeric(39, 0) not null,
    at_ms bigint not null,
    primary key (block_number, slot),
    check ((kind = 'withdraw') = (recipient is not null) and (kind = 'withdraw') = (to_owner is null))
  )`,
  `create index foreign_transactions_from on foreign_transactions (from_index, at_ms, block_number, slot)`,
  `create index foreign_transactions_to on foreign_transactions (to_index, at_ms, block_number, slot)
    where to_index is not null`,
  `create index foreign_transactions_from_owner on foreign_transactions (from_owner, at_ms, block_number, slot)`,
  `create index foreign_transactions_to_owner on foreign_transactions (to_owner, at_ms, block_number, slot)
    where to_owner is not null`,
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
  `create index batches_l1_transaction on batches (l1_transaction) where l1_transaction is not null`,
  `create index batches_data_commitment on batches (data_commitment)`,
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
    from_archive boolean not null default false,
    check ((cells is null) = (payouts is null))
  )`,
  `create index accepted_batches_l1_block on accepted_batches (l1_block)`,
  `create index accepted_batches_data_commitment on accepted_batches (data_commitment)`,
  `create table settlements (
    batch bigint not null,
    position int not null,
    status text not null check (status in ('paid', 'claimable', 'settled')),
    l1_transaction bytea,
    l1_block bigint not null,
    from_archive boolean not null default false,
    check (from_archive or (status <> 'settled' and l1_transaction is not null)),
    primary key (batch, position)
  )`,
  `create index settlements_l1_block on settlements (l1_block)`,
  `create table payouts (
    block_number bigint not null references blocks (number) on delete cascade,
    position int not null,
    recipient bytea not null,
    token_id bigint not null,
    amount numeric(39, 0) not null,
    status text not null check (status in ('owed', 'paid', 'claimable', 'settled', 'skipped')),
    l1_transaction bytea,
    l1_block bigint,
    from_archive boolean not null default false,
    left_gas int,
    slot int,
    at_ms bigint not null,
    cause int not null check (cause between 0 and 2),
    cause_number bigint not null,
    primary key (block_number, position)
  )`,
  `create index payouts_recipient on payouts (recipient, block_number)`,
  `create index payouts_status on payouts (status, block_number)`,
  `create index payouts_recipient_status on payouts (recipient, status, block_number)`,
  `create index payouts_l1_transaction on payouts (l1_transaction) where l1_transaction is not null`,
  `create index payouts_history on payouts (recipient, at_ms, cause, cause_number)`,
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
    paid_gas bigint,
    paid_blob_gas bigint,
    paid_wei numeric(39, 0),
    failure text
  )`,
  `create unique index l1_transactions_live_subject on l1_transactions (purpose, subject, content)
    where status in ('prepared', 'sent', 'mined')`,
  `create unique index l1_transactions_live_nonce on l1_transactions (sender, nonce)
    where status <> 'abandoned'`,
  `create index l1_transactions_paid on l1_transactions (subject) where paid_wei is not null`,
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
  `create table tokens (
    id bigint primary key,
    address bytea not null check (octet_length(address) = 20),
    symbol text,
    decimals int,
    read_at_ms bigint not null
  )`,
  `create index tokens_address on tokens (address)`,
  // Field elements and points do not compress.
  `alter table l1_sidecars alter column sidecar set storage external`,
];

const PAYMENT_REQUESTS = [
  `alter table transactions add column is_recalled boolean not null default false`,
  `create table payment_requests (
    id bytea primary key check (octet_length(id) = 32),
    account int not null,
    owner bytea not null check (octet_length(owner) = 20),
    key bytea not null check (octet_length(key) = 32),
    token_id bigint not null,
    amount numeric(39, 0) not null,
    reference bytea not null check (octet_length(reference) = 31),
    expires_at bigint not null,
    created_at_ms bigint not null
  )`,
  `create index payment_requests_account on payment_requests (account, expires_at)`,
  `create index payment_requests_expiry on payment_requests (expires_at)`,
  `create index payment_requests_reference on payment_requests (reference)`,
  // What was paid on an account with a reference: others may use the same one elsewhere.
  `create index transactions_paid on transactions (to_index, reference) where reference is not null and to_index is not null`,
  `create table memos (
    reference bytea primary key check (octet_length(reference) = 31),
    memo text not null,
    stored_at_ms bigint not null
  )`,
  `create index memos_age on memos (stored_at_ms)`,
];

/** In the order of their names. One that a node may have run never changes: others follow it. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-schema-with-keys": statements(SCHEMA),
  "0002-events": statements(EVENT_LOG_SCHEMA),
  "0003-payment-requests": statements(PAYMENT_REQUESTS),
  "0004-webhooks": statements(WEBHOOK_SCHEMA),
};
/** Names of first migrations, also of those that made earlier schemas. */
const FIRST = /\b0001-/;

/**
 * Brings the schema up to date, or as far as the migration `last`; safe to run from several processes at once. Throws
 * `db/old-schema`, `db/migration-failed`, `db/newer-schema`.
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
  if (FIRST.test(problem)) {
    const earlier = "the database has a schema from before the first release: start with an empty one and --restore";
    throw new CairnError<DbErrorCode>("db/old-schema", earlier, { cause: error });
  }
  const newer = "the database has migrations this version does not know";
  throw new CairnError<DbErrorCode>("db/newer-schema", newer, { cause: error });
}

function statements(texts: readonly string[]): Migration {
  return {
    up: async (db) => {
      for (const text of texts) await sql.raw(text).execute(db);
    },
  };
}
