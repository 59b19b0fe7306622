import { createHash } from "node:crypto";
import {
  BATCH_HEADER_BYTES,
  BLOCK_SIZES,
  bigintToBytes,
  blockCapacity,
  CIRCUIT_TYPE,
  concatBytes,
  createByteCursor,
  decodeBatchHeader,
  decodeL1Operation,
  encodeBatchHeader,
  encodeL1Operation,
  encodeSafe64,
  encodeUint32,
  isCairnError,
  publishedDataBytes,
  QUEUE_RECORD_BYTES,
  trimPublishedData,
} from "@cairn/protocol";
import type { ChainPosition } from "@cairn/vm";
import { isGenesis } from "../chain-position.ts";
import { restoreError } from "../errors.ts";
import { isBlockSize, type RollupIdentity } from "../identity.ts";
import type { PublishedBatch } from "../published-batch.ts";

/** Version of the file format; spec 9. */
export const ARCHIVE_VERSION = 1;
/** First bytes of every archive. */
export const MAGIC: Uint8Array = new TextEncoder().encode("CAIRNBAT");
export const DIGEST_BYTES = 32;
/** Magic, version, and the number of bytes that follow before the first digest. */
export const PREFIX_BYTES = 14;
/** Type and length of a frame. */
export const FRAME_PREFIX_BYTES = 5;
export const BATCH_FRAME = 1;
export const END_FRAME = 2;

const CIRCUIT_BYTES = 5;
const POSITION_BYTES = 100;
const FIXED_BATCH_BYTES = 8 + BATCH_HEADER_BYTES + 32 + 32 + 48;
/** Longest payload of a frame; a longer one is not read. */
export const MAX_PAYLOAD_BYTES = Math.max(
  ...BLOCK_SIZES.map(
    (slots) => FIXED_BATCH_BYTES + blockCapacity(slots) * QUEUE_RECORD_BYTES + publishedDataBytes(slots),
  ),
);
/** Longest head between prefix and first digest. */
export const MAX_HEAD_BYTES = 29 + 255 * CIRCUIT_BYTES + POSITION_BYTES;

/** What an archive says about itself. */
export interface ArchiveHead {
  readonly identity: RollupIdentity;
  /** Position of the chain of batches before the archive's first batch. */
  readonly start: ChainPosition;
}

/** The head with its prefix; the first digest is that of these bytes. Spec 9.2. */
export function encodeHead({ identity, start }: ArchiveHead): Uint8Array {
  const body = concatBytes(
    bigintToBytes(identity.chainId, 8),
    bigintToBytes(identity.rollup, 20),
    Uint8Array.of(identity.sizes.length),
    ...identity.sizes.map((slots) => concatBytes(Uint8Array.of(CIRCUIT_TYPE[slots]), encodeUint32(slots))),
    encodeSafe64(start.batch),
    encodeSafe64(start.block),
    bigintToBytes(start.timestamp, 8),
    bigintToBytes(start.root, 32),
    encodeUint32(start.nextIndex),
    encodeSafe64(start.queuePosition),
    start.queueHash,
  );
  return concatBytes(MAGIC, Uint8Array.of(0, ARCHIVE_VERSION), encodeUint32(body.length), body);
}

/**
 * Inverse of {@link encodeHead}, of the bytes after the prefix. Throws `restore/archive-corrupt`,
 * `restore/archive-unsupported`.
 */
export function decodeHead(body: Uint8Array): ArchiveHead {
  const circuits = body[28] ?? 0;
  if (body.length !== 29 + circuits * CIRCUIT_BYTES + POSITION_BYTES) throw corrupt("the head has a wrong length");
  const cursor = createByteCursor(body);
  const [chainId, rollup] = [cursor.bigint(8), cursor.bigint(20)];
  cursor.bytes(1);
  const sizes = Array.from({ length: circuits }, () => {
    const [circuitType, slots] = [cursor.number(1), cursor.number(4)];
    if (isBlockSize(slots) && CIRCUIT_TYPE[slots] === circuitType) return slots;
    throw restoreError("restore/archive-unsupported", `circuit type ${circuitType} with ${slots} slots is unknown`);
  });
  const start: ChainPosition = {
    batch: cursor.safe64(),
    block: cursor.safe64(),
    timestamp: cursor.bigint(8),
    root: cursor.bigint(32),
    nextIndex: cursor.number(4),
    queuePosition: cursor.safe64(),
    queueHash: cursor.bytes(32).slice(),
  };
  assertSafe(start.batch, start.block, start.queuePosition);
  if (start.batch === 0 && !isGenesis(start)) throw corrupt("it begins with the first batch, but not at genesis");
  return { identity: { chainId, rollup, sizes }, start };
}

/** Payload of a batch's frame; spec 9.3. */
export function encodeBatch(batch: PublishedBatch): Uint8Array {
  const { origin } = batch;
  return concatBytes(
    encodeSafe64(batch.number),
    encodeBatchHeader(batch.header),
    batch.dataHash,
    batch.queueHash,
    encodeSafe64(origin.l1Block),
    origin.transactionHash,
    encodeSafe64(origin.resumeBlock),
    ...batch.l1Operations.map(encodeL1Operation),
    trimPublishedData(batch.publishedData),
  );
}

/** Inverse of {@link encodeBatch}; the result keeps no reference to the bytes. Throws `restore/archive-corrupt`. */
export function decodeBatch(payload: Uint8Array): PublishedBatch {
  if (payload.length < FIXED_BATCH_BYTES) throw corrupt("a batch's frame is too short");
  const cursor = createByteCursor(payload);
  try {
    const number = cursor.safe64();
    const header = decodeBatchHeader(cursor.bytes(BATCH_HEADER_BYTES));
    const [dataHash, queueHash] = [cursor.bytes(32).slice(), cursor.bytes(32).slice()];
    const origin = {
      l1Block: cursor.safe64(),
      transactionHash: cursor.bytes(32).slice(),
      resumeBlock: cursor.safe64(),
    };
    assertSafe(number, origin.l1Block, origin.resumeBlock);
    const count = header.l1OperationCount;
    if (count * QUEUE_RECORD_BYTES > cursor.left()) throw corrupt(`batch ${number} lacks queue records`);
    const l1Operations = Array.from({ length: count }, () => decodeL1Operation(cursor.bytes(QUEUE_RECORD_BYTES)));
    const publishedData = cursor.bytes(cursor.left()).slice();
    return { number, header, dataHash, publishedData, l1Operations, queueHash, origin };
  } catch (cause) {
    if (!isCairnError(cause) || cause.code === "restore/archive-corrupt") throw cause;
    throw corrupt(`a batch's frame cannot be read: ${cause.message}`, cause);
  }
}

/** Type, length and payload of a frame, without its digest. */
export function encodeFrame(type: number, payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(type), encodeUint32(payload.length), payload);
}

/** SHA-256 of the concatenated parts. */
export function digestOf(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}

/** A `restore/archive-corrupt` error. */
export function corrupt(problem: string, cause?: unknown) {
  return restoreError("restore/archive-corrupt", `batch archive: ${problem}`, { cause });
}

function assertSafe(...numbers: readonly number[]): void {
  if (numbers.some(Number.isNaN)) throw corrupt("a number is beyond 2^53");
}
