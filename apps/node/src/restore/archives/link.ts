import { type Db, loadQueueEntries, type QueueEntry } from "@cairn/db";
import {
  findScanStart,
  type L1Access,
  type L1Block,
  type RangeLimits,
  type RollupEvent,
  readBlock,
  readQueueHash,
  type ShownEvents,
} from "@cairn/l1";
import { EMPTY_QUEUE_HASH, isSameBytes } from "@cairn/protocol";
import { asL1Gap, l1Gap, type ReachedByArchives } from "@cairn/restore";
import { followEvents, readEventsBetween } from "../../watcher/position.ts";
import type { FinalState } from "./final-state.ts";
import type { Imported } from "./import-archives.ts";

/** Where archives end and L1 begins. */
export interface Link {
  /** The last L1 block about which archives are believed; from the next one on L1 is read. */
  readonly block: L1Block;
  /** Last batch and number of entries that are kept of the archives: what L1 shows, it shows itself. */
  readonly kept: { readonly batch: number; readonly entries: number };
  /** What L1 shows from the next block up to the final one. */
  readonly events: readonly RollupEvent[];
}

/**
 * Finds where L1 continues the archives. From there on its events must lead, without a gap, to what the contract has at the
 * last final block: so empty answers of an L1 that has forgotten its past are not taken for "nothing happened". Throws
 * `restore/l1-gap`, which names what nobody has, `l1/unavailable`.
 */
export async function findLink(
  { db, access, ranges }: { readonly db: Db; readonly access: L1Access; readonly ranges: RangeLimits },
  { position, waiting }: Pick<Imported, "position" | "waiting">,
  final: FinalState,
): Promise<Link> {
  const { batchCount, queueTail } = final.counts ?? { batchCount: 0, queueTail: 0 };
  const reached: ReachedByArchives = {
    batch: position.batch,
    queueEnd: position.queuePosition + waiting.length,
  };
  const wanted = {
    batch: reached.batch < batchCount ? reached.batch + 1 : null,
    entry: reached.queueEnd < queueTail ? reached.queueEnd : null,
  };
  if (wanted.batch === null && wanted.entry === null) {
    return { block: final.block, kept: { batch: reached.batch, entries: reached.queueEnd }, events: [] };
  }
  const first = await findScanStart(access, wanted, final.block.block, ranges).catch((error: unknown) => {
    throw asL1Gap(error, reached);
  });
  const events = await readEventsBetween(access, first, final.block.block, ranges);
  const shown = shownBy(events, first);
  const block = first === 0 ? null : await readBlock(access, first - 1);
  if (block === null) throw l1Gap(reached, shown);
  const kept = {
    batch: Math.min(reached.batch, (shown.batch ?? Number.POSITIVE_INFINITY) - 1),
    entries: Math.min(reached.queueEnd, shown.entry ?? Number.POSITIVE_INFINITY),
  };
  const before = {
    batchCount: kept.batch,
    end: null,
    queueTail: kept.entries,
    queueHash: await hashAfter(db, position.queuePosition, waiting, kept.entries),
  };
  const led = followEvents(before, events);
  const isWhole = typeof led !== "string" && led.batchCount === batchCount && led.queueTail === queueTail;
  if (!isWhole || !isSameBytes(led.queueHash, await readQueueHash(access, queueTail, final.stateBlock))) {
    throw l1Gap(reached, shown);
  }
  return { block, kept, events };
}

function shownBy(events: readonly RollupEvent[], block: number): ShownEvents {
  const batch = events.find((event) => event.type === "accepted")?.number ?? null;
  const entry = events.find((event) => event.type === "queued")?.position ?? null;
  return { batch, entry, block };
}

/** The rolling hash after so many entries, which are stored or wait to be. */
async function hashAfter(
  db: Db,
  storedCount: number,
  waiting: readonly QueueEntry[],
  count: number,
): Promise<Uint8Array> {
  if (count === 0) return EMPTY_QUEUE_HASH;
  const [entry] =
    count <= storedCount ? await loadQueueEntries(db, count - 1, 1) : waiting.slice(count - 1 - storedCount);
  return entry?.hashAfter ?? EMPTY_QUEUE_HASH;
}
