import { GRUMPKIN_GENERATOR, GRUMPKIN_ORDER } from "@cairn/crypto";
import {
  encodeFloat16,
  encodeFloat40,
  FIELD_MODULUS,
  float16,
  type L2Transaction,
  TAG_SIGNATURE,
  tokenId,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import type { BlockDraft, SlotDraft } from "../../src/witness/draft.ts";
import { extraWitness, leafWitness, payoutWitness } from "../../src/witness/parts.ts";
import {
  ACCOUNTS,
  AT,
  alice,
  bob,
  carol,
  ETH,
  JUNK,
  LATER,
  mallory,
  NOW,
  refusalOf,
  signatureOf,
  signed,
  slotOf,
  target,
  transfer,
  transferToNew,
  withdraw,
} from "../support/attack.ts";
import { compress } from "../support/crypto.ts";

const EQUATION = "signature: equation does not hold";
const LIMB = 1n << 128n;

describe("attacks on the signature", () => {
  const honest = target({ groups: [signed(transfer())] });

  it("accepts the honest block", async () => {
    expect(await refusalOf(honest)).toBeNull();
  });

  it("keyless forgery with (0,0)", async () => {
    const victim = leafWitness(ACCOUNTS.get(AT.keylessEth) ?? fail());
    const after = { ...victim, nonce: victim.nonce + 1n, balance: victim.balance - 1010n };
    const forge = (slot: SlotDraft): void => {
      slot.a = { index: AT.keylessEth, before: victim, after };
      const s = 123_456_789n;
      slot.signature = { rx: GRUMPKIN_GENERATOR.multiply(s).x, sLow: s, sHigh: 0n, keyY: 0n };
    };
    expect(await refusalOf(honest, { draft: (draft) => forge(slotOf(draft, 0)) })).toBe(
      "signature: key is not on the curve",
    );
  });

  it("off-curve y", async () => {
    const refusal = await refusalOf(honest, {
      draft: (draft) => {
        slotOf(draft, 0).signature.keyY += 1n;
      },
    });
    expect(refusal).toBe("signature: key is not on the curve");
  });

  it("the other sign of y does not verify the same signature", async () => {
    const refusal = await refusalOf(honest, {
      draft: (draft) => {
        const { signature } = slotOf(draft, 0);
        signature.keyY = FIELD_MODULUS - signature.keyY;
      },
    });
    expect(refusal).toBe(EQUATION);
  });

  it("s beyond the group order", async () => {
    const refusal = await refusalOf(honest, {
      draft: (draft) => {
        const { signature } = slotOf(draft, 0);
        const s = signature.sHigh * LIMB + signature.sLow + GRUMPKIN_ORDER;
        Object.assign(signature, { sLow: s % LIMB, sHigh: s / LIMB });
      },
    });
    expect(refusal).toBe("schnorr.nr: high_rest.assert_max_bit_size");
  });

  it("s = 0, and R at infinity", async () => {
    const withSignature = (changes: object) =>
      refusalOf(honest, { draft: (draft) => void Object.assign(slotOf(draft, 0).signature, changes) });
    expect(await withSignature({ sLow: 0n, sHigh: 0n })).toBe("signature: s is zero");
    expect(await withSignature({ rx: 0n })).toBe("signature: R.x is zero");
  });

  it("a forged signature", async () => {
    const refusal = await refusalOf(honest, {
      draft: (draft) => {
        const rx = GRUMPKIN_GENERATOR.multiply(77n).x;
        const e = compress(1n, rx, alice.key, TAG_SIGNATURE);
        Object.assign(slotOf(draft, 0).signature, { rx, sLow: (77n + e) % LIMB, sHigh: 0n });
      },
    });
    expect(refusal).toBe(EQUATION);
  });

  it("another person's key", async () => {
    const refusal = await refusalOf(honest, {
      draft: (draft) => {
        slotOf(draft, 0).signature = signatureOf(transfer(), mallory);
      },
    });
    expect(refusal).toBe("signature: key is not on the curve");
  });
});

describe("attacks on what was signed", () => {
  /** The honest block of one transaction, with the signature of another one in its place. */
  const withSignatureOf = async (honest: ReturnType<typeof target>, signedInstead: L2Transaction) => {
    const signature = signatureOf(signedInstead);
    return refusalOf(honest, {
      draft: (draft: BlockDraft) => {
        slotOf(draft, 0).signature = signature;
      },
    });
  };
  const transferBlock = target({ groups: [signed(transfer())] });

  it("wrong nonce", async () => {
    expect(await withSignatureOf(transferBlock, transfer({ nonce: 4 }))).toBe(EQUATION);
  });

  it("wrong token in the message", async () => {
    expect(await withSignatureOf(transferBlock, transfer({ tokenId: JUNK }))).toBe(EQUATION);
    expect(await withSignatureOf(transferBlock, transfer({ tokenId: tokenId(9) }))).toBe(EQUATION);
  });

  it("another amount, fee, sender or validity", async () => {
    for (const changes of [
      { amount: 999n },
      { fee: encodeFloat16(9n) },
      { validUntil: transfer().validUntil + 1 },
      { from: AT.bobEth },
    ]) {
      expect(await withSignatureOf(transferBlock, transfer(changes))).toBe(EQUATION);
    }
  });

  it("a signature for another rollup or chain", async () => {
    for (const word of ["chainId", "rollup"] as const) {
      const refusal = await refusalOf(transferBlock, {
        premise: (claim) => ({ ...claim, domain: { ...claim.domain, [word]: claim.domain[word] + 1n } }),
      });
      expect(refusal).toBe(EQUATION);
    }
  });

  it("redirected recipient of a transfer to a reassigned index", async () => {
    expect(await withSignatureOf(transferBlock, transfer({ toOwner: carol.owner }))).toBe(EQUATION);
    expect(await withSignatureOf(transferBlock, transfer({ toKey: carol.key }))).toBe(EQUATION);
    expect(await withSignatureOf(transferBlock, transfer({ to: AT.malloryEth }))).toBe(EQUATION);
  });

  it("redirected recipient of a withdrawal", async () => {
    const refusal = await refusalOf(target({ groups: [signed(withdraw())] }), {
      draft: (draft) => {
        draft.extras[0] = extraWitness(mallory.owner, 0n);
        draft.payouts[0] = payoutWitness({ recipient: mallory.owner, tokenId: ETH, amount: 1000n });
      },
    });
    expect(refusal).toBe(EQUATION);
  });

  it("substituted new-account key, and owner", async () => {
    const honest = target({ groups: [signed(transferToNew())] });
    for (const [owner, key] of [
      [carol.owner, mallory.key],
      [mallory.owner, carol.key],
      [carol.owner, 0n],
    ] as const) {
      const refusal = await refusalOf(honest, {
        draft: (draft) => {
          draft.extras[0] = extraWitness(owner, key);
          Object.assign(slotOf(draft, 0).b.after, { owner, key });
        },
      });
      expect(refusal).toBe(EQUATION);
    }
  });

  it("a transfer turned into a withdrawal or a new account", async () => {
    const toNew = target({ groups: [signed(transferToNew({ toOwner: bob.owner, toKey: 0n }))] });
    const out = withdraw({ recipient: bob.owner });
    expect(await withSignatureOf(toNew, out)).toBe(EQUATION);
  });

  /** Runs the honest transfer under the signature of another one, with the times that make both the same message. */
  const withTimes = (signed: L2Transaction, validFrom: bigint, validUntil: bigint) =>
    refusalOf(transferBlock, {
      witness: ({ terms, slots }) => {
        Object.assign(terms[0] ?? fail(), { validFrom });
        Object.assign(slots[0] ?? fail(), { validUntil, signature: signatureOf(signed) });
      },
    });

  it("expired and revived, by a validUntil of 33 bits that borrows from validFrom", async () => {
    const expired = transfer({ validFrom: NOW - 9, validUntil: NOW - 5 });
    const refusal = await withTimes(expired, BigInt(NOW - 10), BigInt(NOW - 5) + (1n << 32n));
    expect(refusal).toBe("message.nr: valid_until.assert_max_bit_size");
  });

  it("before its time, by a validFrom below 0 that borrows from the fee", async () => {
    const scheduled = transfer({ validFrom: NOW + 5, fee: float16(encodeFloat16(10n) - 1) });
    const refusal = await withTimes(scheduled, FIELD_MODULUS + BigInt(NOW + 5) - (1n << 32n), BigInt(LATER));
    expect(refusal).toBe("message.nr: valid_from.assert_max_bit_size");
  });

  it("expired", async () => {
    const late = target({ groups: [signed(transfer({ validUntil: 1_900_000_000 }))] });
    const at = (seconds: number) =>
      refusalOf(late, {
        premise: (claim) => ({ ...claim, firstTimestamp: BigInt(seconds), lastTimestamp: BigInt(seconds) }),
      });
    expect(await at(1_900_000_000)).toBeNull();
    expect(await at(1_900_000_001)).toBe("message.nr: time_left.assert_max_bit_size");
  });

  it("an amount that is not the one published", async () => {
    const refusal = await refusalOf(transferBlock, {
      draft: (draft) => {
        const { amount } = slotOf(draft, 0);
        amount.mantissa = 1001n;
        slotOf(draft, 0).a.after.balance -= 1n;
        slotOf(draft, 0).b.after.balance += 1n;
      },
    });
    expect(encodeFloat40(1001n)).toBe(1001);
    expect(refusal).toBe(EQUATION);
  });
});

function fail(): never {
  throw new TypeError("test data is missing");
}
