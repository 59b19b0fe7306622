import {
  accountIndex,
  assertTransaction,
  bigintToBytes,
  bytesToBigint,
  bytesToNumber,
  CairnError,
  concatBytes,
  encodeLinkOffset,
  float16,
  float40,
  INDEX_BYTES,
  isCairnError,
  type L2Transaction,
  LINK_BIAS,
  recipientOrOwner,
  type SignedTransaction,
  SLOT_KIND,
  signedTo,
  toKey,
  tokenId,
  transactionLink,
} from "@cairn/protocol";
import type { DbErrorCode } from "./errors.ts";

/** Bytes of a stored signed transaction. */
export const SIGNED_TRANSACTION_BYTES = 212;

/**
 * kind 1 ‖ from 3 ‖ to 3 ‖ nonce 5 ‖ tokenId 4 ‖ amount 5 ‖ fee 2 ‖ validUntil 4 ‖ linkOffset 2 ‖ recipientOrOwner 20 ‖
 * toKey 32 ‖ linkContent 32 ‖ rx 32 ‖ s 32 ‖ validFrom 4 ‖ reference 31, big-endian. Throws `protocol/out-of-range`,
 * `protocol/amount-overflow`.
 */
export function encodeSignedTransaction({ transaction, signature }: SignedTransaction): Uint8Array {
  assertTransaction(transaction);
  const link = transactionLink(transaction);
  return concatBytes(
    uint(SLOT_KIND[transaction.type], 1),
    uint(transaction.from, INDEX_BYTES),
    uint(signedTo(transaction), INDEX_BYTES),
    uint(transaction.nonce, 5),
    uint(transaction.tokenId, 4),
    uint(transaction.amount, 5),
    uint(transaction.fee, 2),
    uint(transaction.validUntil, 4),
    uint(encodeLinkOffset(link?.offset ?? 0), 2),
    bigintToBytes(recipientOrOwner(transaction), 20),
    bigintToBytes(toKey(transaction), 32),
    bigintToBytes(link?.content ?? 0n, 32),
    bigintToBytes(signature.rx, 32),
    bigintToBytes(signature.s, 32),
    uint(transaction.validFrom, 4),
    bigintToBytes(transaction.reference, 31),
  );
}

/** Inverse of {@link encodeSignedTransaction}. Throws `db/corrupt`. */
export function decodeSignedTransaction(bytes: Uint8Array): SignedTransaction {
  let offset = 0;
  const take = (length: number): Uint8Array => {
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  const number = (length: number): number => bytesToNumber(take(length));
  const bigint = (length: number): bigint => bytesToBigint(take(length));
  try {
    const kind = number(1);
    const from = accountIndex(number(INDEX_BYTES));
    const to = accountIndex(number(INDEX_BYTES));
    const amounts = {
      nonce: number(5),
      tokenId: tokenId(number(4)),
      amount: float40(number(5)),
      fee: float16(number(2)),
      validUntil: number(4),
    };
    const linkOffset = number(2) - LINK_BIAS;
    const [owner, key, content] = [bigint(20), bigint(32), bigint(32)];
    const signature = { rx: bigint(32), s: bigint(32) };
    const common = { from, ...amounts, validFrom: number(4), reference: bigint(31) };
    const link = linkOffset === 0 ? null : { offset: linkOffset, content };
    const transaction = ((): L2Transaction | null => {
      switch (kind) {
        case SLOT_KIND.transfer:
          return { type: "transfer", ...common, to, toOwner: owner, toKey: key, link };
        case SLOT_KIND.transferToNew:
          return { type: "transferToNew", ...common, toOwner: owner, toKey: key, link };
        case SLOT_KIND.withdraw:
          return { type: "withdraw", ...common, recipient: owner };
        default:
          return null;
      }
    })();
    if (transaction === null || bytes.length !== SIGNED_TRANSACTION_BYTES) throw corrupt();
    assertTransaction(transaction);
    return { transaction, signature };
  } catch (cause) {
    throw isCairnError(cause, "db/corrupt") ? cause : corrupt(cause);
  }
}

function uint(value: number, length: number): Uint8Array {
  return bigintToBytes(BigInt(value), length);
}

function corrupt(cause?: unknown): CairnError<DbErrorCode> {
  return new CairnError("db/corrupt", "stored bytes are not a signed transaction", { cause });
}
