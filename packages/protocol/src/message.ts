import { assertKey } from "./account.ts";
import { assertUint, assertUintNumber } from "./bytes.ts";
import {
  AMOUNT_BITS,
  FEE_BITS,
  INDEX_BITS,
  LINK_BIAS,
  NONCE_BITS,
  OWNER_BITS,
  REFERENCE_BITS,
  SLOT_KIND,
  TAG_LINK,
  TAG_MESSAGE,
  TIME_BITS,
  TO_L1,
  TO_NEW_ACCOUNT,
  TOKEN_ID_BITS,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { float16, float40 } from "./float.ts";
import { accountIndex, tokenId } from "./ids.ts";
import { type L2Transaction, transactionLink } from "./transaction.ts";

/** Names one rollup: chainId 64 ‖ rollup address 160, a 224-bit integer. */
export interface Domain {
  readonly chainId: bigint;
  readonly rollup: bigint;
}

/**
 * chainId · 2^160 + rollup. Throws `protocol/out-of-range`.
 *
 * @example domainToBigint({ chainId: 1n, rollup: 5n }) // (1n << 160n) + 5n
 */
export function domainToBigint(domain: Domain): bigint {
  assertUint("chain id", domain.chainId, 64);
  assertUint("rollup", domain.rollup, OWNER_BITS);
  return (domain.chainId << 160n) + domain.rollup;
}

/** The words of the signed message: m = compress(domainAndTag, word1, word2, compress(receiver, toKey, linkContent, reference)). */
export interface MessageWords {
  /** tag 8 ‖ chainId 64 ‖ rollup 160. */
  readonly domainAndTag: bigint;
  /** kind 8 ‖ from 24 ‖ to 24 ‖ nonce 40 ‖ tokenId 32, first field highest. */
  readonly word1: bigint;
  /** amount 40 ‖ fee 16 ‖ validFrom 32 ‖ validUntil 32 ‖ linkOffset 16, first field highest. */
  readonly word2: bigint;
  /** Owner of the receiving account, or L1 recipient of a withdrawal. */
  readonly recipientOrOwner: bigint;
  readonly toKey: bigint;
  readonly linkContent: bigint;
  readonly reference: bigint;
}

/** Inputs of `compress` that give a transaction's link content. */
export type LinkContentWords = readonly [word: bigint, recipientOrOwner: bigint, toKey: bigint, tag: bigint];

/**
 * Words of the message that the sender signs. Throws `protocol/out-of-range`, `protocol/amount-overflow`.
 *
 * @example const id = messageHash(messageWords(transaction, domain));
 */
export function messageWords(transaction: L2Transaction, domain: Domain): MessageWords {
  assertTransaction(transaction);
  const link = transactionLink(transaction);
  return {
    domainAndTag: (TAG_MESSAGE << 224n) + domainToBigint(domain),
    word1: pack([
      [SLOT_KIND[transaction.type], 8],
      [transaction.from, INDEX_BITS],
      [signedTo(transaction), INDEX_BITS],
      [transaction.nonce, NONCE_BITS],
      [transaction.tokenId, TOKEN_ID_BITS],
    ]),
    word2: pack([
      [transaction.amount, AMOUNT_BITS],
      [transaction.fee, FEE_BITS],
      [transaction.validFrom, TIME_BITS],
      [transaction.validUntil, TIME_BITS],
      [encodeLinkOffset(link === null ? 0 : link.offset), 16],
    ]),
    recipientOrOwner: recipientOrOwner(transaction),
    toKey: toKey(transaction),
    linkContent: link === null ? 0n : link.content,
    reference: transaction.reference,
  };
}

/**
 * What a linked transaction commits to about its partner; leaves out nonce, times, reference and link. Throws as
 * {@link messageWords}.
 *
 * @example const content = linkContentHash(linkContentWords(partner));
 */
export function linkContentWords(transaction: L2Transaction): LinkContentWords {
  assertTransaction(transaction);
  const word = pack([
    [SLOT_KIND[transaction.type], 8],
    [transaction.from, INDEX_BITS],
    [signedTo(transaction), INDEX_BITS],
    [transaction.tokenId, TOKEN_ID_BITS],
    [transaction.amount, AMOUNT_BITS],
    [transaction.fee, FEE_BITS],
  ]);
  return [word, recipientOrOwner(transaction), toKey(transaction), TAG_LINK];
}

/**
 * Encoded link offset: LINK_BIAS + offset; 0 stands for no link. Throws `protocol/out-of-range` beyond ±255.
 *
 * @example encodeLinkOffset(-1) // 255
 */
export function encodeLinkOffset(offset: number): number {
  if (!Number.isInteger(offset) || Math.abs(offset) >= LINK_BIAS) {
    throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `link offset is not within ±255: ${offset}`);
  }
  return LINK_BIAS + offset;
}

/**
 * The `to` that is signed and published: an index, TO_NEW_ACCOUNT or TO_L1.
 *
 * @example signedTo(withdrawal) === TO_L1 // true
 */
export function signedTo(transaction: L2Transaction): number {
  switch (transaction.type) {
    case "transfer":
      return transaction.to;
    case "transferToNew":
      return TO_NEW_ACCOUNT;
    case "withdraw":
      return TO_L1;
  }
}

/**
 * Owner of the receiving account, or the L1 recipient.
 *
 * @example recipientOrOwner(withdrawal) === withdrawal.recipient // true
 */
export function recipientOrOwner(transaction: L2Transaction): bigint {
  switch (transaction.type) {
    case "transfer":
    case "transferToNew":
      return transaction.toOwner;
    case "withdraw":
      return transaction.recipient;
  }
}

/**
 * Key of the receiving account; 0 for a withdrawal.
 *
 * @example toKey(withdrawal) // 0n
 */
export function toKey(transaction: L2Transaction): bigint {
  switch (transaction.type) {
    case "transfer":
    case "transferToNew":
      return transaction.toKey;
    case "withdraw":
      return 0n;
  }
}

/**
 * Checks the widths of every field. Throws `protocol/out-of-range`, `protocol/amount-overflow`.
 *
 * @example assertTransaction({ ...transfer, nonce: 2 ** 40 }) // throws
 */
export function assertTransaction(transaction: L2Transaction): void {
  accountIndex(transaction.from);
  accountIndex(signedTo(transaction));
  tokenId(transaction.tokenId);
  float40(transaction.amount);
  float16(transaction.fee);
  assertUintNumber("nonce", transaction.nonce, NONCE_BITS);
  assertUintNumber("validFrom", transaction.validFrom, TIME_BITS);
  assertUintNumber("validUntil", transaction.validUntil, TIME_BITS);
  assertUint("reference", transaction.reference, REFERENCE_BITS);
  assertUint("recipient or owner", recipientOrOwner(transaction), OWNER_BITS);
  assertKey(toKey(transaction));
  const link = transactionLink(transaction);
  if (link !== null) {
    if (link.offset === 0) {
      throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", "a transaction is linked to itself");
    }
    encodeLinkOffset(link.offset);
    assertKey(link.content);
  }
}

function pack(fields: readonly (readonly [value: number, bits: number])[]): bigint {
  return fields.reduce((word, [value, bits]) => (word << BigInt(bits)) + BigInt(value), 0n);
}
