import { bytesToBigint } from "./bytes.ts";
import { SLOT_KIND, type SlotKindName } from "./constants.ts";
import { encodeSlot, type PublishedSlot, publishedExtra } from "./published-data.ts";

/** Inputs of `compress` that give the leaf of one slot in the txRoot tree. */
export type TxLeafWords = readonly [slotWord: bigint, ownerOrRecipient: bigint, key: bigint, kind: bigint];

/**
 * Words of a slot's txRoot leaf: its 13 published bytes, owner or recipient and key of its extra (0 without one), its kind.
 * `kind` names L1 operations and noops, which publish nothing. Throws `protocol/malformed-data`.
 *
 * @example const leaf = txLeafHash(txLeafWords("noop", { type: "nothing" }));
 */
export function txLeafWords(kind: SlotKindName, slot: PublishedSlot): TxLeafWords {
  const { ownerOrRecipient, key } = publishedExtra(slot) ?? { ownerOrRecipient: 0n, key: 0n };
  return [bytesToBigint(encodeSlot(slot)), ownerOrRecipient, key, BigInt(SLOT_KIND[kind])];
}
