import { messageHash } from "@cairn/crypto";
import { accountIndex, decodeFloat40, FIRST_ACCOUNT_INDEX, messageWords, tokenId } from "@cairn/protocol";
import { personOf, REAL_CRYPTO } from "@cairn/testkit";
import { expect, test } from "vitest";
import { DOMAIN, TIMESTAMP } from "../workload/memory-rollup.ts";
import type { Party } from "../workload/parties.ts";
import { signTransfers } from "./transfers.ts";

const parties = ["a", "b", "c"].map((name, i): Party => {
  return { person: personOf(name), index: accountIndex(FIRST_ACCOUNT_INDEX + i), tokenId: tokenId(0) };
});
const context = { domain: DOMAIN, timestamp: TIMESTAMP, crypto: REAL_CRYPTO };

test("senders take turns with rising nonces, pay everyone but themselves, and sign", () => {
  const signed = signTransfers(12, parties, context);
  for (const [i, { transaction, signature }] of signed.entries()) {
    const sender = parties[i % 3] ?? expect.unreachable();
    if (transaction.type !== "transfer") expect.unreachable();
    expect(transaction).toMatchObject({ from: sender.index, nonce: Math.floor(i / 3) });
    expect(transaction.to).not.toBe(sender.index);
    const hash = messageHash(messageWords(transaction, DOMAIN), REAL_CRYPTO.compress);
    expect(REAL_CRYPTO.verify(hash, signature, sender.person.key)).toBe(true);
  }
  const pairs = new Set(
    signed.map(({ transaction }) => `${transaction.from} ${"to" in transaction && transaction.to}`),
  );
  expect(pairs.size).toBe(6);
});

test("amounts can be published however many transfers there are", () => {
  const [last] = signTransfers(3_001, parties, {
    ...context,
    crypto: { ...REAL_CRYPTO, sign: () => ({ rx: 1n, s: 1n }) },
  }).slice(-1);
  if (last?.transaction.type !== "transfer") expect.unreachable();
  expect(decodeFloat40(last.transaction.amount)).toBeGreaterThan(0n);
});
