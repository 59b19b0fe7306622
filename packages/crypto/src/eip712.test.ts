import { bigintToBytes, bytesToHex, type Domain, type Hex } from "@cairn/protocol";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyDerivationTypedData, normalizeWalletSignature, secretKeyFromWallet } from "./eip712.ts";

const n = secp256k1.Point.Fn.ORDER;
const rollup: Domain = { chainId: 31337n, rollup: 0x00ff_0000_0000_0000_0000_0000_0000_0000_0000_1234n };
const unsupported = expect.objectContaining({ code: "crypto/unsupported-wallet-signature" });

const lowSignature = fc.record({
  r: fc.bigInt({ min: 1n, max: n - 1n }),
  s: fc.bigInt({ min: 1n, max: n / 2n }),
  parity: fc.constantFrom(0, 1),
});

describe("keyDerivationTypedData", () => {
  it("names chain, rollup and purpose", () => {
    const typedData = keyDerivationTypedData(rollup);
    expect(typedData.domain).toEqual({
      name: "Cairn",
      version: "1",
      chainId: 31337,
      verifyingContract: "0x00ff000000000000000000000000000000001234",
    });
    expect(typedData.types.KeyDerivation.map(({ name }) => name)).toEqual(Object.keys(typedData.message));
    expect(typedData.types.EIP712Domain.map(({ name }) => name)).toEqual(Object.keys(typedData.domain));
    expect(typedData.message.statement).toMatch(/only in an application you trust/);
  });

  it("refuses a chain id that is not an exact number", () => {
    expect(() => keyDerivationTypedData({ ...rollup, chainId: 1n << 53n })).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });
});

describe("normalizeWalletSignature", () => {
  it("gives one result for every form of a signature", () => {
    fc.assert(
      fc.property(lowSignature, ({ r, s, parity }) => {
        const expected = normalizeWalletSignature(hex65(r, s, parity));
        expect(expected).toEqual(new Uint8Array([...bigintToBytes(r, 32), ...bigintToBytes(s, 32)]));
        const forms = [
          hex65(r, s, parity + 27),
          hex65(r, n - s, 1 - parity),
          hex65(r, n - s, 28 - parity),
          bytesToHex(new Uint8Array([...bigintToBytes(r, 32), ...bigintToBytes((BigInt(parity) << 255n) + s, 32)])),
          hex65(r, s, parity).toUpperCase().replace("0X", "0x"),
        ];
        for (const form of forms) expect(normalizeWalletSignature(form)).toEqual(expected);
      }),
    );
  });

  it.each([
    ["nothing", "0x"],
    ["no hex", "signature"],
    ["63 bytes", `0x${"11".repeat(63)}`],
    ["66 bytes", `0x${"11".repeat(66)}`],
    ["the signature of a contract wallet", `0x${"11".repeat(130)}`],
    ["v = 2", hex65(1n, 1n, 2)],
    ["v = 29", hex65(1n, 1n, 29)],
    ["r = 0", hex65(0n, 1n, 0)],
    ["s = 0", hex65(1n, 0n, 0)],
    ["r = n", hex65(n, 1n, 0)],
    ["s = n", hex65(1n, n, 0)],
  ])("refuses %s", (_, signature) => {
    expect(() => normalizeWalletSignature(signature)).toThrow(unsupported);
  });
});

describe("secretKeyFromWallet", () => {
  const wallet = (...signatures: Hex[]): (() => Promise<string>) => {
    let calls = 0;
    return async () => signatures[calls++ % signatures.length] ?? "0x";
  };

  it("gives the same key whichever form the wallet answers in", async () => {
    const key = await secretKeyFromWallet(rollup, wallet(hex65(7n, 9n, 0)));
    expect(await secretKeyFromWallet(rollup, wallet(hex65(7n, 9n, 27), hex65(7n, n - 9n, 28)))).toBe(key);
  });

  it("keeps its result: a change would lock accounts out", async () => {
    expect(await secretKeyFromWallet(rollup, wallet(hex65(7n, 9n, 0)))).toMatchInlineSnapshot(
      `1968465906318973436166227104452159492126594196690411059637869132031770098254n`,
    );
  });

  it("gives another key for another signature, chain or rollup", async () => {
    const keys = [
      await secretKeyFromWallet(rollup, wallet(hex65(7n, 9n, 0))),
      await secretKeyFromWallet(rollup, wallet(hex65(7n, 10n, 0))),
      await secretKeyFromWallet({ ...rollup, chainId: 1n }, wallet(hex65(7n, 9n, 0))),
      await secretKeyFromWallet({ ...rollup, rollup: 1n }, wallet(hex65(7n, 9n, 0))),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("refuses a wallet that signs differently each time", async () => {
    await expect(secretKeyFromWallet(rollup, wallet(hex65(7n, 9n, 0), hex65(8n, 9n, 0)))).rejects.toThrow(
      expect.objectContaining({ code: "crypto/non-deterministic-wallet" }),
    );
  });

  it("passes on the wallet's refusal", async () => {
    const refusal = new TypeError("user said no");
    await expect(secretKeyFromWallet(rollup, () => Promise.reject(refusal))).rejects.toBe(refusal);
  });
});

function hex65(r: bigint, s: bigint, v: number): Hex {
  return bytesToHex(new Uint8Array([...bigintToBytes(r, 32), ...bigintToBytes(s, 32), v]));
}
