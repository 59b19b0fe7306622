import { messageHash } from "@cairn/crypto";
import {
  accountIndex,
  encodeFloat16,
  encodeFloat40,
  type L1Operation,
  messageWords,
  readBatchCells,
  tokenId,
} from "@cairn/protocol";
import { FAKE_CRYPTO, personOf } from "@cairn/testkit";
import { describe, expect, it, vi } from "vitest";
import {
  ACCOUNTS,
  ALICE,
  ALICE_USD,
  account,
  alice,
  builder,
  DOMAIN,
  ETH,
  group,
  NOW,
  OPERATOR,
  OPERATOR_USD,
  options,
  refusal,
  signed,
  transfer,
  transferToNew,
  USD,
  withdraw,
} from "../test/support.ts";
import { createBlockBuilder } from "./builder.ts";
import { executeBlock } from "./execute.ts";
import { PUBLISHES_NOTHING, publishedSlot } from "./published.ts";

const deposit: L1Operation = { type: "deposit", owner: 9n, tokenId: ETH, amount: 1n, index: accountIndex(0), key: 0n };
const exit: L1Operation = { type: "forcedWithdraw", sender: alice.owner, index: ALICE };

function payments(count: number) {
  return Array.from({ length: count }, (_, i) => transfer({ nonce: 5 + i, amount: encodeFloat40(1n) }));
}

describe("limits", () => {
  it("defer L1 operations beyond a quarter of the slots", () => {
    const block = builder();
    const results = Array.from({ length: 5 }, () => block.addL1Operation(deposit).type);
    expect(results).toEqual(["included", "included", "included", "included", "deferred"]);
    expect(block.seal().data.l1Count).toBe(4);
  });

  it("defer what exceeds the slots", () => {
    const block = builder();
    for (const payment of payments(15)) expect(refusal(block.addGroup(group(payment)))).toBe("included");
    const pair = [transfer({ nonce: 20 }), transfer({ nonce: 21 })];
    expect(block.addGroup(group(...pair))).toEqual({ type: "deferred", limit: "slots" });
    expect(refusal(block.addGroup(group(transfer({ nonce: 20 }))))).toBe("included");
    expect(block.addGroup(group(transfer({ nonce: 21 })))).toEqual({ type: "deferred", limit: "slots" });
    expect(block.remaining.slots).toBe(0);
  });

  it("defer payouts beyond a quarter, those of L1 operations first", () => {
    const block = builder();
    for (let i = 0; i < 3; i++) block.addL1Operation(exit);
    const free = withdraw({ amount: encodeFloat40(0n) });
    expect(refusal(block.addGroup(group(free)))).toBe("included");
    expect(block.addGroup(group({ ...free, nonce: 6 }))).toEqual({ type: "deferred", limit: "payouts" });
    expect(block.seal().payouts).toHaveLength(4);
  });

  it("defer new accounts beyond a quarter, those of deposits first", () => {
    const block = builder();
    for (let i = 0; i < 3; i++) block.addL1Operation(deposit);
    expect(refusal(block.addGroup(group(transferToNew())))).toBe("included");
    expect(block.addGroup(group(transferToNew({ nonce: 6 })))).toEqual({ type: "deferred", limit: "newAccounts" });
  });

  it("defer extras beyond a quarter, of withdrawals and new accounts together", () => {
    const block = builder();
    const transactions = [transferToNew(), withdraw({ nonce: 6 }), transferToNew({ nonce: 7 }), withdraw({ nonce: 8 })];
    for (const transaction of transactions) expect(refusal(block.addGroup(group(transaction)))).toBe("included");
    expect(block.addGroup(group(withdraw({ nonce: 9 })))).toEqual({ type: "deferred", limit: "extras" });
    expect(refusal(block.addGroup(group(transfer({ nonce: 9 }))))).toBe("included");
  });

  it("refuse groups that no block of this size can hold", () => {
    expect(refusal(builder().addGroup([]))).toEqual([{ type: "emptyGroup" }, 0]);
    const slots = { type: "groupTooLarge", limit: "slots", required: 17, maximum: 16 };
    expect(refusal(builder().addGroup(group(...payments(17))))).toEqual([slots, 0]);
    const extras = { type: "groupTooLarge", limit: "extras", required: 5, maximum: 4 };
    const five = [0, 1, 2].map((i) => withdraw({ nonce: 5 + i }));
    const mixed = [...five, transferToNew({ nonce: 8 }), transferToNew({ nonce: 9 })];
    expect(refusal(builder().addGroup(group(...mixed)))).toEqual([extras, 0]);
  });
});

