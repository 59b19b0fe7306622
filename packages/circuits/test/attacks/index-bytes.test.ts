import { describe, expect, it } from "vitest";
import { indexWitness, payoutWitness } from "../../src/witness/parts.ts";
import type { IndexWitness } from "../../src/witness/types.ts";
import { AT, alice, leafAt, refusalOf, signatureOf, signed, slotOf, target, transfer } from "../support/attack.ts";

const REFUSAL = "index bytes differ from its bits";

/** The bits still open the original leaf; only what is published, compared and signed says `index`. */
const claimIndex = (witness: IndexWitness | undefined, index: number): void => {
  if (witness) witness.bytes = indexWitness(index).bytes;
};

describe("index bytes that differ from the bits of the opened leaf", () => {
  it("half A of a slot that may hold an L1 operation: another sender published and signed than debited", async () => {
    const block = target({ groups: [signed(transfer())] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).signature = signatureOf(transfer({ from: AT.malloryEth }));
      },
      witness: ({ slots: [slot] }) => claimIndex(slot?.a.index, AT.malloryEth),
    });
    expect(refusal).toBe(REFUSAL);
  });

  it("half A of an L1 operation: a forced withdrawal censored by opening a stranger's leaf", async () => {
    const block = target({
      l1Operations: [{ type: "forcedWithdraw", sender: alice.owner, index: AT.aliceEth }],
    });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).a = { index: AT.bobEth, before: leafAt(AT.bobEth), after: leafAt(AT.bobEth) };
        draft.payouts[0] = payoutWitness(null);
      },
      witness: ({ slots: [slot] }) => claimIndex(slot?.a.index, AT.aliceEth),
    });
    expect(refusal).toBe(REFUSAL);
  });

  it("half A of a slot for L2 alone", async () => {
    const block = target({ groups: [5, 6, 7, 8, 9].map((nonce) => signed(transfer({ nonce }))) });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 4).signature = signatureOf(transfer({ nonce: 9, from: AT.malloryEth }));
      },
      witness: ({ slots }) => claimIndex(slots[4]?.a.index, AT.malloryEth),
    });
    expect(refusal).toBe(REFUSAL);
  });

  it("half B: another receiver published and signed than credited", async () => {
    const block = target({ groups: [signed(transfer())] });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).signature = signatureOf(transfer({ to: AT.malloryEth }));
      },
      witness: ({ slots: [slot] }) => claimIndex(slot?.b.index, AT.malloryEth),
    });
    expect(refusal).toBe(REFUSAL);
  });

  it("a fee index: another account published than credited", async () => {
    const block = target({ groups: [signed(transfer())] });
    const refusal = await refusalOf(block, {
      witness: ({ feeCredits: [credit] }) => claimIndex(credit?.index, AT.malloryEth),
    });
    expect(refusal).toBe(REFUSAL);
  });
});
