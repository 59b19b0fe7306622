import { accountIndex, type L1Operation } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { extraWitness, indexWitness } from "../../src/witness/parts.ts";
import {
  ACCOUNTS,
  AT,
  accountAt,
  alice,
  bob,
  carol,
  ETH,
  JUNK,
  leafAt,
  mallory,
  NEXT,
  refusalOf,
  signatureOf,
  signed,
  slotOf,
  target,
  transfer,
  transferToNew,
  withdraw,
} from "../support/attack.ts";

const EMPTY = { owner: 0n, tokenId: 0n, nonce: 0n, ownerKey: 0n, balance: 0n, key: 0n };

describe("wrong kind", () => {
  const block = target({ groups: [signed(transfer())] });

  it("two kinds at once", async () => {
    for (const position of [0, 4]) {
      const filler = Array.from({ length: position }, (_, i) => signed(transfer({ nonce: 5 + i })));
      const both = target({ groups: [...filler, signed(transfer({ nonce: 5 + position }))] });
      const refusal = await refusalOf(both, {
        draft: (draft) => {
          slotOf(draft, position).isWithdraw = true;
          draft.extras[0] = extraWitness(carol.owner, 0n);
        },
      });
      expect(refusal).toBe(
        position === 0 ? "slot.nr: noop.assert_max_bit_size" : "slot.nr: kind.is_signed.assert_max_bit_size",
      );
    }
  });

  it("a noop that names a sender", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 8).a = { index: AT.aliceEth, before: { ...EMPTY }, after: { ...EMPTY } };
        slotOf(draft, 8).a.index = 300;
      },
    });
    expect(refusal).toBe("slot: noop names a sender");
  });

  it("a noop that opens an account", async () => {
    for (const position of [1, 8]) {
      const refusal = await refusalOf(block, {
        draft: (draft) => {
          slotOf(draft, position).a = {
            index: AT.carolJunk,
            before: leafAt(AT.carolJunk),
            after: leafAt(AT.carolJunk),
          };
        },
      });
      expect(refusal).toBe(position < 4 ? "slot: noop opens an account" : "slot: sender is not assigned");
    }
  });

  it("a transaction hidden as a noop, with its amount or its fee published", async () => {
    const withBytes = (field: "amount" | "fee") =>
      refusalOf(block, {
        draft: (draft) => {
          const slot = slotOf(draft, 8);
          slot[field].exponent[0] = true;
        },
      });
    expect(await withBytes("amount")).toBe("slot: amount without a transaction");
    expect(await withBytes("fee")).toBe("slot: fee without a transaction");
  });

  it("a transfer to an operation code", async () => {
    const accounts = new Map(ACCOUNTS).set(1 as typeof AT.bobEth, accountAt(AT.bobEth));
    const poisoned = target({ groups: [signed(transfer())], accounts });
    const refusal = await refusalOf(poisoned, {
      draft: (draft) => {
        slotOf(draft, 0).b.index = 1;
      },
    });
    expect(refusal).toBe("slot: receiver index is an operation code");
  });

  it("a sender at an operation code", async () => {
    const accounts = new Map(ACCOUNTS).set(63 as typeof AT.bobEth, accountAt(AT.aliceEth));
    const poisoned = target({ groups: [signed(transfer())], accounts });
    const refusal = await refusalOf(poisoned, {
      draft: (draft) => {
        slotOf(draft, 0).a.index = 63;
      },
    });
    expect(refusal).toBe("slot: sender index is an operation code");
  });

  it("an unassigned sender, and an unassigned receiver", async () => {
    const at = (half: "a" | "b") =>
      refusalOf(block, {
        draft: (draft) => {
          slotOf(draft, 0)[half] = { index: 300, before: { ...EMPTY }, after: { ...EMPTY } };
        },
      });
    expect(await at("a")).toBe("slot: sender is not assigned");
    expect(await at("b")).toBe("slot: receiver is not assigned, or an account is created over another");
  });
});

describe("wrong token", () => {
  it("to an account in another token", async () => {
    const block = target({ groups: [signed(transfer())] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const after = { ...leafAt(AT.carolJunk), balance: leafAt(AT.carolJunk).balance + 1000n };
        slotOf(draft, 0).b = { index: AT.carolJunk, before: leafAt(AT.carolJunk), after };
      },
    });
    expect(refusal).toBe("slot: receiver holds another token");
  });

  it("from a worthless account, paid out as ETH", async () => {
    const block = target({ groups: [signed(withdraw())] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        Object.assign(draft.payouts[0] ?? {}, { target: (carol.owner << 32n) + BigInt(JUNK) });
      },
    });
    expect(refusal).toBe("payouts: recipient or token differs");
  });
});

