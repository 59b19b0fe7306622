import { bigintToBytes, bytesToBigint, REFERENCE_BITS, SLOT_KIND } from "@cairn/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Db } from "./database.ts";
import { blockAndPosition, boundOf, comparePlaces, ENTRY_SOURCE, type Place } from "./places.ts";
import { address } from "./values.ts";

/** Whose history. */
export type HistoryOf =
  | { readonly type: "owner"; readonly owner: bigint }
  | { readonly type: "account"; readonly index: number };

/** What an entry is about. */
export type EntryType = "transfer" | "withdraw" | "deposit" | "forcedWithdraw" | "setKey" | "payout" | "fees";

/** How far an entry is: as a transaction's status; what waits in the L1 queue is received. */
export type EntryStatus = "received" | "confirmed" | "proven" | "final" | "rejected" | "replaced" | "expired";

/** Which entries of a history; all by default. */
export interface HistoryFilter {
  /** Whether money comes or goes; a transfer between two accounts of the owner is both. */
  readonly direction?: "in" | "out" | undefined;
  readonly type?: EntryType | undefined;
  readonly tokenId?: number | undefined;
  readonly status?: EntryStatus | undefined;
  readonly reference?: bigint | undefined;
  /** Those that came about at this time or later, and before the other. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** Where an entry is stored, and whether money comes or goes. */
export interface HistoryRow {
  readonly place: Place;
  readonly direction: "in" | "out" | "both" | "none";
  /** Of a transaction. */
  readonly id: bigint | null;
  /** Block and position in its table; null for transactions and queue entries. */
  readonly inBlock: { readonly block: number; readonly position: number } | null;
}

/** A page of a history. */
export interface HistoryPage {
  /** Newest first. */
  readonly rows: readonly HistoryRow[];
  /** The next page begins before this place; null after the last. A page may be short or empty before the end. */
  readonly next: Place | null;
}

/** Rows of each source that a page with filters examines at most: strangers can make a history long. */
export const MAX_EXAMINED = 1000;

/** A source of entries: rows of one table by one party, newest first. */
interface Branch {
  /** Rows before the bound, in the order of places, with the columns that `matches` is about. */
  readonly scan: (limit: number) => RawBuilder<unknown>;
  readonly matches: readonly RawBuilder<unknown>[];
  /** SQL for the entry's direction. */
  readonly direction: RawBuilder<unknown>;
}

interface ScannedRow {
  readonly at_ms: number;
  readonly source: number;
  readonly number: number;
  readonly id: Uint8Array | null;
  readonly in_block: number | null;
  readonly in_position: number | null;
  readonly direction: HistoryRow["direction"];
  readonly matches: boolean;
  readonly rank: number;
}

/** What a party's entries are before a place, newest first. */
export async function readHistory(
  db: Db,
  of: HistoryOf,
  filter: HistoryFilter,
  page: { readonly before?: Place | null | undefined; readonly limit: number },
): Promise<HistoryPage> {
  const { direction, type, tokenId, status, reference } = filter;
  const isFiltered = [direction, type, tokenId, status, reference].some((one) => one !== undefined);
  const limit = isFiltered ? Math.max(MAX_EXAMINED, page.limit + 1) : page.limit + 1;
  const found: HistoryRow[] = [];
  /** No entry from here on is missing. */
  let floor: Place | null = null;
  for (const branch of branchesOf(of, filter, page.before ?? null)) {
    const rows = await examine(db, branch, filter, limit, page.limit + 1);
    for (const row of rows) {
      if (row.matches) found.push(toRow(row));
      if (Number(row.rank) !== limit) continue;
      const last = placeOf(row);
      if (floor === null || comparePlaces(last, floor) > 0) floor = last;
    }
  }
  const end = floor;
  const complete = found
    .sort((a, b) => comparePlaces(b.place, a.place))
    .filter(({ place }) => end === null || comparePlaces(place, end) >= 0);
  const rows = complete.slice(0, page.limit);
  return { rows, next: complete.length > page.limit ? (rows.at(-1)?.place ?? null) : end };
}

/** The matching rows among those that the branch scans, and its last one if there are more. */
async function examine(
  db: Db,
  { scan, matches, direction }: Branch,
  filter: HistoryFilter,
  limit: number,
  wanted: number,
): Promise<readonly ScannedRow[]> {
  const conditions = [...matches];
  if (filter.status !== undefined) conditions.push(sql`status = ${filter.status}`);
  if (filter.tokenId !== undefined) conditions.push(sql`token_id = ${filter.tokenId}`);
  const all = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
  const { rows } = await sql<ScannedRow>`
    select at_ms, source, number, id, in_block, in_position, direction, matches, rank from (
      select scanned.*, ${direction} as direction, coalesce(${all}, false) as matches,
        row_number() over (order by at_ms desc, source desc, number desc) as rank
      from (${scan(limit)}) as scanned
    ) as examined
    where matches or rank = ${limit}
    order by rank
    limit ${wanted + 1}
  `.execute(db);
  return rows;
}

function branchesOf(of: HistoryOf, filter: HistoryFilter, before: Place | null): Branch[] {
  const party =
    of.type === "owner" ? { value: address(of.owner), suffix: "owner" } : { value: of.index, suffix: "index" };
  const { direction, type, reference } = filter;
  const wants = (...types: EntryType[]) => type === undefined || types.includes(type);
  const branches: Branch[] = [];
  if (wants("transfer", "withdraw")) {
    for (const make of [transactions, foreign]) {
      if (make === foreign && reference !== undefined) continue;
      if (direction !== "in") branches.push(make("from", party, filter, before));
      if (direction !== "out" && wants("transfer")) branches.push(make("to", party, filter, before));
    }
  }
  if (reference !== undefined) return branches;
  if (wants("deposit", "forcedWithdraw", "setKey")) branches.push(l1Operations(of, filter, before));
  if (wants("fees") && direction !== "out") branches.push(fees(of, filter, before));
  if (wants("payout") && direction !== "out" && of.type === "owner") branches.push(payouts(of.owner, filter, before));
  return branches;
}

interface Party {
  readonly value: Uint8Array | number;
  readonly suffix: string;
}

const STATUS_OF_BLOCK = sql`case when blocks.status in ('proven', 'final') then blocks.status else 'confirmed' end`;

/** The block of each row, looked up one by one: no plan may read all blocks for the few rows of a page. */
function blockOf(table: string): RawBuilder<unknown> {
  return sql`left join lateral (
        select status from blocks where number = ${sql.ref(`${table}.block_number`)} limit 1
      ) as blocks on true`;
}

/** Transactions that the party sent or received. */
function transactions(side: "from" | "to", party: Party, filter: HistoryFilter, before: Place | null): Branch {
  const { atMs, number } = boundOf(ENTRY_SOURCE.transaction, before, filter.untilMs);
  const [mine, other] = columnsOf(side, party);
  const kinds = kindsOf(filter);
  const matches: RawBuilder<unknown>[] = kinds === null ? [] : [sql`kind = ${kinds}`];
  if (filter.reference !== undefined) {
    matches.push(sql`reference = ${bigintToBytes(filter.reference, REFERENCE_BITS / 8)}`);
  }
  if (isRepeated(side, filter)) matches.push(sql`not is_own`);
  return {
    matches,
    direction: directionOf(side),
    scan: (limit) => sql`
      select t.received_at_ms as at_ms, ${ENTRY_SOURCE.transaction}::int as source, t.entry as number, t.id,
        null::bigint as in_block, null::int as in_position, t.token_id, t.reference,
        case when get_byte(t.signed, 0) = ${SLOT_KIND.withdraw}::int then 'withdraw' else 'transfer' end as kind,
        coalesce(t.${sql.ref(other)} = ${party.value}, false) as is_own,
        case when t.status = 'confirmed' then ${STATUS_OF_BLOCK} else t.status end as status
      from (
        select * from transactions
        where ${sql.ref(mine)} = ${party.value} and (received_at_ms, entry) < (${atMs}, ${number}) ${since("received_at_ms", filter)}
        order by received_at_ms desc, entry desc limit ${limit}
      ) as t ${blockOf("t")}`,
  };
}

/** Transactions that blocks of others published. */
function foreign(side: "from" | "to", party: Party, filter: HistoryFilter, before: Place | null): Branch {
  const bound = boundOf(ENTRY_SOURCE.foreign, before, filter.untilMs);
  const { block, position } = blockAndPosition(bound.number);
  const [mine, other] = columnsOf(side, party);
  const kinds = kindsOf(filter);
  return {
    matches: [
      ...(kinds === null ? [] : [sql`kind = ${kinds}`]),
      ...(isRepeated(side, filter) ? [sql`not is_own`] : []),
    ],
    direction: directionOf(side),
    scan: (limit) => sql`
      select t.at_ms, ${ENTRY_SOURCE.foreign}::int as source, t.block_number * 1024 + t.slot as number,
        null::bytea as id, t.block_number as in_block, t.slot as in_position, t.token_id,
        case when t.kind = 'withdraw' then 'withdraw' else 'transfer' end as kind,
        coalesce(t.${sql.ref(other)} = ${party.value}, false) as is_own, ${STATUS_OF_BLOCK} as status
      from (
        select * from foreign_transactions
        where ${sql.ref(mine)} = ${party.value}
          and (at_ms, block_number, slot) < (${bound.atMs}, ${block}, ${position}) ${since("at_ms", filter)}
        order by at_ms desc, block_number desc, slot desc limit ${limit}
      ) as t ${blockOf("t")}`,
  };
}

/** Entries of the L1 queue: of an owner, those of the address; of an account, those that changed it. */
function l1Operations(of: HistoryOf, filter: HistoryFilter, before: Place | null): Branch {
  const { atMs, number } = boundOf(ENTRY_SOURCE.l1Operation, before, filter.untilMs);
  const { deposit, forcedWithdraw, setKey } = SLOT_KIND;
  const { type, direction } = filter;
  const kinds = type === "deposit" || type === "forcedWithdraw" || type === "setKey" ? [SLOT_KIND[type]] : [];
  if (direction !== undefined) kinds.push(direction === "in" ? deposit : forcedWithdraw);
  const columns = sql`
    q.enqueued_at * 1000 as at_ms, ${ENTRY_SOURCE.l1Operation}::int as source, q.index as number, null::bytea as id,
    null::bigint as in_block, null::int as in_position, get_byte(q.record, 0) as kind,
    case when get_byte(q.record, 0) = ${deposit}::int
      then ('x' || encode(substring(q.record from 22 for 4), 'hex'))::bit(32)::bigint else o.token_id end as token_id,
    case when o.position is null then 'received' else ${STATUS_OF_BLOCK} end as status`;
  // Times of L1 are whole seconds.
  const second = Math.floor(atMs / 1000);
  const within = second * 1000 === atMs ? number : Number.MAX_SAFE_INTEGER;
  return {
    matches: kinds.map((kind) => sql`kind = ${kind}`),
    direction: sql`case kind when ${deposit}::int then 'in' when ${setKey}::int then 'none' else 'out' end`,
    scan: (limit) =>
      of.type === "owner"
        ? sql`
      select ${columns}
      from (
        select * from queue_entries
        where substring(record from 2 for 20) = ${address(of.owner)} and (enqueued_at, index) < (${second}, ${within})
          ${filter.sinceMs === undefined ? sql`` : sql`and enqueued_at >= ${Math.ceil(filter.sinceMs / 1000)}`}
        order by enqueued_at desc, index desc limit ${limit}
      ) as q left join lateral (
        select * from l1_outcomes where position = q.index limit 1
      ) as o on true ${blockOf("o")}`
        : sql`
      select ${columns}
      from (
        select * from l1_outcomes
        where account = ${of.index} and (at_ms, position) < (${atMs}, ${number}) ${since("at_ms", filter)}
        order by at_ms desc, position desc limit ${limit}
      ) as o cross join lateral (
        select * from queue_entries where index = o.position limit 1
      ) as q ${blockOf("o")}`,
  };
}

/** Fees that blocks credited. */
function fees(of: HistoryOf, filter: HistoryFilter, before: Place | null): Branch {
  const bound = boundOf(ENTRY_SOURCE.fees, before, filter.untilMs);
  const { block, position } = blockAndPosition(bound.number);
  const mine = of.type === "owner" ? sql`owner = ${address(of.owner)}` : sql`account = ${of.index}`;
  return {
    matches: [],
    direction: sql`'in'`,
    scan: (limit) => sql`
      select t.at_ms, ${ENTRY_SOURCE.fees}::int as source, t.block_number * 1024 + t.position as number, null::bytea as id,
        t.block_number as in_block, t.position as in_position, t.token_id, ${STATUS_OF_BLOCK} as status
      from (
        select * from fee_credits
        where ${mine} and (at_ms, block_number, position) < (${bound.atMs}, ${block}, ${position}) ${since("at_ms", filter)}
        order by at_ms desc, block_number desc, position desc limit ${limit}
      ) as t ${blockOf("t")}`,
  };
}

/** Payouts to the address. */
function payouts(owner: bigint, filter: HistoryFilter, before: Place | null): Branch {
  const { payout } = ENTRY_SOURCE;
  const { atMs, cause, number } = payoutBound(filter, before);
  return {
    matches: [],
    direction: sql`'in'`,
    scan: (limit) => sql`
      select t.at_ms, ${payout}::int + t.cause as source, t.cause_number as number, null::bytea as id,
        t.block_number as in_block, t.position as in_position, t.token_id, ${STATUS_OF_BLOCK} as status
      from (
        select * from payouts
        where recipient = ${address(owner)} and (at_ms, cause, cause_number) < (${atMs}, ${cause}, ${number})
          ${since("at_ms", filter)}
        order by at_ms desc, cause desc, cause_number desc limit ${limit}
      ) as t ${blockOf("t")}`,
  };
}

/** As `boundOf`, of all the sources that payouts have, in the order of their causes. */
function payoutBound({ untilMs = Number.MAX_SAFE_INTEGER }: HistoryFilter, before: Place | null) {
  if (before === null || untilMs <= before.atMs) return { atMs: untilMs, cause: -1, number: -1 };
  const { atMs, source, number } = before;
  return { atMs, cause: Math.max(-1, source - ENTRY_SOURCE.payout), number };
}

function columnsOf(side: "from" | "to", { suffix }: Party): readonly [mine: string, other: string] {
  return side === "from" ? [`from_${suffix}`, `to_${suffix}`] : [`to_${suffix}`, `from_${suffix}`];
}

/** Whether what the party sent itself is among what it sent already. */
function isRepeated(side: "from" | "to", { direction }: HistoryFilter): boolean {
  return side === "to" && direction !== "in";
}

function kindsOf({ type }: HistoryFilter): "transfer" | "withdraw" | null {
  return type === "transfer" || type === "withdraw" ? type : null;
}

function directionOf(side: "from" | "to"): RawBuilder<unknown> {
  return sql`case when is_own then 'both' else ${side === "from" ? sql`'out'` : sql`'in'`} end`;
}

function since(column: string, { sinceMs }: HistoryFilter): RawBuilder<unknown> {
  return sinceMs === undefined ? sql`` : sql`and ${sql.ref(column)} >= ${sinceMs}`;
}

function placeOf({ at_ms, source, number }: ScannedRow): Place {
  return { atMs: Number(at_ms), source: Number(source), number: Number(number) };
}

function toRow(row: ScannedRow): HistoryRow {
  return {
    place: placeOf(row),
    direction: row.direction,
    id: row.id === null ? null : bytesToBigint(row.id),
    inBlock:
      row.in_block === null || row.in_position === null
        ? null
        : { block: Number(row.in_block), position: Number(row.in_position) },
  };
}
