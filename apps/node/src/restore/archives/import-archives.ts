import type { Compress } from "@cairn/crypto";
import {
  type AcceptedBatch,
  type Db,
  findArchiveRestore,
  insertAcceptedBatch,
  insertArchivedSettlements,
  insertQueueEntries,
  type QueueEntry,
  storeArchiveRestore,
} from "@cairn/db";
import { type CommitmentReader, createCommitmentReader, type L1Access } from "@cairn/l1";
import { CairnError, cellsToBytes, isCairnError, redactUrls } from "@cairn/protocol";
import {
  type ArchivedEntry,
  type ArchivedSettlement,
  commitmentOf,
  decodePosition,
  encodePosition,
  followPublishedBatch,
  identityText,
  isSameRollup,
  type PublishedBatch,
  type RestoreErrorCode,
  readIdentity,
} from "@cairn/restore";
import { openArchive } from "@cairn/restore/node";
import { genesisRoot } from "@cairn/state";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import type { Logger } from "pino";
import { toQueueEntries } from "./archived-queue.ts";
import type { FinalState } from "./final-state.ts";

/** What reading archives into the database depends on. */
export interface ImportDeps {
  readonly db: Db;
  readonly access: L1Access;
  readonly compress: Compress;
  /** Read in the order of their first batches. */
  readonly archives: readonly string[];
  readonly logger: Logger;
}

/** What the archives led to. */
export interface Imported {
  /** After the last batch that is stored. */
  readonly position: ChainPosition;
  /** Entries that waited there, as far as archives know them; not stored yet. */
  readonly waiting: readonly QueueEntry[];
  /** L1 block up to which the archives claim to be complete. */
  readonly l1Block: number;
}

/** Batches stored in one database transaction. */
const CHUNK_BATCHES = 8;
const PROGRESS_EVERY = 500;

/**
 * Stores what archives hold of the rollup's final batches: queue entries, batches with what they published, settlements.
 * Every batch must follow from its predecessor and be the one that the contract committed to, every queue entry must have
 * the contract's hash. Continues where an earlier run was interrupted. Throws as `openArchive`, `followPublishedBatch`;
 * `restore/archive-foreign`, `restore/batch-mismatch`, `restore/queue-mismatch`, `l1/unavailable`.
 */
export async function importArchives(deps: ImportDeps, final: FinalState): Promise<Imported> {
  const { access, db, compress, logger } = deps;
  const stored = await findArchiveRestore(db);
  let reached: Imported = {
    position: stored === null ? genesisPosition(genesisRoot(compress)) : decodePosition(stored.position),
    waiting: [],
    l1Block: 0,
  };
  const commitments = createCommitmentReader(access, final.counts?.batchCount ?? 0, final.stateBlock);
  for (const { name, firstBatch } of await inOrder(deps)) {
    if (firstBatch > reached.position.batch + 1) {
      logger.warn(
        { archive: redactUrls(name), firstBatch, reached: reached.position.batch },
        "an archive begins too late",
      );
      continue;
    }
    const next = await naming(name, () => importOne(deps, name, reached.position, { final, commitments }));
    const isFurther = next.position.batch > reached.position.batch || next.waiting.length > reached.waiting.length;
    const l1Block = Math.max(reached.l1Block, next.l1Block);
    reached = { ...(isFurther ? next : reached), l1Block };
    logger.info({ archive: redactUrls(name), batch: reached.position.batch }, "batch archive read");
  }
  return reached;
}

/** The archives by their first batches. Throws `restore/archive-foreign`. */
async function inOrder({
  archives,
  access,
}: ImportDeps): Promise<readonly { readonly name: string; readonly firstBatch: number }[]> {
  const identity = await readIdentity(access);
  const heads: { readonly name: string; readonly firstBatch: number }[] = [];
  for (const name of archives) {
    const archive = await naming(name, () => openArchive(name));
    await archive.close();
    if (!isSameRollup(archive.identity, identity)) {
      const reason = `${redactUrls(name)} belongs to ${identityText(archive.identity)}, not ${identityText(identity)}`;
      throw new CairnError<RestoreErrorCode>("restore/archive-foreign", reason);
    }
    heads.push({ name, firstBatch: archive.start.batch + 1 });
  }
  return heads.sort((a, b) => a.firstBatch - b.firstBatch);
}

/** What is stored together, after the position before it. */
interface Chunk {
  readonly batches: PublishedBatch[];
  readonly settlements: ArchivedSettlement[];
}