describe("fees", () => {
  const accounts = [...ACCOUNTS, account(alice, { tokenId: tokenId(7), balance: 90n })];
  const fee = encodeFloat16(7n);

  it("of several tokens go to their accounts after the last slot", () => {
    const block = builder(accounts, { feeAccounts: [OPERATOR, OPERATOR_USD] });
    const self = { to: ALICE_USD, toOwner: alice.owner, toKey: alice.key };
    const dollars = transfer({ from: ALICE_USD, nonce: 0, tokenId: USD, fee, ...self });
    expect(refusal(block.addGroup(group(transfer({ fee }), transfer({ nonce: 6, fee }))))).toBe("included");
    expect(refusal(block.addGroup(group(dollars)))).toBe("included");
    expect(block.state.getAccount(OPERATOR).balance).toBe(0n);
    const { updates, data, trace } = block.seal();
    expect(updates.get(OPERATOR)?.balance).toBe(14n);
    expect(updates.get(OPERATOR_USD)?.balance).toBe(7n);
    expect(data.feeIndices).toEqual([OPERATOR, OPERATOR_USD, 0, 0]);
    expect(trace.feeCredits[0]).toMatchObject({ tokenId: ETH, amount: 14n, leaf: { index: OPERATOR } });
    expect(trace.slots.slice(0, 4).map(({ feeCredit }) => feeCredit)).toEqual([0, 0, 1, null]);
  });

  it("leave unused accounts out", () => {
    const block = builder(accounts, { feeAccounts: [OPERATOR_USD, OPERATOR] });
    expect(refusal(block.addGroup(group(transfer({ fee }))))).toBe("included");
    const { data, trace } = block.seal();
    expect(data.feeIndices).toEqual([0, OPERATOR, 0, 0]);
    expect(trace.feeCredits[0]).toBeNull();
    expect(trace.slots[0]?.feeCredit).toBe(1);
  });

  it.each([
    ["unassigned accounts", [accountIndex(99)]],
    ["operation codes", [accountIndex(1)]],
    ["two accounts of one token", [OPERATOR, ALICE]],
    ["the same account twice", [OPERATOR, OPERATOR]],
  ])("cannot go to %s", (_, feeAccounts) => {
    expect(() => builder(accounts, { feeAccounts })).toThrow(expect.objectContaining({ code: "vm/bad-option" }));
  });

  it("cannot go to five accounts", () => {
    const five = [0, 1, 2, 3, 4].map((id) => account(personOf("operator"), { tokenId: tokenId(id) }));
    const feeAccounts = five.map((_, i) => accountIndex(64 + i));
    expect(() => builder(five, { feeAccounts })).toThrow(expect.objectContaining({ code: "vm/bad-option" }));
    expect(() => builder(five, { feeAccounts: feeAccounts.slice(1) })).not.toThrow();
  });
});

