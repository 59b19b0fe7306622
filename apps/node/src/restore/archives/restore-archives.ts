import {
  deleteArchivedFrom,
  deleteArchivedSettlements,
  insertArchivedSettlements,
  insertL1Block,
  insertQueueEntries,
  insertSettlement,
  limitArchivedBlocks,
  storeArchiveRestore,
  storeL1Agreement,
} from "@cairn/db";
import { type L1Access, type RangeLimits, type RollupEvent, readStateEvents } from "@cairn/l1";
import { bytesToHex, isCairnError } from "@cairn/protocol";
import { encodePosition, type PublishedBatch } from "@cairn/restore";
import { openArchive } from "@cairn/restore/node";
import { toHeader } from "../../watcher/range-content.ts";
import type { HeadPolicy } from "../../watcher/watcher.ts";
import { keyOf, readFinalState } from "./final-state.ts";
import { type ImportDeps, importArchives } from "./import-archives.ts";
import { findLink } from "./link.ts";
import { compareSettlements, readSettlementsBack, settledIn } from "./settlements.ts";

/** What restoring from archives depends on. */
export interface ArchiveRestoreDeps extends ImportDeps {
  /** Which L1 blocks are final. */
  readonly head: HeadPolicy;
  readonly ranges: RangeLimits;
}

/**
 * Fills an empty database with what archives hold of a rollup, up to where L1's memory begins; from there on the watcher
 * reads L1. Everything that decides about money is compared with what the contract says now: each batch with its commitment,
 * the queue with its hashes and times, each payout with whether it is settled. Nothing after L1's last final block is taken
 * from archives. When it fails or the process dies, the next call continues. Throws as {@link importArchives},
 * {@link findLink}, `l1/unavailable`.
 */
export async function restoreFromArchives(deps: ArchiveRestoreDeps): Promise<void> {
  const { db, access, ranges, head, logger } = deps;
  const final = await readFinalState(access, head, ranges);
  const { position, waiting, l1Block } = await importArchives(deps, final);
  const link = await findLink(deps, { position, waiting }, final);
  const { kept, block, events } = link;
  const seen = await readSettlementsBack(access, { from: l1Block + 1, to: block.block }, ranges);
  const shown = new Set([...seen, ...settledIn(events)].map(keyOf));
  const { forged, missing } = await compareSettlements(deps, final, link, shown);
  if (forged.length > 0) {
    logger.warn({ payouts: forged.slice(0, 10), count: forged.length }, "archives call payouts settled that are owed");
  }
  await db.transaction().execute(async (transaction) => {
    await deleteArchivedFrom(transaction, { batch: kept.batch + 1, entry: kept.entries });
    await insertQueueEntries(
      transaction,
      waiting.filter(({ index }) => index < kept.entries),
    );
    await deleteArchivedSettlements(transaction, forged);
    for (const settlement of seen) {
      if (settlement.batch <= kept.batch) await insertSettlement(transaction, settlement);
    }
    await insertArchivedSettlements(transaction, missing);
    await limitArchivedBlocks(transaction, block.block);
    await insertL1Block(transaction, toHeader(block));
    await storeL1Agreement(transaction, { block: block.block, disagreements: 0 });
    await storeArchiveRestore(transaction, { position: encodePosition(position), lastL1Block: block.block });
  });
  logger.info(
    { batches: kept.batch, queueEntries: kept.entries, l1Block: block.block, unexplained: missing.length },
    "restored from archives",
  );
}

/** Whether L1 still shows the first batch that an archive holds; then it shows everything after it too. */
export async function isOnL1(access: L1Access, archive: string): Promise<boolean> {
  const reader = await openArchive(archive);
  try {
    for await (const batch of reader.batches()) return await isShown(access, batch);
    return false;
  } finally {
    await reader.close();
  }
}

async function isShown(access: L1Access, { number, origin, entryOrigins }: PublishedBatch): Promise<boolean> {
  const { reader } = access.rollup;
  const blocks = new Set([...entryOrigins.slice(0, 1), origin].map(({ l1Block }) => l1Block));
  try {
    const events: RollupEvent[] = [];
    for (const block of blocks) events.push(...(await readAt(access, block)));
    const hash = bytesToHex(origin.transactionHash);
    const transaction = await access.call("the transaction of a batch", () =>
      reader.request({ method: "eth_getTransactionByHash", params: [hash] }),
    );
    const hasEntry = entryOrigins.length === 0 || events.some((event) => event.type === "queued");
    const hasBatch = events.some((event) => event.type === "accepted" && event.number === number);
    return hasEntry && hasBatch && transaction !== null;
  } catch (error) {
    if (isCairnError(error, "l1/history-pruned")) return false;
    throw error;
  }
}

function readAt(access: L1Access, block: number) {
  return access.call(`the events of block ${block}`, () => readStateEvents(access, { from: block, to: block }));
}
