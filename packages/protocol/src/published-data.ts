import { sha256 } from "@noble/hashes/sha2.js";
import { assertKey } from "./account.ts";
import { assertLength, bigintToBytes, bytesToBigint, bytesToNumber, concatBytes, isZero } from "./bytes.ts";
import {
  AMOUNT_BYTES,
  type BlockSize2,
  blockCapacity,
  EXTRA_BYTES,
  FEE_BYTES,
  FEE_TOKENS_PER_BLOCK,
  FIELD_BYTES,
  FIELD_MODULUS,
  FIRST_ACCOUNT_INDEX,
  INDEX_BYTES,
  OWNER_BYTES,
  publishedDataBytes,
  SLOT_BYTES,
  TO_L1,
  TO_NEW_ACCOUNT,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type Float16, type Float40, float16, float40 } from "./float.ts";
import { type AccountIndex, accountIndex } from "./ids.ts";

/** What a slot publishes. L1 operations and noops publish nothing. Spec: docs/spec/3-published-data.md. */
export type PublishedSlot =
  | { readonly type: "nothing" }
  | {
      readonly type: "transfer";
      readonly from: AccountIndex;
      readonly to: AccountIndex;
      readonly amount: Float40;
      readonly fee: Float16;
    }
  | {
      readonly type: "transferToNew";
      readonly from: AccountIndex;
      readonly amount: Float40;
      readonly fee: Float16;
      readonly toOwner: bigint;
      readonly toKey: bigint;
    }
  | {
      readonly type: "withdraw";
      readonly from: AccountIndex;
      readonly amount: Float40;
      readonly fee: Float16;
      readonly recipient: bigint;
    };

/** Published data of one block. */
export interface PublishedData {
  /** Accounts credited with the fees, FEE_TOKENS_PER_BLOCK entries; 0 where unused. */
  readonly feeIndices: readonly AccountIndex[];
  /** One entry per slot. */
  readonly slots: readonly PublishedSlot[];
}

/**
 * Fixed-length bytes: 4×3 fee indices ‖ N×13 slots ‖ N/4×52 extras in slot order, unused bytes zero.
 * Throws `protocol/malformed-data`, `protocol/too-many`, `protocol/out-of-range`.
 *
 * @example encodePublishedData(16, { feeIndices, slots }).length // 428
 */
export function encodePublishedData(slots: BlockSize2, data: PublishedData): Uint8Array {
  requireData(data.slots.length === slots, `${data.slots.length} slots, expected ${slots}`);
  requireData(data.feeIndices.length === FEE_TOKENS_PER_BLOCK, `${data.feeIndices.length} fee indices`);
  const extras = data.slots.flatMap((slot) => encodeExtra(slot));
  if (extras.length > blockCapacity(slots)) {
    throw new CairnError<ProtocolErrorCode>(
      "protocol/too-many",
      `${extras.length} extras in a block of ${slots} slots`,
    );
  }
  const used = concatBytes(
    ...data.feeIndices.map((index) => encodeFeeIndex(index)),
    ...data.slots.map((slot) => encodeSlot(slot)),
    ...extras,
  );
  const bytes = new Uint8Array(publishedDataBytes(slots));
  bytes.set(used);
  return bytes;
}

/**
 * Inverse of {@link encodePublishedData}; `bytes` may lack trailing zeros, as calldata does.
 * The first `l1OperationCount` slots must be zero. Throws `protocol/bad-length`, `protocol/malformed-data`.
 *
 * @example const { slots, feeIndices } = decodePublishedData(16, bytes, 2); // two L1 operations come first
 */
export function decodePublishedData(slots: BlockSize2, bytes: Uint8Array, l1OperationCount: number): PublishedData {
  requireData(
    Number.isInteger(l1OperationCount) && l1OperationCount >= 0 && l1OperationCount <= blockCapacity(slots),
    `${l1OperationCount} L1 operations`,
  );
  const padded = padPublishedData(slots, bytes);
  const feeEnd = FEE_TOKENS_PER_BLOCK * INDEX_BYTES;
  const extrasStart = feeEnd + slots * SLOT_BYTES;
  const feeIndices: AccountIndex[] = [];
  for (let i = 0; i < feeEnd; i += INDEX_BYTES) {
    const index = bytesToNumber(padded.subarray(i, i + INDEX_BYTES));
    requireData(index === 0 || index >= FIRST_ACCOUNT_INDEX, `fee index ${index} is an operation code`);
    feeIndices.push(accountIndex(index));
  }
  let extrasUsed = 0;
  const takeExtra = (): Uint8Array => {
    requireData(extrasUsed < blockCapacity(slots), "more extras than a block may have");
    const offset = extrasStart + extrasUsed++ * EXTRA_BYTES;
    return padded.subarray(offset, offset + EXTRA_BYTES);
  };
  const decoded: PublishedSlot[] = [];
  for (let i = 0; i < slots; i++) {
    const word = padded.subarray(feeEnd + i * SLOT_BYTES, feeEnd + (i + 1) * SLOT_BYTES);
    if (i < l1OperationCount) {
      requireData(isZero(word), `slot ${i} is an L1 operation but publishes bytes`);
      decoded.push({ type: "nothing" });
    } else {
      decoded.push(decodeSlot(word, takeExtra));
    }
  }
  requireData(isZero(padded.subarray(extrasStart + extrasUsed * EXTRA_BYTES)), "unused extras are not zero");
  return { feeIndices, slots: decoded };
}

