import { type Account, accountWords, isEmptyAccount, type LinkContentWords, type MessageWords } from "@cairn/protocol";
import { type Compress, compress as pureCompress } from "./poseidon2.ts";

/**
 * Hash of a leaf: compress(meta, balance, key, 0), or 0 for the empty account; spec 1.2. Throws `protocol/out-of-range`.
 *
 * @example accountHash(EMPTY_ACCOUNT) // 0n
 */
export function accountHash(account: Account, compress: Compress = pureCompress): bigint {
  return isEmptyAccount(account) ? 0n : compress(...accountWords(account));
}

/**
 * The message m that is signed, which is also the transaction's id; spec 2.3.
 *
 * @example const signature = sign(messageHash(messageWords(transaction, domain)), key);
 */
export function messageHash(words: MessageWords, compress: Compress = pureCompress): bigint {
  const receiver = compress(words.recipientOrOwner, words.toKey, words.linkContent, words.reference);
  return compress(words.domainAndTag, words.word1, words.word2, receiver);
}

/**
 * Link content of a transaction, what its partner signs of it; spec 2.7.
 *
 * @example linkContentHash(linkContentWords(partner))
 */
export function linkContentHash(words: LinkContentWords, compress: Compress = pureCompress): bigint {
  return compress(...words);
}
