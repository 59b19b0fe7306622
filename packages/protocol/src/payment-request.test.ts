import { describe, expect, it } from "vitest";
import { accountIndex, decodeFloat16, decodeFloat40, tokenId } from "./index.ts";
import {
  decodePaymentRequest,
  encodePaymentRequest,
  PAYMENT_REQUEST_BYTES,
  type PaymentRequest,
  paymentRequestId,
  requestAuthorization,
} from "./payment-request.ts";

const DOMAIN = { chainId: 2n ** 63n, rollup: 2n ** 160n - 1n };
const REQUEST: PaymentRequest = {
  account: accountIndex(2 ** 24 - 1),
  owner: 2n ** 160n - 2n,
  key: 2n ** 253n,
  tokenId: tokenId(2 ** 32 - 1),
  amount: 2n ** 128n - 1n,
  reference: 2n ** 248n - 1n,
  expiresAt: 2 ** 50,
};

describe("a request for a payment", () => {
  it("comes back from its bytes, with its rollup", () => {
    const bytes = encodePaymentRequest(REQUEST, DOMAIN);
    expect(bytes).toHaveLength(PAYMENT_REQUEST_BYTES);
    expect(decodePaymentRequest(bytes)).toEqual({ request: REQUEST, domain: DOMAIN });
  });

  it("is refused from other bytes", () => {
    for (const length of [0, PAYMENT_REQUEST_BYTES - 1, PAYMENT_REQUEST_BYTES + 1])
      expect(() => decodePaymentRequest(new Uint8Array(length))).toThrow(/142 bytes/);
    const beyond = encodePaymentRequest(REQUEST, DOMAIN).fill(0xff, 28, 32);
    expect(() => decodePaymentRequest(beyond)).toThrow();
    for (const change of [{ amount: 2n ** 128n }, { reference: 2n ** 248n }, { owner: -1n }])
      expect(() => encodePaymentRequest({ ...REQUEST, ...change }, DOMAIN)).toThrow();
  });

  it("has an id of its own for everything that it says, and for each rollup", () => {
    const changes: Partial<PaymentRequest>[] = [
      { account: accountIndex(64) },
      { owner: 1n },
      { key: 1n },
      { tokenId: tokenId(0) },
      { amount: 1n },
      { reference: 1n },
      { expiresAt: 1 },
    ];
    const ids = changes.map((change) => paymentRequestId({ ...REQUEST, ...change }, DOMAIN));
    ids.push(paymentRequestId(REQUEST, DOMAIN));
    ids.push(
      paymentRequestId(REQUEST, { ...DOMAIN, chainId: 1n }),
      paymentRequestId(REQUEST, { ...DOMAIN, rollup: 1n }),
    );
    expect(new Set(ids).size).toBe(changes.length + 3);
  });

  it("is authorised by a transfer of nothing that no block can hold", () => {
    const authorization = requestAuthorization(REQUEST, DOMAIN);
    expect(authorization).toMatchObject({
      type: "transfer",
      from: REQUEST.account,
      to: REQUEST.account,
      toOwner: REQUEST.owner,
      toKey: REQUEST.key,
      validUntil: 0,
      link: null,
    });
    expect([decodeFloat40(authorization.amount), decodeFloat16(authorization.fee)]).toEqual([0n, 0n]);
    expect(paymentRequestId(REQUEST, DOMAIN).slice(0, 64)).toBe(
      `0x${authorization.reference.toString(16).padStart(62, "0")}`,
    );
  });
});
