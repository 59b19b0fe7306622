import { keccak_256 } from "@noble/hashes/sha3.js";
import { assertKey } from "./account.ts";
import { createByteCursor } from "./byte-cursor.ts";
import { assertLength, assertUint, bigintToBytes, concatBytes } from "./bytes.ts";
import {
  BALANCE_BITS,
  BALANCE_BYTES,
  FIELD_BYTES,
  FIELD_MODULUS,
  INDEX_BYTES,
  OWNER_BITS,
  OWNER_BYTES,
  QUEUE_RECORD_BYTES,
  SLOT_KIND,
  TOKEN_ID_BYTES,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type AccountIndex, accountIndex, type TokenId, tokenId } from "./ids.ts";

/** Credits an amount locked on L1: tops up `index` when owner and token match there, else creates an account. */
export interface Deposit {
  readonly type: "deposit";
  /** Owner of the credited account, not 0. */
  readonly owner: bigint;
  readonly tokenId: TokenId;
  /** In the token's smallest unit, 1 … 2^128 − 1. */
  readonly amount: bigint;
  /** Account meant to be topped up; 0 to create one. */
  readonly index: AccountIndex;
  /** Key of the account when it is created, authorised by the owner; 0 for none. */
  readonly key: bigint;
}

/** Pays the whole balance of `index` out to its owner if `sender` is that owner, else does nothing. */
export interface ForcedWithdraw {
  readonly type: "forcedWithdraw";
  readonly sender: bigint;
  readonly index: AccountIndex;
}

/** Replaces the key of `index` if `sender` is its owner, else does nothing. */
export interface SetKey {
  readonly type: "setKey";
  readonly sender: bigint;
  readonly index: AccountIndex;
  /** New key, not 0. */
  readonly key: bigint;
}

/** An entry of the L1 queue. Spec 4. */
export type L1Operation = Deposit | ForcedWithdraw | SetKey;

/** Queue hash before the first entry: 32 zero bytes. */
export const EMPTY_QUEUE_HASH: Uint8Array = new Uint8Array(32);

/**
 * The 76-byte record: type 1 ‖ owner or sender 20 ‖ tokenId 4 ‖ amount 16 ‖ index 3 ‖ key 32. Throws
 * `protocol/malformed-record`.
 *
 * @example const record = encodeL1Operation({ type: "forcedWithdraw", sender: owner, index: accountIndex(64) });
 */
export function encodeL1Operation(operation: L1Operation): Uint8Array {
  assertL1Operation(operation);
  const isDeposit = operation.type === "deposit";
  return concatBytes(
    Uint8Array.of(SLOT_KIND[operation.type]),
    bigintToBytes(isDeposit ? operation.owner : operation.sender, OWNER_BYTES),
    bigintToBytes(BigInt(isDeposit ? operation.tokenId : 0), TOKEN_ID_BYTES),
    bigintToBytes(isDeposit ? operation.amount : 0n, BALANCE_BYTES),
    bigintToBytes(BigInt(operation.index), INDEX_BYTES),
    bigintToBytes(operation.type === "forcedWithdraw" ? 0n : operation.key, FIELD_BYTES),
  );
}

/**
 * Inverse of {@link encodeL1Operation}. Throws `protocol/bad-length`, `protocol/malformed-record`.
 *
 * @example decodeL1Operation(record).type // "deposit"
 */
export function decodeL1Operation(record: Uint8Array): L1Operation {
  assertLength("L1 operation", record, QUEUE_RECORD_BYTES);
  const cursor = createByteCursor(record);
  const type = cursor.number(1);
  const owner = cursor.bigint(OWNER_BYTES);
  const token = cursor.number(TOKEN_ID_BYTES);
  const amount = cursor.bigint(BALANCE_BYTES);
  const index = accountIndex(cursor.number(INDEX_BYTES));
  const key = cursor.bigint(FIELD_BYTES);
  const operation = ((): L1Operation => {
    switch (type) {
      case SLOT_KIND.deposit:
        return { type: "deposit", owner, tokenId: tokenId(token), amount, index, key };
      case SLOT_KIND.forcedWithdraw:
        requireRecord(key === 0n, "a forced withdrawal carries no key");
        return { type: "forcedWithdraw", sender: owner, index };
      case SLOT_KIND.setKey:
        return { type: "setKey", sender: owner, index, key };
      default:
        throw malformed(`unknown type ${type}`);
    }
  })();
  if (operation.type !== "deposit") requireRecord(token === 0 && amount === 0n, "only a deposit has token and amount");
  assertL1Operation(operation);
  return operation;
}

/**
 * Queue hash after one more record: keccak256(previous 32 ‖ record 76). Throws `protocol/bad-length`.
 *
 * @example records.reduce(nextQueueHash, EMPTY_QUEUE_HASH)
 */
export function nextQueueHash(previous: Uint8Array, record: Uint8Array): Uint8Array {
  assertLength("queue hash", previous, 32);
  assertLength("L1 operation", record, QUEUE_RECORD_BYTES);
  return keccak_256(concatBytes(previous, record));
}

/**
 * Throws `protocol/malformed-record` unless the contract could have enqueued the operation.
 *
 * @example assertL1Operation({ type: "setKey", sender, index: accountIndex(64), key: 0n }) // throws: no key
 */
export function assertL1Operation(operation: L1Operation): void {
  accountIndex(operation.index);
  const owner = operation.type === "deposit" ? operation.owner : operation.sender;
  assertUint("owner", owner, OWNER_BITS);
  requireRecord(owner !== 0n, "owner is 0");
  if (operation.type === "deposit") {
    tokenId(operation.tokenId);
    assertUint("amount", operation.amount, BALANCE_BITS);
    requireRecord(operation.amount > 0n, "amount is 0");
  }
  if (operation.type !== "forcedWithdraw") {
    requireRecord(operation.key < FIELD_MODULUS, "key is not a field element");
    assertKey(operation.key);
  }
  if (operation.type === "setKey") requireRecord(operation.key !== 0n, "key is 0");
}

function requireRecord(condition: boolean, reason: string): asserts condition {
  if (!condition) throw malformed(reason);
}

function malformed(reason: string): CairnError<ProtocolErrorCode> {
  return new CairnError<ProtocolErrorCode>("protocol/malformed-record", `L1 operation: ${reason}`);
}
