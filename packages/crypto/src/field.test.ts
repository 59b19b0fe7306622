import { FIELD_MODULUS } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { assertField, GRUMPKIN_ORDER, isField, toField } from "./field.ts";

describe("field", () => {
  it("takes 0 and r − 1, refuses −1 and r", () => {
    for (const value of [0n, FIELD_MODULUS - 1n]) {
      expect(isField(value)).toBe(true);
      expect(() => assertField(value)).not.toThrow();
    }
    for (const value of [-1n, FIELD_MODULUS, 1n << 256n]) {
      expect(isField(value)).toBe(false);
      expect(() => assertField(value)).toThrow(expect.objectContaining({ code: "crypto/not-a-field-element" }));
    }
  });

  it("reduces negative and large values", () => {
    expect(toField(-1n)).toBe(FIELD_MODULUS - 1n);
    expect(toField(-FIELD_MODULUS)).toBe(0n);
    expect(toField(5n * FIELD_MODULUS + 3n)).toBe(3n);
  });

  it("has r < q, so that every challenge is a canonical scalar", () => {
    expect(FIELD_MODULUS < GRUMPKIN_ORDER).toBe(true);
  });
});
