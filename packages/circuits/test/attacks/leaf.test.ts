import { FIELD_MODULUS, WHOLE_BALANCE } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import type { LeafWitness } from "../../src/witness-types.ts";
import {
  ACCOUNTS,
  AT,
  JUNK,
  mallory,
  refusalOf,
  signed,
  slotOf,
  target,
  transfer,
  withdraw,
} from "../support/attack.ts";

const pow2 = (bits: number): bigint => 1n << BigInt(bits);

describe("meta aliasing", () => {
  const transferBlock = target({ groups: [signed(transfer())] });
  const junkBlock = target({ groups: [signed(withdraw({ from: AT.malloryJunk, tokenId: JUNK }), mallory)] });

  /** Opens a leaf of slot 0 as other fields with the same meta word. */
  const aliased = (block: typeof junkBlock, leaf: "a" | "b", change: (leaf: LeafWitness) => void) =>
    refusalOf(block, { draft: (draft) => change(slotOf(draft, 0)[leaf].before) });

  it("a worthless token re-read as ETH, the difference hidden in the owner", async () => {
    const refusal = await aliased(junkBlock, "a", (leaf) => {
      leaf.tokenId -= 1n;
      leaf.owner += pow2(160);
    });
    expect(refusal).toBe("leaf.nr: self.owner.assert_max_bit_size");
  });

  it("an old nonce, the difference hidden in the token", async () => {
    for (const leaf of ["a", "b"] as const) {
      const refusal = await aliased(transferBlock, leaf, (fields) => {
        fields.nonce -= 1n;
        fields.tokenId += pow2(32);
      });
      expect(refusal).toBe("leaf.nr: self.token_id.assert_max_bit_size");
    }
  });

  it("the ownerKey flag hidden in the nonce", async () => {
    const refusal = await aliased(transferBlock, "b", (leaf) => {
      leaf.ownerKey -= 1n;
      leaf.nonce += pow2(40);
    });
    expect(refusal).toBe("leaf.nr: self.nonce.assert_max_bit_size");
  });

  it("a flag that is no bit", async () => {
    const refusal = await refusalOf(transferBlock, {
      witness: ({ slots: [slot] }) => {
        if (slot) slot.a.leaf.ownerKey = 2n;
      },
    });
    expect(refusal).toBe("leaf.nr: self.owner_key.assert_max_bit_size");
  });

  it("a negative nonce", async () => {
    const refusal = await aliased(transferBlock, "a", (leaf) => {
      leaf.ownerKey += 1n;
      leaf.nonce += FIELD_MODULUS - pow2(40);
    });
    expect(refusal).toBe("leaf.nr: self.nonce.assert_max_bit_size");
  });

  it("a balance beyond 128 bits", async () => {
    const refusal = await refusalOf(transferBlock, {
      witness: ({ slots: [slot] }) => {
        if (slot) slot.a.leaf.balance += pow2(128);
      },
    });
    expect(refusal).toBe("leaf.nr: self.balance.assert_max_bit_size");
  });
});

