import {
  encodeFloat16,
  encodeFloat40,
  FIELD_MODULUS,
  FLOAT16_MANTISSA_BITS,
  FLOAT40_MANTISSA_BITS,
  float16,
  float40,
  messageWords,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import type { BlockDraft, StepDraft } from "../../src/witness/draft.ts";
import { openBlock } from "../../src/witness/openings.ts";
import { float16Witness, float40Witness } from "../../src/witness/parts.ts";
import type { LeafWitness } from "../../src/witness/types.ts";
import {
  ACCOUNTS,
  AT,
  accountAt,
  alice,
  DOMAIN,
  JUNK,
  mallory,
  refusalOf,
  signatureOf,
  signatureOfWords,
  signed,
  slotOf,
  target,
  transfer,
  withdraw,
} from "../support/attack.ts";
import { compress } from "../support/crypto.ts";

const MANTISSA = "float.nr: self.mantissa.assert_max_bit_size";
const pow2 = (bits: number): bigint => 1n << BigInt(bits);
const feeStep = ({ feeCredits: [credit] }: BlockDraft): StepDraft => {
  if (credit === undefined) throw new TypeError("no fee credit");
  return credit.step;
};

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

  it("a flag that is not a bit", async () => {
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

  it("an old path after the leaf changed, to replay a transaction", async () => {
    const twice = target({ groups: [signed(transfer()), signed(transfer({ nonce: 6 }))] });
    const refusal = await refusalOf(twice, {
      witness: ({ slots: [first, second] }) => {
        if (first === undefined || second === undefined) return;
        Object.assign(second.a, { leaf: first.a.leaf, children: first.a.children });
        second.signature = first.signature;
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("a self-transfer with the receiver opened before the debit, which would mint money", async () => {
    const toSelf = transfer({ to: AT.aliceEth, toOwner: alice.owner, toKey: alice.key, fee: encodeFloat16(0n) });
    const block = target({ groups: [signed(toSelf)] });
    expect(await refusalOf(block)).toBeNull();
    const aliceEth = accountAt(AT.aliceEth);
    const minted = target({
      accounts: new Map(ACCOUNTS).set(AT.aliceEth, { ...aliceEth, balance: aliceEth.balance + 1000n }),
    });
    const rest = openBlock(structuredClone(minted.draft), minted.state, compress);
    const refusal = await refusalOf(block, {
      witness: (witness) => {
        const { a, b } = slotOf(witness, 0);
        Object.assign(b, structuredClone({ leaf: a.leaf, children: a.children }));
        witness.slots.splice(1, 15, ...rest.witness.slots.slice(1));
        witness.feeCredits = rest.witness.feeCredits;
      },
      claim: (claim) => ({ ...claim, after: { ...claim.after, root: rest.newRoot } }),
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
    expect(await refusalOf(rich)).toBeNull();
    const refusal = await refusalOf(rich, {
      draft: (draft) => {
        const { a, b } = slotOf(draft, 0);
        const amount = encodeFloat40(999_991n);
        Object.assign(slotOf(draft, 0), {
          amount: float40Witness(amount),
          signature: signatureOf(transfer({ amount })),
        });
        a.after.balance -= 1n;
        b.after.balance += 1n;
      },
    });
    expect(refusal).toBe("slot.nr: a_after.balance.assert_max_bit_size");
  });

  it("whole balance below the fee, the rest of which the receiver would pay", async () => {
    const bobEth = accountAt(AT.bobEth);
    const accounts = new Map(ACCOUNTS).set(AT.bobEth, { ...bobEth, balance: 10n ** 9n });
    const all = target({ groups: [signed(transfer({ amount: WHOLE_BALANCE }))], accounts });
    const refusal = await refusalOf(all, {
      draft: (draft) => {
        const { a, b } = slotOf(draft, 0);
        const fee = encodeFloat16(10n ** 8n);
        Object.assign(slotOf(draft, 0), {
          fee: float16Witness(fee),
          signature: signatureOf(transfer({ amount: WHOLE_BALANCE, fee })),
        });
        b.after.balance = 10n ** 9n + a.before.balance - 10n ** 8n;
        feeStep(draft).after.balance += 10n ** 8n - 10n;
      },
    });
    expect(refusal).toBe("slot.nr: moved.assert_max_bit_size");
  });

  it("an encoded amount beyond 128 bits", async () => {
    const block = target({ groups: [signed(transfer())] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { a, b } = slotOf(draft, 0);
        const amount = 31 * 2 ** FLOAT40_MANTISSA_BITS - 1;
        const moved = (pow2(FLOAT40_MANTISSA_BITS) - 1n) * 10n ** 30n;
        const words = messageWords(transfer({ amount: 0n }), DOMAIN);
        Object.assign(slotOf(draft, 0), {
          amount: float40Witness(amount),
          signature: signatureOfWords({ ...words, word2: words.word2 + (BigInt(amount) << 64n) }),
        });
        a.after.balance -= moved - 1000n;
        b.after.balance += moved - 1000n;
      },
    });
    expect(refusal).toBe("slot.nr: moved.assert_max_bit_size");
  });

  it("balance overflow of the receiver", async () => {
    const accounts = new Map(ACCOUNTS).set(AT.bobEth, { ...accountAt(AT.bobEth), balance: pow2(128) - 1001n });
    const full = target({ groups: [signed(transfer())], accounts });
    expect(await refusalOf(full)).toBeNull();
    const refusal = await refusalOf(full, {
      draft: (draft) => {
        const { a, b } = slotOf(draft, 0);
        const amount = encodeFloat40(1001n);
        Object.assign(slotOf(draft, 0), {
          amount: float40Witness(amount),
          signature: signatureOf(transfer({ amount })),
        });
        a.after.balance -= 1n;
        b.after.balance += 1n;
      },
    });
    expect(refusal).toBe("slot.nr: b_after.balance.assert_max_bit_size");
  });

  it("an amount whose mantissa runs into its exponent", async () => {
    const balance = 10n ** 12n;
    const accounts = new Map(ACCOUNTS).set(AT.aliceEth, { ...accountAt(AT.aliceEth), balance });
    const thousand = float40(2 ** FLOAT40_MANTISSA_BITS + 100);
    const block = target({ groups: [signed(transfer({ amount: thousand }))], accounts });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { a, b, amount } = slotOf(draft, 0);
        Object.assign(amount, { exponent: Array(5).fill(false), mantissa: BigInt(thousand) });
        a.after.balance -= BigInt(thousand) - 1000n;
        b.after.balance += BigInt(thousand) - 1000n;
      },
    });
    expect(refusal).toBe(MANTISSA);
  });

  it("a fee whose mantissa runs into its exponent", async () => {
    const fifty = float16(2 ** FLOAT16_MANTISSA_BITS + 5);
    const block = target({ groups: [signed(transfer({ fee: fifty }))] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { a, fee } = slotOf(draft, 0);
        Object.assign(fee, { exponent: Array(5).fill(false), mantissa: BigInt(fifty) });
        a.after.balance -= BigInt(fifty) - 50n;
        feeStep(draft).after.balance += BigInt(fifty) - 50n;
      },
    });
    expect(refusal).toBe(MANTISSA);
  });

  it("the last nonce", async () => {
    const accountsWith = (nonce: number) => new Map(ACCOUNTS).set(AT.aliceEth, { ...accountAt(AT.aliceEth), nonce });
    const lastButOne = 2 ** 40 - 2;
    const block = target({ groups: [signed(transfer({ nonce: lastButOne }))], accounts: accountsWith(lastButOne) });
    expect(await refusalOf(block)).toBeNull();
    const refusal = await refusalOf(target({ accounts: accountsWith(lastButOne + 1) }), {
      draft: (draft) => {
        const { slots, feeCredits } = structuredClone(block.draft);
        Object.assign(draft, { slots, feeCredits });
        const slot = slotOf(draft, 0);
        slot.a.before.nonce += 1n;
        slot.a.after.nonce += 1n;
        slot.signature = signatureOf(transfer({ nonce: lastButOne + 1 }));
      },
    });
    expect(refusal).toBe("slot.nr: a_after.nonce.assert_max_bit_size");
  });
});
