import { accountHash, compress } from "@cairn/crypto";
import {
  type Account,
  accountIndex,
  accountMeta,
  FIRST_ACCOUNT_INDEX,
  MAX_ACCOUNTS,
  META_FLAGS_SHIFT,
  TREE_ARITY,
} from "@cairn/protocol";
import { createWorkingTree, type NodeSiblings } from "@cairn/state";
import { createSparseState } from "@cairn/testkit";
import { address, type Vector, word } from "../json.ts";
import { accountOf, MAXIMAL } from "./state.ts";

const FIRST = FIRST_ACCOUNT_INDEX;
const LAST = MAX_ACCOUNTS - 1;

/** Accounts of a tree, and those that leave together. */
const CASES: readonly { readonly held: readonly number[]; readonly leaving: readonly number[] }[] = [
  { held: [FIRST], leaving: [FIRST] },
  { held: [LAST], leaving: [LAST] },
  { held: [64, 65, 66, 67, 68], leaving: [67] },
  { held: [64, 65, 66, 67, 68], leaving: [64, 67] },
  { held: [64, 65, 66, 67, 68], leaving: [64, 65, 66, 67, 68] },
  { held: [64, 79, 80, 255, 256], leaving: [79, 80, 256] },
  { held: [64, 1000, 2 ** 22, LAST], leaving: [1000, 2 ** 22] },
  { held: [64, 1000, 2 ** 22, LAST], leaving: [64, 1000, 2 ** 22, LAST] },
  {
    held: Array.from({ length: 40 }, (_, i) => FIRST + i),
    leaving: Array.from({ length: 14 }, (_, i) => FIRST + 3 * i),
  },
];

/** Proofs that a state contains some accounts, with the siblings in the order of spec 8.4. */
export function exitVectors(): Vector {
  return { cases: CASES.map(exitVector) };
}

function exitVector({ held, leaving }: (typeof CASES)[number]): Vector {
  const accounts = new Map(
    held.map((index) => [accountIndex(index), index === LAST ? MAXIMAL : accountOf(BigInt(index))]),
  );
  const state = createSparseState({ accounts, nextIndex: MAX_ACCOUNTS }, compress);
  const tree = createWorkingTree(state, compress);
  const proofs = leaving.map((index) => ({ index, siblings: tree.prove(index).siblings }));
  const leaves = leaving.map((index) => accounts.get(accountIndex(index)) ?? missing(index));
  return {
    balances: leaves.map(({ balance }) => word(balance)),
    flags: leaves.map(flagsOf),
    indices: [...leaving],
    keys: leaves.map(({ key }) => word(key)),
    leaves: leaves.map((account) => word(accountHash(account))),
    nonces: leaves.map(({ nonce }) => nonce),
    owners: leaves.map(({ owner }) => address(owner)),
    root: word(state.root()),
    siblings: commonSiblings(proofs).map(word),
    tokenIds: leaves.map(({ tokenId }) => tokenId),
  };
}

/** The siblings of one proof per leaf that are not on another leaf's path, by level and position, each once. */
function commonSiblings(
  proofs: readonly { readonly index: number; readonly siblings: readonly NodeSiblings[] }[],
): bigint[] {
  const levels = proofs[0]?.siblings.length ?? 0;
  return Array.from({ length: levels }, (_, level) => {
    const onPaths = new Set(proofs.map(({ index }) => ancestor(index, level)));
    const beside = new Map<number, bigint>();
    for (const { index, siblings } of proofs) {
      const own = ancestor(index, level);
      const family = ancestor(index, level + 1) * TREE_ARITY;
      const positions = [0, 1, 2, 3].map((digit) => family + digit).filter((position) => position !== own);
      for (const [i, hash] of (siblings[level] ?? []).entries()) {
        const position = positions[i] ?? missing(index);
        if (!onPaths.has(position)) beside.set(position, hash);
      }
    }
    return [...beside].sort(([a], [b]) => a - b).map(([, hash]) => hash);
  }).flat();
}

function ancestor(index: number, level: number): number {
  return Math.floor(index / TREE_ARITY ** level);
}

function flagsOf(account: Account): number {
  return Number(accountMeta(account) >> BigInt(META_FLAGS_SHIFT));
}

function missing(index: number): never {
  throw new RangeError(`no account or node at ${index}`);
}
