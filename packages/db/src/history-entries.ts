import type { Db } from "./database.ts";
import type { HistoryRow } from "./history.ts";
import { ENTRY_SOURCE } from "./places.ts";
import { ENTRY_KEY, loadEntriesAt, type StoredEntry } from "./stored-entries.ts";

/**
 * The entries of rows, in their order. One that is gone meanwhile, because its block was dropped, is left out. Throws
 * `db/corrupt`.
 */
export async function loadEntries(
  db: Db,
  rows: readonly HistoryRow[],
): Promise<{ readonly row: HistoryRow; readonly entry: StoredEntry }[]> {
  const ofSource = (source: number) =>
    rows.filter(({ place }) => Math.min(place.source, ENTRY_SOURCE.payout) === source);
  const inBlocks = (source: number) => ofSource(source).flatMap(({ inBlock }) => inBlock ?? []);
  const joined = await loadEntriesAt(db, {
    ids: ofSource(ENTRY_SOURCE.transaction).flatMap(({ id }) => id ?? []),
    foreign: inBlocks(ENTRY_SOURCE.foreign),
    positions: ofSource(ENTRY_SOURCE.l1Operation).map(({ place }) => place.number),
    credits: inBlocks(ENTRY_SOURCE.fees),
    payouts: inBlocks(ENTRY_SOURCE.payout),
  });
  return rows.flatMap((row) => {
    const entry = joined.get(keyOfRow(row));
    return entry === undefined ? [] : [{ row, entry }];
  });
}

function keyOfRow({ place, id, inBlock }: HistoryRow): string {
  const at = inBlock ?? { block: 0, position: 0 };
  switch (place.source) {
    case ENTRY_SOURCE.transaction:
      return ENTRY_KEY.transaction(id ?? 0n);
    case ENTRY_SOURCE.foreign:
      return ENTRY_KEY.foreign(at);
    case ENTRY_SOURCE.l1Operation:
      return ENTRY_KEY.l1Operation(place.number);
    case ENTRY_SOURCE.fees:
      return ENTRY_KEY.fees(at);
    default:
      return ENTRY_KEY.payout(at);
  }
}
