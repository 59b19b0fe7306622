import { accountIndex, FIELD_MODULUS, textReference, tokenId } from "@cairn/protocol";
import { personOf } from "@cairn/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isPaymentRequest,
  type LocatedRequest,
  parsePaymentRequest,
  paymentRequestLink,
  paymentRequestQrText,
  randomReference,
} from "./payment-request.ts";

const BOB = personOf("bob");
const LOCATED: LocatedRequest = {
  domain: { chainId: 31337n, rollup: 0xabcn },
  request: {
    account: accountIndex(70),
    owner: BOB.owner,
    key: BOB.key,
    tokenId: tokenId(3),
    amount: 1_500_000n,
    reference: textReference("order 17"),
    expiresAt: 1_796_083_200,
  },
};
const link = paymentRequestLink(LOCATED);
const qrText = paymentRequestQrText(LOCATED);

describe("a request as text", () => {
  it("comes back from a link and from a QR text", () => {
    expect(link).toMatch(
      /^cairn:cairn1[a-z2-7]{90}\?chain=31337&rollup=0x[0-9a-fA-F]{40}&account=70&token=3&amount=1500000&/,
    );
    expect(qrText).toMatch(/^CAIRN:R1[A-Z2-7]{234}$/);
    for (const text of [link, qrText, ` ${link}\n`, qrText.toLowerCase()])
      expect(parsePaymentRequest(text)).toEqual(LOCATED);
    expect([link, qrText, "cairn1abc", "0x12", ""].map(isPaymentRequest)).toEqual([true, true, false, false, false]);
  });

  it("may have its parameters in any order", () => {
    const [start, query = ""] = link.split("?");
    expect(parsePaymentRequest(`${start}?${query.split("&").reverse().join("&")}`)).toEqual(LOCATED);
  });

  it("is refused with any character changed, left out or added", () => {
    for (const text of [link, qrText]) {
      for (let at = 6; at < text.length; at++) {
        const other = /[a-z]/.test(text[at] ?? "") ? "z" : "7";
        for (const changed of [
          text.slice(0, at) + (text[at] === other ? "5" : other) + text.slice(at + 1),
          text.slice(0, at) + text.slice(at + 1),
        ]) {
          if (changed.toLowerCase() === text.toLowerCase()) continue;
          expect(() => parsePaymentRequest(changed), changed).toThrow(
            expect.objectContaining({ code: "sdk/bad-payment-request" }),
          );
        }
      }
    }
  });

  it.each([
    ["another rollup", link.replace(/rollup=0x[0-9a-fA-F]{40}/, `rollup=0x${"12".repeat(20)}`)],
    ["another chain", link.replace("chain=31337", "chain=1")],
    ["a parameter twice", `${link}&amount=1`],
    ["an unknown parameter", `${link}&memo=x`],
    ["a parameter without a value", link.replace("token=3", "token")],
    ["a number in another form", link.replace("amount=1500000", "amount=1.5e6")],
    ["leading zeros", link.replace("token=3", "token=03")],
    ["a payment code alone", "cairn:cairn1abc"],
    ["nothing", "cairn:"],
    ["a very long text", `cairn:${"a".repeat(5_000)}`],
    ["another scheme", link.replace("cairn:", "ethereum:")],
  ])("is refused with %s", (_, text) => {
    expect(() => parsePaymentRequest(text)).toThrow(expect.objectContaining({ code: "sdk/bad-payment-request" }));
  });

  it("is not made for nothing, for nobody, or without a reference", () => {
    for (const change of [
      { amount: 0n },
      { reference: 0n },
      { owner: 0n },
      { key: 0n },
      { key: FIELD_MODULUS },
      { expiresAt: -1 },
    ])
      expect(() => paymentRequestLink({ ...LOCATED, request: { ...LOCATED.request, ...change } })).toThrow(
        expect.objectContaining({ code: "sdk/bad-payment-request" }),
      );
  });

  it("comes back whatever it asks for", () => {
    fc.assert(
      fc.property(
        fc.record({
          account: fc.integer({ min: 64, max: 2 ** 24 - 1 }).map(accountIndex),
          tokenId: fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(tokenId),
          amount: fc.bigInt(1n, 2n ** 128n - 1n),
          reference: fc.bigInt(1n, 2n ** 248n - 1n),
          expiresAt: fc.integer({ min: 0, max: 2 ** 48 }),
        }),
        (change) => {
          const located = { ...LOCATED, request: { ...LOCATED.request, ...change } };
          expect(parsePaymentRequest(paymentRequestLink(located))).toEqual(located);
          expect(parsePaymentRequest(paymentRequestQrText(located))).toEqual(located);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("has references that nobody else has", () => {
    expect(new Set(Array.from({ length: 100 }, randomReference)).size).toBe(100);
  });
});
