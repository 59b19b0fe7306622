import { type Account, accountIndex, EMPTY_ACCOUNT, type L1Operation, MAX_ACCOUNTS } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { ALICE, alice, ACCOUNTS as all, BOB, bob, ETH, KEYLESS, USD } from "../test/support.ts";
import { UNUSED_STEP } from "./effects.ts";
import { applyL1Operation } from "./l1-operations.ts";
import { createOverlay, type Overlay } from "./state.ts";

function overlay(nextIndex = 64 + all.length): Overlay {
  return createOverlay({ nextIndex: () => nextIndex, getAccount: (index) => all[index - 64] ?? EMPTY_ACCOUNT });
}

function deposit(fields: object = {}): L1Operation {
  return { type: "deposit", owner: alice.owner, tokenId: ETH, amount: 10n, index: ALICE, key: alice.key, ...fields };
}

const ALICE_BEFORE = all[0] as Account;
const NEW = accountIndex(70);

describe("a deposit", () => {
  it.each([
    ["with its key", alice.key, true],
    ["with its key, never confirmed on L1", alice.key, false],
    ["without key, the account's key being authorised by its owner", 0n, true],
  ])("tops up the named account %s", (_, key, ownerKey) => {
    const state = overlay();
    state.setAccount(ALICE, { ...ALICE_BEFORE, ownerKey });
    const { outcome, effect } = applyL1Operation(state, deposit({ key }));
    expect(outcome).toEqual({ type: "toppedUp", index: ALICE });
    expect(state.getAccount(ALICE)).toEqual({ ...ALICE_BEFORE, ownerKey, balance: 1_000_010n });
    expect(effect.b).toBe(UNUSED_STEP);
    expect(effect.amount).toBe(10n);
  });

  it("tops up a keyless account without key", () => {
    const state = overlay();
    state.setAccount(ALICE, { ...ALICE_BEFORE, key: 0n, ownerKey: false });
    expect(applyL1Operation(state, deposit({ key: 0n })).outcome.type).toBe("toppedUp");
  });

  it.each([
    ["another key than the deposit's", { key: bob.key }, true],
    ["a key that its owner never confirmed, to a deposit without key", { key: 0n }, false],
  ])("does not top up an account with %s", (_, fields, ownerKey) => {
    const state = overlay();
    state.setAccount(ALICE, { ...ALICE_BEFORE, ownerKey });
    expect(applyL1Operation(state, deposit(fields)).outcome).toEqual({ type: "created", index: NEW });
    expect(state.getAccount(ALICE).balance).toBe(ALICE_BEFORE.balance);
  });

  it.each([
    ["another owner", { owner: bob.owner }],
    ["another token", { tokenId: USD }],
    ["no account there", { index: accountIndex(0) }],
    ["an operation code", { index: accountIndex(1) }],
    ["the index it creates", { index: NEW }],
    ["an index beyond the state", { index: accountIndex(2 ** 24 - 1) }],
  ])("creates an account for %s", (_, fields) => {
    const state = overlay();

    const { outcome, effect } = applyL1Operation(state, deposit(fields));
    expect(outcome).toEqual({ type: "created", index: NEW });
    const { owner, tokenId, index } = { owner: alice.owner, tokenId: ETH, index: ALICE, ...fields };
    expect(state.getAccount(NEW)).toEqual({ owner, tokenId, nonce: 0, ownerKey: true, balance: 10n, key: alice.key });
    expect(effect.a.index).toBe(index);
    expect(effect.a.after).toEqual(effect.a.before);
    expect(effect.b).toEqual({ index: NEW, before: EMPTY_ACCOUNT, after: state.getAccount(NEW) });
    expect(effect.created).toBe(NEW);
  });

  it("without key creates an account whose owner has authorised none", () => {
    const state = overlay();
    applyL1Operation(state, deposit({ index: BOB, key: 0n }));
    expect(state.getAccount(NEW)).toMatchObject({ key: 0n, ownerKey: false });
  });

  it("takes the last free index, then is refunded", () => {
    const state = overlay(MAX_ACCOUNTS - 1);
    expect(applyL1Operation(state, deposit({ index: BOB })).outcome.type).toBe("created");
    const { outcome, effect } = applyL1Operation(state, deposit({ index: BOB }));
    const payout = { recipient: alice.owner, tokenId: ETH, amount: 10n };
    expect(outcome).toEqual({ type: "refunded", payout });
    expect(effect).toEqual({
      a: { index: BOB, before: all[1], after: all[1] },
      b: UNUSED_STEP,
      amount: 10n,
      payout,
      created: null,
    });
  });

  it("tops up in a full tree", () => {
    expect(applyL1Operation(overlay(MAX_ACCOUNTS), deposit()).outcome.type).toBe("toppedUp");
  });

  it("that breaks the supply invariant throws", () => {
    const room = 2n ** 128n - 1n - 1_000_000n;
    expect(applyL1Operation(overlay(), deposit({ amount: room })).outcome.type).toBe("toppedUp");
    expect(() => applyL1Operation(overlay(), deposit({ amount: room + 1n }))).toThrow(
      expect.objectContaining({ code: "vm/supply-exceeded" }),
    );
  });
});

describe("a forced withdrawal", () => {
  it("pays the whole balance out to the owner and leaves nonce and key", () => {
    const state = overlay();
    const { outcome } = applyL1Operation(state, { type: "forcedWithdraw", sender: alice.owner, index: ALICE });
    const payout = { recipient: alice.owner, tokenId: ETH, amount: 1_000_000n };
    expect(outcome).toEqual({ type: "exited", index: ALICE, payout });
    expect(state.getAccount(ALICE)).toEqual({ ...ALICE_BEFORE, balance: 0n });
  });

  it("of an empty balance makes a payout of 0", () => {
    const state = overlay();
    applyL1Operation(state, { type: "forcedWithdraw", sender: alice.owner, index: ALICE });
    const again = applyL1Operation(state, { type: "forcedWithdraw", sender: alice.owner, index: ALICE });
    expect(again.effect.payout).toEqual({ recipient: alice.owner, tokenId: ETH, amount: 0n });
  });

  it.each([
    ["someone else's account", BOB, "notOwner"],
    ["an unassigned index", NEW, "unassigned"],
    ["an operation code", accountIndex(1), "unassigned"],
  ])("of %s does nothing", (_, index, cause) => {
    const state = overlay();
    const { outcome, effect } = applyL1Operation(state, { type: "forcedWithdraw", sender: alice.owner, index });
    expect(outcome).toEqual({ type: "noEffect", cause });
    expect(effect).toMatchObject({ amount: 0n, payout: null, created: null });
    expect(state.changes.size).toBe(0);
  });
});

describe("a new key", () => {
  it("replaces the key and is authorised by the owner", () => {
    const state = overlay();
    const operation: L1Operation = { type: "setKey", sender: bob.owner, index: KEYLESS, key: 7n };
    expect(applyL1Operation(state, operation).outcome).toEqual({ type: "keySet", index: KEYLESS });
    expect(state.getAccount(KEYLESS)).toEqual({ ...all[3], key: 7n, ownerKey: true });
  });

  it("for someone else's account does nothing", () => {
    const state = overlay();
    const operation: L1Operation = { type: "setKey", sender: alice.owner, index: KEYLESS, key: 7n };
    expect(applyL1Operation(state, operation).outcome).toEqual({ type: "noEffect", cause: "notOwner" });
    expect(state.changes.size).toBe(0);
  });
});
