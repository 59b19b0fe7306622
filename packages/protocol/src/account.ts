import { assertUint, assertUintNumber } from "./bytes.ts";
import {
  BALANCE_BITS,
  FIELD_MODULUS,
  FLAG_OWNER_KEY,
  META_FLAGS_SHIFT,
  META_NONCE_SHIFT,
  META_TOKEN_ID_SHIFT,
  NONCE_BITS,
  OWNER_BITS,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type TokenId, tokenId } from "./ids.ts";

/** One leaf of the state: the balance of one owner in one token. Spec: docs/spec/1-state.md. */
export interface Account {
  /** L1 address as an integer, 1 … 2^160 − 1; 0 only in the empty account. */
  readonly owner: bigint;
  readonly tokenId: TokenId;
  /** Nonce the next signed transaction must carry, below 2^40. */
  readonly nonce: number;
  /** The owner authorised `key` on L1. */
  readonly ownerKey: boolean;
  /** In the token's smallest unit, below 2^128. */
  readonly balance: bigint;
  /** x of the L2 public key, below the field modulus; 0 means no key. */
  readonly key: bigint;
}

/** The account of a leaf never assigned; its hash is 0. */
export const EMPTY_ACCOUNT: Account = {
  owner: 0n,
  tokenId: tokenId(0),
  nonce: 0,
  ownerKey: false,
  balance: 0n,
  key: 0n,
};

/**
 * Whether the leaf was never assigned.
 *
 * @example isEmptyAccount(EMPTY_ACCOUNT) // true
 */
export function isEmptyAccount(account: Account): boolean {
  return account.owner === 0n;
}

/**
 * The packed word owner 160 ‖ tokenId 32 ‖ nonce 40 ‖ flags 8, lowest bits first. Throws `protocol/out-of-range`.
 *
 * @example accountMeta({ ...EMPTY_ACCOUNT, owner: 1n, tokenId: tokenId(2) }) // 1n | (2n << 160n)
 */
export function accountMeta(account: Account): bigint {
  assertUint("owner", account.owner, OWNER_BITS);
  tokenId(account.tokenId);
  assertUintNumber("nonce", account.nonce, NONCE_BITS);
  return (
    account.owner +
    (BigInt(account.tokenId) << BigInt(META_TOKEN_ID_SHIFT)) +
    (BigInt(account.nonce) << BigInt(META_NONCE_SHIFT)) +
    (BigInt(account.ownerKey ? FLAG_OWNER_KEY : 0) << BigInt(META_FLAGS_SHIFT))
  );
}

/**
 * The four inputs of `compress` that hash to the leaf: meta, balance, key, aux (0 for now).
 * The empty account has no words: its hash is 0 by definition. Throws `protocol/out-of-range`.
 *
 * @example const [meta, balance, key] = accountWords(account);
 */
export function accountWords(account: Account): readonly [bigint, bigint, bigint, bigint] {
  assertUint("balance", account.balance, BALANCE_BITS);
  assertKey(account.key);
  return [accountMeta(account), account.balance, account.key, 0n];
}

/**
 * Throws `protocol/out-of-range` unless `key` is a field element.
 *
 * @example assertKey(FIELD_MODULUS) // throws
 */
export function assertKey(key: bigint): void {
  if (key < 0n || key >= FIELD_MODULUS) {
    throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `key is not a field element: ${key}`);
  }
}
