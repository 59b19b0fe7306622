import { KZG_POINT_BYTES } from "@cairn/blobs/format";
import type { Chains } from "@cairn/crypto";
import {
  BATCH_HEADER_BYTES,
  type ByteCursor,
  bigintToBytes,
  bytesToCells,
  CELL_BYTES,
  cellsToBytes,
  concatBytes,
  createByteCursor,
  DATA_SOURCE,
  type DataSource,
  decodeBatchHeader,
  decodeL1Operation,
  decodePayoutList,
  encodeBatchHeader,
  encodeL1Operation,
  encodePayoutList,
  encodeSafe64,
  encodeUint32,
  FIELD_MODULUS,
  isCairnError,
  isZero,
  type L1Operation,
  MAX_BATCH_CELLS,
  MAX_BATCH_L1_OPERATIONS,
  MAX_BATCH_PAYOUTS,
  PAYOUT_BYTES,
  QUEUE_RECORD_BYTES,
} from "@cairn/protocol";
import type { ChainPosition } from "@cairn/vm";
import { sha256 } from "viem";
import { isGenesis } from "../chain-position.ts";
import { restoreError } from "../errors.ts";
import type { RollupIdentity } from "../identity.ts";
import type { ArchivedSettlement, BatchOrigin, L1Origin, PublishedBatch } from "../published-batch.ts";

/** Version of the file format; spec 9. */
export const ARCHIVE_VERSION = 3;
/** First bytes of every archive. */
export const MAGIC: Uint8Array = new TextEncoder().encode("CAIRNBAT");
export const DIGEST_BYTES = 32;
/** Magic, version, and the number of bytes that follow before the first digest. */
export const PREFIX_BYTES = 14;
/** Type and length of a frame. */
export const FRAME_PREFIX_BYTES = 5;
export const BATCH_FRAME = 1;
export const END_FRAME = 2;
export const WAITING_FRAME = 3;
export const SETTLEMENTS_FRAME = 4;

const CHAINS_BYTES = 4 * 32;
const POSITION_BYTES = 3 * 8 + 32 + 4 + CHAINS_BYTES + 8 + 32;
/** Bytes of a head between prefix and first digest. */
export const HEAD_BYTES = 8 + 20 + POSITION_BYTES;
const L1_ORIGIN_BYTES = 8 + 32 + 32;
const BATCH_ORIGIN_BYTES = L1_ORIGIN_BYTES + 8 + 8 + 20;
const ENTRY_BYTES = QUEUE_RECORD_BYTES + L1_ORIGIN_BYTES;
const SETTLEMENT_BYTES = 8 + 4 + 1 + 8 + 32;
const FIXED_BATCH_BYTES =
  8 + BATCH_HEADER_BYTES + 2 * 32 + KZG_POINT_BYTES + 4 + CHAINS_BYTES + BATCH_ORIGIN_BYTES + 4 + 4;
/** Longest payload of a batch's frame; a longer one is not read. */
const MAX_BATCH_BYTES =
  FIXED_BATCH_BYTES +
  MAX_BATCH_L1_OPERATIONS * ENTRY_BYTES +
  MAX_BATCH_PAYOUTS * PAYOUT_BYTES +
  MAX_BATCH_CELLS * CELL_BYTES;
/** Most entries that the frame of waiting ones may have, some 19 MB. */
export const MAX_WAITING_ENTRIES = 2 ** 17;
/** Most settlements of a frame, some 220 KB. */
export const MAX_SETTLEMENTS = 2 ** 12;
const SETTLEMENT_STATUSES = ["paid", "claimable"] as const;
/** Longest payload of each type of frame. */
export const MAX_PAYLOAD_BYTES: ReadonlyMap<number, number> = new Map([
  [BATCH_FRAME, MAX_BATCH_BYTES],
  [END_FRAME, 8],
  [WAITING_FRAME, 8 + 4 + MAX_WAITING_ENTRIES * ENTRY_BYTES],
  [SETTLEMENTS_FRAME, 4 + MAX_SETTLEMENTS * SETTLEMENT_BYTES],
]);

/** What an archive says about itself. */
export interface ArchiveHead {
  readonly identity: RollupIdentity;
  /** Position of the chain of batches before the archive's first batch. */
  readonly start: ChainPosition;
}

