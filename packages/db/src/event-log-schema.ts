/** Takes a lock that stays until the commit; no node's role has this name. */
const LOCK = `pg_advisory_xact_lock(1667328370, hashtext('events'))`;

/**
 * The log of what happens is written by the tables themselves: whoever changes one of them, by whatever statement, adds to
 * the log. The triggers wait for the end of the database transaction: its writer takes the lock last of all, so nobody waits
 * for it longer than its commit, and it waits for nobody meanwhile. A number is one more than the last: whoever has the lock
 * sees the rows of all that had it before.
 */
export const EVENT_LOG_SCHEMA: readonly string[] = [
  `create table events (
    number bigint primary key,
    at_ms bigint not null,
    subject text not null
      check (subject in ('transaction', 'foreign', 'l1Operation', 'fees', 'payout', 'block', 'batch')),
    status text not null,
    id bytea check (octet_length(id) = 32),
    block_number bigint,
    position bigint,
    old jsonb
  )`,
  // Which entry an outcome is of: a reorg of L1 may put another one in its place.
  `alter table l1_outcomes add column hash_after bytea check (octet_length(hash_after) = 32)`,
  // What is logged: subject, status, id, block, position, what is gone.
  `create function log_event(text, text, bytea, bigint, bigint, jsonb) returns void language plpgsql as $$
  begin
    perform ${LOCK};
    insert into events
    select coalesce(max(number), 0) + 1, floor(extract(epoch from clock_timestamp()) * 1000), $1, $2, $3, $4, $5, $6
    from events;
  end $$`,

  logging("transactions", [
    `log_event('transaction', new.status, new.id, new.block_number, new.slot,
      case when tg_op = 'UPDATE' and old.created_index is not null and new.created_index is null
        then jsonb_build_object('account', old.created_index) end)`,
  ]),
  trigger("transactions", "insert"),
  trigger(
    "transactions",
    "update",
    `(old.status, old.block_number, old.slot) is distinct from (new.status, new.block_number, new.slot)`,
  ),

  logging("blocks", [
    `log_event('block', case
        when tg_op = 'DELETE' then 'dropped'
        when tg_op = 'UPDATE' and new.status = 'sealed' and old.status <> 'open' then 'unproven'
        else new.status end,
      null, coalesce(new.number, old.number), null, null)`,
  ]),
  trigger("blocks", "insert"),
  trigger("blocks", "update", "old.status is distinct from new.status"),
  trigger("blocks", "delete"),

  logging("queue_entries", [
    `log_event('l1Operation', 'received', null, null, new.index, null) where tg_op = 'INSERT'`,
    `log_event('l1Operation', 'removed', null, null, old.index, to_jsonb(old) || jsonb_build_object(
      'account', (select account from l1_outcomes where l1_outcomes.position = old.index))) where tg_op = 'DELETE'`,
  ]),
  trigger("queue_entries", "insert"),
  trigger("queue_entries", "delete"),
  // Without its block, the entry waits again.
  logging("l1_outcomes", [`log_event('l1Operation', 'received', null, null, old.position, to_jsonb(old) - 'amount')`]),
  trigger("l1_outcomes", "delete"),

  // Numbers in JSON would lose digits.
  logging("fee_credits", [
    `log_event('fees', 'removed', null, old.block_number, old.position,
      to_jsonb(old) || jsonb_build_object('amount', old.amount::text))`,
  ]),
  trigger("fee_credits", "delete"),
  logging("foreign_transactions", [
    `log_event('foreign', 'removed', null, old.block_number, old.slot,
      to_jsonb(old) || jsonb_build_object('amount', old.amount::text, 'fee', old.fee::text))`,
  ]),
  trigger("foreign_transactions", "delete"),

  logging("payouts", [
    `log_event('payout', new.status, null, new.block_number, new.position, null) where tg_op = 'UPDATE'`,
    `log_event('payout', 'removed', null, old.block_number, old.position,
      to_jsonb(old) || jsonb_build_object('amount', old.amount::text)) where tg_op = 'DELETE'`,
  ]),
  trigger("payouts", "update", `(old.status, old.l1_transaction) is distinct from (new.status, new.l1_transaction)`),
  trigger("payouts", "delete"),

  logging("batches", [
    `log_event('batch', case
        when tg_op = 'INSERT' then 'waiting'
        when tg_op = 'DELETE' then 'dropped'
        when new.number is null then 'ready'
        else 'accepted' end,
      null, coalesce(new.first_block, old.first_block), coalesce(new.last_block, old.last_block), null)`,
  ]),
  trigger("batches", "insert"),
  trigger("batches", "update", "old.number is distinct from new.number"),
  trigger("batches", "delete"),
  logging("proofs", [
    `log_event('batch', case when new.proof is null then 'waiting' else 'ready' end, null,
      new.first_block, new.last_block, null)`,
  ]),
  trigger("proofs", "update", "new.kind = 'batch' and (old.proof is null) is distinct from (new.proof is null)"),
];

/** The function that the triggers of a table call. */
function logging(table: string, calls: readonly string[]): string {
  return `create function log_${table}() returns trigger language plpgsql as $$
  begin
    ${calls.map((call) => `perform ${call};`).join("\n    ")}
    return null;
  end $$`;
}

/** Logs each row that an operation touches, if the condition holds. */
function trigger(table: string, operation: "insert" | "update" | "delete", condition = "true"): string {
  return `create constraint trigger ${table}_${operation}_log after ${operation} on ${table}
    deferrable initially deferred for each row when (${condition}) execute function log_${table}()`;
}
