import {
  accountIndex,
  type Domain,
  encodeFloat40,
  FIELD_MODULUS,
  float16,
  type L2Transaction,
  type Link,
  type MessageWords,
  SLOT_KIND,
  signedTo,
  tokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import fc from "fast-check";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const field = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(0n, FIELD_MODULUS - 1n) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, FIELD_MODULUS - 1n) },
);
const index = fc.integer({ min: 64, max: 2 ** 24 - 1 }).map(accountIndex);

/** Any rollup. */
export const arbitraryDomain: fc.Arbitrary<Domain> = fc.record({ chainId: uint(64), rollup: uint(160) });

/** Any transfer, linked or not. */
export const arbitraryTransfer: fc.Arbitrary<L2Transaction> = fc.record({
  type: fc.constant("transfer" as const),
  from: index,
  to: index,
  toOwner: uint(160),
  toKey: field,
  nonce: uint(40).map(Number),
  tokenId: uint(32).map((id) => tokenId(Number(id))),
  amount: fc.oneof(uint(35).map(encodeFloat40), fc.constant(WHOLE_BALANCE)),
  fee: uint(16).map((fee) => float16(Number(fee))),
  validFrom: uint(32).map(Number),
  validUntil: uint(32).map(Number),
  reference: uint(248),
  link: fc.option<Link>(
    fc.record({ offset: fc.integer({ min: -255, max: 255 }).filter((offset) => offset !== 0), content: field }),
  ),
});

/** The struct Message of `message.nr`, and what its hash takes beside it from the words. */
export function messageInputs(transaction: L2Transaction, words: MessageWords) {
  return {
    message: {
      kind: BigInt(SLOT_KIND[transaction.type]),
      from: BigInt(transaction.from),
      to: BigInt(signedTo(transaction)),
      nonce: BigInt(transaction.nonce),
      tokenId: BigInt(transaction.tokenId),
      amount: BigInt(transaction.amount),
      fee: BigInt(transaction.fee),
      receiver: words.recipientOrOwner,
      toKey: words.toKey,
    },
    terms: { reference: words.reference, validFrom: BigInt(transaction.validFrom) },
    validUntil: BigInt(transaction.validUntil),
    linkOffset: words.word2 & 0xffffn,
    linkContent: words.linkContent,
  };
}
