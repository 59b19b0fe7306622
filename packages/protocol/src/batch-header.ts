import { createByteCursor } from "./byte-cursor.ts";
import { assertLength, bigintToBytes, concatBytes } from "./bytes.ts";
import { BLOCK_SIZES, type BlockSize, CIRCUIT_TYPE } from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";

/** What a batch claims. Spec: docs/spec/7-contract.md. */
export interface BatchHeader {
  readonly slots: BlockSize;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Seconds since the epoch. */
  readonly timestamp: bigint;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  readonly newNextIndex: number;
  readonly l1OperationCount: number;
  /** SHA-256 of the padded payout list, 32 bytes. */
  readonly payoutsHash: Uint8Array;
  readonly txRoot: bigint;
}

/** Bytes of an encoded header. */
export const BATCH_HEADER_BYTES = 161;

/**
 * The header's fields in the order of the contract's struct, big-endian: circuit type 1 ‖ first block 8 ‖ last block 8 ‖
 * timestamp 8 ‖ old root 32 ‖ new root 32 ‖ new next index 4 ‖ L1 operations 4 ‖ payouts hash 32 ‖ txRoot 32. Spec 9.3.
 * Throws `protocol/out-of-range`, `protocol/bad-length`.
 *
 * @example encodeBatchHeader(header).length; // 161
 */
export function encodeBatchHeader(header: BatchHeader): Uint8Array {
  const bytes = concatBytes(
    Uint8Array.of(CIRCUIT_TYPE[header.slots]),
    bigintToBytes(header.firstBlock, 8),
    bigintToBytes(header.lastBlock, 8),
    bigintToBytes(header.timestamp, 8),
    bigintToBytes(header.oldRoot, 32),
    bigintToBytes(header.newRoot, 32),
    bigintToBytes(BigInt(header.newNextIndex), 4),
    bigintToBytes(BigInt(header.l1OperationCount), 4),
    header.payoutsHash,
    bigintToBytes(header.txRoot, 32),
  );
  assertLength("batch header", bytes, BATCH_HEADER_BYTES);
  return bytes;
}

/** Inverse of {@link encodeBatchHeader}. Throws `protocol/bad-length`, `protocol/unknown-circuit`. */
export function decodeBatchHeader(bytes: Uint8Array): BatchHeader {
  assertLength("batch header", bytes, BATCH_HEADER_BYTES);
  const cursor = createByteCursor(bytes);
  return {
    slots: slotsOfCircuit(cursor.number(1)),
    firstBlock: cursor.bigint(8),
    lastBlock: cursor.bigint(8),
    timestamp: cursor.bigint(8),
    oldRoot: cursor.bigint(32),
    newRoot: cursor.bigint(32),
    newNextIndex: cursor.number(4),
    l1OperationCount: cursor.number(4),
    payoutsHash: cursor.bytes(32).slice(),
    txRoot: cursor.bigint(32),
  };
}

/**
 * Slots of the circuit of a type. Throws `protocol/unknown-circuit`.
 *
 * @example slotsOfCircuit(1); // 64
 */
export function slotsOfCircuit(circuitType: number): BlockSize {
  const slots = BLOCK_SIZES.find((size) => CIRCUIT_TYPE[size] === circuitType);
  if (slots !== undefined) return slots;
  throw new CairnError<ProtocolErrorCode>("protocol/unknown-circuit", `circuit type ${circuitType} is unknown`);
}