describe("false openings", () => {
  const block = target({ groups: [signed(transfer())] });

  it("a balance that the tree does not hold", async () => {
    const refusal = await refusalOf(block, {
      witness: ({ slots: [slot] }) => {
        if (slot) slot.a.leaf.balance += 1n;
      },
    });
    expect(refusal).toBe("tree: path does not hold the opened node");
  });

  it("a path of another tree", async () => {
    const refusal = await refusalOf(block, {
      witness: ({ slots: [slot] }) => {
        const top = slot?.a.children.at(-1);
        if (top) top[3] = (top[3] ?? 0n) + 1n;
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("an old path after the leaf changed", async () => {
    const twice = target({ groups: [signed(transfer()), signed(transfer({ nonce: 6 }))] });
    const refusal = await refusalOf(twice, {
      witness: ({ slots: [first, second] }) => {
        if (first && second) Object.assign(second.a, { leaf: first.a.leaf, children: first.a.children });
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("an empty leaf with a balance, a key or a nonce", async () => {
    const changed = (fields: Partial<LeafWitness>) =>
      refusalOf(block, { witness: ({ slots }) => void Object.assign(slots[5]?.a.leaf ?? {}, fields) });
    expect(await changed({ balance: 1n })).toBe("leaf: empty with a balance");
    expect(await changed({ key: 1n })).toBe("leaf: empty with a key");
    expect(await changed({ nonce: 1n })).toBe("leaf: empty with token, nonce or flags");
    expect(await changed({ tokenId: 1n })).toBe("leaf: empty with token, nonce or flags");
    expect(await changed({ ownerKey: 1n })).toBe("leaf: empty with token, nonce or flags");
  });
});

describe("amounts", () => {
  it("balance underflow", async () => {
    const rich = target({ groups: [signed(transfer({ amount: 999_990n }))] });
    const refusal = await refusalOf(rich, {
      draft: (draft) => {
        const { a, b, amount } = slotOf(draft, 0);
        amount.mantissa = 999_991n;
        a.after.balance -= 1n;
        b.after.balance += 1n;
      },
    });
    expect(refusal).toBe("slot.nr: a_after.balance.assert_max_bit_size");
  });

  it("whole balance below the fee", async () => {
    const all = target({ groups: [signed(transfer({ amount: WHOLE_BALANCE }))] });
    const refusal = await refusalOf(all, {
      draft: (draft) => {
        const { fee } = slotOf(draft, 0);
        Object.assign(fee, { exponent: [false, false, false, true, false], mantissa: 1n });
      },
    });
    expect(refusal).toBe("slot.nr: moved.assert_max_bit_size");
  });

  it("an encoded amount beyond 128 bits", async () => {
    const block = target({ groups: [signed(transfer())] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        Object.assign(slotOf(draft, 0).amount, {
          exponent: [false, true, true, true, true],
          mantissa: 2n ** 35n - 1n,
        });
      },
    });
    expect(refusal).toBe("slot.nr: moved.assert_max_bit_size");
  });

  it("balance overflow of the receiver", async () => {
    const bobEth = ACCOUNTS.get(AT.bobEth);
    if (bobEth === undefined) throw new TypeError("no account");
    const accounts = new Map(ACCOUNTS).set(AT.bobEth, { ...bobEth, balance: pow2(128) - 1001n });
    const full = target({ groups: [signed(transfer())], accounts });
    expect(await refusalOf(full)).toBeNull();
    const refusal = await refusalOf(full, {
      draft: (draft) => {
        const { a, b, amount } = slotOf(draft, 0);
        amount.mantissa = 1002n;
        a.after.balance -= 2n;
        b.after.balance += 2n;
      },
    });
    expect(refusal).toBe("slot.nr: b_after.balance.assert_max_bit_size");
  });

  it("the last nonce", async () => {
    const aliceEth = ACCOUNTS.get(AT.aliceEth);
    if (aliceEth === undefined) throw new TypeError("no account");
    const accounts = new Map(ACCOUNTS).set(AT.aliceEth, { ...aliceEth, nonce: 2 ** 40 - 2 });
    const block = target({ groups: [signed(transfer({ nonce: 2 ** 40 - 2 }))], accounts });
    expect(await refusalOf(block)).toBeNull();
    const lastAccounts = new Map(ACCOUNTS).set(AT.aliceEth, { ...aliceEth, nonce: 2 ** 40 - 1 });
    const last = target({ accounts: lastAccounts });
    const [donor] = block.draft.slots;
    const refusal = await refusalOf(last, {
      draft: (draft) => {
        if (donor === undefined) return;
        draft.slots[0] = structuredClone(donor);
        const { before, after } = slotOf(draft, 0).a;
        before.nonce += 1n;
        after.nonce += 1n;
      },
    });
    expect(refusal).toBe("slot.nr: a_after.nonce.assert_max_bit_size");
  });
});
