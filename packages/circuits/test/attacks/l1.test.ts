import { type Chains, extendChain } from "@cairn/crypto";
import { type AccountIndex, accountIndex, type L1Operation, l1Entry, MAX_ACCOUNTS } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import type { BlockDraft } from "../../src/witness/draft.ts";
import { l1Witness, payoutWitness } from "../../src/witness/parts.ts";
import type { L1Witness } from "../../src/witness/types.ts";
import {
  ACCOUNTS,
  AT,
  accountAt,
  alice,
  carol,
  ETH,
  JUNK,
  leafAt,
  mallory,
  NEXT,
  refusalOf,
  signed,
  slotOf,
  target,
  transfer,
} from "../support/attack.ts";
import { CHAINS } from "../support/history.ts";

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
  draft.l1Operations.splice(0, 2, ...draft.l1Operations.slice(0, 2).reverse());
};

/** The chains as L1 has them once it took these operations from its queue. */
const consumed =
  (...operations: readonly L1Operation[]) =>
  (chains: Chains): Chains => ({ ...chains, l1: extendChain(CHAINS.l1, operations.map(l1Entry)) });

describe("attacks on the L1 queue", () => {
  const queue = [deposit(), setKey(mallory.owner, AT.malloryEth)] as const;
  const block = target({ l1Operations: queue, groups: [signed(transfer())] });
  const DIFFERS = "claim: new history differs";

  it("accepts the honest block", async () => {
    expect(await refusalOf(block)).toBeNull();
  });

  it("skipped L1 operation", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        draft.slots.splice(0, 1);
        draft.slots.push(structuredClone(slotOf(draft, 14)));
        draft.l1Operations.splice(0, 1);
        draft.l1Operations.push(l1Witness(null));
        const { before, after } = slotOf(draft, 1).a;
        before.balance -= 500n;
        after.balance -= 500n;
      },
      chains: consumed(...queue),
    });
    expect(refusal).toBe(DIFFERS);
  });

  it("L1 operations in another order", async () => {
    expect(await refusalOf(block, { draft: swap, chains: consumed(...queue) })).toBe(DIFFERS);
  });

  it("an L1 operation counted but not applied", async () => {
    const third = forcedWithdraw(mallory.owner, AT.aliceEth);
    expect(await refusalOf(block, { chains: consumed(...queue, third) })).toBe(DIFFERS);
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
    const forged = target({ l1Operations: [altered] });
    expect(await refusalOf(forged)).toBeNull();
    expect(await refusalOf(forged, { chains: consumed(enqueued) })).toBe(DIFFERS);
  });

  it("gap in the L1 prefix", async () => {
    const one = target({ l1Operations: [deposit()] });
    expect(await refusalOf(one, { draft: swap })).toBe("L1 slots do not form a prefix");
  });

  it("a record of another type", async () => {
    const one = target({ l1Operations: [forcedWithdraw(alice.owner, AT.aliceEth)] });
    const refusal = await refusalOf(one, {
      draft: ({ l1Operations: [record] }) => {
        if (record) Object.assign(record, { isForcedWithdraw: false, isSetKey: true });
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("two types at once", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ l1Operations: [record] }) => {
        if (record) record.isSetKey = true;
      },
    });
    expect(refusal).toBe("l1.nr: is_l1.assert_max_bit_size");
  });

  it("an L1 operation in a slot that is also a transaction", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).isTransfer = true;
      },
    });
    expect(refusal).toBe("slot.nr: noop.assert_max_bit_size");
  });

  it.each<[string, L1Operation, (record: L1Witness) => Partial<L1Witness>]>([
    ["index", deposit(), ({ amount, index }) => ({ amount: amount - 1n, index: index + (1n << 24n) })],
    [
      "amount",
      deposit({ index: 0, tokenId: JUNK }),
      ({ tokenId, amount }) => ({ tokenId: tokenId - 1n, amount: amount + (1n << 128n) }),
    ],
    [
      "owner",
      forcedWithdraw(alice.owner, AT.aliceEth),
      ({ owner }) => ({ isForcedWithdraw: false, isDeposit: true, owner: owner + (1n << 160n) }),
    ],
  ])(
    "parts of a record that borrow from each other, so that the entry is the queue's: %s",
    async (part, enqueued, read) => {
      const refusal = await refusalOf(target({ l1Operations: [enqueued] }), {
        draft: ({ l1Operations: [record] }) => void (record && Object.assign(record, read(record))),
        chains: consumed(enqueued),
      });
      expect(refusal).toBe(`l1.nr: self.${part}.assert_max_bit_size`);
    },
  );

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
        draft.payouts[0] = payoutWitness(null);
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
        draft.payouts[0] = payoutWitness(null);
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
        draft.payouts[0] = payoutWitness({ recipient: mallory.owner, tokenId: ETH, amount: 1_000_000n });
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
        draft.payouts[0] = payoutWitness({ recipient: alice.owner, tokenId: ETH, amount: 500n });
      },
    });
    expect(refused).toBe("slot: account created at another index than the next");

    const full = target({ l1Operations: [deposit({ index: 0, tokenId: JUNK })], nextIndex: MAX_ACCOUNTS });
    expect(await refusalOf(full)).toBeNull();
    const created = await refusalOf(full, {
      draft: (draft) => {
        const after = { ...EMPTY, owner: alice.owner, tokenId: 1n, balance: 500n };
        Object.assign(slotOf(draft, 0).b, { index: accountIndex(MAX_ACCOUNTS - 1), after });
        draft.payouts[0] = payoutWitness(null);
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
        draft.l1Operations[0] = l1Witness(deposit({ amount: 501n }));
        slotOf(draft, 0).a.after.balance += 1n;
      },
    });
    expect(refusal).toBe("slot.nr: a_after.balance.assert_max_bit_size");
  });
});
