import {
  encodeFloat40,
  FIELD_MODULUS,
  type L2Transaction,
  type TransactionGroup,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { linkContentOf, REAL_CRYPTO } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import {
  AT,
  alice,
  bob,
  carol,
  JUNK,
  linkTo,
  mallory,
  refusalOf,
  signed,
  slotOf,
  target,
  transfer,
  withdraw,
} from "../support/attack.ts";

const contentOf = (transaction: L2Transaction): bigint => linkContentOf(transaction, REAL_CRYPTO);

/** Mallory's ETH for carol's JUNK. */
const pays = transfer({ from: AT.malloryEth, to: AT.aliceEth, toOwner: alice.owner, toKey: alice.key });
const delivers = transfer({
  from: AT.carolJunk,
  to: AT.malloryJunk,
  toOwner: mallory.owner,
  toKey: mallory.key,
  tokenId: JUNK,
  amount: 77n,
});

/** Both halves, each linked to the other. */
function swapGroup(): TransactionGroup {
  const [first] = signed({ ...pays, link: linkTo(1, contentOf(delivers)) }, mallory);
  const [second] = signed({ ...delivers, link: linkTo(-1, contentOf(pays)) }, carol);
  return first && second ? [first, second] : [];
}

describe("attacks on links", () => {
  const swap = target({ groups: [swapGroup()] });

  it("accepts an honest swap", async () => {
    expect(await refusalOf(swap)).toBeNull();
  });

  it("one-way link", async () => {
    const refusal = await refusalOf(swap, {
      draft: ({ linkTargets }) => {
        linkTargets[1] = 1n;
      },
    });
    expect(refusal).toBe("links: partner does not link back");
  });

  it("one-way link to a noop", async () => {
    const refusal = await refusalOf(swap, {
      draft: ({ linkTargets }) => {
        linkTargets[0] = 9n;
        linkTargets[1] = 1n;
      },
    });
    expect(refusal).toBe("links: partner does not link back");
  });

  it("cross-claimed link", async () => {
    const third = signed(transfer());
    const block = target({ groups: [swapGroup(), third] });
    const refusal = await refusalOf(block, {
      draft: ({ linkTargets }) => {
        linkTargets[2] = 0n;
      },
    });
    expect(refusal).toBe("links: partner does not link back");
  });

  it("another partner than the signed one", async () => {
    const other = { ...delivers, amount: encodeFloat40(76n) };
    const [first] = signed({ ...pays, link: linkTo(1, contentOf(delivers)) }, mallory);
    const [second] = signed({ ...other, link: linkTo(-1, contentOf(pays)) }, carol);
    const honest = target({
      groups: [signed({ ...pays, link: null }, mallory), signed({ ...other, link: null }, carol)],
    });
    const linked = target({ groups: [swapGroup()] });
    const refusal = await refusalOf(honest, {
      draft: (draft) => {
        draft.linkTargets[0] = 1n;
        draft.linkTargets[1] = 0n;
        slotOf(draft, 0).signature = structuredClone(slotOf(linked.draft, 0).signature);
      },
    });
    expect([first, second]).toHaveLength(2);
    expect(refusal).toBe("signature: equation does not hold");
  });

  it("a linked transaction without its partner", async () => {
    const alone = target({ groups: [signed(pays, mallory)] });
    const refusal = await refusalOf(alone, {
      draft: (draft) => {
        slotOf(draft, 0).signature = structuredClone(slotOf(swap.draft, 0).signature);
      },
    });
    expect(refusal).toBe("signature: equation does not hold");
  });

  it("a link of a withdrawal, of a noop, of a whole-balance transfer", async () => {
    const linkSlot = (block: typeof swap, i: number, partner: number) =>
      refusalOf(block, {
        draft: ({ linkTargets }) => {
          linkTargets[i] = BigInt(partner);
          linkTargets[partner] = BigInt(i);
        },
      });
    const out = target({
      groups: [
        signed(withdraw()),
        signed(transfer({ from: AT.bobEth, to: AT.aliceEth, toOwner: alice.owner, toKey: alice.key }), bob),
      ],
    });
    expect(await linkSlot(out, 0, 1)).toBe("links: slot cannot carry a link");
    expect(await linkSlot(swap, 8, 9)).toBe("links: slot cannot carry a link");
    const whole = target({ groups: [signed(transfer({ amount: WHOLE_BALANCE })), signed(pays, mallory)] });
    expect(await linkSlot(whole, 0, 1)).toBe("links: slot cannot carry a link");
  });

  it("a link out of the block, also by truncation", async () => {
    for (const outside of [16n, (1n << 32n) + 1n, FIELD_MODULUS - 1n]) {
      const refusal = await refusalOf(swap, {
        draft: ({ linkTargets }) => {
          linkTargets[0] = outside;
        },
      });
      expect(refusal).toBe("links.nr: (N as Field - 1 - targets[i]).assert_max_bit_size");
    }
  });
});