describe("a block", () => {
  it("without content is 16 noops and leaves the state as it is", () => {
    const block = builder().seal();
    expect(block.receipts).toEqual(Array.from({ length: 16 }, (_, slot) => ({ type: "noop", slot })));
    expect(block.updates.size).toBe(0);
    expect(block.payouts).toEqual([]);
    expect(block.cells.slice(1)).toEqual(Array.from({ length: 8 }, () => 0n));
    expect(block.newNextIndex).toBe(block.oldNextIndex);
  });

  it("takes L1 operations first", () => {
    const block = builder();
    block.addL1Operation(deposit);
    block.addGroup(group(transfer()));
    expect(() => block.addL1Operation(deposit)).toThrow(expect.objectContaining({ code: "vm/l1-operation-order" }));
  });

  it("accepts L1 operations after a refused transaction", () => {
    const block = builder();
    block.addGroup(group(transfer({ nonce: 1 })));
    expect(block.addL1Operation(deposit).type).toBe("included");
  });

  it("leads to the same state closed as sealed, fees and new accounts included", () => {
    const fill = () => {
      const block = builder(ACCOUNTS, { feeAccounts: [OPERATOR, OPERATOR_USD] });
      block.addL1Operation(deposit);
      const fee = encodeFloat16(3n);
      const groups = [group(transfer({ fee })), group(transferToNew({ nonce: 6, fee })), group(withdraw({ nonce: 7 }))];
      for (const one of groups) expect(refusal(block.addGroup(one))).toBe("included");
      return block;
    };
    const [closed, sealed] = [fill().close(), fill().seal()];
    const { updates, newNextIndex } = sealed;
    expect(closed).toEqual({ updates, newNextIndex });
    expect(closed.updates.get(OPERATOR)?.balance).toBe(6n);
    const block = fill();
    block.close();
    expect(() => block.seal()).toThrow(expect.objectContaining({ code: "vm/sealed" }));
  });

  it("accepts nothing once sealed", () => {
    const block = builder();
    block.seal();
    for (const use of [
      () => block.addL1Operation(deposit),
      () => block.addGroup(group(transfer())),
      () => block.seal(),
    ]) {
      expect(use).toThrow(expect.objectContaining({ code: "vm/sealed" }));
    }
  });

  it("refuses L1 operations that the contract cannot have enqueued", () => {
    const block = builder();
    expect(() => block.addL1Operation({ ...deposit, amount: 0n })).toThrow(
      expect.objectContaining({ code: "protocol/malformed-record" }),
    );
    expect(block.seal()).toEqual(builder().seal());
  });

  it("publishes its slots and fee accounts as cells", () => {
    const block = builder();
    block.addL1Operation(deposit);
    const transactions = [transferToNew({ fee: encodeFloat16(2n) }), transfer({ nonce: 6 }), withdraw({ nonce: 7 })];
    expect(refusal(block.addGroup(group(...transactions)))).toBe("included");
    const { slotCount, data, cells } = block.seal();
    const published = [PUBLISHES_NOTHING, ...transactions.map(publishedSlot), PUBLISHES_NOTHING];
    expect(data.slots.slice(0, 5)).toEqual(published);
    expect(data).toMatchObject({ l1Count: 1, timestamp: BigInt(NOW), feeIndices: [OPERATOR, 0, 0, 0] });
    expect(readBatchCells(cells, 1)).toEqual([{ slotCount, data, cells }]);
  });

  it("accepts message hashes made elsewhere and hashes no message itself", () => {
    const compress = vi.fn(FAKE_CRYPTO.compress);
    const block = createBlockBuilder({ ...options(), compress });
    const id = messageHash(messageWords(transfer(), DOMAIN), FAKE_CRYPTO.compress);
    expect(block.addGroup([{ ...signed(transfer()), id }])).toMatchObject({ type: "included", receipts: [{ id }] });
    expect(compress).not.toHaveBeenCalled();
  });

  it("defers what has no room, and reports what it refused", () => {
    const groups = [group(transfer({ nonce: 9 })), ...payments(16).map((payment) => group(payment))];
    const { rejected, deferred } = executeBlock(options(), { l1Operations: Array(5).fill(deposit), groups });
    expect(rejected).toEqual([
      { group: groups[0], index: 0, reason: { type: "nonceTooHigh", expected: 5, actual: 9 } },
    ]);
    expect(deferred).toEqual({ l1Operations: [deposit], groups: groups.slice(13) });
  });

  it.each([
    ["a negative timestamp", { timestamp: -1 }],
    ["a chain id of 65 bits", { domain: { chainId: 2n ** 64n, rollup: 0n } }],
  ])("cannot be begun with %s", (_, changes) => {
    expect(() => builder(undefined, changes)).toThrow(expect.objectContaining({ name: "CairnError" }));
  });
});
