import {
  encodeFloat40,
  FIELD_MODULUS,
  type L2Transaction,
  messageWords,
  TAG_LINK,
  type TransactionGroup,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { linkContentOf } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import {
  AT,
  alice,
  bob,
  carol,
  DOMAIN,
  JUNK,
  linkTo,
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
import { CRYPTO, compress } from "../support/crypto.ts";

const contentOf = (transaction: L2Transaction): bigint => linkContentOf(transaction, CRYPTO);

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

/** Kind, from, to, token, amount and fee of a message without its nonce, validUntil and link (spec 2.7). */
const contentWord = (word1: bigint, word2: bigint): bigint =>
  (((word1 >> 72n) * 2n ** 32n + (word1 % 2n ** 32n)) << 56n) + (word2 >> 48n);

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

  const unlinked = target({ groups: [signed(pays, mallory), signed(delivers, carol)] });

  it("one-way link", async () => {
    const refusal = await refusalOf(unlinked, {
      draft: (draft) => {
        draft.linkTargets[0] = 1n;
        slotOf(draft, 0).signature = signatureOf({ ...pays, link: linkTo(1, contentOf(delivers)) }, mallory);
      },
    });
    expect(refusal).toBe("links: partner does not link back");
  });

  it("one-way link to a noop", async () => {
    const refusal = await refusalOf(unlinked, {
      draft: (draft) => {
        draft.linkTargets[0] = 9n;
        const link = linkTo(9, compress(0n, 0n, 0n, TAG_LINK));
        slotOf(draft, 0).signature = signatureOf({ ...pays, link }, mallory);
      },
    });
    expect(refusal).toBe("links: partner does not link back");
  });

  it("cross-claimed link", async () => {
    const block = target({ groups: [swapGroup(), signed(transfer())] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        draft.linkTargets[2] = 0n;
        slotOf(draft, 2).signature = signatureOf(transfer({ link: linkTo(-2, contentOf(pays)) }));
      },
    });
    expect(refusal).toBe("links: partner does not link back");
  });

  it("another partner than the signed one", async () => {
    const less = { ...delivers, amount: encodeFloat40(76n) };
    const block = target({ groups: [signed(pays, mallory), signed(less, carol)] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        draft.linkTargets.splice(0, 2, 1n, 0n);
        slotOf(draft, 0).signature = signatureOf({ ...pays, link: linkTo(1, contentOf(delivers)) }, mallory);
        slotOf(draft, 1).signature = signatureOf({ ...less, link: linkTo(-1, contentOf(pays)) }, carol);
      },
    });
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

  it("a link of a withdrawal", async () => {
    const repays = transfer({ from: AT.bobEth, to: AT.aliceEth, toOwner: alice.owner, toKey: alice.key });
    const block = target({ groups: [signed(withdraw()), signed(repays, bob)] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const out = messageWords(withdraw(), DOMAIN);
        const { word1, word2, recipientOrOwner } = out;
        const content = compress(contentWord(word1, word2), recipientOrOwner, 0n, TAG_LINK);
        draft.linkTargets.splice(0, 2, 1n, 0n);
        slotOf(draft, 0).signature = signatureOfWords({ ...out, word2: word2 + 1n, linkContent: contentOf(repays) });
        slotOf(draft, 1).signature = signatureOf({ ...repays, link: linkTo(-1, content) }, bob);
      },
    });
    expect(refusal).toBe("links: slot cannot carry a link");
  });

  it("a link of a noop", async () => {
    const refusal = await refusalOf(swap, {
      draft: ({ linkTargets }) => void linkTargets.splice(8, 2, 9n, 8n),
    });
    expect(refusal).toBe("links: slot cannot carry a link");
  });

  it("a link of a whole-balance transfer", async () => {
    const whole = transfer({ amount: WHOLE_BALANCE });
    const block = target({ groups: [signed(whole), signed(pays, mallory)] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        draft.linkTargets.splice(0, 2, 1n, 0n);
        slotOf(draft, 0).signature = signatureOf({ ...whole, link: linkTo(1, contentOf(pays)) });
        slotOf(draft, 1).signature = signatureOf({ ...pays, link: linkTo(-1, contentOf(whole)) }, mallory);
      },
    });
    expect(refusal).toBe("links: slot cannot carry a link");
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