describe("reused or skipped index", () => {
  const block = target({ groups: [signed(transferToNew())] });

  it("skipped", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).b.index = NEXT + 1;
      },
    });
    expect(refusal).toBe("slot: account created at another index than the next");
  });

  it("reused while the counter moves on", async () => {
    const two = target({ groups: [signed(transferToNew()), signed(transferToNew({ nonce: 6 }))] });
    const refusal = await refusalOf(two, {
      draft: (draft) => {
        const first = slotOf(draft, 0).b.after;
        Object.assign(slotOf(draft, 1).b, { index: NEXT, before: { ...first } });
      },
    });
    expect(refusal).toBe("slot: receiver is not assigned, or an account is created over another");
  });

  it("created over another account, with the counter set back", async () => {
    const refusal = await refusalOf(block, {
      premise: (claim) => ({ ...claim, before: { ...claim.before, nextIndex: AT.malloryEth } }),
      newNextIndex: AT.malloryEth + 1,
      draft: (draft) => {
        Object.assign(slotOf(draft, 0).b, { index: AT.malloryEth, before: leafAt(AT.malloryEth) });
      },
    });
    expect(refusal).toBe("slot: receiver is not assigned, or an account is created over another");
  });

  it("more accounts created than a block has room for", async () => {
    const deposit: L1Operation = {
      type: "deposit",
      owner: bob.owner,
      tokenId: ETH,
      amount: 1n,
      index: accountIndex(0),
      key: 0n,
    };
    const full = target({ l1Operations: Array(4).fill(deposit), groups: [signed(transfer())] });
    expect(await refusalOf(full)).toBeNull();
    const refusal = await refusalOf(full, {
      draft: (draft) => {
        const created = { owner: carol.owner, tokenId: 0n, nonce: 0n, ownerKey: 0n, balance: 1000n, key: carol.key };
        Object.assign(slotOf(draft, 4), {
          isTransfer: false,
          isTransferToNew: true,
          b: { index: NEXT + 4, before: { ...EMPTY }, after: created },
          signature: signatureOf(transferToNew()),
        });
        draft.extras[0] = extraWitness(carol.owner, carol.key);
      },
      newNextIndex: NEXT + 5,
    });
    expect(refusal).toBe("block.nr: room.assert_max_bit_size");
  });

  it("the counter not advanced in the claim", async () => {
    expect(await refusalOf(block, { newNextIndex: NEXT })).toBe("claim: new next index differs");
  });
});

describe("squatting: an account created for someone else", () => {
  const block = target({ groups: [signed(transferToNew())] });
  const EXTRAS = { ownerKey: 1n, nonce: 7n, balance: 1_000_000n };

  it("marked as confirmed by its owner, with a nonce, or with minted money", async () => {
    for (const [field, value] of Object.entries(EXTRAS)) {
      const refusal = await refusalOf(block, {
        draft: (draft) => {
          const { after } = slotOf(draft, 0).b;
          Object.assign(after, { [field]: after[field as keyof typeof EXTRAS] + value });
        },
      });
      expect(refusal, field).toBe("tree: path does not lead to the current root");
    }
  });

  it("the same, hidden in the empty leaf that it replaces", async () => {
    for (const [field, value] of Object.entries(EXTRAS)) {
      const refusal = await refusalOf(block, {
        draft: (draft) => {
          const { before, after } = slotOf(draft, 0).b;
          Object.assign(before, { [field]: value });
          Object.assign(after, { [field]: after[field as keyof typeof EXTRAS] + value });
        },
      });
      expect(refusal, field).toBe(
        field === "balance" ? "leaf: empty with a balance" : "leaf: empty with token, nonce or flags",
      );
    }
  });

  it("under another key than the signed one, the difference hidden in the empty leaf", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { before, after } = slotOf(draft, 0).b;
        draft.extras[0] = extraWitness(carol.owner, 0n);
        before.key = mallory.key;
        after.key = mallory.key;
        slotOf(draft, 0).signature = signatureOf(transferToNew({ toKey: mallory.key }));
      },
    });
    expect(refusal).toBe("leaf: empty with a key");
  });
});

describe("unused half that changes the root", () => {
  it("half B of a noop or a withdrawal opens an account", async () => {
    const block = target({ groups: [signed(withdraw())] });
    for (const position of [0, 6]) {
      const refusal = await refusalOf(block, {
        witness: ({ slots }) => {
          const slot = slots[position];
          if (slot) slot.b.index = indexWitness(300);
        },
      });
      expect(refusal).toBe("slot: unused half opens an account");
    }
    const drafted = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 6).b = { index: 300, before: { ...EMPTY }, after: { ...EMPTY } };
      },
    });
    expect(drafted).toBe("slot: unused half opens an account");
  });

  it("an unused fee credit claims another leaf after than before", async () => {
    const block = target({ groups: [signed(transfer())] });
    const refusal = await refusalOf(block, {
      draft: ({ feeCredits }) => {
        const last = feeCredits[3];
        if (last) last.step.after = { ...leafAt(AT.bobEth), owner: alice.owner };
      },
    });
    expect(refusal).toBe("claim: new root differs");
  });
});
