import { readBatchCells } from "@cairn/protocol";
import { type BlockExecution, executeBlock, replayBlock } from "@cairn/vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryBlockInput, type BlockInput, blockContentOf, blockOptionsOf } from "./arbitrary-block.ts";
import { type ModelResult, runReferenceModel } from "./reference-model.ts";
import { createPlainState } from "./sparse-state.ts";
import { FAKE_CRYPTO, modelCrypto, REAL_CRYPTO, type TestCrypto } from "./test-crypto.ts";

function execute(input: BlockInput, crypto: TestCrypto): { execution: BlockExecution; model: ModelResult } {
  const options = blockOptionsOf(input, createPlainState(input), crypto);
  return {
    execution: executeBlock(options, blockContentOf(input)),
    model: runReferenceModel(input, input, modelCrypto(input.domain, crypto)),
  };
}

function expectSame(input: BlockInput, { block, rejected, deferred }: BlockExecution, model: ModelResult): void {
  expect(new Map([...input.accounts, ...block.updates])).toEqual(model.accounts);
  expect(block.newNextIndex).toBe(model.nextIndex);
  expect(block.payouts).toEqual(model.payouts);
  expect(block.data.feeIndices).toEqual(model.feeIndices);
  expect(block.data.l1Count).toBe(model.l1OperationCount);
  expect(deferred.l1Operations).toEqual(input.l1Operations.slice(model.l1OperationCount));
  const refused = model.groups.flatMap((result) =>
    result.type === "rejected" ? [{ reason: result.reason, index: result.index }] : [],
  );
  expect(rejected.map(({ reason, index }) => ({ reason: reason.type, index }))).toEqual(refused);
  const left = input.groups.filter((_, position) => model.groups[position]?.type === "deferred");
  expect(deferred.groups).toEqual(left);
}

describe("the VM agrees with the reference model", () => {
  it("on random queues and states of 16 slots", () => {
    fc.assert(
      fc.property(arbitraryBlockInput({ crypto: FAKE_CRYPTO }), (input) => {
        const { execution, model } = execute(input, FAKE_CRYPTO);
        expectSame(input, execution, model);
      }),
      { numRuns: 1500 },
    );
  });

  it("on random queues and states of 64 slots", () => {
    const inputs = arbitraryBlockInput({ crypto: FAKE_CRYPTO, slotCount: 64, flawedPercent: 5 });
    fc.assert(
      fc.property(inputs, (input) => {
        const { execution, model } = execute(input, FAKE_CRYPTO);
        expectSame(input, execution, model);
      }),
      { numRuns: 60 },
    );
  });

  it("with real hashes and signatures", () => {
    fc.assert(
      fc.property(arbitraryBlockInput({ maxGroups: 6 }), (input) => {
        const { execution, model } = execute(input, REAL_CRYPTO);
        expectSame(input, execution, model);
      }),
      { numRuns: 6 },
    );
  });
});

describe("a block rebuilt from what it published", () => {
  it("has the same updates, payouts and indices", () => {
    fc.assert(
      fc.property(arbitraryBlockInput({ crypto: FAKE_CRYPTO, flawedPercent: 10 }), (input) => {
        const state = createPlainState(input);
        const { block } = executeBlock(blockOptionsOf(input, state, FAKE_CRYPTO), blockContentOf(input));
        const [read] = readBatchCells(block.cells, 1);
        if (read === undefined) throw new RangeError("no block");
        const { slotCount, data, cells } = block;
        expect(read).toEqual({ slotCount, data, cells });
        const l1Operations = input.l1Operations.slice(0, data.l1Count);
        const replayed = replayBlock({ state, data: read.data, l1Operations });
        expect(replayed.updates).toEqual(block.updates);
        expect(replayed.payouts).toEqual(block.payouts);
        expect(replayed.newNextIndex).toBe(block.newNextIndex);
        expect(replayed.kinds).toEqual(block.trace.slots.map(({ kind }) => kind));
        expect(replayed.feeCredits).toEqual(block.trace.feeCredits);
        expect(replayed.effects.map(({ a, b }) => ({ a, b }))).toEqual(block.trace.slots.map(({ a, b }) => ({ a, b })));
      }),
      { numRuns: 500 },
    );
  });
});
