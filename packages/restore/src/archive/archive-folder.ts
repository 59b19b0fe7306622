import { copyFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Compress, historyOf } from "@cairn/crypto";
import {
  assertQueueEnd,
  type BlobAccess,
  type ContractState,
  createCommitmentReader,
  findStart,
  type L1Access,
  type L1HeadTag,
  type RangeLimits,
  readContractState,
  readFromHint,
  readHead,
} from "@cairn/l1";
import { genesisRoot } from "@cairn/state";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import { summarise } from "../archive-rollup.ts";
import { readBatches } from "../batch-stream.ts";
import { batchMismatch, followPublishedBatch } from "../chain-position.ts";
import { restoreError } from "../errors.ts";
import { identityText, isSameRollup, type RollupIdentity } from "../identity.ts";
import { confirmArchived, isWhole, type KnownQueue, waitingAt } from "../known-queue.ts";
import type { ArchivedSettlement, PublishedBatch } from "../published-batch.ts";
import { readIdentity } from "../read-identity.ts";
import type { WaitingEntry } from "../stored-records.ts";
import type { ArchiveWriter } from "./archive-writer.ts";
import type { ArchivedQueue } from "./format.ts";
import { isWebPlace, webVersion } from "./web-archive.ts";
import { continueArchive, createArchive } from "./writer.ts";

/** Batches of a file before the next one is begun: up to some 30 MB, which an update may have to copy. */
export const BATCHES_PER_FILE = 256;
const FILE_NAME = /^batches-[0-9]{10}\.cairn$/;
/** What a crash left of a file that was being written. */
const DRAFT_NAME = /^batches-[0-9]{10}\.cairn\.draft$/;

/** What {@link createArchiveFolder} writes, and from where. */
export interface ArchiveFolderOptions {
  /** Folder of the archives, made if there is none; nobody else may write there. */
  readonly dir: string;
  readonly compress: Compress;
  /** Where the blobs of batches are; without, batches in blobs cannot be archived. */
  readonly blobs?: BlobAccess;
  /**
   * "finalized" by default: an archive outlives reorganisations. Where finality is counted, the confirmations of the last
   * block; the latest has 1.
   */
  readonly head?: L1HeadTag | { readonly confirmations: number };
  readonly batchesPerFile?: number;
  readonly limits?: RangeLimits;
}

/** What the archives of a folder hold. */
export interface ArchivedBatches {
  readonly lastBatch: number;
  /** Batches that this call added. */
  readonly added: number;
}

/**
 * The whole archives in a folder, in order; none when there is no folder. Together they lead from genesis to the last batch.
 * Throws `restore/io`.
 *
 * @example await restoreRollup({ store, compress, rollup, archives: await archivesIn("/var/lib/cairn/archives") });
 */
export async function archivesIn(dir: string): Promise<string[]> {
  try {
    const names = await readdir(dir);
    return names
      .filter((name) => FILE_NAME.test(name))
      .sort()
      .map((name) => join(dir, name));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
    throw restoreError("restore/io", `${dir} cannot be read`, { cause });
  }
}

/**
 * Archives by their names: files as they are, folders as {@link archivesIn} lists them, and so folders that a web server
 * serves: addresses that do not end in `.cairn`. Throws `restore/io`.
 *
 * @example const archives = await archiveFiles(["2026.cairn", "/var/lib/cairn/archives", "https://archives.example/cairn"]);
 */
export async function archiveFiles(named: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    named.map(async (place) => {
      if (isWebPlace(place)) return place.endsWith(".cairn") ? [place] : archivesAt(place);
      return (await isFolder(place)) ? archivesIn(place) : [place];
    }),
  );
  return lists.flat();
}

/** The archives of a node's folder on a web server, which need not list it: each name follows from the one before. */
async function archivesAt(base: string): Promise<string[]> {
  const found: string[] = [];
  for (let firstBatch = 1; ; firstBatch += BATCHES_PER_FILE) {
    const url = `${base.replace(/\/+$/, "")}/${fileName(firstBatch)}`;
    if ((await webVersion(url)) === null) return found;
    found.push(url);
  }
}

function fileName(firstBatch: number): string {
  return `batches-${String(firstBatch).padStart(10, "0")}.cairn`;
}