/** The entries that waited in the L1 queue after an archive's last batch. */
export interface ArchivedQueue {
  /** As of this L1 block. */
  readonly l1Block: number;
  /** From the first one on that no batch of the archive consumed. */
  readonly entries: readonly ArchivedEntry[];
}

/** An entry of the L1 queue, and where L1 has it. */
export interface ArchivedEntry {
  readonly operation: L1Operation;
  readonly origin: L1Origin;
}

/** The head with its prefix; the first digest is that of these bytes. Spec 2, 9.2. */
export function encodeHead({ identity, start }: ArchiveHead): Uint8Array {
  const body = concatBytes(
    bigintToBytes(identity.chainId, 8),
    bigintToBytes(identity.rollup, 20),
    encodePosition(start),
  );
  return concatBytes(MAGIC, Uint8Array.of(0, ARCHIVE_VERSION), encodeUint32(body.length), body);
}

/** Inverse of {@link encodeHead}, of the bytes after the prefix. Throws `restore/archive-corrupt`. */
export function decodeHead(body: Uint8Array): ArchiveHead {
  if (body.length !== HEAD_BYTES) throw corrupt("the head has a wrong length");
  const cursor = createByteCursor(body);
  const identity = { chainId: cursor.bigint(8), rollup: cursor.bigint(20) };
  const start = readPosition(cursor);
  if (start.batch === 0 && !isGenesis(start)) throw corrupt("it begins with the first batch, but not at genesis");
  return { identity, start };
}

/** A position in the chain of batches as bytes; spec 9.2. */
export function encodePosition(position: ChainPosition): Uint8Array {
  return concatBytes(
    encodeSafe64(position.batch),
    encodeSafe64(position.block),
    bigintToBytes(position.timestamp, 8),
    bigintToBytes(position.root, 32),
    encodeUint32(position.nextIndex),
    encodeChains(position.chains),
    encodeSafe64(position.queuePosition),
    position.queueHash,
  );
}

/** Inverse of {@link encodePosition}. Throws `restore/archive-corrupt`. */
export function decodePosition(bytes: Uint8Array): ChainPosition {
  if (bytes.length !== POSITION_BYTES) throw corrupt("a position has a wrong length");
  return readPosition(createByteCursor(bytes));
}

function readPosition(cursor: ByteCursor): ChainPosition {
  const position = {
    batch: cursor.safe64(),
    block: cursor.safe64(),
    timestamp: cursor.bigint(8),
    root: readField(cursor),
    nextIndex: cursor.number(4),
    chains: readChains(cursor),
    queuePosition: cursor.safe64(),
    queueHash: cursor.bytes(32).slice(),
  };
  assertSafe(position.batch, position.block, position.queuePosition);
  return position;
}

/** Payload of a batch's frame; `chains` are those after it. Spec 2, 9.3. */
export function encodeBatch(batch: PublishedBatch, chains: Chains): Uint8Array {
  const { header, cells, kzgCommitment, l1Operations, entryOrigins, payouts, origin } = batch;
  return concatBytes(
    encodeSafe64(batch.number),
    encodeBatchHeader(header),
    batch.dataCommitment,
    batch.payoutsHash,
    kzgCommitment ?? new Uint8Array(KZG_POINT_BYTES),
    encodeUint32(header.dataSource === "calldata" ? cells.length : 0),
    encodeChains(chains),
    encodeBatchOrigin(origin),
    encodeEntries(l1Operations.map((operation, i) => ({ operation, origin: originAt(entryOrigins, i) }))),
    encodeUint32(payouts.length),
    encodePayoutList(payouts),
    cellsToBytes(cells),
  );
}

/** Inverse of {@link encodeBatch}; the result keeps no reference to the bytes. Throws `restore/archive-corrupt`. */
export function decodeBatch(payload: Uint8Array): PublishedBatch {
  if (payload.length < FIXED_BATCH_BYTES) throw corrupt("a batch's frame is too short");
  const cursor = createByteCursor(payload);
  try {
    const number = cursor.safe64();
    const header = decodeBatchHeader(cursor.bytes(BATCH_HEADER_BYTES));
    const [dataCommitment, payoutsHash] = [cursor.bytes(32).slice(), cursor.bytes(32).slice()];
    const kzgCommitment = readKzgCommitment(cursor, header.dataSource);
    const sentCells = cursor.number(4);
    const chains = readChains(cursor);
    const origin = readBatchOrigin(cursor);
    assertSafe(number, origin.l1Block, origin.l1Timestamp, origin.resumeBlock);
    const entries = readEntries(cursor);
    const payouts = decodePayoutList(readRecords(cursor, PAYOUT_BYTES));
    const cells = readCells(cursor.bytes(cursor.left()), header.dataSource, sentCells);
    return {
      number,
      header,
      cells,
      l1Operations: entries.map(({ operation }) => operation),
      payouts,
      payoutsHash,
      dataCommitment,
      kzgCommitment,
      chains,
      origin,
      entryOrigins: entries.map((entry) => entry.origin),
    };
  } catch (cause) {
    throw asCorrupt("a batch's frame", cause);
  }
}

