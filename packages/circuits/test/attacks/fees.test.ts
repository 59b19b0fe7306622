import { encodeFloat16 } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import type { BlockDraft, FeeCreditDraft } from "../../src/witness/draft.ts";
import {
  ACCOUNTS,
  AT,
  accountAt,
  carol,
  JUNK,
  leafAt,
  refusalOf,
  signatureOf,
  signed,
  slotOf,
  target,
  transfer,
} from "../support/attack.ts";

const credit = ({ feeCredits }: BlockDraft, position: number): FeeCreditDraft => {
  const found = feeCredits[position];
  if (found === undefined) throw new TypeError("no credit");
  return found;
};
/** Two fees: 10 ETH units by alice, 10 JUNK units by carol. */
const junk = transfer({
  from: AT.carolJunk,
  to: AT.malloryJunk,
  toOwner: ACCOUNTS.get(AT.malloryJunk)?.owner ?? 0n,
  toKey: ACCOUNTS.get(AT.malloryJunk)?.key ?? 0n,
  tokenId: JUNK,
});

describe("attacks on fees", () => {
  const block = target({ groups: [signed(transfer()), signed(junk, carol)] });

  it("accepts fees in two tokens", async () => {
    expect(await refusalOf(block)).toBeNull();
  });

  it("fee counted twice", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        Object.assign(credit(draft, 2), { tokenId: 0n });
        slotOf(draft, 0).feeSelectors = [true, false, true, false];
      },
    });
    expect(refusal).toBe("fees: a fee selects exactly one credit");
  });

  it("fee counted nowhere", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 0).feeSelectors = [false, false, false, false];
        credit(draft, 0).step.after.balance -= 10n;
      },
    });
    expect(refusal).toBe("fees: a fee selects exactly one credit");
  });

  it("a noop that selects a credit", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 9).feeSelectors = [true, false, false, false];
      },
    });
    expect(refusal).toBe("fees: a fee selects exactly one credit");
  });

  it("fee gathered in another token", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        slotOf(draft, 1).feeSelectors = [true, false, false, false];
      },
    });
    expect(refusal).toBe("fees: credit is in another token");
  });

  it("fee to a foreign token's leaf", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const before = leafAt(AT.operatorJunk);
        credit(draft, 0).step = {
          index: AT.operatorJunk,
          before,
          after: { ...before, balance: before.balance + 10n },
        };
        credit(draft, 1).step = {
          index: AT.operatorEth,
          before: leafAt(AT.operatorEth),
          after: leafAt(AT.operatorEth),
        };
      },
    });
    expect(refusal).toBe("fees: credited account holds another token");
  });

  it("fee to an account that is not assigned", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { step } = credit(draft, 3);
        credit(draft, 0).step = { index: 300, before: { ...step.before }, after: { ...step.after } };
      },
    });
    expect(refusal).toBe("fees: credited account is not assigned");
  });

  it("fee gathered by an unused credit", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const { step } = credit(draft, 3);
        credit(draft, 0).step = { index: 0, before: { ...step.before }, after: { ...step.after } };
      },
    });
    expect(refusal).toBe("fees: unused credit gathers a fee");
  });

  it("two credits in one token", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const after = credit(draft, 0).step.after;
        credit(draft, 2).tokenId = 0n;
        credit(draft, 2).step = { index: AT.operatorEth, before: { ...after }, after: { ...after } };
      },
    });
    expect(refusal).toBe("fees: two credits in one token");
  });

  it("more credited than gathered", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        credit(draft, 1).step.after.balance += 1n;
      },
    });
    expect(refusal).toBe("tree: path does not lead to the current root");
  });

  it("balance overflow of the credited account", async () => {
    const accounts = new Map(ACCOUNTS).set(AT.operatorEth, { ...accountAt(AT.operatorEth), balance: 2n ** 128n - 11n });
    const full = target({ groups: [signed(transfer())], accounts });
    expect(await refusalOf(full)).toBeNull();
    const refusal = await refusalOf(full, {
      draft: (draft) => {
        slotOf(draft, 0).fee.mantissa += 1n;
        slotOf(draft, 0).a.after.balance -= 1n;
        credit(draft, 0).step.after.balance += 1n;
        slotOf(draft, 0).signature = signatureOf(transfer({ fee: encodeFloat16(11n) }));
      },
    });
    expect(refusal).toBe("fees.nr: after.balance.assert_max_bit_size");
  });
});