/** Keeps the archives of a folder up to date. */
export interface ArchiveFolder {
  /**
   * Brings the archives to the head of L1: every batch that is not in them yet is read, checked against the contract and
   * written, and what became of payouts since (spec 9.6). Every file in the folder is a whole archive at any time: a new one, or the last one with more
   * batches, is written beside and put in its place when it is durable. Throws `restore/archive-foreign`, and as
   * `openArchive`, `readBatches`, `followPublishedBatch`; another update may then succeed.
   */
  update(): Promise<ArchivedBatches>;
}

/**
 * The archives of a rollup in a folder, for one process at a time. See {@link archivesIn}.
 *
 * @example const { lastBatch } = await createArchiveFolder(access, { dir, compress, blobs }).update();
 */
export function createArchiveFolder(access: L1Access, options: ArchiveFolderOptions): ArchiveFolder {
  const { dir, compress } = options;
  let known: FolderEnd | null = null;
  return {
    async update() {
      await makeFolder(dir);
      const identity = await readIdentity(access);
      const block = await headBlock(access, options.head ?? "finalized");
      const l1: L1Source = { access, block, contract: await readContractState(access, block) };
      const end: FolderEnd = known ?? (await readEnd(dir, identity, compress, l1));
      const { batch } = end.position;
      known = null;
      const isBehind = l1.contract.batchCount < batch || block < end.l1Block;
      if (isBehind) return { lastBatch: batch, added: 0 };
      known = block === end.l1Block ? end : await addTo(dir, identity, end, l1, options);
      return { lastBatch: known.position.batch, added: known.position.batch - batch };
    },
  };
}

async function headBlock(access: L1Access, head: NonNullable<ArchiveFolderOptions["head"]>): Promise<number> {
  if (typeof head === "string") return (await readHead(access, head)).block;
  return Math.max(0, (await readHead(access, "latest")).block - head.confirmations + 1);
}

/** L1, and the contract's state in one of its blocks. */
interface L1Source {
  readonly access: L1Access;
  readonly block: number;
  readonly contract: ContractState;
}

/** Where the archives of a folder end. */
interface FolderEnd {
  /** The last file; null for an empty folder. */
  readonly path: string | null;
  readonly firstBatch: number;
  readonly position: ChainPosition;
  /** L1 block up to which the last file says what waits in the queue; 0 when it does not say. */
  readonly l1Block: number;
  /** What waits in the queue there; null when no archive says it. */
  readonly queue: KnownQueue | null;
  readonly resumeBlock: number | null;
}

async function readEnd(
  dir: string,
  identity: RollupIdentity,
  compress: Compress,
  { access, block, contract }: L1Source,
): Promise<FolderEnd> {
  const path = (await archivesIn(dir)).at(-1) ?? null;
  if (path === null) {
    const position = genesisPosition(genesisRoot(compress));
    return { path, firstBatch: 1, position, l1Block: 0, queue: null, resumeBlock: null };
  }
  const { waiting, lastCommitment, ...last } = await summarise(path, compress, null, "whole");
  const { identity: found, start, end: position, resumeBlock } = last;
  if (!isSameRollup(found, identity)) {
    throw restoreError("restore/archive-foreign", `${path} belongs to ${identityText(found)}`);
  }
  const l1Block = waiting?.l1Block ?? 0;
  const end = { path, firstBatch: start.batch + 1, position, l1Block, queue: null, resumeBlock };
  if (position.batch > contract.batchCount || l1Block > block) return end;
  if (lastCommitment !== null) {
    // It names the history, and so everything before it.
    const commitment = await createCommitmentReader(access, contract.batchCount, block).of(position.batch);
    if (commitment !== lastCommitment) {
      throw batchMismatch(position.batch, "commitment", `in ${path} is not the one that the contract committed to`);
    }
  }
  const queue = waiting === null ? null : await confirmArchived(waiting, position, access, { block });
  return { ...end, queue };
}

