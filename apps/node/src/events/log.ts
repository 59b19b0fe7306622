import {
  type Database,
  type EventEntry,
  findEvent,
  findFirstEventNumber,
  findLastEvent,
  loadBlockEntries,
  loadEventEntries,
  loadEvents,
  type StoredEvent,
} from "@cairn/db";
import { keysOf } from "./filter.ts";
import { LOG_START, type LogPosition, positionAfter } from "./position.ts";

/** An entry of an event, and its place among all of them. */
export interface LoggedEntry extends EventEntry {
  readonly part: number;
}

/** An event with what it is about. */
export interface LoggedEvent extends StoredEvent {
  /** Empty for blocks, see {@link EventLog.blockEntries}, and for batches. */
  readonly entries: readonly LoggedEntry[];
}

/** The entries of a block, by the names of `keysOf`. */
export interface BlockEntries {
  readonly count: number;
  readonly byKey: ReadonlyMap<string, readonly LoggedEntry[]>;
}

/**
 * The log of what happened, read from the database once for all who ask: what was read last is kept, and nobody reads what
 * somebody else is reading.
 */
export interface EventLog {
  /** After the last event. */
  readonly end: () => Promise<LogPosition>;
  /** Before the oldest event that is kept. */
  readonly start: () => Promise<LogPosition>;
  /** Whether a position is of this log, and everything after it is kept. */
  readonly isKept: (position: LogPosition) => Promise<boolean>;
  /** Some of the events after a number, in order; empty at the end, null when those that follow are no longer kept. */
  readonly read: (after: number) => Promise<readonly LoggedEvent[] | null>;
  /** The entries of the block that an event is about, as they are when it is read. */
  readonly blockEntries: (event: LoggedEvent) => Promise<BlockEntries>;
}

/** Events that are read together. */
const PAGE = 64;
/** Pages and entries of blocks that are kept; an entry takes about a kilobyte. */
const KEPT_PAGES = 64;
const KEPT_BLOCK_ENTRIES = 20_000;

/** Consecutive events, as far as they were read. */
interface Page {
  readonly events: LoggedEvent[];
  loading: Promise<void> | null;
}

/** The log of a database; nothing is read before it is asked for. */
export function createEventLog({ db }: Pick<Database, "db">): EventLog {
  /** By number of the page; in the order of their last use. */
  const pages = new Map<number, Page>();
  const blocks = createBlockCache();

  const pageOf = (index: number): Page => {
    const page = pages.get(index) ?? { events: [], loading: null };
    pages.delete(index);
    pages.set(index, page);
    for (const oldest of pages.keys()) {
      if (pages.size <= KEPT_PAGES) break;
      pages.delete(oldest);
    }
    return page;
  };

  /** Reads what follows what was read of a page; at least one event, if anything follows that is still kept. */
  const load = async (page: Page, index: number): Promise<void> => {
    const last = page.events.at(-1)?.number ?? index * PAGE;
    const found = await loadEvents(db, last, (index + 1) * PAGE - last);
    const entries = await loadEventEntries(db, found);
    // What came between is no longer kept: the page has no gaps.
    if (found[0] !== undefined && found[0].number !== last + 1) page.events.length = 0;
    for (const event of found) {
      page.events.push({ ...event, entries: inOrder(entries.get(event.number) ?? []) });
    }
  };

  const following = ({ events }: Page, after: number) => events.filter(({ number }) => number > after);

  return {
    end: async () => {
      const last = await findLastEvent(db);
      return last === undefined ? LOG_START : positionAfter(last);
    },
    start: async () => ({ ...LOG_START, number: (await findFirstEventNumber(db)) - 1 }),
    isKept: async ({ number, atMs }) => {
      if (number === 0) return (await findFirstEventNumber(db)) === 1;
      return (await findEvent(db, number))?.atMs === atMs;
    },
    read: async (after) => {
      const index = Math.floor(after / PAGE);
      const page = pageOf(index);
      let events = following(page, after);
      if (events.length === 0) {
        page.loading ??= load(page, index).finally(() => {
          page.loading = null;
        });
        await page.loading;
        events = following(page, after);
      }
      const [first] = events;
      return first === undefined || first.number === after + 1 ? events : null;
    },
    blockEntries: (event) => blocks.get(event, () => readBlock(event)),
  };

  async function readBlock({ block, status }: LoggedEvent): Promise<BlockEntries> {
    const entries = block === null || status === "dropped" ? [] : await loadBlockEntries(db, block);
    // The transactions of an open block have events of their own.
    const shown = status === "open" ? entries.filter(({ type }) => type === "l1Operation") : entries;
    const byKey = new Map<string, LoggedEntry[]>();
    for (const one of inOrder(shown.map((entry) => ({ entry, account: null })))) {
      for (const key of keysOf(one)) {
        const others = byKey.get(key);
        if (others === undefined) byKey.set(key, [one]);
        else others.push(one);
      }
    }
    return { count: shown.length, byKey };
  }
}

function inOrder(entries: readonly EventEntry[]): LoggedEntry[] {
  return entries.map((one, part) => ({ ...one, part }));
}

/** Blocks as events found them, the last ones asked for, as many as fit. */
function createBlockCache() {
  const kept = new Map<number, { readonly entries: Promise<BlockEntries>; count: number }>();
  let total = 0;

  const forget = (number: number): void => {
    total -= kept.get(number)?.count ?? 0;
    kept.delete(number);
  };

  return {
    get: (event: LoggedEvent, read: () => Promise<BlockEntries>): Promise<BlockEntries> => {
      const known = kept.get(event.number);
      if (known !== undefined) {
        kept.delete(event.number);
        kept.set(event.number, known);
        return known.entries;
      }
      const one = { entries: read(), count: 0 };
      kept.set(event.number, one);
      one.entries.then(
        ({ count }) => {
          if (kept.get(event.number) !== one) return;
          one.count = count;
          total += count;
          for (const oldest of kept.keys()) {
            if (total <= KEPT_BLOCK_ENTRIES) break;
            forget(oldest);
          }
        },
        () => forget(event.number),
      );
      return one.entries;
    },
  };
}
