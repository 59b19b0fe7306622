import { accountHash, compress } from "@cairn/crypto";
import {
  type Account,
  accountIndex,
  accountMeta,
  EMPTY_ACCOUNT,
  FIELD_MODULUS,
  MAX_ACCOUNTS,
  tokenId,
} from "@cairn/protocol";
import { createWorkingTree, emptySubtreeHashes } from "@cairn/state";
import { createSparseState } from "@cairn/testkit";
import { address, type Vector, word } from "../json.ts";
import { scramble } from "./hash.ts";

/** Every field at its maximum. */
export const MAXIMAL: Account = {
  owner: 2n ** 160n - 1n,
  tokenId: tokenId(2 ** 32 - 1),
  nonce: 2 ** 40 - 1,
  ownerKey: true,
  balance: 2n ** 128n - 1n,
  key: FIELD_MODULUS - 1n,
};

const ACCOUNTS: readonly Account[] = [
  EMPTY_ACCOUNT,
  { ...EMPTY_ACCOUNT, owner: 1n },
  { ...EMPTY_ACCOUNT, owner: 2n ** 160n - 1n },
  { ...EMPTY_ACCOUNT, owner: 1n, tokenId: tokenId(2 ** 32 - 1) },
  { ...EMPTY_ACCOUNT, owner: 1n, nonce: 2 ** 40 - 1 },
  { ...EMPTY_ACCOUNT, owner: 1n, key: FIELD_MODULUS - 1n, ownerKey: true },
  { ...EMPTY_ACCOUNT, owner: 1n, balance: 2n ** 128n - 1n },
  { ...EMPTY_ACCOUNT, owner: 0x00000000000000000000aabbccddeeff00112233n, key: 2n ** 200n, balance: 10n ** 18n },
  MAXIMAL,
  accountOf(1n),
  accountOf(2n),
  accountOf(3n),
];

const TREES: readonly (readonly number[])[] = [
  [],
  [64],
  [64, 65, 66, 67, 68],
  [MAX_ACCOUNTS - 1],
  [64, 1000, 2 ** 22, MAX_ACCOUNTS - 1],
];

/** Leaf hashes. */
export function leafVectors(): Vector {
  return { cases: ACCOUNTS.map(accountVector) };
}

/** Roots of empty subtrees, of trees with some leaves, and proofs in them; siblings three a level, leaves first. */
export function treeVectors(): Vector {
  const empty = emptySubtreeHashes(compress);
  const trees = TREES.map((indices) => {
    const accounts = new Map(indices.map((index) => [accountIndex(index), accountOf(BigInt(index))]));
    const state = createSparseState({ accounts, nextIndex: MAX_ACCOUNTS }, compress);
    const leaves = [...accounts.values()].map((account) => accountHash(account));
    const tree = createWorkingTree(state, compress);
    const proofs = [...indices, 0, 69, MAX_ACCOUNTS - 2].map((index) => {
      const { leafHash, siblings } = tree.prove(index);
      return { index, leaf: word(leafHash), root: word(state.root()), siblings: siblings.flat().map(word) };
    });
    return { proofs, root: { indices: [...indices], leaves: leaves.map(word), root: word(state.root()) } };
  });
  return {
    emptySubtrees: empty.map(word),
    genesisRoot: word(empty.at(-1) ?? 0n),
    proofs: trees.flatMap(({ proofs }) => proofs),
    roots: trees.map(({ root }) => root),
  };
}

/** An account of scrambled fields. */
export function accountOf(seed: bigint): Account {
  return {
    owner: (scramble(seed) % (2n ** 160n - 1n)) + 1n,
    tokenId: tokenId(Number(seed % 5n)),
    nonce: Number(seed % 1000n),
    ownerKey: seed % 2n === 1n,
    balance: scramble(seed + 1n) % 2n ** 128n,
    key: seed % 3n === 0n ? 0n : scramble(seed + 2n),
  };
}

function accountVector(account: Account): Vector {
  return {
    balance: word(account.balance),
    hash: word(accountHash(account)),
    key: word(account.key),
    meta: word(accountMeta(account)),
    nonce: account.nonce,
    owner: address(account.owner),
    ownerKey: account.ownerKey,
    tokenId: account.tokenId,
  };
}
