import { type Compress, historyOf } from "@cairn/crypto";
import {
  assertQueueEnd,
  type BlobAccess,
  type ContractState,
  DEFAULT_RANGE_LIMITS,
  findStart,
  type L1Access,
  type L1Block,
  type L1HeadTag,
  type RangeLimits,
  readContractState,
  readFromHint,
  readHead,
} from "@cairn/l1";
import { encodeL1Operation, type Hex, isCairnError, nextQueueHash } from "@cairn/protocol";
import { genesisRoot } from "@cairn/state";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import { openArchive } from "./archive/archive-file.ts";
import type { ArchivedQueue } from "./archive/format.ts";
import type { ArchiveReader, QueueAfterArchive } from "./archive/reader.ts";
import { continueArchive, fileExists } from "./archive/writer.ts";
import { DEFAULT_CONCURRENCY, readBatches } from "./batch-stream.ts";
import { followPublishedBatch } from "./chain-position.ts";
import { restoreError } from "./errors.ts";
import { identityText, isSameRollup, type RollupIdentity } from "./identity.ts";
import { confirmArchived, type KnownQueue, waitingAt } from "./known-queue.ts";
import { onlyL1Batches } from "./l1-batches.ts";
import { createMeter, type OnProgress } from "./progress.ts";
import { commitmentOf, type PublishedRecord } from "./published-batch.ts";
import { assertQueueHash, assertQueueTurn } from "./queue-check.ts";
import { readIdentity } from "./read-identity.ts";
import { assertSettled } from "./settlement-check.ts";
import type { WaitingEntry } from "./stored-records.ts";

/** What a whole archive holds. */
export interface ArchiveSummary {
  readonly identity: RollupIdentity;
  /** Before its first batch and after its last one. */
  readonly start: ChainPosition;
  readonly end: ChainPosition;
  /** L1 block to continue reading from; null for an archive without batches. */
  readonly resumeBlock: number | null;
}

/** What {@link archiveRollup} writes, and how it reads. */
export interface ArchiveRollupOptions {
  readonly path: string;
  readonly compress: Compress;
  /** Where the blobs of batches are; without, batches in blobs cannot be read. */
  readonly blobs?: BlobAccess;
  /** "finalized" by default: an archive outlives reorganisations. */
  readonly head?: L1HeadTag;
  readonly concurrency?: number;
  readonly limits?: RangeLimits;
  readonly onProgress?: OnProgress;
  readonly now?: () => number;
}

/**
 * Writes all batches of a rollup into an archive, from L1 alone and without rebuilding the state; an existing archive,
 * even a half-written one, is checked against L1 and continued. Throws as `readBatches`, `followPublishedBatch`,
 * `openArchive`, `continueArchive`.
 *
 * @example const { end } = await archiveRollup(createL1Access(rollup), { path: "batches.cairn", compress });
 */
export async function archiveRollup(
  access: L1Access,
  options: ArchiveRollupOptions,
): Promise<ArchiveSummary & { readonly l1: L1Block }> {
  const { path, compress, blobs, now = () => performance.now() } = options;
  const identity = await readIdentity(access);
  const l1 = await readHead(access, options.head ?? "finalized");
  const contract = await readContractState(access, l1.block);
  const found = (await fileExists(path))
    ? await summarise(path, compress, { access, block: l1.block, contract }, "cut")
    : null;
  if (found !== null && !isSameRollup(found.identity, identity)) {
    throw restoreError("restore/archive-foreign", `${path} belongs to ${identityText(found.identity)}`);
  }
  const start = found?.end ?? genesisPosition(genesisRoot(compress));
  const writer = await continueArchive(path, identity, start);
  const meter = createMeter(options.onProgress ?? (() => {}), now);
  meter.begin("l1", contract.batchCount);
  let position = start;
  let resumeBlock = found?.resumeBlock ?? null;
  const known = found === null ? null : await knownQueueOf(found, { access, block: l1.block, contract });
  let waiting: readonly WaitingEntry[] = [];
  const readFrom = async (from: number): Promise<void> => {
    const { records, queue } = readBatches(access, {
      after: position,
      waiting: waitingAt(known, position),
      range: { from, to: l1.block },
      batchCount: contract.batchCount,
      withSettlements: true,
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      limits: options.limits ?? DEFAULT_RANGE_LIMITS,
      ...(blobs === undefined ? {} : { blobs }),
    });
    for await (const record of records) {
      if (record.type === "settlements") {
        await writer.settle(record.settlements);
        continue;
      }
      const { batch } = record;
      ({ position } = followPublishedBatch(position, batch, compress));
      resumeBlock = batch.origin.resumeBlock;
      await writer.append(batch, position.chains);
      meter.add(batch.number, { transfers: 0, withdrawals: 0, l1Operations: batch.l1Operations.length });
    }
    assertQueueEnd(queue.end(), contract);
    waiting = queue.waiting();
  };
  try {
    const hint = known === null ? resumeBlock : known.l1Block + 1;
    await readFromHint(hint, readFrom, () => {
      const queuePosition = position.queuePosition + waitingAt(known, position).length;
      return findStart(access, { batch: position.batch, queuePosition }, contract, l1.block);
    });
    const isWhole =
      position.root === contract.root &&
      historyOf(position.chains, compress) === contract.history &&
      position.queuePosition === contract.queueHead;
    if (!isWhole) throw restoreError("restore/state-mismatch", "the batches do not lead to the contract's state");
    await writer.finish({ l1Block: l1.block, entries: waiting });
  } catch (error) {
    await writer.close();
    throw error;
  }
  meter.report();
  const { start: begin } = found ?? { start };
  return { identity, start: begin, end: position, resumeBlock, l1 };
}

