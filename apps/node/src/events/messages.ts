import { type DbErrorCode, entryTimeMs } from "@cairn/db";
import { CairnError } from "@cairn/protocol";
import type { LogEvent } from "@cairn/rpc";
import { toLedgerEntry } from "../api/entries.ts";
import { type Direction, type EventFilter, isUnfiltered, keyOf, matchEntry } from "./filter.ts";
import type { EventLog, LoggedEntry, LoggedEvent } from "./log.ts";
import { ALL_PARTS, type LogPosition, positionAfter, positionCursor } from "./position.ts";

/** Something that happened, as a reader with a filter is told. */
export interface Told {
  readonly message: LogEvent;
  /** An account that it concerns though the message no longer names it: what gave it to the account was undone. */
  readonly lostAccount?: number | null;
  /** How far a reader has come who has been told this. */
  readonly position: LogPosition;
}

/** What a part of the log holds for a reader. */
export interface EventPage {
  readonly told: readonly Told[];
  /** Where to go on. */
  readonly position: LogPosition;
  /** Nothing more has happened. */
  readonly isEnd: boolean;
}

/** Events and entries that a page examines at most, but for those of its last event: strangers can make the log long. */
export const MAX_EXAMINED = 1000;

/**
 * What happened after a position to an account, an owner, a reference, or at all, oldest first, at most `limit`. A page may
 * be short or empty before the end. Null when what follows the position is no longer kept.
 *
 * @example
 * const page = await readEvents(log, { owner }, position, 100);
 * if (page === null) position = await log.end(); // lists must be read again
 */
export async function readEvents(
  log: EventLog,
  filter: EventFilter,
  from: LogPosition,
  limit: number,
): Promise<EventPage | null> {
  const told: Told[] = [];
  let position = from;
  for (let examined = 0; told.length < limit && examined < MAX_EXAMINED; ) {
    // An event of which the reader knows a part is read again.
    const events = await log.read(position.parts === ALL_PARTS ? position.number : Math.max(0, position.number - 1));
    if (events === null) return null;
    if (events.length === 0) return { told, position, isEnd: true };
    for (const event of events) {
      const known = event.number === position.number ? position.parts : 0;
      const { found, count } = await tell(log, filter, event);
      const rest = found.filter(({ position: { parts } }) => parts > known);
      const room = limit - told.length;
      told.push(...rest.slice(0, room));
      examined += 1 + count;
      if (rest.length > room) return { told, position: told.at(-1)?.position ?? position, isEnd: false };
      position = positionAfter(event);
      if (told.length >= limit || examined >= MAX_EXAMINED) break;
    }
  }
  return { told, position, isEnd: false };
}

/** What an event says to a reader, and how many entries were looked at for it. */
async function tell(
  log: EventLog,
  filter: EventFilter,
  event: LoggedEvent,
): Promise<{ readonly found: readonly Told[]; readonly count: number }> {
  if (event.subject !== "block" && event.subject !== "batch") {
    return { found: matching(event, filter, event.entries), count: event.entries.length };
  }
  if (isUnfiltered(filter)) {
    const position = positionAfter(event);
    return { found: [{ message: chainMessage(event, positionCursor(position)), position }], count: 0 };
  }
  if (event.subject === "batch") return { found: [], count: 0 };
  const { byKey, count } = await log.blockEntries(event);
  return { found: matching(event, filter, byKey.get(keyOf(filter)) ?? []), count };
}

function matching(event: LoggedEvent, filter: EventFilter, entries: readonly LoggedEntry[]): Told[] {
  return entries.flatMap((one) => {
    const direction = matchEntry(filter, one);
    if (direction === null) return [];
    const position = positionAfter(event, one.part + 1);
    const message = entryMessage(event, one, direction, positionCursor(position));
    return [{ message, position, lostAccount: one.account }];
  });
}

function entryMessage(event: LoggedEvent, { entry }: LoggedEntry, direction: Direction, cursor: string): LogEvent {
  // What an open block consumes has its place.
  const status = event.status === "open" ? "confirmed" : event.status;
  return {
    type: "entry",
    cursor,
    atMs: event.atMs,
    status: status as Extract<LogEvent, { type: "entry" }>["status"],
    entry: toLedgerEntry({ atMs: entryTimeMs(entry), direction }, entry),
  };
}

function chainMessage({ subject, status, atMs, block, position }: LoggedEvent, cursor: string): LogEvent {
  if (block === null) throw new CairnError<DbErrorCode>("db/corrupt", `an event of a ${subject} names no block`);
  return subject === "block"
    ? { type: "block", cursor, atMs, number: block, status: status as Extract<LogEvent, { type: "block" }>["status"] }
    : {
        type: "batch",
        cursor,
        atMs,
        firstBlock: block,
        lastBlock: position ?? block,
        status: status as Extract<LogEvent, { type: "batch" }>["status"],
      };
}
