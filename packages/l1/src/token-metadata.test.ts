import { type Address, createTestClient, type Hex, HttpRequestError, http, padHex, stringToHex, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnvilNode, startAnvil } from "./anvil.ts";
import { connectReader, type L1Reader } from "./connection.ts";
import { BROKEN_TOKENS, decimalsAnswer, oldSymbolAnswer, symbolAnswer, tokenCode } from "./testing/odd-tokens.ts";
import { readTokenMetadata } from "./token-metadata.ts";

const TOKEN: Address = `0x${"70".repeat(20)}`;

describe("metadata of tokens", () => {
  let anvil: AnvilNode;
  let reader: L1Reader;
  beforeAll(async () => {
    anvil = await startAnvil();
    reader = connectReader(anvil.rpcUrl, anvil.chainId);
  });
  afterAll(() => anvil?.stop());

  const readOf = async (bytecode: Hex) => {
    await createTestClient({ mode: "anvil", transport: http(anvil.rpcUrl) }).setCode({ address: TOKEN, bytecode });
    return readTokenMetadata(reader, TOKEN);
  };

  it("is read in the standard form and in MKR's", async () => {
    expect(await readOf(tokenCode(symbolAnswer("USDC"), decimalsAnswer(6n)))).toEqual({ symbol: "USDC", decimals: 6 });
    expect(await readOf(tokenCode(oldSymbolAnswer("MKR"), decimalsAnswer(18n)))).toEqual({
      symbol: "MKR",
      decimals: 18,
    });
    const whole = "A".repeat(32);
    expect(await readOf(tokenCode(stringToHex(whole), decimalsAnswer(77n)))).toEqual({ symbol: whole, decimals: 77 });
  });

  it("is unknown where a part is missing, empty or absurd, while the other part is kept", async () => {
    expect(await readOf(tokenCode(null, decimalsAnswer(6n)))).toEqual({ symbol: null, decimals: 6 });
    expect(await readOf(tokenCode(symbolAnswer("X"), null))).toEqual({ symbol: "X", decimals: null });
    expect(await readOf(tokenCode(symbolAnswer(""), "0x12"))).toEqual({ symbol: null, decimals: null });
    expect(await readOf(tokenCode(oldSymbolAnswer(""), decimalsAnswer(78n)))).toEqual({ symbol: null, decimals: null });
    expect(await readOf(tokenCode("0x00", decimalsAnswer(2n ** 256n - 1n)))).toEqual({ symbol: null, decimals: null });
    const outside = `${padHex(toHex(2n ** 255n))}${"00".repeat(32)}` as const;
    expect(await readOf(tokenCode(outside, null))).toEqual({ symbol: null, decimals: null });
    const tooLong = symbolAnswer("A".repeat(5000));
    expect(await readOf(tokenCode(tooLong, decimalsAnswer(6n)))).toEqual({ symbol: null, decimals: 6 });
  });

  it("is kept when it is not text: whoever prints it cleans it", async () => {
    const { symbol } = await readOf(tokenCode(padHex("0xff1b5b", { dir: "right" }), null));
    expect(symbol).toBe("\ufffd\u001b[");
  });

  it.each(Object.entries(BROKEN_TOKENS))("of a contract that is %s is unknown, soon", async (_how, code) => {
    expect(await readOf(code)).toMatchObject({ symbol: null });
  });

  it("is unknown where there is no contract", async () => {
    expect(await readTokenMetadata(reader, `0x${"71".repeat(20)}`)).toEqual({ symbol: null, decimals: null });
  });

  it("is not reported as unknown when L1 cannot be reached", async () => {
    const failure = new HttpRequestError({ url: "http://l1.example", status: 503 });
    await expect(readTokenMetadata({ call: () => Promise.reject(failure) }, TOKEN)).rejects.toBe(failure);
  });
});