/** What an archive says of the queue, where the contract agrees: then nothing before has to be read again. */
async function knownQueueOf({ end, waiting }: ReadSummary, { access, block }: L1Source): Promise<KnownQueue | null> {
  if (waiting === null || waiting.l1Block > block) return null;
  try {
    return await confirmArchived(waiting, end, access, { block });
  } catch (error) {
    // Written before a reorganisation.
    if (isCairnError(error, "restore/queue-mismatch")) return null;
    throw error;
  }
}

/** What {@link verifyArchive} checks an archive with. */
export interface VerifyArchiveOptions {
  readonly compress: Compress;
  /** The rollup's L1; null checks the file alone. */
  readonly access: L1Access | null;
}

/**
 * Reads a whole archive and checks everything that can be checked without replaying it (spec 9.4); with an L1, also
 * that the contract committed to each batch, and so to the history that covers all of them, and settled the payouts that the
 * archive calls settled. Throws as `openArchive`, `ArchiveReader.records`, `followPublishedBatch`, `onlyL1Batches`,
 * `assertQueueTurn`, `assertSettled`; `restore/archive-foreign`, `restore/queue-mismatch`.
 *
 * @example await verifyArchive("batches.cairn", { compress, access: createL1Access(rollup) });
 */
export async function verifyArchive(path: string, { compress, access }: VerifyArchiveOptions): Promise<ArchiveSummary> {
  if (access === null) return summaryOf(await summarise(path, compress, null, "whole"));
  const { block } = await readHead(access, "latest");
  const l1: L1Source = { access, block, contract: await readContractState(access, block) };
  const summary = await summarise(path, compress, l1, "whole");
  await assertQueueTurn(access, summary, l1.contract, summary.lastBlock);
  return summaryOf(summary);
}

function summaryOf({ identity, start, end, resumeBlock }: ArchiveSummary): ArchiveSummary {
  return { identity, start, end, resumeBlock };
}

/** L1, and the contract's state in one of its blocks. */
interface L1Source {
  readonly access: L1Access;
  readonly block: number;
  readonly contract: ContractState;
}

/** An archive's summary, with the L1 block that its last batch states; null for an archive without batches. */
interface ReadSummary extends ArchiveSummary {
  readonly lastBlock: number | null;
  /** What the contract must have stored of the last batch; null for an archive without batches. */
  readonly lastCommitment: Hex | null;
  readonly waiting: QueueAfterArchive | null;
}

/** Reads an archive and checks it as {@link verifyArchive} does. `cut`: only the batches count, and an archive that ends early is read up to its last whole frame. */
export async function summarise(
  path: string,
  compress: Compress,
  l1: L1Source | null,
  expected: "whole" | "cut",
): Promise<ReadSummary> {
  const archive = await openArchive(path);
  const { identity, start } = archive;
  let [resumeBlock, lastBlock]: [number | null, number | null] = [null, null];
  let lastCommitment: Hex | null = null;
  let end = start;
  try {
    for await (const record of await checkedRecords(archive, l1)) {
      if (record.type === "settlements") {
        if (l1 !== null) await assertSettled(l1.access, record.settlements, l1.block);
        continue;
      }
      const { batch } = record;
      ({ position: end } = followPublishedBatch(end, batch, compress));
      ({ resumeBlock, l1Block: lastBlock } = batch.origin);
      lastCommitment = commitmentOf(batch);
    }
  } catch (error) {
    if (expected === "whole" || !isCairnError(error, "restore/archive-truncated")) throw error;
  }
  const waiting = archive.waiting();
  if (l1 !== null && waiting !== null && expected === "whole") await assertWaiting(l1, end, waiting);
  return { identity, start, end, resumeBlock, lastBlock, lastCommitment, waiting };
}

async function checkedRecords(archive: ArchiveReader, l1: L1Source | null): Promise<AsyncIterable<PublishedRecord>> {
  if (l1 === null) return archive.records();
  const { access, block, contract } = l1;
  const identity = await readIdentity(access);
  if (!isSameRollup(archive.identity, identity)) {
    throw restoreError("restore/archive-foreign", `the archive belongs to ${identityText(archive.identity)}`);
  }
  await assertQueueHash(access, archive.start, block);
  return onlyL1Batches(access, archive.records(), { batchCount: contract.batchCount, block });
}

/** Throws `restore/queue-mismatch` unless an archive's waiting entries are the contract's. */
async function assertWaiting(
  { access, block }: L1Source,
  { queuePosition, queueHash }: ChainPosition,
  { entries }: ArchivedQueue,
): Promise<void> {
  const tailHash = entries.map(({ operation }) => encodeL1Operation(operation)).reduce(nextQueueHash, queueHash);
  await assertQueueHash(access, { queuePosition: queuePosition + entries.length, queueHash: tailHash }, block);
}