async function importOne(
  { db, access, compress, logger }: ImportDeps,
  name: string,
  start: ChainPosition,
  { final, commitments }: { readonly final: FinalState; readonly commitments: CommitmentReader },
): Promise<Imported> {
  const { batchCount = 0, queueTail = 0 } = final.counts ?? {};
  const lastL1Block = final.block.block;
  const archive = await openArchive(name);
  let [before, position] = [start, start];
  let chunk: Chunk = { batches: [], settlements: [] };
  let last = { batch: archive.start.batch, l1Block: 0 };
  /** Entries behind the final batches: those that were consumed later were still waiting. */
  const later: ArchivedEntry[] = [];

  const store = async (): Promise<void> => {
    const { batches, settlements } = chunk;
    const entries = await toQueueEntries(access, before, batches.flatMap(entriesOf), lastL1Block);
    await db.transaction().execute(async (transaction) => {
      await insertQueueEntries(transaction, entries);
      for (const batch of batches) await insertAcceptedBatch(transaction, toAcceptedBatch(batch, lastL1Block));
      await insertArchivedSettlements(
        transaction,
        settlements
          .filter(({ batch }) => batch <= position.batch)
          .map(({ transactionHash, l1Block, ...settlement }) => ({
            ...settlement,
            l1Transaction: transactionHash,
            l1Block: Math.min(l1Block, lastL1Block),
          })),
      );
      await storeArchiveRestore(transaction, { position: encodePosition(position), lastL1Block: null });
    });
    before = position;
    chunk = { batches: [], settlements: [] };
  };

  for await (const record of archive.records()) {
    access.throwIfAborted();
    if (record.type === "settlements") {
      chunk.settlements.push(...record.settlements);
      continue;
    }
    const { batch } = record;
    if (batch.number > final.latestBatchCount) break;
    last = { batch: batch.number, l1Block: batch.origin.l1Block };
    if (batch.number <= position.batch) continue;
    if (batch.number > batchCount) {
      later.push(...entriesOf(batch));
      continue;
    }
    ({ position } = followPublishedBatch(position, batch, compress));
    if ((await commitments.of(batch.number)) !== commitmentOf(batch)) {
      const details = { batch: batch.number, check: "commitment" };
      const reason = `batch ${batch.number} is not the one that the contract committed to`;
      throw new CairnError<RestoreErrorCode>("restore/batch-mismatch", reason, { details });
    }
    chunk.batches.push(batch);
    if (chunk.batches.length >= CHUNK_BATCHES) await store();
    if (batch.number % PROGRESS_EVERY === 0) logger.info({ batch: batch.number, of: batchCount }, "batches restored");
  }
  if (chunk.batches.length + chunk.settlements.length > 0) await store();

  const queue = archive.waiting();
  // What waited after an earlier batch says nothing about the queue now.
  const known = last.batch < position.batch ? [] : [...later, ...(queue?.entries ?? [])];
  const waiting = known.slice(0, Math.max(0, queueTail - position.queuePosition));
  return {
    position,
    waiting: await toQueueEntries(access, position, waiting, lastL1Block),
    l1Block: queue?.l1Block ?? last.l1Block,
  };
}

function entriesOf({ l1Operations, entryOrigins }: PublishedBatch): ArchivedEntry[] {
  return l1Operations.flatMap((operation, i) => {
    const origin = entryOrigins[i];
    return origin === undefined ? [] : [{ operation, origin }];
  });
}

/** A batch as it is stored; who submitted it and where is the archive's word. */
function toAcceptedBatch(batch: PublishedBatch, lastL1Block: number): AcceptedBatch {
  const { number, header, dataCommitment, payoutsHash, cells, payouts, origin } = batch;
  return {
    number,
    firstBlock: Number(header.firstBlock),
    lastBlock: Number(header.lastBlock),
    submitter: origin.submitter,
    header,
    dataCommitment,
    payoutsHash,
    content: { cells: cellsToBytes(cells), payouts },
    l1Transaction: origin.transactionHash,
    l1Block: Math.min(origin.l1Block, lastL1Block),
    l1BlockHash: origin.l1BlockHash,
    l1Timestamp: origin.l1Timestamp,
    isFromArchive: true,
  };
}

/** Puts the archive's name into errors about it. */
async function naming<Result>(place: string, act: () => Promise<Result>): Promise<Result> {
  const name = redactUrls(place);
  try {
    return await act();
  } catch (cause) {
    if (!isCairnError(cause) || !cause.code.startsWith("restore/") || cause.message.includes(name)) throw cause;
    throw new CairnError(cause.code, `${name}: ${cause.message}`, { cause, details: cause.details });
  }
}
