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
    validFrom: 0,
    validUntil,
    reference: 0n,
    recipient: 1n,
  },
  signature: { rx: 1n, s: 1n },
});
const group = (nonce: number, ...validUntil: readonly number[]): PoolGroup => ({
  ids: validUntil.map((_, i) => BigInt(1000 * nonce + i)),
  transactions: validUntil.map((until, i) => signed(nonce + i, until)),
  owners: validUntil.map(() => 6n),
  receivedAtMs: 0,
  sequence: nonce,
});
const paying = (nonce: number, fee: bigint, ...validUntil: readonly number[]): PoolGroup => {
  const free = group(nonce, ...validUntil);
  const transactions = free.transactions.map(({ transaction, signature }) => ({
    transaction: { ...transaction, fee: encodeFloat16(fee) },
    signature,
  }));
  return { ...free, ids: free.ids.map((id) => id + 100_000n * fee), transactions };
};

describe("the pool", () => {
  it("reports a group once its first transaction has expired, whatever came and went before", () => {
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

  it("names each group once when its time has come, in order, and again only when it is added again", () => {
    const pool = createPool({ maxTransactions: 10, maxPerAccount: 10, replacementPercent: 10 });
    const from = (nonce: number, validFrom: number): PoolGroup => {
      const { transactions, ...rest } = group(nonce, 1000);
      return {
        ...rest,
        transactions: transactions.map((one) => ({ ...one, transaction: { ...one.transaction, validFrom } })),
      };
    };
    const [atOnce, late, soon, gone] = [from(1, 0), from(2, 300), from(3, 100), from(4, 50)];
    for (const one of [late, atOnce, soon, gone]) pool.add(one);
    pool.remove(gone);
    expect(pool.takeDue(99)).toEqual([]);
    expect(pool.takeDue(100)).toEqual([soon]);
    expect(pool.takeDue(299)).toEqual([]);
    pool.remove(soon);
    pool.add(soon);
    expect(pool.takeDue(300)).toEqual([late, soon]);
    expect(pool.takeDue(5000)).toEqual([]);
    expect(pool.size()).toBe(3);
  });

  it("counts a group's transactions against the limit per account, even for an account's first group", () => {
    const pool = createPool({ maxTransactions: 10, maxPerAccount: 2, replacementPercent: 0 });
    const full = { type: "accountFull", from: 64 };
    expect(pool.add(group(1, 300, 300, 300, 300))).toEqual(full);
    expect(pool.size()).toBe(0);
    expect(pool.add(group(1, 300)).type).toBe("added");
    expect(pool.add(group(2, 300, 300))).toEqual(full);
    expect(pool.add(group(2, 300)).type).toBe("added");
    expect(pool.add(group(3, 300))).toEqual(full);
    expect(pool.size()).toBe(2);
  });

  it("does not count what a group replaces against the limit per account", () => {
    const pool = createPool({ maxTransactions: 10, maxPerAccount: 2, replacementPercent: 0 });
    const pair = group(1, 300, 300);
    expect(pool.add(pair).type).toBe("added");
    const [shifted, wider] = [paying(2, 1n, 300, 300), paying(2, 2n, 300, 300, 300)];
    expect(pool.add(shifted)).toEqual({ type: "added", replaced: [pair] });
    expect(pool.add(wider)).toEqual({ type: "accountFull", from: 64 });
    expect(pool.groups()).toEqual([shifted]);
  });
});
