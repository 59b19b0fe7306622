import { txLeafHash, txRoot } from "@cairn/crypto";
import { type SlotKindName, txLeafWords } from "@cairn/protocol";
import { FAKE_CRYPTO } from "@cairn/testkit";
import { describe, expect, it, vi } from "vitest";
import { transfer } from "../test/support.ts";
import { PUBLISHES_NOTHING, publishedSlot } from "./published.ts";
import { blockTxRoot, type TxTreeSlot } from "./tx-root.ts";

const { compress } = FAKE_CRYPTO;

function slotsOf(kinds: readonly SlotKindName[], size: number): TxTreeSlot[] {
  return Array.from({ length: size }, (_, i) => {
    const kind = kinds[i] ?? "noop";
    return { kind, published: kind === "transfer" ? publishedSlot(transfer()) : PUBLISHES_NOTHING };
  });
}

describe("txRoot", () => {
  it.each<[string, SlotKindName[]]>([
    ["noops", []],
    ["neighbours that differ in their kind only", ["deposit", "setKey", "forcedWithdraw", "deposit"]],
    ["transfers between noops", ["noop", "transfer", "transfer", "noop", "transfer"]],
  ])("of %s is that of the plain tree", (_, kinds) => {
    for (const size of [16, 64, 256]) {
      const slots = slotsOf(kinds, size);
      const leaves = slots.map(({ kind, published }) => txLeafHash(txLeafWords(kind, published), compress));
      expect(blockTxRoot(slots, compress)).toBe(txRoot(leaves, compress));
    }
  });

  it("hashes equal neighbours once", () => {
    const counted = vi.fn(compress);
    blockTxRoot(slotsOf([], 256), counted);
    expect(counted).toHaveBeenCalledTimes(5);
  });
});