/** Adds what has come, if anything has; returns where the archives end then. */
async function addTo(
  dir: string,
  identity: RollupIdentity,
  end: FolderEnd,
  { access, block, contract }: L1Source,
  { compress, blobs, limits, batchesPerFile = BATCHES_PER_FILE }: ArchiveFolderOptions,
): Promise<FolderEnd> {
  const files = createFiles(dir, identity, end, batchesPerFile);
  let { position, resumeBlock } = end;
  let hasChanged = end.queue === null || !isWhole(end.queue, position, contract);
  const readFrom = async (from: number): Promise<readonly WaitingEntry[]> => {
    const { records, queue } = readBatches(access, {
      after: position,
      waiting: waitingAt(end.queue, position),
      range: { from, to: block },
      batchCount: contract.batchCount,
      withSettlements: true,
      ...(blobs === undefined ? {} : { blobs }),
      ...(limits === undefined ? {} : { limits }),
    });
    for await (const record of records) {
      hasChanged = true;
      if (record.type === "settlements") {
        await files.settle(record.settlements);
        continue;
      }
      const { batch } = record;
      ({ position } = followPublishedBatch(position, batch, compress));
      ({ resumeBlock } = batch.origin);
      await files.append(batch, position);
    }
    assertQueueEnd(queue.end(), contract);
    return queue.waiting();
  };
  try {
    const hint = end.queue === null ? end.resumeBlock : end.queue.l1Block + 1;
    const waiting = await readFromHint(hint, readFrom, () => {
      const queuePosition = position.queuePosition + waitingAt(end.queue, position).length;
      return findStart(access, { batch: position.batch, queuePosition }, contract, block);
    });
    assertSame(position, contract, compress);
    if (!hasChanged) return { ...end, l1Block: block, queue: { waiting, l1Block: block } };
    const last = await files.finish({ l1Block: block, entries: waiting });
    return { ...last, position, l1Block: block, queue: { waiting, l1Block: block }, resumeBlock };
  } catch (error) {
    await files.abandon();
    throw error;
  }
}

function assertSame(position: ChainPosition, contract: ContractState, compress: Compress): void {
  const isSame =
    position.root === contract.root &&
    historyOf(position.chains, compress) === contract.history &&
    position.queuePosition === contract.queueHead;
  if (!isSame) throw restoreError("restore/state-mismatch", "the batches do not lead to the contract's state");
}

/** A file of a folder. */
type FolderFile = Pick<FolderEnd, "path" | "firstBatch">;

/** The files that batches are appended to. */
interface ArchiveFiles {
  /** `position` is that after the batch. */
  append(batch: PublishedBatch, position: ChainPosition): Promise<void>;
  /** What became of payouts after the last batch. */
  settle(settlements: readonly ArchivedSettlement[]): Promise<void>;
  /** Completes the last file; returns it. */
  finish(waiting: ArchivedQueue): Promise<FolderFile>;
  /** Closes what is being written; it counts for nothing. */
  abandon(): Promise<void>;
}

function createFiles(dir: string, identity: RollupIdentity, end: FolderEnd, batchesPerFile: number): ArchiveFiles {
  let position = end.position;
  let current: { readonly writer: ArchiveWriter; readonly path: string; readonly firstBatch: number } | null = null;

  const begin = async (): Promise<NonNullable<typeof current>> => {
    const hasRoom = position.batch - end.firstBatch + 1 < batchesPerFile;
    const isContinued = end.path !== null && position === end.position && hasRoom;
    const firstBatch = isContinued ? end.firstBatch : position.batch + 1;
    const path = join(dir, fileName(firstBatch));
    const draft = `${path}.draft`;
    if (isContinued) await attempt(draft, () => copyFile(path, draft));
    const writer = isContinued
      ? await continueArchive(draft, identity, position)
      : await createArchive(draft, identity, position);
    return { writer, path, firstBatch };
  };
  const complete = async (waiting: ArchivedQueue | null): Promise<FolderFile> => {
    current ??= await begin();
    const { writer, path, firstBatch } = current;
    await writer.finish(waiting);
    current = null;
    await attempt(path, () => rename(writer.path, path));
    await syncFolder(dir);
    return { path, firstBatch };
  };

  return {
    async append(batch, after) {
      current ??= await begin();
      const { writer, firstBatch } = current;
      await writer.append(batch, after.chains);
      position = after;
      if (batch.number - firstBatch + 1 >= batchesPerFile) await complete(null);
    },
    async settle(settlements) {
      current ??= await begin();
      await current.writer.settle(settlements);
    },
    finish: complete,
    async abandon() {
      await current?.writer.close();
      current = null;
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return false;
    throw restoreError("restore/io", `${path} cannot be examined`, { cause });
  }
}

/** Makes the folder, and removes what a crash left half-written. */
async function makeFolder(dir: string): Promise<void> {
  await attempt(dir, async () => {
    await mkdir(dir, { recursive: true });
    for (const name of await readdir(dir)) if (DRAFT_NAME.test(name)) await rm(join(dir, name));
  });
}

/** So that a renamed file survives a crash under its new name. */
async function syncFolder(dir: string): Promise<void> {
  await attempt(dir, async () => {
    const folder = await open(dir, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  });
}

async function attempt(path: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    throw restoreError("restore/io", `${path} cannot be written`, { cause });
  }
}
