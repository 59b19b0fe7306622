import { decodeFloat16, decodeFloat40, isCairnError, WHOLE_BALANCE } from "@cairn/protocol";
import { assert, bigInt, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { ceilToFee, encodeAmount, encodeFee } from "./amounts.ts";

const MAX = 2n ** 128n - 1n;

describe("amounts", () => {
  it("are encoded exactly, or refused with the nearest encodable neighbours", () => {
    assert(
      property(bigInt(0n, MAX), (amount) => {
        const float = attempt(() => encodeAmount(amount));
        if (float.ok) return decodeFloat40(float.value) === amount;
        const { below, above } = float.details;
        const low = BigInt(String(below));
        decodeFloat40(encodeAmount(low));
        if (above === null) return amount > low && low > MAX - 10n ** 29n;
        const high = BigInt(String(above));
        encodeAmount(high);
        const between = attempt(() => encodeAmount(low + 1n));
        return low < amount && amount < high && !between.ok && between.details.above === above;
      }),
    );
  });

  it("refuses negative and too large amounts and names what fits", () => {
    expect(() => encodeAmount(-1n)).toThrow(expect.objectContaining({ code: "sdk/not-encodable" }));
    expect(() => encodeAmount(MAX + 1n)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ above: null }) }),
    );
    expect(() => encodeFee(2049n)).toThrow(expect.objectContaining({ details: { below: "2047", above: "2050" } }));
  });

  it("has one encoding for everything", () => {
    expect(encodeAmount("all")).toBe(WHOLE_BALANCE);
  });

  it("rounds a fee up to the next encodable one", () => {
    assert(
      property(bigInt(0n, 10n ** 30n), (fee) => {
        const raised = ceilToFee(fee);
        return (
          raised >= fee &&
          decodeFloat16(encodeFee(raised)) === raised &&
          (raised === fee || !attempt(() => encodeFee(fee)).ok)
        );
      }),
    );
  });
});

type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly details: Readonly<Record<string, unknown>> };

function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (!isCairnError(error, "sdk/not-encodable")) throw error;
    return { ok: false, details: error.details };
  }
}
