import { createBlockBuilder, type RejectionType } from "@cairn/vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryBlockInput, type BlockInput, blockOptionsOf } from "./arbitrary-block.ts";
import { createPlainState } from "./sparse-state.ts";
import { FAKE_CRYPTO } from "./test-crypto.ts";

const REACHED: readonly RejectionType[] = [
  "amountOverflow",
  "badSignature",
  "expired",
  "expiresTooSoon",
  "feeTokenNotAccepted",
  "insufficientBalance",
  "linkContentMismatch",
  "linkOneWay",
  "linkOutOfGroup",
  "linkToWithdraw",
  "malformed",
  "nonceExhausted",
  "nonceTooHigh",
  "nonceTooLow",
  "receiverKeyChanged",
  "receiverOwnerChanged",
  "receiverTokenMismatch",
  "senderHasNoKey",
  "treeFull",
  "unknownReceiver",
  "unknownSender",
  "wholeBalanceInLink",
  "wrongToken",
  "zeroOwner",
  "zeroRecipient",
];

const OUTCOMES = [
  "deposit created",
  "deposit refunded",
  "deposit toppedUp",
  "forcedWithdraw exited",
  "forcedWithdraw noEffect",
  "setKey keySet",
  "setKey noEffect",
];

function observe(inputs: readonly BlockInput[]): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const input of inputs) {
    const builder = createBlockBuilder(blockOptionsOf(input, createPlainState(input), FAKE_CRYPTO));
    for (const operation of input.l1Operations) {
      const result = builder.addL1Operation(operation);
      seen.add(result.type === "deferred" ? "no room on L1" : `${operation.type} ${result.receipt.outcome.type}`);
    }
    for (const group of input.groups) {
      const result = builder.addGroup(group);
      if (result.type === "rejected") seen.add(result.reason.type);
      if (result.type === "deferred") seen.add(`no room for ${result.limit}`);
      if (result.type === "included") {
        for (const { transaction } of group) {
          const isLinked = transaction.type !== "withdraw" && transaction.link !== null;
          seen.add(isLinked ? `linked ${transaction.type}` : transaction.type);
          if (transaction.type === "transfer" && transaction.to === transaction.from) seen.add("transfer to oneself");
        }
      }
    }
    seen.add(`fees in ${builder.seal().trace.feeCredits.filter((credit) => credit !== null).length} tokens`);
  }
  return seen;
}

describe("generated blocks", () => {
  const seen = observe(fc.sample(arbitraryBlockInput({ crypto: FAKE_CRYPTO }), { numRuns: 1500, seed: 20 }));

  it.each(REACHED)("reach the rejection %s", (type) => expect(seen).toContain(type));

  it.each(OUTCOMES)("reach the outcome %s", (outcome) => expect(seen).toContain(outcome));

  it.each(["transfer", "transferToNew", "withdraw", "linked transfer", "linked transferToNew", "transfer to oneself"])(
    "reach a %s",
    (kind) => expect(seen).toContain(kind),
  );

  it.each([
    "no room on L1",
    "no room for slots",
    "no room for payouts",
    "no room for newAccounts",
    "no room for extras",
  ])("reach %s", (limit) => expect(seen).toContain(limit));

  it.each([0, 1, 2, 3, 4])("reach fees in %i tokens", (count) => expect(seen).toContain(`fees in ${count} tokens`));
});
