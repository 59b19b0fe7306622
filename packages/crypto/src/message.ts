import {
  type Account,
  accountWords,
  CairnError,
  isEmptyAccount,
  type LinkContentWords,
  type MessageWords,
  TREE_ARITY,
  type TxLeafWords,
} from "@cairn/protocol";
import type { CryptoErrorCode } from "./errors.ts";
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

/**
 * Leaf of one slot in the txRoot tree; spec 3.5.
 *
 * @example txLeafHash(txLeafWords("transfer", slot))
 */
export function txLeafHash(words: TxLeafWords, compress: Compress = pureCompress): bigint {
  return compress(...words);
}

/**
 * Root of the 4-ary tree over the leaves of a block's slots; their number is a power of 4. Throws `crypto/bad-tree-size`.
 *
 * @example txRoot([1n, 2n, 3n, 4n]) // compress(1n, 2n, 3n, 4n)
 */
export function txRoot(leaves: readonly bigint[], compress: Compress = pureCompress): bigint {
  let level = leaves;
  while (level.length > 1) {
    const parents: bigint[] = [];
    for (let i = 0; i < level.length; i += TREE_ARITY) parents.push(compress(...fourOf(level, i)));
    level = parents;
  }
  const root = level[0];
  if (root === undefined) throw badTreeSize(leaves.length);
  return root;

  function fourOf(nodes: readonly bigint[], start: number): [bigint, bigint, bigint, bigint] {
    const [a, b, c, d] = nodes.slice(start, start + TREE_ARITY);
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw badTreeSize(leaves.length);
    return [a, b, c, d];
  }
}

function badTreeSize(size: number): CairnError<CryptoErrorCode> {
  return new CairnError("crypto/bad-tree-size", `${size} leaves: not a power of ${TREE_ARITY}`);
}
