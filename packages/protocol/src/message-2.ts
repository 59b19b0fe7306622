import { assertUint, assertUintNumber } from "./bytes.ts";
import { type Domain, type MessageWords, messageWords } from "./message.ts";
import type { L2Transaction } from "./transaction.ts";

/** What a sender of protocol 2 signs besides a transaction of protocol 1. */
export interface SignedTerms {
  /** 31 bytes of the sender's choice, 0 for none; kept, not published. */
  readonly reference: bigint;
  /** First second at which the transaction may run; u32, 0 for at once. */
  readonly validFrom: number;
}

/** The words of protocol 2's message: m = compress(domainAndTag, word1, word2, compress(receiver, toKey, linkContent, reference)). */
export interface MessageWords2 extends MessageWords {
  readonly reference: bigint;
}

/** Terms of a transaction without reference that may run at once. */
export const NO_TERMS: SignedTerms = { reference: 0n, validFrom: 0 };

/** Bits of word2 below `validFrom`: validUntil 32, linkOffset 16. */
const LOW_BITS = 48;

/**
 * Words of the message that a sender of protocol 2 signs; word2 is amount 40 ‖ fee 16 ‖ validFrom 32 ‖ validUntil 32 ‖
 * linkOffset 16 (spec 2, 2.3). Throws `protocol/out-of-range`, `protocol/amount-overflow`.
 *
 * @example const id = messageHash2(messageWords2(transaction, domain, { reference: 0n, validFrom: 0 }));
 */
export function messageWords2(transaction: L2Transaction, domain: Domain, terms = NO_TERMS): MessageWords2 {
  assertUint("reference", terms.reference, 248);
  assertUintNumber("validFrom", terms.validFrom, 32);
  const words = messageWords(transaction, domain);
  const amounts = words.word2 >> BigInt(LOW_BITS);
  const low = BigInt.asUintN(LOW_BITS, words.word2);
  const word2 = (((amounts << 32n) + BigInt(terms.validFrom)) << BigInt(LOW_BITS)) + low;
  return { ...words, word2, reference: terms.reference };
}
