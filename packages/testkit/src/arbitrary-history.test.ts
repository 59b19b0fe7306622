import { replayBlock } from "@cairn/vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryHistory } from "./arbitrary-history.ts";
import { createPlainState } from "./sparse-state.ts";

test("a history holds transactions of all kinds, payouts and all outcomes of the queue, and follows from what it publishes", () => {
  const kinds = new Set<string>();
  let payouts = 0;
  fc.assert(
    fc.property(arbitraryHistory({ maxBlocks: 6 }), ({ blocks, states, tree }) => {
      for (const [i, { block, l1Operations }] of blocks.entries()) {
        for (const receipt of block.receipts) {
          if (receipt.type === "transaction") kinds.add(receipt.transaction.type);
          if (receipt.type === "l1Operation") kinds.add(receipt.outcome.type);
        }
        payouts += block.payouts.length;
        const before = states[i - 1] ?? { accounts: new Map(), nextIndex: 64 };
        const replayed = replayBlock({ state: createPlainState(before), data: block.data, l1Operations });
        expect(replayed.updates).toEqual(block.updates);
      }
      expect(tree.nextIndex()).toBe(states.at(-1)?.nextIndex);
    }),
    { numRuns: 60, seed: 7 },
  );
  expect([...kinds].sort()).toEqual([
    "created",
    "exited",
    "keySet",
    "noEffect",
    "toppedUp",
    "transfer",
    "transferToNew",
    "withdraw",
  ]);
  expect(payouts).toBeGreaterThan(20);
});
