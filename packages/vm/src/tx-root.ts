import { type Compress, txLeafHash, txRoot } from "@cairn/crypto";
import { type PublishedSlot, type SlotKindName, txLeafWords } from "@cairn/protocol";

/** Kind of a slot and what it publishes. */
export interface TxTreeSlot {
  readonly kind: SlotKindName;
  readonly published: PublishedSlot;
}

/** txRoot of a block's slots, noops included (spec 3.5). Equal neighbours, such as noops, are hashed once. */
export function blockTxRoot(slots: readonly TxTreeSlot[], compress: Compress): bigint {
  const compressOnce = rememberLast(compress);
  const leaves = slots.map(({ kind, published }) => txLeafHash(txLeafWords(kind, published), compressOnce));
  return txRoot(leaves, compressOnce);
}

function rememberLast(compress: Compress): Compress {
  let last: { readonly words: readonly [bigint, bigint, bigint, bigint]; readonly hash: bigint } | null = null;
  return (a, b, c, d) => {
    if (last !== null) {
      const [w, x, y, z] = last.words;
      if (a === w && b === x && c === y && d === z) return last.hash;
    }
    const hash = compress(a, b, c, d);
    last = { words: [a, b, c, d], hash };
    return hash;
  };
}
