import { decimalsAnswer, oldSymbolAnswer, symbolAnswer } from "@cairn/l1/testing";
import type { RouteResponse } from "@cairn/rpc";
import { checksumAddress } from "viem";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, createHome } from "../test/home.ts";
import { type DoubleToken, type L1Double, startL1Double, tokenAddressOf } from "../test/l1-double.ts";
import { type NodeDouble, startNodeDouble } from "../test/node-double.ts";
import { runInTest } from "../test/run.ts";
import type { ProfileInput } from "./profile.ts";

const USD_ADDRESS = `0x${"cd".repeat(20)}` as const;
const CYRILLIC_ETH = "\u0415\u0422\u041d";

describe("tokens of strangers", () => {
  let node: NodeDouble;
  let l1: L1Double;
  let home: ReturnType<typeof createHome>;

  beforeEach(async () => {
    [node, l1] = await Promise.all([startNodeDouble(), startL1Double()]);
    home = createHome(node.url, { l1RpcUrl: l1.url });
  });
  afterEach(async () => {
    await Promise.all([node.stop(), l1.stop()]);
    home.remove();
  });

  const register = (id: number, symbol: string | DoubleToken["symbol"], decimals: bigint | null = 18n): void => {
    const isText = symbol !== null && !symbol.startsWith("0x");
    l1.tokens.push({
      id,
      address: tokenAddressOf(id),
      symbol: isText ? symbolAnswer(symbol) : (symbol as DoubleToken["symbol"]),
      decimals: decimals === null ? null : decimalsAnswer(decimals),
    });
  };
  const give = (...tokenIds: number[]): void => {
    node.state.accounts = tokenIds.map((tokenId, i) => accountOf(64 + i, tokenId));
  };
  const balances = async (): Promise<string[]> => {
    const { code, stdout } = await runInTest(["balance"], home.env);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n").slice(1);
    return lines.map((line) => line.split(/ {2,}/)[1] ?? "");
  };
  const tokens = async () => {
    const { code, stdout } = await runInTest(["balance", "--json"], home.env);
    expect(code).toBe(0);
    return JSON.parse(stdout).tokens as Record<string, unknown>[];
  };
  const useProfile = (change: Partial<ProfileInput>): void => {
    home.remove();
    home = createHome(node.url, { l1RpcUrl: l1.url, ...change });
  };
  const refusal = async (...args: string[]) => {
    const { code, stdout } = await runInTest([...args, "--json"], home.env);
    expect(code).toBe(2);
    expect(node.submitted).toEqual([]);
    return JSON.parse(stdout).error as { code: string; message: string; details: object };
  };

  it("that call themselves ETH or a known token are never shown as such", async () => {
    register(7, "ETH");
    register(8, CYRILLIC_ETH);
    register(9, "usd");
    register(10, "USD\u200b", 6n);
    give(0, 1, 7, 8, 9, 10);
    const at = (id: number) => `(${checksumAddress(tokenAddressOf(id))})`;
    expect(await balances()).toEqual([
      "7 ETH",
      "7000000000000 USD",
      `7 ETH?#7 ${at(7)}`,
      `7 ETH?#8 ${at(8)}`,
      `7 usd?#9 ${at(9)}`,
      `7000000000000 USD?#10 ${at(10)}`,
    ]);
    expect(await tokens()).toMatchObject([
      { id: 0, symbol: "ETH", source: "native", resembles: null },
      { id: 1, symbol: "USD", source: "profile", decimals: 6 },
      { id: 7, symbol: `ETH?#7 ${at(7)}`, source: "contract", resembles: "ETH" },
      { id: 8, resembles: "ETH" },
      { id: 9, resembles: "USD" },
      { id: 10, resembles: "USD" },
    ]);
  });

  it("carry their number if nobody vouches for the symbol, so that two with one name differ", async () => {
    register(3, "GOLD");
    register(4, "GOLD");
    give(3, 4);
    expect(await balances()).toEqual(["7 GOLD#3", "7 GOLD#4"]);
  });

  it("never break a list: without symbol or decimals, with a bytes32 symbol, with nonsense", async () => {
    register(2, null, 6n);
    register(3, "GLD", null);
    register(4, null, null);
    register(5, oldSymbolAnswer("MKR"), 18n);
    register(6, `0x${"ff".repeat(100)}`, 255n);
    register(7, "0x", 2n ** 200n);
    register(8, "A".repeat(3000), 0n);
    give(0, 2, 3, 4, 5, 6, 7, 8, 99);
    const raw = "7000000000000000000";
    expect(await balances()).toEqual([
      "7 ETH",
      `7000000000000 of token 2 (${checksumAddress(tokenAddressOf(2))})`,
      `${raw} smallest units of GLD#3`,
      `${raw} units of token 4 (${checksumAddress(tokenAddressOf(4))})`,
      "7 MKR#5",
      `${raw} units of token 6 (${checksumAddress(tokenAddressOf(6))})`,
      `${raw} units of token 7 (${checksumAddress(tokenAddressOf(7))})`,
      `${raw} AAAAAAAAAAAAA...?#8 (${checksumAddress(tokenAddressOf(8))})`,
      `${raw} units of token 99 (L1 knows no such token)`,
    ]);
    expect(await tokens()).toContainEqual(expect.objectContaining({ id: 3, decimals: null }));
  });

  it("never break a list when L1 is unreachable", async () => {
    register(7, "ETH");
    give(0, 7);
    await l1.stop();
    expect(await balances()).toEqual(["7 ETH", "7000000000000000000 units of token 7 (L1 could not be queried)"]);
  });

  it("in thousands do not make a list query all of them", async () => {
    give(...Array.from({ length: 1000 }, (_, i) => i + 2));
    // A page of accounts, and how to see the next one.
    expect(await balances()).toHaveLength(101);
    expect(l1.calls()).toBeLessThan(300);
  });

  it("do nothing to the terminal, as text or as JSON", async () => {
    register(7, "\u001b]0;pwned\u0007\u009b2J\u202eHTE");
    give(7);
    for (const args of [["balance"], ["balance", "--json"]]) {
      const { stdout } = await runInTest(args, home.env);
      expect(stdout).not.toMatch(/[^\x20-\x7e\n]/);
    }
  });

  it("are selected only by number, address or their marked name; other names are refused", async () => {
    register(7, "ETH");
    register(8, "GOLD");
    give(7);
    expect(await refusal("transfer", "1", "GOLD", "66")).toMatchObject({ code: "cli/unknown-token" });
    expect(await refusal("transfer", "1", CYRILLIC_ETH, "66")).toMatchObject({
      code: "cli/unknown-token",
      message: expect.stringContaining("token 0"),
    });
    expect(await refusal("transfer", "1", "ETH#8", "66")).toMatchObject({ code: "cli/unknown-token" });
    const byNumber = await Promise.all(
      ["7", "ETH?#7", tokenAddressOf(7)].map((name) => runInTest(["balance", "--token", name, "--json"], home.env)),
    );
    for (const { stdout } of byNumber) expect(JSON.parse(stdout).accounts).toMatchObject([{ tokenId: 7 }]);
  });

  it("of a profile with look-alikes are marked, and their common name is ambiguous", async () => {
    const addresses = [USD_ADDRESS, tokenAddressOf(2), tokenAddressOf(3)] as const;
    useProfile({
      tokens: [
        { id: 1, address: addresses[0], symbol: "USDC", decimals: 6 },
        { id: 2, address: addresses[1], symbol: "USD\u0421", decimals: 6 },
        { id: 3, address: addresses[2], symbol: "eth", decimals: 6 },
      ],
    });
    give(1, 2, 3);
    expect(await balances()).toEqual([
      `7000000000000 USDC?#1 (${addresses[0]})`,
      `7000000000000 USDC?#2 (${addresses[1]})`,
      `7000000000000 eth?#3 (${addresses[2]})`,
    ]);
    const ambiguous = await refusal("transfer", "1", "USDC", "66");
    expect(ambiguous).toMatchObject({
      code: "cli/ambiguous-token",
      message: expect.stringMatching(/token 1 .* or token 2 /),
      details: { candidates: [{ id: 1 }, { id: 2 }] },
    });
  });

  it("about which nothing is known accept amounts only in smallest units", async () => {
    register(4, null, null);
    give(4);
    expect(await refusal("transfer", "1.5", "4", "66")).toMatchObject({
      code: "cli/bad-amount",
      message: expect.stringContaining("units of token 4"),
    });
  });
});

function accountOf(index: number, tokenId: number): RouteResponse<"account"> {
  const balance = (7n * 10n ** 18n).toString();
  const key = `0x${"0".repeat(64)}`;
  return { index, owner: ALICE.address.toLowerCase(), tokenId, nonce: 0, balance, key, ownerKey: false };
}
