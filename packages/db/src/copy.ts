import { CairnError } from "@cairn/protocol";
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Database } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";
import type { Tables } from "./schema.ts";

/** Every table, after the tables that it references. */
const ORDER: Readonly<Record<keyof Tables, number>> = {
  settings: 0,
  transactions: 1,
  transaction_events: 2,
  blocks: 3,
  queue_entries: 4,
  l1_outcomes: 5,
  fee_credits: 6,
  foreign_transactions: 7,
  l1_blocks: 8,
  witnesses: 9,
  proofs: 10,
  batches: 11,
  rejected_proofs: 12,
  accepted_batches: 13,
  settlements: 14,
  payouts: 15,
  l1_transactions: 16,
  l1_attempts: 17,
  l1_sidecars: 18,
  tokens: 19,
  idempotency_keys: 20,
  events: 21,
  payment_requests: 22,
  memos: 23,
  webhooks: 24,
  webhook_messages: 25,
};

/** Rows read at a time; their columns must stay below the 65535 parameters of one statement. */
const PAGE = 500;

type Row = Readonly<Record<string, unknown>>;

/** A table that was copied. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
}

/**
 * Copies everything except proof jobs, which the node recreates, into an empty database; all of it or nothing.
 * Precondition: nobody else writes to either. Throws `db/not-empty`, and what the drivers throw.
 */
export async function copyDatabase(
  from: Database,
  to: Database,
  onTable: (copied: CopiedTable) => void = () => undefined,
): Promise<readonly CopiedTable[]> {
  const tables = Object.entries(ORDER)
    .sort(([, a], [, b]) => a - b)
    .map(([table]) => table);
  return to.db.transaction().execute(async (target) => {
    for (const table of tables) {
      if ((await countRows(target, table)) === 0) continue;
      throw new CairnError<DbErrorCode>("db/not-empty", `the target database has rows in ${table}`);
    }
    const copied: CopiedTable[] = [];
    // The log is copied too: nothing has happened that it should report.
    for (const table of tables) await sql`alter table ${sql.table(table)} disable trigger user`.execute(target);
    for (const table of tables) {
      const rows = await copyTable(from.db, target, table);
      if (rows !== (await countRows(target, table)) || rows !== (await countRows(from.db, table))) {
        throw new CairnError<DbErrorCode>("db/conflict", `${table} changed while it was copied`);
      }
      copied.push({ table, rows });
      onTable({ table, rows });
    }
    // While a check is pending, no table can be altered.
    await sql`set constraints all immediate`.execute(target);
    for (const table of tables) await sql`alter table ${sql.table(table)} enable trigger user`.execute(target);
    return copied;
  });
}

async function copyTable(from: Kysely<Tables>, to: Kysely<Tables>, table: string): Promise<number> {
  const { columns, key } = await describeTable(from, table);
  const names = sql.join(columns.map(({ name }) => sql.ref(name)));
  const order = sql.join(key.map((name) => sql.ref(name)));
  let last: Row | null = null;
  let count = 0;
  for (;;) {
    const after: Row | null = last;
    const rest: RawBuilder<unknown> =
      after === null ? sql`` : sql`where (${order}) > (${sql.join(key.map((name) => sql.val(after[name])))})`;
    const { rows }: { readonly rows: readonly Row[] } = await sql<Row>`
      select ${names} from ${sql.table(table)} ${rest} order by ${order} limit ${sql.lit(PAGE)}
    `.execute(from);
    const [first] = rows;
    if (first === undefined) break;
    const values = rows.map(
      (row) => sql`(${sql.join(columns.map((column) => toParameter(row[column.name], column)))})`,
    );
    await sql`
      insert into ${sql.table(table)} (${names}) overriding system value values ${sql.join(values)}
    `.execute(to);
    count += rows.length;
    last = rows.at(-1) ?? first;
  }
  for (const { name } of columns.filter(({ isIdentity }) => isIdentity)) {
    await sql`
      select setval(pg_get_serial_sequence(${table}, ${name}), coalesce(max(${sql.ref(name)}), 0) + 1, false)
      from ${sql.table(table)}
    `.execute(to);
  }
  return count;
}

interface Column {
  readonly name: string;
  readonly isJson: boolean;
  readonly isIdentity: boolean;
}

async function describeTable(
  db: Kysely<Tables>,
  table: string,
): Promise<{ readonly columns: readonly Column[]; readonly key: readonly string[] }> {
  const { rows } = await sql<{ name: string; type: string; identity: string }>`
    select column_name as name, data_type as type, is_identity as identity
    from information_schema.columns
    where table_schema = current_schema() and table_name = ${table} order by ordinal_position
  `.execute(db);
  const keys = await sql<{ name: string }>`
    select usage.column_name as name
    from information_schema.table_constraints constraints
    join information_schema.key_column_usage usage
      on usage.constraint_name = constraints.constraint_name and usage.table_schema = constraints.table_schema
    where constraints.table_schema = current_schema() and constraints.table_name = ${table}
      and constraints.constraint_type = 'PRIMARY KEY'
    order by usage.ordinal_position
  `.execute(db);
  return {
    columns: rows.map(({ name, type, identity }) => ({
      name,
      isJson: type === "jsonb",
      isIdentity: identity === "YES",
    })),
    key: keys.rows.map(({ name }) => name),
  };
}

function toParameter(value: unknown, { isJson }: Column) {
  if (isJson && value !== null) return sql`${JSON.stringify(value)}::jsonb`;
  return sql.val(value instanceof Uint8Array ? Buffer.from(value) : value);
}

async function countRows(db: Kysely<Tables>, table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
  return Number(rows[0]?.count ?? 0);
}
