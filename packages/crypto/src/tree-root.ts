import { CairnError, TREE_ARITY } from "@cairn/protocol";
import type { CryptoErrorCode } from "./errors.ts";
import type { Compress } from "./poseidon2.ts";

/** Root of the 4-ary tree over leaves whose number is a power of 4. Throws `crypto/bad-tree-size`. */
export function treeRoot(leaves: readonly bigint[], compress: Compress): bigint {
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
