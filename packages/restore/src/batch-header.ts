import { type BatchHeader, type BatchHeaderFields, decodeHeader } from "@cairn/contracts";
import { BLOCK_SIZES, bigintToBytes, CIRCUIT_TYPE, concatBytes } from "@cairn/protocol";
import { type ByteCursor, encodeUint32 } from "./byte-cursor.ts";
import { restoreError } from "./errors.ts";

/** Bytes of {@link encodeHeaderBytes}. */
export const HEADER_BYTES = 161;

/** A header as the contract takes it, in the types of the protocol. Throws `restore/unsupported-rollup`. */
export function headerFields(header: BatchHeader): BatchHeaderFields {
  return decodeHeader(header, slotsOfCircuit(header.circuitType));
}

/** The header's fields in the order of the contract's struct, big-endian; spec 9.3. */
export function encodeHeaderBytes(header: BatchHeaderFields): Uint8Array {
  return concatBytes(
    Uint8Array.of(CIRCUIT_TYPE[header.slots]),
    bigintToBytes(header.firstBlock, 8),
    bigintToBytes(header.lastBlock, 8),
    bigintToBytes(header.timestamp, 8),
    bigintToBytes(header.oldRoot, 32),
    bigintToBytes(header.newRoot, 32),
    encodeUint32(header.newNextIndex),
    encodeUint32(header.l1OperationCount),
    header.payoutsHash,
    bigintToBytes(header.txRoot, 32),
  );
}

/** Inverse of {@link encodeHeaderBytes}. Throws `restore/unsupported-rollup`. */
export function decodeHeaderBytes(cursor: ByteCursor): BatchHeaderFields {
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

function slotsOfCircuit(circuitType: number): BatchHeaderFields["slots"] {
  const slots = BLOCK_SIZES.find((size) => CIRCUIT_TYPE[size] === circuitType);
  if (slots === undefined) throw restoreError("restore/unsupported-rollup", `circuit type ${circuitType} is unknown`);
  return slots;
}
