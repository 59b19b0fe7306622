import {
  type Database,
  findBlock,
  type HistoryFilter,
  type HistoryOf,
  listDeposits,
  loadEntries,
  loadEntryBlocks,
  loadL1Outcomes,
  loadQueueEntries,
  loadQueueEntriesAt,
  type QueueEntry,
  readHistory,
} from "@cairn/db";
import { addressToBigint, hexToBytes, hexToReference } from "@cairn/protocol";
import type { RouteRequest, RouteResponse } from "@cairn/rpc";
import { countProcessed } from "./chain-facts.ts";
import { cursorPlace, decodeCursor, encodeCursor, pageOf, placeCursor } from "./cursors.ts";
import { toLedgerEntry } from "./entries.ts";
import { found, type Handlers } from "./handlers.ts";
import { toQueueEntry } from "./resources.ts";

/** Operations about what happened to owners and accounts, answered from the database alone. */
export type EntryRoute = "ownerHistory" | "accountHistory" | "deposits" | "queue" | "queueEntry" | "blockOperations";

type HistoryQuery = RouteRequest<"ownerHistory">["query"];

/**
 * Histories, deposits and the L1 queue. `hasAccount` is called only for accounts to which nothing happened.
 */
export function createEntryHandlers(
  { db }: Database,
  hasAccount: (index: number) => Promise<boolean>,
): Handlers<EntryRoute> {
  const showHistory = async (of: HistoryOf, query: HistoryQuery): Promise<RouteResponse<"ownerHistory">> => {
    const before = cursorPlace(query.cursor);
    const { rows, next } = await readHistory(db, of, toFilter(query), { before, limit: query.limit });
    const entries = await loadEntries(db, rows);
    return {
      entries: entries.map(({ row, entry }) =>
        toLedgerEntry({ atMs: row.place.atMs, direction: row.direction }, entry),
      ),
      next: next && placeCursor(next),
    };
  };

  /** Queue entries with what they did. */
  const showQueue = async (entries: readonly QueueEntry[]): Promise<RouteResponse<"queue">["entries"]> => {
    const outcomes = await loadL1Outcomes(
      db,
      entries.map(({ index }) => index),
    );
    const blocks = await loadEntryBlocks(db, [...new Set(outcomes.map(({ blockNumber }) => blockNumber))]);
    const byPosition = new Map(outcomes.map((outcome) => [outcome.position, outcome]));
    return entries.map((entry) => {
      const outcome = byPosition.get(entry.index) ?? null;
      return toQueueEntry(entry, outcome, outcome && (blocks.get(outcome.blockNumber) ?? null));
    });
  };

  return {
    ownerHistory: ({ params, query }) => showHistory({ type: "owner", owner: addressToBigint(params.owner) }, query),
    accountHistory: async ({ params, query }) => {
      const page = await showHistory({ type: "account", index: params.index }, query);
      if (page.entries.length === 0 && !(await hasAccount(params.index))) found(undefined, "account");
      return page;
    },
    deposits: async ({ query }) => {
      const { owner, l1Transaction, cursor, limit } = query;
      const [enqueuedAt, position] = decodeCursor("deposits", cursor, 2) ?? [];
      const filter = {
        owner: owner === undefined ? undefined : addressToBigint(owner),
        l1Transaction: l1Transaction === undefined ? undefined : hexToBytes(l1Transaction, 32),
      };
      const before = enqueuedAt === undefined || position === undefined ? null : { enqueuedAt, position };
      const { rows, next } = await pageOf(
        limit,
        (count) => listDeposits(db, filter, { before, limit: count }),
        (last) => encodeCursor("deposits", [last.enqueuedAt, last.index]),
      );
      return { deposits: await showQueue(rows), next };
    },
    queue: async ({ query }) => {
      const [after] = decodeCursor("queue", query.cursor, 1) ?? [];
      const first = after === undefined ? query.from : Math.max(query.from, after + 1);
      const { rows, next } = await pageOf(
        query.limit,
        (count) => loadQueueEntries(db, first, count),
        ({ index }) => encodeCursor("queue", [index]),
      );
      return { entries: await showQueue(rows), processed: await countProcessed(db), next };
    },
    blockOperations: async ({ params }) => {
      const { firstQueueIndex, l1OperationCount } = found(await findBlock(db, params.number), "block");
      const positions = Array.from({ length: l1OperationCount }, (_, i) => firstQueueIndex + i);
      return { entries: await showQueue(await loadQueueEntriesAt(db, positions)) };
    },
    queueEntry: async ({ params }) => {
      const [shown] = await showQueue(await loadQueueEntriesAt(db, [params.position]));
      return found(shown, "queue entry");
    },
  };
}

function toFilter({ direction, type, tokenId, status, reference, sinceMs, untilMs }: HistoryQuery): HistoryFilter {
  return {
    direction,
    type,
    tokenId,
    status,
    reference: reference === undefined ? undefined : hexToReference(reference),
    sinceMs,
    untilMs,
  };
}
