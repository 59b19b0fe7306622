/** Statements from the history of a real node: what bookkeeping sees of everything that can happen to an account. */
import { createTestDatabases } from "@cairn/db/testing";
import { accountIndex, encodeFloat16, encodeFloat40, isEmptyAccount, tokenId } from "@cairn/protocol";
import { readStatement, type StatementNode } from "@cairn/sdk/statements";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { historyReader, restoreInto } from "../../test/history-scene.ts";
import {
  createSequencerHarness,
  FOREVER,
  type Life,
  type SequencerHarness,
  START_MS,
} from "../../test/sequencer-harness.ts";
import { createFeePolicy } from "../sequencer/fee-policy.ts";
import { toAccount } from "./resources.ts";

const databases = createTestDatabases().server;
const PEOPLE = 3;
const ACCOUNTS = Array.from({ length: PEOPLE }, (_, i) => 64 + i);
const LONG_AGO = 1_000_000_000;

type Step =
  | { readonly type: "pay"; readonly from: number; readonly to: number; readonly amount: bigint; readonly fee: bigint }
  | { readonly type: "withdraw"; readonly from: number; readonly amount: bigint; readonly fee: bigint }
  | { readonly type: "swap"; readonly from: number; readonly to: number }
  | { readonly type: "deposit" | "force"; readonly from: number; readonly amount: bigint }
  | { readonly type: "seal" | "rebuild" };

const person = fc.integer({ min: 0, max: PEOPLE - 1 });
const amount = fc.bigInt(1n, 3_000n);
const fee = fc.bigInt(0n, 9n);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("pay" as const), from: person, to: person, amount, fee }),
  fc.record({ type: fc.constant("withdraw" as const), from: person, amount, fee }),
  fc.record({ type: fc.constant("swap" as const), from: person, to: person }),
  fc.record({ type: fc.constantFrom("deposit" as const, "force" as const), from: person, amount }),
  fc.record({ type: fc.constantFrom("seal" as const, "rebuild" as const) }),
);

describe("statements of a node's history", () => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  it("add up to the balances, whatever happened: L1 operations, payouts, swaps, fees, blocks built again or restored", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const harness = await createSequencerHarness(await databases.create(), PEOPLE);
        const fees = { owner: harness.people[PEOPLE - 1]?.owner ?? 0n, tokens: [tokenId(0)] };
        const life = await harness.begin({ feeTakers: fees }, undefined, freePolicy());
        await harness.fund(life, 5_000n);
        for (const one of steps) await act(harness, life, one);
        await life.sequencer.sealNow();
        await assertAddUp(harness, life);
        const other = await createSequencerHarness(await databases.create(), 0);
        const restored = await other.begin();
        await restoreInto(life, restored, other);
        await assertAddUp(other, restored);
        await other.stop();
        await harness.stop();
      }),
      { numRuns: 12 },
    );
  });
});

async function act(harness: SequencerHarness, life: Life, step: Step): Promise<void> {
  const { sequencer, database, keeper } = life;
  const nonceOf = (who: number) => sequencer.state().getAccount(accountIndex(64 + who)).nonce;
  const common = (who: number, paid: bigint, cost: bigint) => ({
    from: accountIndex(64 + who),
    nonce: nonceOf(who),
    tokenId: tokenId(0),
    amount: encodeFloat40(paid),
    fee: encodeFloat16(cost),
    validFrom: 0,
    validUntil: FOREVER,
    reference: 0n,
  });
  switch (step.type) {
    case "pay": {
      const { amount: paid, fee: cost } = common(step.from, step.amount, step.fee);
      await sequencer.submit([harness.transfer(step.from, step.to, nonceOf(step.from), { amount: paid, fee: cost })]);
      return;
    }
    case "withdraw": {
      const withdrawal = { type: "withdraw", ...common(step.from, step.amount, step.fee), recipient: 0xbeefn } as const;
      await sequencer.submit([harness.sign(withdrawal, step.from)]);
      return;
    }
    case "swap":
      if (step.from !== step.to)
        await sequencer.submit(harness.swap(step.from, step.to, [nonceOf(step.from), nonceOf(step.to)]));
      return;
    case "deposit":
    case "force": {
      const owner = harness.people[step.from]?.owner ?? 0n;
      const index = accountIndex(64 + step.from);
      await harness.enqueue(database, [
        step.type === "deposit"
          ? { type: "deposit", owner, tokenId: tokenId(0), amount: step.amount, index, key: 0n }
          : { type: "forcedWithdraw", sender: owner, index },
      ]);
      await sequencer.queueChanged();
      await harness.pass(1_000);
      return;
    }
    case "seal":
      await sequencer.sealNow();
      await harness.pass(1_000);
      return;
    case "rebuild":
      await sequencer.sealNow();
      if (keeper.blockNumber() > 1) await sequencer.rebuildFrom(keeper.blockNumber(), "test", async () => undefined);
      await harness.pass(1_000);
  }
}

/** Each account's statements of its whole life and of two halves of it agree with its balance. */
async function assertAddUp({ clock }: SequencerHarness, life: Life): Promise<void> {
  const history = historyReader(life);
  const state = life.sequencer.state();
  const node: StatementNode = {
    rollup: (async () => ({
      chainId: 31337,
      rollup: `0x${"ab".repeat(20)}`,
    })) as unknown as StatementNode["rollup"],
    account: async ({ index: text }) => {
      const index = accountIndex(Number(text));
      return toAccount(index, state.getAccount(index));
    },
    accountHistory: ({ index, limit, cursor }) =>
      history.page(Number(index), {
        limit: String(limit),
        ...(cursor === undefined ? {} : { cursor: String(cursor) }),
      }),
  };
  const now = Math.floor(clock.nowMs() / 1000) + 10_000;
  for (const account of ACCOUNTS) {
    if (isEmptyAccount(state.getAccount(accountIndex(account)))) continue;
    const of = { account, status: "confirmed" } as const;
    const whole = await readStatement(node, of, now);
    expect(whole.closing).toBe(state.getAccount(accountIndex(account)).balance);
    expect(whole.movements.every(({ balance }) => balance >= 0n)).toBe(true);
    const middle = Math.floor(START_MS / 1000) + 3;
    const first = await readStatement(node, { ...of, from: LONG_AGO, to: middle }, now);
    const second = await readStatement(node, { ...of, from: middle }, now);
    expect([first.opening, first.closing, second.closing]).toEqual([0n, second.opening, whole.closing]);
    expect(first.movements.length + second.movements.length).toBe(whole.movements.length);
  }
}

function freePolicy() {
  const nothing = { tokens: [], batchGas: 0n, blocksPerBatch: 1n, gasPerByte: 0n, payoutGas: 0n };
  const percents = { expectedFillPercent: 100n, operatorPercent: -100n, tolerancePercent: 100n };
  return createFeePolicy({ slotCount: 16, ...nothing, ...percents }, () => 1n);
}
