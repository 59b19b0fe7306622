import { type AccountIndex, accountIndex, type L1Operation, MAX_ACCOUNTS } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import type { BlockDraft } from "../../src/draft.ts";
import { payoutWords, recordWitness } from "../../src/witness-parts.ts";
import {
  ACCOUNTS,
  AT,
  accountAt,
  alice,
  apart,
  carol,
  ETH,
  JUNK,
  leafAt,
  mallory,
  NEXT,
  refusalOf,
  refusalOf1,
  signed,
  slotOf,
  target,
  transfer,
} from "../support/attack.ts";

const EMPTY = { owner: 0n, tokenId: 0n, nonce: 0n, ownerKey: 0n, balance: 0n, key: 0n };
const deposit = (changes: object = {}): L1Operation => ({
  type: "deposit",
  owner: alice.owner,
  tokenId: ETH,
  amount: 500n,
  index: AT.aliceEth,
  key: 0n,
  ...changes,
});
const forcedWithdraw = (sender: bigint, index: AccountIndex): L1Operation => ({
  type: "forcedWithdraw",
  sender,
  index,
});
const setKey = (sender: bigint, index: AccountIndex) => ({
  type: "setKey" as const,
  sender,
  index,
  key: carol.key,
});
/** Swaps slots 0 and 1. */
const swap = (draft: BlockDraft): void => {
  draft.slots.splice(0, 2, slotOf(draft, 1), slotOf(draft, 0));
  draft.records.splice(0, 2, ...draft.records.slice(0, 2).reverse());
};

describe("attacks on the L1 queue", () => {
  const block = target({
    l1Operations: [deposit(), setKey(mallory.owner, AT.malloryEth)],
    groups: [signed(transfer())],
  });

  it("accepts the honest block", async () => {
    expect(await refusalOf(block)).toBeNull();
  });

  // Of protocol 2 in block-attacks.test.ts: its queue hash is a chain.
  it("skipped L1 operation", async () => {
    const { queueHashAfter } = block.trace;
    const refusal = await refusalOf1(block, {
      draft: (draft) => {
        draft.slots.splice(0, 1);
        draft.slots.push(structuredClone(slotOf(draft, 14)));
        draft.records.splice(0, 1);
        draft.records.push(recordWitness(null));
        const { before, after } = slotOf(draft, 1).a;
        before.balance -= 500n;
        after.balance -= 500n;
      },
      claim: (fields) => ({ ...fields, queueHashAfter, l1OperationCount: 2 }),
    });
    expect(refusal).toBe("public input differs");
  });

  it("L1 operations in another order", async () => {
    const { queueHashAfter } = block.trace;
    const refusal = await refusalOf1(block, { draft: swap, claim: (fields) => ({ ...fields, queueHashAfter }) });
    expect(refusal).toBe("public input differs");
  });

  it("an L1 operation counted but not applied", async () => {
    const refusal = await refusalOf1(block, {
      claim: (fields) => ({ ...fields, l1OperationCount: fields.l1OperationCount + 1 }),
    });
    expect(refusal).toBe("public input differs");
  });

  it.each<[string, L1Operation, L1Operation]>([
    ["amount", deposit(), deposit({ amount: 501n })],
    ["token", deposit(), deposit({ tokenId: JUNK })],
    ["owner", deposit({ index: 0 }), deposit({ index: 0, owner: mallory.owner })],
    ["index", forcedWithdraw(alice.owner, AT.aliceEth), forcedWithdraw(alice.owner, AT.bobEth)],
    ["sender", forcedWithdraw(alice.owner, AT.aliceEth), forcedWithdraw(mallory.owner, AT.aliceEth)],
    ["key", setKey(alice.owner, AT.aliceEth), { ...setKey(alice.owner, AT.aliceEth), key: mallory.key }],
    ["type and key", forcedWithdraw(alice.owner, AT.aliceEth), setKey(alice.owner, AT.aliceEth)],
  ])("a record altered against the contract's queue: %s", async (_field, enqueued, altered) => {
    const { queueHashAfter } = target({ l1Operations: [enqueued] }).trace;
    const forged = target({ l1Operations: [altered] });
    expect(await refusalOf(forged)).toBeNull();
    expect(await refusalOf1(forged, { claim: (fields) => ({ ...fields, queueHashAfter }) })).toBe(
      "public input differs",
    );
  });

  it("gap in the L1 prefix", async () => {
    const one = target({ l1Operations: [deposit()] });
    expect(await refusalOf(one, { draft: swap })).toBe("L1 slots do not form a prefix");
  });

  it("a record of another type", async () => {
    const one = target({ l1Operations: [forcedWithdraw(alice.owner, AT.aliceEth)] });
    const refusal = await refusalOf(one, {
      draft: ({ records: [record] }) => {
        if (record) Object.assign(record, { isForcedWithdraw: false, isSetKey: true });
      },
    });
    expect(refusal).toBe(
      apart("l1_queue.nr: owner_high.assert_max_bit_size", "tree: path does not lead to the current root"),
    );
  });

  it("two types at once", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ records: [record] }) => {
        if (record) record.isSetKey = true;
      },
    });
    expect(refusal).toBe(apart("l1_queue.nr: is_l1.assert_max_bit_size", "l1.nr: is_l1.assert_max_bit_size"));
  });

  it("an L1 operation in a slot that is also a transaction", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).isTransfer = true;
      },
    });
    expect(refusal).toBe("slot.nr: noop.assert_max_bit_size");
  });

  it("bytes that straddle words read differently", async () => {
    for (const [byte, refusedBy] of [
      ["ownerLow", "token_id_high"],
      ["tokenIdLow", "amount_high"],
      ["amountLow", "index"],
    ] as const) {
      const refusal = await refusalOf1(block, {
        draft: ({ records: [record] }) => {
          if (record) record[byte] = (record[byte] + 1) % 256;
        },
      });
      expect(refusal).toBe(`l1_queue.nr: ${refusedBy}.assert_max_bit_size`);
    }
  });

  it("an L1 operation that publishes bytes", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).amount.mantissa = 1n;
      },
    });
    expect(refusal).toBe("slot: amount without a transaction");
  });
});

