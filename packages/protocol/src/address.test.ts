import { describe, expect, it } from "vitest";
import { addressProblem, addressToBigint, bigintToAddress, isL1PrivateKey, parseAddress } from "./address.ts";

/** The examples of EIP-55. */
const EXAMPLES = [
  "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
  "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
  "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
  "0x52908400098527886E0F7030069857D2E4169EE7",
  "0xde709f2102306220921060314715629080e2fb77",
] as const;
const [EXAMPLE] = EXAMPLES;

describe("addresses", () => {
  it.each(EXAMPLES)("have the checksum of EIP-55: %s", (address) => {
    expect(addressProblem(address)).toBeNull();
    expect(parseAddress(address.toLowerCase())).toBe(parseAddress(address));
    expect(parseAddress(parseAddress(address))).toBe(parseAddress(address));
    expect(addressToBigint(address)).toBe(BigInt(address));
  });

  it("with one letter of the other case are refused wherever it is", () => {
    for (let i = 2; i < EXAMPLE.length; i++) {
      const letter = EXAMPLE[i] ?? "";
      const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
      const mistyped = EXAMPLE.slice(0, i) + other + EXAMPLE.slice(i + 1);
      if (mistyped === EXAMPLE) continue;
      expect(addressProblem(mistyped)).toBe("has a wrong checksum");
      for (const parse of [parseAddress, addressToBigint]) {
        expect(() => parse(mistyped)).toThrow(expect.objectContaining({ code: "protocol/bad-address" }));
      }
    }
  });

  it("in small or capital letters alone carry no checksum", () => {
    for (const text of [EXAMPLE.toLowerCase(), `0x${EXAMPLE.slice(2).toUpperCase()}`]) {
      expect(parseAddress(text)).toBe(EXAMPLE);
    }
  });

  it.each([
    "",
    "0x",
    EXAMPLE.slice(2),
    `${EXAMPLE}0`,
    EXAMPLE.slice(0, -1),
    ` ${EXAMPLE}`,
    `${EXAMPLE}\n`,
    `0X${EXAMPLE.slice(2)}`,
  ])("are 0x and 40 digits, not %j", (text) => expect(addressProblem(text)).toBe("is not an address"));

  it("keep leading zeros", () => {
    const address = "0x00000000000000000000000000000000000000ff";
    expect(addressToBigint(address)).toBe(255n);
    expect(bigintToAddress(255n)).toBe(address);
    expect(() => bigintToAddress(2n ** 160n)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });
});

describe("L1 private keys", () => {
  const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const hex = (value: bigint) => `0x${value.toString(16).padStart(64, "0")}`;
  it.each([1n, ORDER - 1n])("are from 1 to the order of secp256k1 less 1: %d", (key) => {
    expect(isL1PrivateKey(hex(key))).toBe(true);
  });
  it.each([hex(0n), hex(ORDER), hex(ORDER + 1n), hex(2n ** 256n - 1n), "0x1", hex(1n).slice(2), ""])(
    "are not %s",
    (text) => expect(isL1PrivateKey(text)).toBe(false),
  );
});
