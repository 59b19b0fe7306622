import {
  accountIndex,
  encodeFloat16,
  encodeFloat40,
  FIELD_MODULUS,
  type Float16,
  type Float40,
  type L2Transaction,
  MAX_ACCOUNTS,
  tokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { createPlainState } from "@cairn/testkit";
import { describe, expect, it, vi } from "vitest";
import {
  ACCOUNTS,
  ALICE,
  ALICE_USD,
  account,
  alice,
  BOB,
  bob,
  builder,
  ETH,
  group,
  KEYLESS,
  NOW,
  OPERATOR,
  refusal,
  refusalOf,
  signed,
  transfer,
  transferToNew,
  USD,
  unsigned,
  withdraw,
} from "../test/support.ts";
import { isRetryable, type RejectionReason } from "./rejections.ts";

const LAST_NONCE = 2 ** 40 - 1;

describe("effects", () => {
  it("of a transfer: both balances, the fee, the nonce", () => {
    const block = builder();
    const result = block.addGroup(group(transfer({ fee: encodeFloat16(3n) })));
    expect(result).toMatchObject({ type: "included", receipts: [{ slot: 0, amount: 100n, fee: 3n, created: null }] });
    expect(block.state.getAccount(ALICE)).toMatchObject({ balance: 999_897n, nonce: 6 });
    expect(block.state.getAccount(BOB)).toEqual({ ...ACCOUNTS[1], balance: 600n });
  });

  it("of a transfer to oneself: fee and nonce only", () => {
    const block = builder();
    const self = transfer({ to: ALICE, toOwner: alice.owner, toKey: alice.key, fee: encodeFloat16(3n) });
    expect(refusalOf(self, block)).toBe("included");
    expect(block.state.getAccount(ALICE)).toEqual({ ...ACCOUNTS[0], balance: 999_997n, nonce: 6 });
  });

  it("of the whole balance to oneself: fee and nonce only", () => {
    const block = builder();
    const to = { to: ALICE, toOwner: alice.owner, toKey: alice.key };
    expect(refusalOf(transfer({ ...to, amount: WHOLE_BALANCE, fee: encodeFloat16(3n) }), block)).toBe("included");
    expect(block.state.getAccount(ALICE)).toMatchObject({ balance: 999_997n, nonce: 6 });
  });

  it("of the whole balance: the account is empty after the fee", () => {
    const block = builder();
    expect(refusalOf(transfer({ amount: WHOLE_BALANCE, fee: encodeFloat16(3n) }), block)).toBe("included");
    expect(block.state.getAccount(ALICE).balance).toBe(0n);
    expect(block.state.getAccount(BOB).balance).toBe(500n + 999_997n);
  });

  it("of a transfer to a new account: it has the signed owner and key, not authorised", () => {
    const block = builder();
    const result = block.addGroup(group(transferToNew()));
    expect(result).toMatchObject({ type: "included", receipts: [{ created: 70 }] });
    expect(block.state.getAccount(accountIndex(70))).toEqual(account(bob, { balance: 100n, ownerKey: false }));
    expect(block.state.nextIndex()).toBe(71);
  });

  it("of a withdrawal: one payout to the signed recipient", () => {
    const block = builder();
    const payout = { recipient: 0xc0ffeen, tokenId: ETH, amount: 1_000_000n };
    expect(block.addGroup(group(withdraw({ amount: WHOLE_BALANCE })))).toMatchObject({ receipts: [{ payout }] });
    expect(block.seal().payouts).toEqual([payout]);
  });

  it("of amount 0: the nonce", () => {
    const block = builder();
    expect(refusalOf(transfer({ amount: encodeFloat40(0n) }), block)).toBe("included");
    expect(block.state.getAccount(ALICE)).toEqual({ ...ACCOUNTS[0], nonce: 6 });
  });

  it("reach accounts that the same block created", () => {
    const block = builder();
    expect(refusalOf(transferToNew(), block)).toBe("included");
    const spend = transfer({ from: accountIndex(70), nonce: 0, amount: WHOLE_BALANCE });
    expect(refusal(block.addGroup([signed(spend, bob)]))).toBe("included");
    expect(block.state.getAccount(BOB).balance).toBe(600n);
  });
});

describe("refusals", () => {
  const cases: readonly (readonly [string, L2Transaction, RejectionReason])[] = [
    ["an unassigned sender", transfer({ from: accountIndex(99) }), { type: "unknownSender", index: accountIndex(99) }],
    [
      "an operation code as sender",
      transfer({ from: accountIndex(1) }),
      { type: "unknownSender", index: accountIndex(1) },
    ],
    ["another token", transfer({ tokenId: USD }), { type: "wrongToken", expected: ETH, actual: USD }],
    ["a used nonce", transfer({ nonce: 4 }), { type: "nonceTooLow", expected: 5, actual: 4 }],
    ["a nonce ahead", transfer({ nonce: 6 }), { type: "nonceTooHigh", expected: 5, actual: 6 }],
    [
      "a time that has not come",
      transfer({ validFrom: NOW + 1, validUntil: NOW + 2 }),
      { type: "notYetValid", validFrom: NOW + 1, timestamp: NOW },
    ],
    ["a passed time", transfer({ validUntil: NOW - 1 }), { type: "expired", validUntil: NOW - 1, timestamp: NOW }],
    [
      "a fee in a token nobody takes",
      transfer({
        from: ALICE_USD,
        to: ALICE_USD,
        toOwner: alice.owner,
        toKey: alice.key,
        nonce: 0,
        tokenId: USD,
        fee: encodeFloat16(1n),
      }),
      { type: "feeTokenNotAccepted", tokenId: USD },
    ],
    [
      "an amount above the balance",
      transfer({ amount: encodeFloat40(1_000_001n) }),
      { type: "insufficientBalance", required: 1_000_001n, available: 1_000_000n },
    ],
    [
      "a fee above what the amount leaves",
      transfer({ amount: encodeFloat40(1_000_000n), fee: encodeFloat16(1n) }),
      { type: "insufficientBalance", required: 1_000_001n, available: 1_000_000n },
    ],
    [
      "a whole balance below the fee",
      transfer({ amount: WHOLE_BALANCE, fee: encodeFloat16(2_000_000n) }),
      { type: "insufficientBalance", required: 2_000_000n, available: 1_000_000n },
    ],
    [
      "an unassigned receiver",
      transfer({ to: accountIndex(70) }),
      { type: "unknownReceiver", index: accountIndex(70) },
    ],
    [
      "a withdrawal disguised as transfer",
      transfer({ to: accountIndex(1) }),
      { type: "unknownReceiver", index: accountIndex(1) },
    ],
    [
      "a receiver in another token",
      transfer({ to: ALICE_USD, toOwner: alice.owner, toKey: alice.key }),
      { type: "receiverTokenMismatch", expected: ETH, actual: USD },
    ],
    [
      "a receiver with another owner",
      transfer({ toOwner: alice.owner }),
      { type: "receiverOwnerChanged", expected: alice.owner, actual: bob.owner },
    ],
    [
      "a receiver with another key",
      transfer({ toKey: 0n }),
      { type: "receiverKeyChanged", expected: 0n, actual: bob.key },
    ],
    ["a new account without owner", transferToNew({ toOwner: 0n }), { type: "zeroOwner" }],
    ["a withdrawal to nobody", withdraw({ recipient: 0n }), { type: "zeroRecipient" }],
    ["a sender without key", transfer({ from: KEYLESS, nonce: 0 }), { type: "senderHasNoKey" }],
  ];

  it.each(cases)("of %s", (_, transaction, reason) => {
    const block = builder();
    expect(refusalOf(transaction, block)).toEqual(reason);
    expect(block.seal().updates.size).toBe(0);
  });

  const malformed: readonly (readonly [string, L2Transaction])[] = [
    ["a nonce of 41 bits", transfer({ nonce: 2 ** 40 })],
    ["a negative nonce", transfer({ nonce: -1 })],
    ["a time of 33 bits", transfer({ validUntil: 2 ** 32 })],
    ["a fee of 17 bits", transfer({ fee: (2 ** 16) as Float16 })],
    ["an amount of 41 bits", transfer({ amount: (2 ** 40) as Float40 })],
    ["a key that is not a field element", transferToNew({ toKey: FIELD_MODULUS })],
    ["an owner of 161 bits", transferToNew({ toOwner: 2n ** 160n })],
    ["a recipient of 161 bits", withdraw({ recipient: 2n ** 160n })],
    ["a link to itself", transfer({ link: { offset: 0, content: 1n } })],
    ["a link farther than a block", transfer({ link: { offset: 256, content: 1n } })],
  ];

  it.each(malformed)("of %s as malformed", (_, transaction) => {
    expect(refusal(builder().addGroup([unsigned(transaction)]))).toMatchObject([{ type: "malformed" }, 0]);
  });

  it("of an amount above 2^128 − 1", () => {
    const amount = (28 * 2 ** 35 + 34028236693) as Float40;
    expect(refusal(builder().addGroup([unsigned(transfer({ amount }))]))).toEqual([{ type: "amountOverflow" }, 0]);
  });

  it("of a kind that does not exist", () => {
    const transaction = { ...transfer(), type: "mint" } as unknown as L2Transaction;
    expect(refusal(builder().addGroup([unsigned(transaction)]))).toEqual([{ type: "unknownKind", kind: "mint" }, 0]);
  });

  it("of a foreign signature", () => {
    expect(refusal(builder().addGroup([signed(transfer(), bob)]))).toEqual([{ type: "badSignature" }, 0]);
  });

  it("of a signature over anything else", () => {
    const { signature } = signed(transfer());
    const other = { transaction: transfer({ amount: encodeFloat40(101n) }), signature };
    expect(refusal(builder().addGroup([other]))).toEqual([{ type: "badSignature" }, 0]);
  });

  it("is checked once for each key: what was valid under the account's former key is checked under its new one", () => {
    const verifySignature = vi.fn(() => false);
    const offer = (validFor: bigint) =>
      builder(ACCOUNTS, { verifySignature }).addGroup([{ ...signed(transfer()), validFor }]);
    expect(offer(alice.key).type).toBe("included");
    expect(verifySignature).not.toHaveBeenCalled();
    expect(refusal(offer(bob.key))).toEqual([{ type: "badSignature" }, 0]);
    expect(verifySignature).toHaveBeenCalledOnce();
  });

  it("of a new account in a full tree", () => {
    const accounts = new Map(ACCOUNTS.map((entry, i) => [accountIndex(64 + i), entry]));
    const state = createPlainState({ accounts, nextIndex: MAX_ACCOUNTS });
    expect(refusalOf(transferToNew(), builder(undefined, { state }))).toEqual({ type: "treeFull" });
  });

  it("of the last nonce, but not of the one before it", () => {
    const spend = (nonce: number) => {
      const block = builder([account(alice, { balance: 100n, nonce })], { feeAccounts: [] });
      return refusalOf(transfer({ to: ALICE, toOwner: alice.owner, toKey: alice.key, nonce }), block);
    };
    expect(spend(LAST_NONCE - 1)).toBe("included");
    expect(spend(LAST_NONCE)).toEqual({ type: "nonceExhausted" });
  });

  it("of what expires too soon for this operator", () => {
    const soon = () => builder(undefined, { minValiditySeconds: 60 });
    expect(refusalOf(transfer({ validUntil: NOW + 60 }), soon())).toBe("included");
    const reason = { type: "expiresTooSoon", validUntil: NOW + 59, minimum: NOW + 60 };
    expect(refusalOf(transfer({ validUntil: NOW + 59 }), soon())).toEqual(reason);
  });

  it("of the same transaction twice", () => {
    const block = builder();
    expect(refusalOf(transfer(), block)).toBe("included");
    expect(refusalOf(transfer(), block)).toEqual({ type: "nonceTooLow", expected: 6, actual: 5 });
  });

  it("say whether a retry can help", () => {
    expect(isRetryable({ type: "nonceTooHigh", expected: 1, actual: 2 })).toBe(true);
    expect(isRetryable({ type: "nonceTooLow", expected: 2, actual: 1 })).toBe(false);
    expect(isRetryable({ type: "feeTokenNotAccepted", tokenId: tokenId(9) })).toBe(true);
  });

  it("never change the block", () => {
    const [tried, untouched] = [builder(), builder()];
    for (const [, transaction] of cases) refusalOf(transaction, tried);
    expect(tried.remaining).toEqual(untouched.remaining);
    expect(tried.seal()).toEqual(untouched.seal());
  });

  it("accept the fee account's own payments", () => {
    const block = builder([...ACCOUNTS.slice(0, 4), account(alice, { balance: 50n })]);
    const payment = transfer({ from: OPERATOR, nonce: 0, amount: encodeFloat40(10n), fee: encodeFloat16(5n) });
    expect(refusal(block.addGroup([signed(payment, alice)]))).toBe("included");
    expect(block.seal().updates.get(OPERATOR)).toMatchObject({ balance: 40n, nonce: 1 });
  });
});
