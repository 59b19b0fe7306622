import { accountHash, messageHash } from "@cairn/crypto";
import {
  accountIndex,
  EMPTY_ACCOUNT,
  type Float40,
  isEmptyAccount,
  messageWords,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { createWorkingTree } from "@cairn/state";
import {
  arbitraryBlockInput,
  type BlockInput,
  blockContentOf,
  blockOptionsOf,
  createSparseState,
  FAKE_CRYPTO,
} from "@cairn/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExecutedBlock } from "./block.ts";
import { executeBlock } from "./execute.ts";
import type { LeafStep, SlotTrace } from "./trace.ts";

const inputs = arbitraryBlockInput({ crypto: FAKE_CRYPTO, flawedPercent: 10 });

function blockOf(input: BlockInput): ExecutedBlock {
  return executeBlock(
    blockOptionsOf(input, createSparseState(input, FAKE_CRYPTO.compress), FAKE_CRYPTO),
    blockContentOf(input),
  ).block;
}

/** Index of step b by the table of spec 6.2 C. */
function expectedB({ kind, a, b, signed, l1Operation }: SlotTrace, nextIndex: number): number {
  switch (kind) {
    case "transfer":
      return signed?.transaction.type === "transfer" ? signed.transaction.to : -1;
    case "transferToNew":
      return nextIndex;
    case "deposit": {
      const isHit =
        l1Operation?.type === "deposit" &&
        a.before.owner === l1Operation.owner &&
        a.before.tokenId === l1Operation.tokenId &&
        (a.before.key === l1Operation.key || (l1Operation.key === 0n && a.before.ownerKey));
      return isHit || nextIndex === 2 ** 24 ? 0 : nextIndex;
    }
    default:
      return b.index === 0 ? 0 : -1;
  }
}

function expectedA({ kind, signed, l1Operation }: SlotTrace): number {
  if (kind === "noop") return 0;
  return signed?.transaction.from ?? l1Operation?.index ?? -1;
}

describe("the trace", () => {
  it("leads the tree step by step to the root of the updates", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { compress } = FAKE_CRYPTO;
        const state = createSparseState(input, compress);
        const { block } = executeBlock(blockOptionsOf(input, state, FAKE_CRYPTO), blockContentOf(input));
        const stepwise = createWorkingTree(state, compress);
        const take = ({ index, before, after }: LeafStep) => {
          const step = stepwise.update(index, accountHash(after, compress));
          expect(step.leafBefore).toBe(accountHash(before, compress));
        };
        for (const { a, b } of block.trace.slots) {
          take(a);
          take(b);
        }
        for (const credit of block.trace.feeCredits) if (credit !== null) take(credit.leaf);
        const accounts = new Map([...input.accounts, ...block.updates]);
        expect(stepwise.root()).toBe(createSparseState({ accounts, nextIndex: block.newNextIndex }, compress).root());
      }),
      { numRuns: 300 },
    );
  });

  it("opens the leaves that the circuit expects", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { trace } = blockOf(input);
        let { nextIndex } = input;
        for (const slot of trace.slots) {
          expect(slot.a.index).toBe(expectedA(slot));
          expect(slot.b.index).toBe(expectedB(slot, nextIndex));
          if (slot.kind !== "transfer") expect(slot.b.before).toEqual(EMPTY_ACCOUNT);
          if (!isEmptyAccount(slot.b.after) && slot.kind !== "transfer") nextIndex++;
        }
        expect(nextIndex).toBe(trace.newNextIndex);
      }),
      { numRuns: 300 },
    );
  });

  it("carries every payout of the block and every transaction's id", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const options = blockOptionsOf(input, createSparseState(input, FAKE_CRYPTO.compress), FAKE_CRYPTO);
        const { block } = executeBlock(options, blockContentOf(input));
        const { slots } = block.trace;
        const owed = block.receipts.flatMap((receipt) => {
          if (receipt.type === "l1Operation") return "payout" in receipt.outcome ? receipt.outcome.payout : [];
          const trace = slots[receipt.slot]?.signed?.transaction;
          if (receipt.type === "noop" || trace?.type !== "withdraw") return [];
          return { recipient: trace.recipient, tokenId: trace.tokenId, amount: receipt.amount };
        });
        expect(slots.flatMap(({ payout }) => payout ?? [])).toEqual(owed);
        expect(block.payouts).toEqual(owed);
        const ids = block.receipts.flatMap((receipt) => (receipt.type === "transaction" ? receipt.id : []));
        expect(slots.flatMap(({ signed }) => signed?.id ?? [])).toEqual(ids);
        for (const { signed } of slots) {
          if (signed === null) continue;
          const words = messageWords(signed.transaction, options.domain);
          expect(signed.id).toBe(messageHash(words, FAKE_CRYPTO.compress));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("has L1 operations as a prefix, noops as a suffix, and money that neither appears nor vanishes", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { data, trace } = blockOf(input);
        const { slots, feeCredits } = trace;
        const firstNoop = slots.findIndex(({ kind }) => kind === "noop");
        slots.forEach((slot, i) => {
          expect(slot.l1Operation !== null).toBe(i < data.l1Count);
          expect(slot.kind === "noop").toBe(firstNoop !== -1 && i >= firstNoop);
          if (slot.signed === null) return;
          const spent = slot.a.before.balance - slot.a.after.balance;
          const gained = slot.b.after.balance - slot.b.before.balance;
          const fee = spent - slot.amount;
          expect(slot.feeCredit === null).toBe(fee === 0n);
          if (slot.kind !== "withdraw") expect(gained).toBe(slot.amount);
          const amount: Float40 = slot.signed.transaction.amount;
          if (amount === WHOLE_BALANCE) expect(slot.a.after.balance).toBe(0n);
        });
        const fees = slots.reduce((sum, { signed, a, amount }) => {
          return signed === null ? sum : sum + a.before.balance - a.after.balance - amount;
        }, 0n);
        expect(feeCredits.reduce((sum, credit) => sum + (credit?.amount ?? 0n), 0n)).toBe(fees);
        expect(feeCredits.every((credit) => credit === null || credit.leaf.index >= accountIndex(64))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