/**
 * Bytes without trailing zeros, as they go into calldata.
 *
 * @example trimPublishedData(Uint8Array.of(1, 0, 0)) // Uint8Array [1]
 */
export function trimPublishedData(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.slice(0, end);
}

/**
 * Bytes with the trailing zeros put back. Throws `protocol/bad-length` when too long.
 *
 * @example padPublishedData(16, trimPublishedData(bytes)) // bytes
 */
export function padPublishedData(slots: BlockSize2, bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(publishedDataBytes(slots));
  if (bytes.length > padded.length) assertLength("published data", bytes, padded.length);
  padded.set(bytes);
  return padded;
}

/**
 * SHA-256 of the padded data. Throws `protocol/bad-length`.
 *
 * @example bytesToHex(dataHash(16, publishedData)) === event.dataHash
 */
export function dataHash(slots: BlockSize2, bytes: Uint8Array): Uint8Array {
  return sha256(padPublishedData(slots, bytes));
}

/**
 * The slot's 13 published bytes: from 3 ‖ to 3 ‖ amount 5 ‖ fee 2; zero for `nothing`. Throws `protocol/malformed-data`.
 *
 * @example encodeSlot({ type: "nothing" }) // 13 zero bytes
 */
export function encodeSlot(slot: PublishedSlot): Uint8Array {
  if (slot.type === "nothing") return new Uint8Array(SLOT_BYTES);
  requireData(slot.from >= FIRST_ACCOUNT_INDEX, `sender index ${slot.from} is an operation code`);
  return concatBytes(
    bigintToBytes(BigInt(accountIndex(slot.from)), INDEX_BYTES),
    bigintToBytes(BigInt(publishedTo(slot)), INDEX_BYTES),
    bigintToBytes(BigInt(float40(slot.amount)), AMOUNT_BYTES),
    bigintToBytes(BigInt(float16(slot.fee)), FEE_BYTES),
  );
}

function publishedTo(slot: Exclude<PublishedSlot, { type: "nothing" }>): number {
  switch (slot.type) {
    case "transfer":
      requireData(slot.to >= FIRST_ACCOUNT_INDEX, `receiver index ${slot.to} is an operation code`);
      return accountIndex(slot.to);
    case "transferToNew":
      return TO_NEW_ACCOUNT;
    case "withdraw":
      return TO_L1;
  }
}

/** What a slot publishes besides its own bytes: owner and key of the account it creates, or its L1 recipient; null for nothing. */
export function publishedExtra(
  slot: PublishedSlot,
): { readonly ownerOrRecipient: bigint; readonly key: bigint } | null {
  switch (slot.type) {
    case "nothing":
    case "transfer":
      return null;
    case "transferToNew":
      return { ownerOrRecipient: slot.toOwner, key: slot.toKey };
    case "withdraw":
      return { ownerOrRecipient: slot.recipient, key: 0n };
  }
}

function encodeExtra(slot: PublishedSlot): Uint8Array[] {
  const extra = publishedExtra(slot);
  if (extra === null) return [];
  requireData(extra.ownerOrRecipient !== 0n, "extra without owner or recipient");
  assertKey(extra.key);
  return [concatBytes(bigintToBytes(extra.ownerOrRecipient, OWNER_BYTES), bigintToBytes(extra.key, FIELD_BYTES))];
}

function encodeFeeIndex(index: AccountIndex): Uint8Array {
  requireData(index === 0 || index >= FIRST_ACCOUNT_INDEX, `fee index ${index} is an operation code`);
  return bigintToBytes(BigInt(accountIndex(index)), INDEX_BYTES);
}

function decodeSlot(word: Uint8Array, takeExtra: () => Uint8Array): PublishedSlot {
  const amountStart = 2 * INDEX_BYTES;
  const feeStart = amountStart + AMOUNT_BYTES;
  const from = accountIndex(bytesToNumber(word.subarray(0, INDEX_BYTES)));
  const to = accountIndex(bytesToNumber(word.subarray(INDEX_BYTES, amountStart)));
  if (from === 0) {
    requireData(isZero(word), "a noop publishes bytes");
    return { type: "nothing" };
  }
  requireData(from >= FIRST_ACCOUNT_INDEX, `sender index ${from} is an operation code`);
  const amount = float40(bytesToNumber(word.subarray(amountStart, feeStart)));
  const fee = float16(bytesToNumber(word.subarray(feeStart)));
  if (to >= FIRST_ACCOUNT_INDEX) return { type: "transfer", from, to, amount, fee };
  requireData(to === TO_NEW_ACCOUNT || to === TO_L1, `unknown operation code ${to}`);
  const extra = takeExtra();
  const ownerOrRecipient = bytesToBigint(extra.subarray(0, OWNER_BYTES));
  const key = bytesToBigint(extra.subarray(OWNER_BYTES));
  requireData(ownerOrRecipient !== 0n, "extra without owner or recipient");
  if (to === TO_L1) {
    requireData(key === 0n, "a withdrawal publishes a key");
    return { type: "withdraw", from, amount, fee, recipient: ownerOrRecipient };
  }
  requireData(key < FIELD_MODULUS, "key is not a field element");
  return { type: "transferToNew", from, amount, fee, toOwner: ownerOrRecipient, toKey: key };
}

function requireData(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new CairnError<ProtocolErrorCode>("protocol/malformed-data", `published data: ${reason}`);
}
