import { CairnError, TREE_ARITY } from "@cairn/protocol";
import type { CryptoErrorCode } from "./errors.ts";
import type { Compress } from "./poseidon2.ts";

type Four = readonly [bigint, bigint, bigint, bigint];

/**
 * Root of the 4-ary tree over leaves whose number is a power of 4; four nodes equal to the four before them, as behind the
 * last that is used, are hashed once. Throws `crypto/bad-tree-size`.
 */
export function treeRoot(leaves: readonly bigint[], compress: Compress): bigint {
  let level = leaves;
  while (level.length > 1) {
    const parents: bigint[] = [];
    let last: { readonly nodes: Four; readonly parent: bigint } | null = null;
    for (let i = 0; i < level.length; i += TREE_ARITY) {
      const nodes = fourOf(level, i);
      if (last === null || !isSame(nodes, last.nodes)) last = { nodes, parent: compress(...nodes) };
      parents.push(last.parent);
    }
    level = parents;
  }
  const root = level[0];
  if (root === undefined) throw badTreeSize(leaves.length);
  return root;

  function fourOf(nodes: readonly bigint[], start: number): Four {
    const [a, b, c, d] = nodes.slice(start, start + TREE_ARITY);
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw badTreeSize(leaves.length);
    return [a, b, c, d];
  }
}

function isSame(nodes: Four, others: Four): boolean {
  return nodes.every((node, i) => node === others[i]);
}

function badTreeSize(size: number): CairnError<CryptoErrorCode> {
  return new CairnError("crypto/bad-tree-size", `${size} leaves: not a power of ${TREE_ARITY}`);
}
