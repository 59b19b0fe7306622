import { sha256 } from "@noble/hashes/sha2.js";
import { bigintToBytes, bytesToBigint, concatBytes } from "./bytes.ts";
import {
  type BlockSize2,
  blockCapacity,
  EXTRA_BYTES,
  FEE_TOKENS_PER_BLOCK,
  FIELD_MODULUS,
  INDEX_BYTES,
  OWNER_BITS,
  SLOT_BYTES,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { dataHash, padPublishedData } from "./published-data.ts";

const FEE_INDICES_BYTES = FEE_TOKENS_PER_BLOCK * INDEX_BYTES;
const OWNER_BYTES = OWNER_BITS / 8;

/** What ties a proof to published bytes (spec 3.6). */
export interface DataBinding {
  /** The 12 bytes of the four fee indices, as published. */
  readonly feeIndices: Uint8Array;
  /** Where the data polynomial is evaluated, 248 bits: depends on the published bytes and on txRoot. */
  readonly dataPoint: bigint;
  /** Its value there, a field element. */
  readonly dataEvaluation: bigint;
}

/**
 * Binds published bytes, padded or not, to the txRoot of their block (spec 3.6).
 * Throws `protocol/bad-length`, `protocol/malformed-data` when a key is not a field element, `protocol/out-of-range`.
 *
 * @example const { dataPoint, dataEvaluation } = bindPublishedData(16, encodePublishedData(16, data), txRoot);
 */
export function bindPublishedData(slots: BlockSize2, bytes: Uint8Array, txRoot: bigint): DataBinding {
  const dataPoint = dataEvaluationPoint(dataHash(slots, bytes), txRoot);
  return {
    feeIndices: padPublishedData(slots, bytes).slice(0, FEE_INDICES_BYTES),
    dataPoint,
    dataEvaluation: evaluateDataWords(publishedDataWords(slots, bytes), dataPoint),
  };
}

/**
 * SHA-256 of data hash ‖ txRoot with its first byte cleared. Throws `protocol/out-of-range`.
 *
 * @example dataEvaluationPoint(dataHash(16, publishedData), txRoot) // below 2^248
 */
export function dataEvaluationPoint(publishedDataHash: Uint8Array, txRoot: bigint): bigint {
  return bytesToBigint(sha256(concatBytes(publishedDataHash, bigintToBytes(txRoot, 32))).subarray(1));
}

/**
 * Coefficients of the data polynomial: a word of 13 bytes per slot, then owner or recipient and key of each extra.
 * Throws `protocol/bad-length`, `protocol/malformed-data` when a key is not a field element.
 *
 * @example publishedDataWords(16, publishedData).length // 24: 16 slots, 4 extras of two words each
 */
export function publishedDataWords(slots: BlockSize2, bytes: Uint8Array): bigint[] {
  const padded = padPublishedData(slots, bytes);
  const at = (start: number, length: number): bigint => bytesToBigint(padded.subarray(start, start + length));
  const words = Array.from({ length: slots }, (_, i) => at(FEE_INDICES_BYTES + i * SLOT_BYTES, SLOT_BYTES));
  for (let j = 0; j < blockCapacity(slots); j++) {
    const start = FEE_INDICES_BYTES + slots * SLOT_BYTES + j * EXTRA_BYTES;
    const key = at(start + OWNER_BYTES, EXTRA_BYTES - OWNER_BYTES);
    if (key >= FIELD_MODULUS) {
      throw new CairnError<ProtocolErrorCode>("protocol/malformed-data", `key of extra ${j} is not a field element`);
    }
    words.push(at(start, OWNER_BYTES), key);
  }
  return words;
}

/**
 * Σ words[k] · point^k mod r.
 *
 * @example evaluateDataWords([1n, 2n, 3n], 10n) // 321n
 */
export function evaluateDataWords(words: readonly bigint[], point: bigint): bigint {
  return words.reduceRight((sum, word) => (sum * point + word) % FIELD_MODULUS, 0n);
}
