import {
  accountIndex,
  type BlockData,
  encodeFloat16,
  encodeFloat40,
  type L1Operation,
  type PublishedSlot,
  readBatchCells,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import {
  ACCOUNTS,
  ALICE,
  ALICE_USD,
  alice,
  BOB,
  builder,
  group,
  OPERATOR,
  OPERATOR_USD,
  options,
  transfer,
  USD,
  withdraw,
} from "../test/support.ts";
import { type ReplayedBlock, type ReplayInput, replayBlock } from "./replay.ts";

const NONE = [0, 0, 0, 0].map(accountIndex);
const payment: PublishedSlot = {
  type: "transfer",
  from: ALICE,
  to: BOB,
  amount: encodeFloat40(5n),
  fee: encodeFloat16(2n),
};
const free: PublishedSlot = { ...payment, fee: encodeFloat16(0n) };

function data(slots: readonly PublishedSlot[], feeIndices = [OPERATOR, 0, 0, 0].map(accountIndex)): BlockData {
  const padding = Array.from({ length: 16 - slots.length }, (): PublishedSlot => ({ type: "nothing" }));
  return { slots: [...slots, ...padding], l1Count: 0, timestamp: 1n, feeIndices };
}

function replay(published: BlockData, changes: Partial<ReplayInput> = {}): ReplayedBlock {
  const { l1Operations = [] } = changes;
  const input = { state: options().state, data: { ...published, l1Count: l1Operations.length }, l1Operations };
  return replayBlock({ ...input, ...changes });
}

describe("a replay", () => {
  it("rebuilds updates, payouts and fee credits from cells", () => {
    const block = builder();
    const exit: L1Operation = { type: "forcedWithdraw", sender: alice.owner, index: ALICE_USD };
    block.addL1Operation(exit);
    block.addGroup(group(transfer({ fee: encodeFloat16(2n) }), withdraw({ nonce: 6, amount: WHOLE_BALANCE })));
    const sealed = block.seal();
    const [read] = readBatchCells(sealed.cells, 1);
    const { updates, payouts, kinds, newNextIndex } = replay(read?.data ?? data([]), { l1Operations: [exit] });
    expect(updates).toEqual(sealed.updates);
    expect(payouts).toEqual(sealed.payouts);
    expect(newNextIndex).toBe(sealed.newNextIndex);
    expect(kinds.slice(0, 4)).toEqual(["forcedWithdraw", "transfer", "withdraw", "noop"]);
  });

  it("credits an account that the block itself created", () => {
    const create: L1Operation = {
      type: "deposit",
      owner: 5n,
      tokenId: USD,
      amount: 1n,
      index: accountIndex(0),
      key: 0n,
    };
    const dollars: PublishedSlot = { ...payment, from: ALICE_USD, to: ALICE_USD };
    const published = data([{ type: "nothing" }, dollars], [70, 0, 0, 0].map(accountIndex));
    expect(replay(published, { l1Operations: [create] }).updates.get(accountIndex(70))?.balance).toBe(3n);
  });

  it("accepts a fee account that gathered nothing, at any position", () => {
    const { feeCredits, updates } = replay(data([payment], [OPERATOR_USD, 0, OPERATOR, 0].map(accountIndex)));
    expect(feeCredits.map((credit) => credit?.amount)).toEqual([0n, undefined, 2n, undefined]);
    expect(updates.has(OPERATOR_USD)).toBe(false);
  });

  it.each<[string, BlockData]>([
    ["an unassigned sender", data([{ ...free, from: accountIndex(99) }])],
    ["an unassigned receiver", data([{ ...free, to: accountIndex(99) }])],
    ["a receiver in another token", data([{ ...free, to: ALICE_USD }])],
    ["an amount above the balance", data([{ ...free, amount: encodeFloat40(1_000_001n) }])],
    ["a fee above the balance", data([{ ...payment, amount: WHOLE_BALANCE, fee: encodeFloat16(2_000_000n) }])],
    ["fees without account", data([payment], NONE)],
    ["fees with an account of another token only", data([payment], [OPERATOR_USD, 0, 0, 0].map(accountIndex))],
    ["an unassigned fee account", data([free], [99, 0, 0, 0].map(accountIndex))],
    ["two fee accounts of one token", data([payment], [OPERATOR, ALICE, 0, 0].map(accountIndex))],
  ])("refuses data with %s", (_, published) => {
    expect(() => replay(published)).toThrow(expect.objectContaining({ code: "vm/invalid-data" }));
  });

  it("refuses a transaction in an L1 slot, and other L1 operations than the block says", () => {
    const exit: L1Operation = { type: "forcedWithdraw", sender: alice.owner, index: ALICE };
    const wrong = expect.objectContaining({ code: "vm/invalid-data" });
    expect(() => replay(data([free]), { l1Operations: [exit] })).toThrow(wrong);
    expect(() => replay(data([]), { data: { ...data([]), l1Count: 1 } })).toThrow(wrong);
    expect(() => replay(data([]), { data: data([]), l1Operations: [exit] })).toThrow(wrong);
  });

  it("refuses a new account in a full tree", () => {
    const { state } = options();
    const full = { nextIndex: () => 2 ** 24, getAccount: state.getAccount };
    const slot: PublishedSlot = {
      type: "transferToNew",
      from: ALICE,
      amount: free.amount,
      fee: free.fee,
      toOwner: 1n,
      toKey: 0n,
    };
    expect(() => replay(data([slot]), { state: full })).toThrow(expect.objectContaining({ code: "vm/invalid-data" }));
    expect(replay(data([slot])).newNextIndex).toBe(64 + ACCOUNTS.length + 1);
  });
});
