import { keccak_256 } from "@noble/hashes/sha3.js";
import { bigintToBytes, bytesToBigint, bytesToNumber, concatBytes } from "./bytes.ts";
import {
  BALANCE_BYTES,
  INDEX_BYTES,
  MAX_BATCH_PAYOUTS,
  OWNER_BYTES,
  PAYOUT_BYTES,
  TOKEN_ID_BYTES,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { tokenId } from "./ids.ts";
import { encodeL1Operation, type L1Operation } from "./l1-operation.ts";
import type { Payout } from "./payout.ts";

/** Three field elements that a chain takes in at once (spec 3.8). */
export type ChainEntry = readonly [x: bigint, y: bigint, z: bigint];

/**
 * An L1 operation as an entry of the L1 chain: type 8 ‖ owner or sender 160, tokenId 32 ‖ amount 128 ‖ index 24, key.
 * Throws `protocol/malformed-record`.
 *
 * @example l1Entry({ type: "forcedWithdraw", sender: 1n, index: accountIndex(64) }) // [(5n << 160n) + 1n, 64n, 0n]
 */
export function l1Entry(operation: L1Operation): ChainEntry {
  const record = encodeL1Operation(operation);
  const x = 1 + OWNER_BYTES;
  const y = x + TOKEN_ID_BYTES + BALANCE_BYTES + INDEX_BYTES;
  return [record.subarray(0, x), record.subarray(x, y), record.subarray(y)].map(bytesToBigint) as [
    bigint,
    bigint,
    bigint,
  ];
}

/**
 * A payout as an entry of the payout chain: recipient 160 ‖ tokenId 32, amount, 0. Throws `protocol/malformed-record`,
 * `protocol/out-of-range`.
 *
 * @example payoutEntry({ recipient: 1n, tokenId: tokenId(2), amount: 3n }) // [(1n << 32n) + 2n, 3n, 0n]
 */
export function payoutEntry(payout: Payout): ChainEntry {
  const record = encodePayoutRecord(payout);
  const x = OWNER_BYTES + TOKEN_ID_BYTES;
  return [bytesToBigint(record.subarray(0, x)), bytesToBigint(record.subarray(x)), 0n];
}

/**
 * The payouts of a batch as they are given to L1: 40 bytes each, without filling. Throws `protocol/too-many`,
 * `protocol/malformed-record`, `protocol/out-of-range`.
 *
 * @example encodePayoutList([{ recipient: owner, tokenId: tokenId(0), amount: 10n ** 18n }]).length // 40
 */
export function encodePayoutList(payouts: readonly Payout[]): Uint8Array {
  assertPayoutCount(payouts.length);
  return concatBytes(...payouts.map(encodePayoutRecord));
}

/**
 * Inverse of {@link encodePayoutList}. Throws `protocol/bad-length`, `protocol/too-many`, `protocol/malformed-record`.
 *
 * @example decodePayoutList(encodePayoutList(payouts)) // payouts
 */
export function decodePayoutList(bytes: Uint8Array): Payout[] {
  const count = bytes.length / PAYOUT_BYTES;
  if (!Number.isInteger(count)) {
    throw new CairnError<ProtocolErrorCode>("protocol/bad-length", `${bytes.length} bytes are not whole payouts`);
  }
  assertPayoutCount(count);
  return Array.from({ length: count }, (_, i) => {
    const record = bytes.subarray(i * PAYOUT_BYTES, (i + 1) * PAYOUT_BYTES);
    const payout = {
      recipient: bytesToBigint(record.subarray(0, OWNER_BYTES)),
      tokenId: tokenId(bytesToNumber(record.subarray(OWNER_BYTES, OWNER_BYTES + TOKEN_ID_BYTES))),
      amount: bytesToBigint(record.subarray(OWNER_BYTES + TOKEN_ID_BYTES)),
    };
    assertRecipient(payout);
    return payout;
  });
}

/** keccak256 of the list; of no bytes when there are none. Throws as {@link encodePayoutList}. See {@link encodePayoutList}. */
export function payoutListHash(payouts: readonly Payout[]): Uint8Array {
  return keccak_256(encodePayoutList(payouts));
}

function encodePayoutRecord(payout: Payout): Uint8Array {
  assertRecipient(payout);
  return concatBytes(
    bigintToBytes(payout.recipient, OWNER_BYTES),
    bigintToBytes(BigInt(tokenId(payout.tokenId)), TOKEN_ID_BYTES),
    bigintToBytes(payout.amount, BALANCE_BYTES),
  );
}

function assertRecipient({ recipient }: Payout): void {
  if (recipient !== 0n) return;
  throw new CairnError<ProtocolErrorCode>("protocol/malformed-record", "payout without recipient");
}

function assertPayoutCount(count: number): void {
  if (count <= MAX_BATCH_PAYOUTS) return;
  throw new CairnError<ProtocolErrorCode>("protocol/too-many", `${count} payouts in a batch`);
}
