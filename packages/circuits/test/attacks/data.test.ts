import type { L1Operation } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { extraWitness, payoutWitness } from "../../src/witness/parts.ts";
import type { PayoutWitness } from "../../src/witness/types.ts";
import {
  AT,
  accountAt,
  carol,
  ETH,
  JUNK,
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

const UNUSED = "payouts: unused row is not zero";

describe("non-zero padding in data", () => {
  const block = target({ groups: [signed(transferToNew()), signed(withdraw({ nonce: 6 }))] });

  it("accepts the honest block", async () => {
    expect(await refusalOf(block)).toBeNull();
  });

  it("an extra that no slot consumes", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ extras }) => {
        extras[2] = extraWitness(mallory.owner, 0n);
      },
    });
    expect(refusal).toBe("extras: list differs from what the slots consume");
  });

  it("an extra left out", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ extras }) => {
        extras.splice(0, 1);
        extras.push(extraWitness(0n, 0n));
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("a key in an unused extra", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ extras }) => {
        extras[3] = extraWitness(0n, 1n);
      },
    });
    expect(refusal).toBe("extras: unused extra is not zero");
  });

  it("a gap between extras", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ extras }) => {
        extras.splice(1, 0, extraWitness(0n, 0n));
        extras.pop();
      },
    });
    expect(refusal).toBe("extras: gap in the list");
  });

  it("a withdrawal that publishes a key", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ extras }) => {
        extras[1] = extraWitness(carol.owner, 1n);
      },
    });
    expect(refusal).toBe("slot: withdrawal publishes a key");
  });

  it("an owner of more than 160 bits", async () => {
    const refusal = await refusalOf(block, {
      witness: ({ extras }) => {
        extras[0] = extraWitness(carol.owner + (1n << 160n), carol.key);
      },
    });
    expect(refusal).toBe("extras.nr: self.owner_high.assert_max_bit_size");
  });

  it("a new account without owner", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ extras }) => {
        extras[0] = extraWitness(0n, carol.key);
      },
    });
    expect(refusal).toBe("extras: unused extra is not zero");
  });

  it("a withdrawal without recipient", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ extras, payouts }) => {
        extras[1] = extraWitness(0n, 0n);
        Object.assign(payouts[0] ?? {}, { target: 0n });
      },
    });
    expect(refusal).toBe(UNUSED);
  });

  it("a withdrawal without recipient in another token than ETH, whose payout is a row all the same", async () => {
    const fields = { from: AT.malloryJunk, tokenId: JUNK } as const;
    const refusal = await refusalOf(target({ groups: [signed(withdraw(fields), mallory)] }), {
      draft: ({ extras, payouts }) => {
        extras[0] = extraWitness(0n, 0n);
        Object.assign(payouts[0] ?? {}, { target: BigInt(JUNK) });
      },
    });
    expect(refusal).toBe("extras: list differs from what the slots consume");
  });

  it("more extras than fit", async () => {
    const four = [5, 6, 7, 8].map((nonce) => signed(transferToNew({ nonce })));
    const block = target({ groups: [...four, signed(transfer({ nonce: 9 }))] });
    expect(await refusalOf(block)).toBeNull();
    const ownerless = transferToNew({ nonce: 9, toOwner: 0n, toKey: 0n });
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const slot = slotOf(draft, 4);
        draft.slots[4] = structuredClone(slotOf(draft, 15));
        draft.slots[15] = slot;
        Object.assign(slot, { isTransfer: false, isTransferToNew: true, b: structuredClone(slotOf(draft, 14).b) });
        slot.b.index = NEXT + 4;
        slot.signature = signatureOf(ownerless);
      },
      newNextIndex: NEXT + 5,
    });
    expect(refusal).toBe("extras: list differs from what the slots consume");
  });
});

describe("attacks on payouts", () => {
  const block = target({ groups: [signed(withdraw()), signed(withdraw({ nonce: 6, recipient: mallory.owner }))] });

  it("payout left out", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ payouts }) => {
        payouts.splice(0, 1);
        payouts.push(payoutWitness(null));
      },
    });
    expect(refusal).toBe("payouts: recipient or token differs");
  });

  it("last payout left out", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ payouts }) => {
        payouts[1] = payoutWitness(null);
      },
    });
    expect(refusal).toBe("payouts: recipient or token differs");
  });

  it("payout added", async () => {
    const refusal = await refusalOf(block, {
      draft: ({ payouts }) => {
        payouts[2] = payoutWitness({ recipient: mallory.owner, tokenId: ETH, amount: 1n });
      },
    });
    expect(refusal).toBe("payouts: list differs from what the slots pay");
  });

  it("payout altered: amount, recipient, token, order", async () => {
    const altered = (row: PayoutWitness) =>
      refusalOf(block, {
        draft: ({ payouts }) => {
          payouts[0] = row;
        },
      });
    const honest = { recipient: carol.owner, tokenId: ETH, amount: 1000n };
    expect(await altered(payoutWitness({ ...honest, amount: 1001n }))).toBe("payouts: amount differs");
    expect(await altered(payoutWitness({ ...honest, recipient: mallory.owner }))).toBe(
      "payouts: recipient or token differs",
    );
    expect(await altered(payoutWitness({ ...honest, tokenId: JUNK }))).toBe("payouts: recipient or token differs");
    const swapped = await refusalOf(block, {
      draft: ({ payouts }) => void payouts.splice(0, 2, ...payouts.slice(0, 2).reverse()),
    });
    expect(swapped).toBe("payouts: recipient or token differs");
  });

  it("more payouts than fit", async () => {
    const exits = ([AT.bobEth, AT.malloryEth, AT.carolJunk, AT.operatorJunk] as const).map(
      (index): L1Operation => ({ type: "forcedWithdraw", sender: accountAt(index).owner, index }),
    );
    const full = target({ l1Operations: exits, groups: [signed(transfer({ to: AT.keylessEth, toKey: 0n }))] });
    expect(await refusalOf(full)).toBeNull();
    const refusal = await refusalOf(full, {
      draft: (draft) => {
        Object.assign(slotOf(draft, 4), {
          isTransfer: false,
          isWithdraw: true,
          b: structuredClone(slotOf(draft, 5).b),
          signature: signatureOf(withdraw()),
        });
        draft.extras[0] = extraWitness(carol.owner, 0n);
      },
    });
    expect(refusal).toBe("payouts: recipient or token differs");
  });

  it("an amount or a token without recipient, and a gap", async () => {
    const third = (row: PayoutWitness) =>
      refusalOf(block, {
        draft: ({ payouts }) => {
          payouts[3] = row;
        },
      });
    expect(await third({ target: 0n, amount: 1n })).toBe(UNUSED);
    expect(await third({ target: 1n, amount: 0n })).toBe("payouts: gap in the list");
    expect(await third(payoutWitness({ recipient: mallory.owner, tokenId: ETH, amount: 1n }))).toBe(
      "payouts: gap in the list",
    );
  });
});
