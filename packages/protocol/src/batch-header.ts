import { keccak_256 } from "@noble/hashes/sha3.js";
import { DATA_SOURCE, type DataSource } from "./binding.ts";
import { createByteCursor } from "./byte-cursor.ts";
import { assertLength, bigintToBytes, concatBytes } from "./bytes.ts";
import type { Claim } from "./claim.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";

/** Circuits whose proofs L1 accepts, by their number in a batch header. */
export const LAST_CIRCUIT_TYPE = { solo16: 0, solo64: 1, solo256: 2, batch: 3, pair: 4 } as const;
/** Name of a circuit whose proofs L1 accepts. */
export type LastCircuit = keyof typeof LAST_CIRCUIT_TYPE;

/** What a batch claims. Spec: docs/spec/7-contract.md. */
export interface BatchHeader {
  readonly circuit: LastCircuit;
  readonly dataSource: DataSource;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Seconds since the epoch. */
  readonly firstTimestamp: bigint;
  readonly lastTimestamp: bigint;
  readonly newNextIndex: number;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  readonly newHistory: bigint;
  readonly blocksRoot: bigint;
}

/**
 * The header of a batch that proves `claim`.
 *
 * @example headerOfClaim(claim, { circuit: "pair", dataSource: "blob", blocksRoot })
 */
export function headerOfClaim(
  { firstBlock, lastBlock, firstTimestamp, lastTimestamp, before, after }: Claim,
  { circuit, dataSource, blocksRoot }: Pick<BatchHeader, "circuit" | "dataSource" | "blocksRoot">,
): BatchHeader {
  return {
    circuit,
    dataSource,
    firstBlock,
    lastBlock,
    firstTimestamp,
    lastTimestamp,
    newNextIndex: after.nextIndex,
    oldRoot: before.root,
    newRoot: after.root,
    newHistory: after.history,
    blocksRoot,
  };
}

/** Bytes of an encoded header. */
export const BATCH_HEADER_BYTES = 166;
/** Bytes of each field, in the order of the contract's struct. */
const WIDTHS = [1, 1, 8, 8, 8, 8, 4, 32, 32, 32, 32] as const;

/**
 * The header's fields in the order of the contract's struct, big-endian, without filling. Spec 2, 9.3. Throws
 * `protocol/out-of-range`.
 *
 * @example encodeBatchHeader(header).length; // 166
 */
export function encodeBatchHeader(header: BatchHeader): Uint8Array {
  return concatBytes(...fieldsOf(header).map((field, i) => bigintToBytes(field, WIDTHS[i] ?? 0)));
}

/** Inverse of {@link encodeBatchHeader}. Throws `protocol/bad-length`, `protocol/unknown-circuit`, `protocol/malformed-data`. */
export function decodeBatchHeader(bytes: Uint8Array): BatchHeader {
  assertLength("batch header", bytes, BATCH_HEADER_BYTES);
  const cursor = createByteCursor(bytes);
  return {
    circuit: circuitOf(cursor.number(1)),
    dataSource: sourceOf(cursor.number(1)),
    firstBlock: cursor.bigint(8),
    lastBlock: cursor.bigint(8),
    firstTimestamp: cursor.bigint(8),
    lastTimestamp: cursor.bigint(8),
    newNextIndex: cursor.number(4),
    oldRoot: cursor.bigint(32),
    newRoot: cursor.bigint(32),
    newHistory: cursor.bigint(32),
    blocksRoot: cursor.bigint(32),
  };
}

/**
 * What L1 stores of a batch: keccak256 of the header's eleven words, data commitment and payouts hash (spec 7.4). Throws
 * `protocol/out-of-range`, `protocol/bad-length`.
 *
 * @example bytesToHex(batchCommitment(header, dataCommitment, payoutListHash(payouts)))
 */
export function batchCommitment(header: BatchHeader, dataCommitment: Uint8Array, payoutsHash: Uint8Array): Uint8Array {
  for (const hash of [dataCommitment, payoutsHash]) assertLength("hash", hash, 32);
  encodeBatchHeader(header);
  const words = fieldsOf(header).map((field) => bigintToBytes(field, 32));
  return keccak_256(concatBytes(...words, dataCommitment, payoutsHash));
}

function fieldsOf(header: BatchHeader): bigint[] {
  const { circuit, dataSource, newNextIndex, ...rest } = header;
  return [
    BigInt(LAST_CIRCUIT_TYPE[circuit]),
    BigInt(DATA_SOURCE[dataSource]),
    rest.firstBlock,
    rest.lastBlock,
    rest.firstTimestamp,
    rest.lastTimestamp,
    BigInt(newNextIndex),
    rest.oldRoot,
    rest.newRoot,
    rest.newHistory,
    rest.blocksRoot,
  ];
}

function circuitOf(type: number): LastCircuit {
  for (const [name, number] of Object.entries(LAST_CIRCUIT_TYPE)) if (number === type) return name as LastCircuit;
  throw new CairnError<ProtocolErrorCode>("protocol/unknown-circuit", `circuit type ${type} is unknown`);
}

function sourceOf(number: number): DataSource {
  for (const [name, known] of Object.entries(DATA_SOURCE)) if (known === number) return name as DataSource;
  throw new CairnError<ProtocolErrorCode>("protocol/malformed-data", `data source ${number} is unknown`);
}
