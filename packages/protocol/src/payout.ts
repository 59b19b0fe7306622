import { sha256 } from "@noble/hashes/sha2.js";
import { assertLength, bigintToBytes, bytesToBigint, bytesToNumber, concatBytes, isZero } from "./bytes.ts";
import { type BlockSize2, blockCapacity, PAYOUT_BYTES } from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type TokenId, tokenId } from "./ids.ts";

/** What a batch owes one L1 address. Spec: docs/spec/3-published-data.md, 3.7. */
export interface Payout {
  /** L1 address, not 0. */
  readonly recipient: bigint;
  readonly tokenId: TokenId;
  /** In the token's smallest unit; may be 0 (a forced withdrawal of an empty account). */
  readonly amount: bigint;
}

/**
 * The list as L1 hashes it: capacity × 40 bytes, unused records zero. Throws `protocol/too-many`,
 * `protocol/malformed-record`.
 *
 * @example encodePayouts(16, [{ recipient: owner, tokenId: tokenId(0), amount: 10n ** 18n }]).length // 160
 */
export function encodePayouts(slots: BlockSize2, payouts: readonly Payout[]): Uint8Array {
  const bytes = new Uint8Array(blockCapacity(slots) * PAYOUT_BYTES);
  if (payouts.length > blockCapacity(slots)) {
    throw new CairnError<ProtocolErrorCode>(
      "protocol/too-many",
      `${payouts.length} payouts in a block of ${slots} slots`,
    );
  }
  payouts.forEach((payout, i) => {
    bytes.set(encodePayout(payout), i * PAYOUT_BYTES);
  });
  return bytes;
}

/**
 * Inverse of {@link encodePayouts}. Throws `protocol/bad-length`, `protocol/malformed-record` (a gap, a record without
 * recipient).
 *
 * @example decodePayouts(16, encodePayouts(16, payouts)) // payouts
 */
export function decodePayouts(slots: BlockSize2, bytes: Uint8Array): Payout[] {
  assertLength("payout list", bytes, blockCapacity(slots) * PAYOUT_BYTES);
  const payouts: Payout[] = [];
  for (let offset = 0; offset < bytes.length; offset += PAYOUT_BYTES) {
    if (isZero(bytes.subarray(offset))) break;
    const payout = {
      recipient: bytesToBigint(bytes.subarray(offset, offset + 20)),
      tokenId: tokenId(bytesToNumber(bytes.subarray(offset + 20, offset + 24))),
      amount: bytesToBigint(bytes.subarray(offset + 24, offset + 40)),
    };
    assertPayout(payout);
    payouts.push(payout);
  }
  return payouts;
}

/** SHA-256 of the fixed-size list. Throws as {@link encodePayouts}. See {@link encodePayouts}. */
export function payoutsHash(slots: BlockSize2, payouts: readonly Payout[]): Uint8Array {
  return sha256(encodePayouts(slots, payouts));
}

function encodePayout(payout: Payout): Uint8Array {
  assertPayout(payout);
  return concatBytes(
    bigintToBytes(payout.recipient, 20),
    bigintToBytes(BigInt(tokenId(payout.tokenId)), 4),
    bigintToBytes(payout.amount, 16),
  );
}

function assertPayout(payout: Payout): void {
  if (payout.recipient === 0n) {
    throw new CairnError<ProtocolErrorCode>("protocol/malformed-record", "payout without recipient");
  }
}