/** The versioned hash of a batch's blob, from the payload of its frame; null for a batch in calldata. */
export function blobHashOf(payload: Uint8Array): Uint8Array | null {
  const dataSource = payload[8 + 1];
  return dataSource === DATA_SOURCE.blob ? payload.slice(8 + BATCH_HEADER_BYTES, 8 + BATCH_HEADER_BYTES + 32) : null;
}

/** Payload of the frame of waiting entries; spec 9.4. */
export function encodeWaitingFrame({ l1Block, entries }: ArchivedQueue): Uint8Array {
  return concatBytes(encodeSafe64(l1Block), encodeEntries(entries));
}

/** Inverse of {@link encodeWaitingFrame}. Throws `restore/archive-corrupt`. */
export function decodeWaitingFrame(payload: Uint8Array): ArchivedQueue {
  if (payload.length < 12) throw corrupt("the frame of waiting entries is too short");
  const cursor = createByteCursor(payload);
  try {
    const l1Block = cursor.safe64();
    assertSafe(l1Block);
    const entries = readEntries(cursor);
    if (cursor.left() > 0) throw corrupt("there are bytes after the waiting entries");
    return { l1Block, entries };
  } catch (cause) {
    throw asCorrupt("the frame of waiting entries", cause);
  }
}

/** Payload of a frame of settlements, at most {@link MAX_SETTLEMENTS}; spec 9.5. */
export function encodeSettlements(settlements: readonly ArchivedSettlement[]): Uint8Array {
  const records = settlements.map(({ batch, position, status, l1Block, transactionHash }) =>
    concatBytes(
      encodeSafe64(batch),
      encodeUint32(position),
      Uint8Array.of(1 + SETTLEMENT_STATUSES.indexOf(status)),
      encodeSafe64(l1Block),
      transactionHash,
    ),
  );
  return concatBytes(encodeUint32(settlements.length), ...records);
}

/** Inverse of {@link encodeSettlements}. Throws `restore/archive-corrupt`. */
export function decodeSettlements(payload: Uint8Array): ArchivedSettlement[] {
  const cursor = createByteCursor(payload);
  const records = createByteCursor(readRecords(cursor, SETTLEMENT_BYTES));
  const count = records.left() / SETTLEMENT_BYTES;
  if (cursor.left() > 0 || count === 0) throw corrupt("a frame of settlements has none, or bytes after them");
  return Array.from({ length: count }, () => {
    const [batch, position, code] = [records.safe64(), records.number(4), records.number(1)];
    const [l1Block, transactionHash] = [records.safe64(), records.bytes(32).slice()];
    const status = SETTLEMENT_STATUSES[code - 1];
    assertSafe(batch, l1Block);
    if (status === undefined) throw corrupt(`a settlement has status ${code}`);
    return { batch, position, status, l1Block, transactionHash };
  });
}

/** The place on L1 as bytes: block 8, its hash 32, transaction 32. */
export function encodeL1Origin({ l1Block, l1BlockHash, transactionHash }: L1Origin): Uint8Array {
  return concatBytes(encodeSafe64(l1Block), l1BlockHash, transactionHash);
}

/** Inverse of {@link encodeL1Origin}. */
export function readL1Origin(cursor: ByteCursor): L1Origin {
  return {
    l1Block: cursor.safe64(),
    l1BlockHash: cursor.bytes(32).slice(),
    transactionHash: cursor.bytes(32).slice(),
  };
}

/** The origin of a batch as bytes: place on L1, time 8, resume block 8, submitter 20. */
export function encodeBatchOrigin(origin: BatchOrigin): Uint8Array {
  const { l1Timestamp, resumeBlock, submitter } = origin;
  return concatBytes(
    encodeL1Origin(origin),
    encodeSafe64(l1Timestamp),
    encodeSafe64(resumeBlock),
    bigintToBytes(submitter, 20),
  );
}

