import type { Compress } from "@cairn/crypto";
import {
  assertQueueEnd,
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
import { isCairnError } from "@cairn/protocol";
import { genesisRoot } from "@cairn/state";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import { type ArchiveReader, openArchive } from "./archive/reader.ts";
import { continueArchive, fileExists } from "./archive/writer.ts";
import { DEFAULT_CONCURRENCY, readBatches } from "./batch-stream.ts";
import { followBatch } from "./chain-position.ts";
import { restoreError } from "./errors.ts";
import { identityText, isSameRollup, type RollupIdentity } from "./identity.ts";
import { onlyL1Batches } from "./l1-batches.ts";
import { createMeter, type OnProgress } from "./progress.ts";
import type { PublishedBatch } from "./published-batch.ts";
import { assertQueueHash, assertQueueTurn } from "./queue-check.ts";
import { readIdentity } from "./read-identity.ts";

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
  /** "finalized" by default: an archive outlives reorganisations. */
  readonly head?: L1HeadTag;
  readonly concurrency?: number;
  readonly limits?: RangeLimits;
  readonly onProgress?: OnProgress;
  readonly now?: () => number;
}

/**
 * Writes all batches of a rollup into an archive, from L1 alone and without rebuilding the state; an existing archive,
 * even a half-written one, is checked against L1 and continued. Throws as `readBatches`, `followBatch`,
 * `openArchive`, `continueArchive`.
 *
 * @example const { end } = await archiveRollup(createL1Access(rollup), { path: "batches.cairn", compress });
 */
export async function archiveRollup(
  access: L1Access,
  options: ArchiveRollupOptions,
): Promise<ArchiveSummary & { readonly l1: L1Block }> {
  const { path, compress, now = () => performance.now() } = options;
  const identity = await readIdentity(access);
  const l1 = await readHead(access, options.head ?? "finalized");
  const contract = await readContractState(access, l1.block);
  const found = (await fileExists(path)) ? await summarise(path, { access, block: l1.block, contract }, "cut") : null;
  if (found !== null && !isSameRollup(found.identity, identity)) {
    throw restoreError("restore/archive-foreign", `${path} belongs to ${identityText(found.identity)}`);
  }
  const start = found?.end ?? genesisPosition(genesisRoot(compress));
  const writer = await continueArchive(path, identity, start);
  const meter = createMeter(options.onProgress ?? (() => {}), now);
  meter.begin("l1", contract.batchCount);
  let position = start;
  let resumeBlock = found?.resumeBlock ?? null;
  const readFrom = async (from: number): Promise<void> => {
    const { batches, queue } = readBatches(access, {
      after: position,
      range: { from, to: l1.block },
      batchCount: contract.batchCount,
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      limits: options.limits ?? DEFAULT_RANGE_LIMITS,
    });
    for await (const batch of batches) {
      position = followBatch(position, batch);
      resumeBlock = batch.origin.resumeBlock;
      await writer.append(batch);
      meter.add(batch.number, { transfers: 0, withdrawals: 0, l1Operations: batch.l1Operations.length });
    }
    assertQueueEnd(queue.end(), contract);
  };
  try {
    await readFromHint(resumeBlock, readFrom, () => findStart(access, position, contract, l1.block));
    const isWhole = position.root === contract.root && position.queuePosition === contract.queueHead;
    if (!isWhole) throw restoreError("restore/state-mismatch", "the batches do not lead to the contract's state");
    await writer.finish();
  } catch (error) {
    await writer.close();
    throw error;
  }
  meter.report();
  const { start: begin } = found ?? { start };
  return { identity, start: begin, end: position, resumeBlock, l1 };
}

/**
 * Reads a whole archive and checks everything that can be checked without replaying it; with an L1, also that the
 * contract committed to each batch and that the queue entries are the contract's. Throws as `openArchive`,
 * `ArchiveReader.batches`, `onlyL1Batches`, `assertQueueTurn`; `restore/archive-foreign`.
 *
 * @example await verifyArchive("batches.cairn", createL1Access(rollup));
 */
export async function verifyArchive(path: string, access: L1Access | null): Promise<ArchiveSummary> {
  if (access === null) return summarise(path, null, "whole");
  const { block } = await readHead(access, "latest");
  const l1: L1Source = { access, block, contract: await readContractState(access, block) };
  const { lastBlock, ...summary } = await summarise(path, l1, "whole");
  if (lastBlock !== null) await assertQueueTurn(access, summary, l1.contract, lastBlock);
  return summary;
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
}

/** `cut`: an archive that ends early is read up to its last whole frame. */
async function summarise(path: string, l1: L1Source | null, expected: "whole" | "cut"): Promise<ReadSummary> {
  const archive = await openArchive(path);
  let [resumeBlock, lastBlock]: [number | null, number | null] = [null, null];
  try {
    for await (const { origin } of await checkedBatches(archive, l1)) {
      [resumeBlock, lastBlock] = [origin.resumeBlock, origin.l1Block];
    }
  } catch (error) {
    if (expected === "whole" || !isCairnError(error, "restore/archive-truncated")) throw error;
  }
  return { identity: archive.identity, start: archive.start, end: archive.position(), resumeBlock, lastBlock };
}

async function checkedBatches(archive: ArchiveReader, l1: L1Source | null): Promise<AsyncIterable<PublishedBatch>> {
  if (l1 === null) return archive.batches();
  const { access, block, contract } = l1;
  const identity = await readIdentity(access);
  if (!isSameRollup(archive.identity, identity)) {
    throw restoreError("restore/archive-foreign", `the archive belongs to ${identityText(archive.identity)}`);
  }
  await assertQueueHash(access, archive.start, block);
  const { batchCount } = contract;
  return onlyL1Batches(access, archive.batches(), { batchCount, block, queuePosition: archive.start.queuePosition });
}
