import { accountIndex, encodeFloat16, encodeFloat40, type SignedTransaction, tokenId } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { createPool, type PoolGroup } from "./pool.ts";

const signed = (nonce: number, validUntil: number): SignedTransaction => ({
  transaction: {
    type: "withdraw",
    from: accountIndex(64),
    nonce,
    tokenId: tokenId(0),
    amount: encodeFloat40(1n),
    fee: encodeFloat16(0n),
    validUntil,
    recipient: 1n,
  },
  signature: { rx: 1n, s: 1n },
});
const group = (nonce: number, ...validUntil: readonly number[]): PoolGroup => ({
  ids: validUntil.map((_, i) => BigInt(1000 * nonce + i)),
  transactions: validUntil.map((until, i) => signed(nonce + i, until)),
  receivedAtMs: 0,
  sequence: nonce,
});

describe("the pool", () => {
  it("names a group once its first transaction has expired, whatever came and went before", () => {
    const pool = createPool({ maxTransactions: 10, maxPerAccount: 10, replacementPercent: 10 });
    const [late, early, pair] = [group(1, 300), group(2, 100), group(5, 400, 200)];
    for (const one of [late, early, pair]) expect(pool.add(one).type).toBe("added");
    const expired = (timestamp: number) => {
      const found = pool.expiredAt(timestamp);
      for (const one of found) pool.remove(one);
      return found;
    };
    expect(expired(100)).toEqual([]);
    expect(expired(101)).toEqual([early]);
    expect(expired(200)).toEqual([]);
    const soon = group(8, 150);
    pool.add(soon);
    expect(expired(201)).toEqual([pair, soon]);
    expect(expired(1000)).toEqual([late]);
    expect([expired(5000), pool.size()]).toEqual([[], 0]);
  });
});