describe("false forced no-op", () => {
  const block = target({ l1Operations: [forcedWithdraw(alice.owner, AT.aliceEth)] });

  it("the owner's withdrawal without payout", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        draft.payouts[0] = payoutWords(null);
      },
    });
    expect(refusal).toBe("payouts: recipient or token differs");
  });

  it("the owner's withdrawal paid, with the balance kept", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { a } = slotOf(draft, 0);
        a.after = { ...a.before };
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("opened at another index", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).a = { index: AT.bobEth, before: leafAt(AT.bobEth), after: leafAt(AT.bobEth) };
        draft.payouts[0] = payoutWords(null);
      },
    });
    expect(refusal).toBe("L1 slot: index differs from the record");
  });

  it("opened as an empty leaf", async () => {
    const refusal = await refusalOf(block, {
      witness: ({ slots: [slot] }) => {
        if (slot) slot.a.leaf = { ...EMPTY };
      },
    });
    expect(refusal).toBe("tree: path does not hold the opened node");
  });

  it("a stranger's withdrawal paid out", async () => {
    const stranger = target({ l1Operations: [forcedWithdraw(mallory.owner, AT.aliceEth)] });
    expect(await refusalOf(stranger)).toBeNull();
    const refusal = await refusalOf(stranger, {
      draft: (draft) => {
        slotOf(draft, 0).a.after.balance = 0n;
        draft.payouts[0] = payoutWords({ recipient: mallory.owner, tokenId: ETH, amount: 1_000_000n });
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });
});

describe("set key", () => {
  it("false no-op of the owner", async () => {
    const block = target({ l1Operations: [setKey(alice.owner, AT.aliceEth)] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { a } = slotOf(draft, 0);
        a.after = { ...a.before };
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("by a stranger", async () => {
    const block = target({ l1Operations: [setKey(mallory.owner, AT.aliceEth)] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).a.after.key = carol.key;
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });
});

describe("false deposit mismatch", () => {
  it("a top-up turned into a new account", async () => {
    const block = target({ l1Operations: [deposit()] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { a, b } = slotOf(draft, 0);
        a.after = { ...a.before };
        Object.assign(b, { index: NEXT, after: { ...EMPTY, owner: alice.owner, balance: 500n } });
      },
    });
    expect(refusal).toBe("slot: unused half opens an account");
  });

  it("a new account turned into a top-up of another owner or token", async () => {
    for (const index of [AT.malloryEth, AT.carolJunk]) {
      const block = target({ l1Operations: [deposit({ index })] });
      const refusal = await refusalOf(block, {
        draft: (draft) => {
          const { a, b } = slotOf(draft, 0);
          a.after.balance += 500n;
          Object.assign(b, { index: 0, after: { ...EMPTY } });
        },
      });
      expect(refusal).toBe("slot: account created at another index than the next");
    }
  });

  it("a top-up of an account with a thief's key", async () => {
    const squatted = new Map(ACCOUNTS).set(AT.aliceEth, {
      ...accountAt(AT.aliceEth),
      key: mallory.key,
      ownerKey: false,
    });
    for (const key of [0n, alice.key]) {
      const block = target({ l1Operations: [deposit({ key })], accounts: squatted });
      expect(await refusalOf(block)).toBeNull();
      const refusal = await refusalOf(block, {
        draft: (draft) => {
          const { a, b } = slotOf(draft, 0);
          a.after.balance += 500n;
          Object.assign(b, { index: 0, after: { ...EMPTY } });
        },
      });
      expect(refusal).toBe("slot: account created at another index than the next");
    }
  });

  it("a refund while the tree has room, and a new account when it is full", async () => {
    const create = target({ l1Operations: [deposit({ index: 0 })] });
    const refused = await refusalOf(create, {
      draft: (draft) => {
        Object.assign(slotOf(draft, 0).b, { index: 0, after: { ...EMPTY } });
        draft.payouts[0] = payoutWords({ recipient: alice.owner, tokenId: ETH, amount: 500n });
      },
    });
    expect(refused).toBe("slot: account created at another index than the next");

    const full = target({ l1Operations: [deposit({ index: 0, tokenId: JUNK })], nextIndex: MAX_ACCOUNTS });
    expect(await refusalOf(full)).toBeNull();
    const created = await refusalOf(full, {
      draft: (draft) => {
        const after = { ...EMPTY, owner: alice.owner, tokenId: 1n, balance: 500n };
        Object.assign(slotOf(draft, 0).b, { index: accountIndex(MAX_ACCOUNTS - 1), after });
        draft.payouts[0] = payoutWords(null);
      },
    });
    expect(created).toBe("slot: unused half opens an account");
  });

  it("a deposit credited twice over", async () => {
    const block = target({ l1Operations: [deposit()] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).a.after.balance += 500n;
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("balance overflow by a top-up", async () => {
    const accounts = new Map(ACCOUNTS).set(AT.aliceEth, { ...accountAt(AT.aliceEth), balance: 2n ** 128n - 501n });
    const block = target({ l1Operations: [deposit()], accounts });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        draft.records[0] = recordWitness(deposit({ amount: 501n }));
        slotOf(draft, 0).a.after.balance += 1n;
      },
    });
    expect(refusal).toBe("slot.nr: a_after.balance.assert_max_bit_size");
  });
});