/** Inverse of {@link encodeBatchOrigin}. */
export function readBatchOrigin(cursor: ByteCursor): BatchOrigin {
  const place = readL1Origin(cursor);
  return { ...place, l1Timestamp: cursor.safe64(), resumeBlock: cursor.safe64(), submitter: cursor.bigint(20) };
}

/** Type, length and payload of a frame, without its digest. */
export function encodeFrame(type: number, payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(type), encodeUint32(payload.length), payload);
}

/** SHA-256 of the concatenated parts. */
export function digestOf(...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concatBytes(...parts), "bytes");
}

/** A `restore/archive-corrupt` error. */
export function corrupt(problem: string, cause?: unknown) {
  return restoreError("restore/archive-corrupt", `batch archive: ${problem}`, { cause });
}

/** The four chains in the order of spec 9.2. */
export function encodeChains({ data, l1, payouts, blocks }: Chains): Uint8Array {
  return concatBytes(...[data, l1, payouts, blocks].map((chain) => bigintToBytes(chain, 32)));
}

/** Inverse of {@link encodeChains}, from a cursor. Throws `restore/archive-corrupt`. */
export function readChains(cursor: ByteCursor): Chains {
  return {
    data: readField(cursor),
    l1: readField(cursor),
    payouts: readField(cursor),
    blocks: readField(cursor),
  };
}

function readField(cursor: ByteCursor): bigint {
  const value = cursor.bigint(32);
  if (value >= FIELD_MODULUS) throw corrupt("a hash is not a field element");
  return value;
}

function readKzgCommitment(cursor: ByteCursor, source: DataSource): Uint8Array | null {
  const commitment = cursor.bytes(KZG_POINT_BYTES).slice();
  if (source === "blob") return commitment;
  if (!isZero(commitment)) throw corrupt("a batch in calldata has a KZG commitment");
  return null;
}

/** The records after their number. */
function readRecords(cursor: ByteCursor, recordBytes: number): Uint8Array {
  const count = cursor.left() < 4 ? Number.NaN : cursor.number(4);
  if (!(count * recordBytes <= cursor.left())) throw corrupt(`${count} records are more than the frame holds`);
  return cursor.bytes(count * recordBytes);
}

/** Queue entries with their places on L1, after their number. */
function encodeEntries(entries: readonly ArchivedEntry[]): Uint8Array {
  const encoded = entries.map(({ operation, origin }) =>
    concatBytes(encodeL1Operation(operation), encodeL1Origin(origin)),
  );
  return concatBytes(encodeUint32(entries.length), ...encoded);
}

function readEntries(cursor: ByteCursor): ArchivedEntry[] {
  const records = createByteCursor(readRecords(cursor, ENTRY_BYTES));
  const entries: ArchivedEntry[] = [];
  while (records.left() > 0) {
    const operation = decodeL1Operation(records.bytes(QUEUE_RECORD_BYTES));
    entries.push({ operation, origin: readL1Origin(records) });
  }
  assertSafe(...entries.map(({ origin }) => origin.l1Block));
  return entries;
}

function originAt(origins: readonly L1Origin[], place: number): L1Origin {
  const origin = origins[place];
  if (origin === undefined) throw restoreError("restore/bad-option", "a queue entry without its place on L1");
  return origin;
}

/** The stored cells; for a batch in calldata as many as were sent. */
function readCells(bytes: Uint8Array, source: DataSource, sentCells: number): bigint[] {
  const cells = bytesToCells(bytes);
  if (cells.at(-1) === 0n) throw corrupt("its last stored cell is 0");
  const length = source === "calldata" ? sentCells : cells.length;
  const isPossible = source === "blob" ? sentCells === 0 : sentCells >= cells.length && sentCells <= MAX_BATCH_CELLS;
  if (!isPossible) throw corrupt(`${sentCells} cells were sent, ${cells.length} are stored`);
  while (cells.length < length) cells.push(0n);
  return cells;
}

function asCorrupt(what: string, cause: unknown): unknown {
  if (!isCairnError(cause) || cause.code === "restore/archive-corrupt") return cause;
  return corrupt(`${what} cannot be read: ${cause.message}`, cause);
}

function assertSafe(...numbers: readonly number[]): void {
  if (numbers.some(Number.isNaN)) throw corrupt("a number is beyond 2^53");
}
