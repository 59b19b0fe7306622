import type { WorkingTree } from "@cairn/state";
import { compress } from "./crypto.ts";

/** Per level below the 64 sub-roots of the tree gadget the children of the parent on the way to a leaf, lowest first. */
export function pathOf(tree: WorkingTree, index: number): bigint[][] {
  const { leafHash, siblings, digits } = tree.prove(index);
  let node = leafHash;
  return siblings.slice(0, 9).map((family, level) => {
    const children = [...family];
    children.splice(digits[level] ?? 0, 0, node);
    const [a = 0n, b = 0n, c = 0n, d = 0n] = children;
    node = compress(a, b, c, d);
    return children;
  });
}

/** The 64 nodes at depth 3, in index order. */
export function subrootsOf(tree: WorkingTree): bigint[] {
  return Array.from({ length: 64 }, (_, i) => {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = pathOf(tree, i * 4 ** 9).at(-1) ?? [];
    return compress(a, b, c, d);
  });
}
