import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hexToReference, memoReference, referenceText, referenceToHex, textReference } from "./reference.ts";

const bad = expect.objectContaining({ code: "protocol/bad-reference" });

describe("references", () => {
  it("spell short texts, left-aligned", () => {
    expect(referenceToHex(textReference("A1"))).toBe(`0x4131${"00".repeat(29)}`);
    expect(referenceText(textReference("Café №7"))).toBe("Café №7");
    expect(referenceText(textReference("x".repeat(31)))).toBe("x".repeat(31));
  });

  it("read back every text that they take", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 31 }), (text) => {
        const bytes = new TextEncoder().encode(text);
        fc.pre(bytes.length <= 31 && !bytes.includes(0) && text.isWellFormed());
        expect(referenceText(textReference(text))).toBe(text);
      }),
    );
  });

  it("refuse texts that would be cut, lost or read back otherwise", () => {
    for (const text of ["", "x".repeat(32), "é".repeat(16), "a\0b", "a\0"]) {
      expect(() => textReference(text)).toThrow(bad);
    }
  });

  it("spell nothing where their bytes are no text", () => {
    for (const bytes of ["00".repeat(31), `00${"41".repeat(30)}`, `4100${"41".repeat(29)}`, `ff${"00".repeat(30)}`]) {
      expect(referenceText(hexToReference(`0x${bytes}`))).toBeNull();
    }
  });

  it("stand for memos by a hash that has no other bytes than 31", () => {
    // keccak256 of no bytes is a constant of Ethereum: 0xc5d24601…a470.
    expect(referenceToHex(memoReference(""))).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a4");
    expect(memoReference("one")).not.toBe(memoReference("two"));
  });

  it("are 31 bytes of hex, not more, not fewer", () => {
    expect(hexToReference(referenceToHex(2n ** 248n - 1n))).toBe(2n ** 248n - 1n);
    expect(() => referenceToHex(2n ** 248n)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
    for (const hex of ["0x", `0x${"00".repeat(30)}`, `0x${"00".repeat(32)}`, "reference"]) {
      expect(() => hexToReference(hex)).toThrow(expect.objectContaining({ code: "protocol/bad-hex" }));
    }
  });
});
