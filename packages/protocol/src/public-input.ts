import { sha256 } from "@noble/hashes/sha2.js";
import { assertLength, assertUint, bigintToBytes, bytesToBigint, concatBytes } from "./bytes.ts";
import { FEE_TOKENS_PER_BLOCK, FIELD_MODULUS, INDEX_BYTES, MAX_ACCOUNTS, PUBLIC_INPUT_BYTES } from "./constants.ts";
import type { DataBinding } from "./data-evaluation.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type Domain, domainToBigint } from "./message.ts";

/** Everything a batch proof is about. Spec: docs/spec/5-public-input.md. */
export interface PublicInputFields extends DataBinding {
  readonly domain: Domain;
  /** First and last block of the batch. */
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Seconds since the epoch, u64. */
  readonly timestamp: bigint;
  readonly oldRoot: bigint;
  readonly oldNextIndex: number;
  readonly newRoot: bigint;
  readonly newNextIndex: number;
  /** Rolling L1-queue hashes, 32 bytes each, and how many entries lie between them. */
  readonly queueHashBefore: Uint8Array;
  readonly queueHashAfter: Uint8Array;
  readonly l1OperationCount: number;
  /** SHA-256 of the padded payout list. */
  readonly payoutsHash: Uint8Array;
  readonly txRoot: bigint;
}

/**
 * The 332-byte preimage. Throws `protocol/out-of-range`, `protocol/bad-length`.
 *
 * @example publicInputPreimage(fields).length // 332
 */
export function publicInputPreimage(fields: PublicInputFields): Uint8Array {
  assertFieldElement("old root", fields.oldRoot);
  assertFieldElement("new root", fields.newRoot);
  assertFieldElement("txRoot", fields.txRoot);
  assertUint("data point", fields.dataPoint, 248);
  assertFieldElement("data evaluation", fields.dataEvaluation);
  assertNextIndex(fields.oldNextIndex);
  assertNextIndex(fields.newNextIndex);
  for (const hash of [fields.queueHashBefore, fields.queueHashAfter, fields.payoutsHash]) {
    assertLength("hash", hash, 32);
  }
  assertLength("fee indices", fields.feeIndices, FEE_TOKENS_PER_BLOCK * INDEX_BYTES);
  const preimage = concatBytes(
    bigintToBytes(domainToBigint(fields.domain), 28),
    bigintToBytes(fields.firstBlock, 8),
    bigintToBytes(fields.lastBlock, 8),
    bigintToBytes(fields.timestamp, 8),
    bigintToBytes(fields.oldRoot, 32),
    bigintToBytes(BigInt(fields.oldNextIndex), 4),
    bigintToBytes(fields.newRoot, 32),
    bigintToBytes(BigInt(fields.newNextIndex), 4),
    fields.queueHashBefore,
    fields.queueHashAfter,
    bigintToBytes(BigInt(fields.l1OperationCount), 4),
    fields.payoutsHash,
    bigintToBytes(fields.txRoot, 32),
    fields.feeIndices,
    bigintToBytes(fields.dataPoint, 32),
    bigintToBytes(fields.dataEvaluation, 32),
  );
  assertLength("public input preimage", preimage, PUBLIC_INPUT_BYTES);
  return preimage;
}

/**
 * The circuit's one public input: SHA-256 of the preimage with its first byte cleared. Throws as {@link
 * publicInputPreimage}.
 *
 * @example const input = publicInput(fields); // below 2^248
 */
export function publicInput(fields: PublicInputFields): bigint {
  return bytesToBigint(sha256(publicInputPreimage(fields)).subarray(1));
}

function assertFieldElement(name: string, value: bigint): void {
  if (value < 0n || value >= FIELD_MODULUS) {
    throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `${name} is not a field element: ${value}`);
  }
}

function assertNextIndex(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > MAX_ACCOUNTS) {
    throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `next index is out of range: ${value}`);
  }
}
