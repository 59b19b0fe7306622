import { rollupAbi } from "@cairn/contracts";
import { decimalsAnswer, symbolAnswer, tokenCode } from "@cairn/l1/testing";
import { encodeFunctionData, erc20Abi } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type L1Scene, startL1Scene } from "./l1-scene.ts";

const WAIT = { timeout: 60_000 };
const KINDS = ["local", "wallet"] as const;

describe("deposits of tokens", () => {
  let scene: L1Scene;

  beforeAll(async () => {
    scene = await startL1Scene();
  });
  afterAll(() => scene?.stop());

  it.each(KINDS)("USDT, with an approval left over, from a %s account", async (kind) => {
    const token = await scene.deployToken("OddTokens", "UsdtLikeToken");
    const position = kind === "local" ? 2 : 3;
    await scene.mint(token, position, 1_000n);
    const owner = scene.devnet.wallet(position);
    const data = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [scene.rollup.address, 5n] });
    await scene.rollup.reader.waitForTransactionReceipt({ hash: await owner.sendTransaction({ to: token, data }) });
    const handle = await scene.connect(position, { kind }).deposit({ amount: 1_000n, token });
    await handle.wait({ for: "mined", ...WAIT });
    expect((await handle.receipt())?.entry?.amount).toBe(1_000n);
    expect(await scene.allowance(token, position)).toBe(0n);
  });

  it("one that takes a fee credits what the contract says", async () => {
    const token = await scene.deployToken("FeeTakingToken", "FeeTakingToken");
    await scene.mint(token, 2, 1_000n);
    const handle = await scene.connect(2).deposit({ amount: 1_000n, token });
    await handle.wait({ for: "mined", ...WAIT });
    expect((await handle.receipt())?.entry?.amount).toBe(990n);
  });

  it("one that only says that it approved is refused, and nothing is deposited", async () => {
    const token = await scene.deployToken("OddTokens", "DeafToken");
    const before = await scene.entries();
    await expect(scene.connect(2).deposit({ amount: 1n, token })).rejects.toMatchObject({
      code: "l1/approval-failed",
    });
    expect(await scene.entries()).toBe(before);
  });

  it.each(KINDS)("one with permits, from a %s account: one transaction", async (kind) => {
    const { address, id } = scene.token;
    const position = kind === "local" ? 2 : 3;
    await scene.devnet.mint(scene.token, scene.devnet.wallet(position).account.address, 50n);
    const account = { address: scene.devnet.wallet(position).account.address };
    const before = await scene.rollup.reader.getTransactionCount(account);
    const handle = await scene.connect(position, { kind }).deposit({ amount: 50n, token: id, approval: "permit" });
    await handle.wait({ for: "mined", ...WAIT });
    expect((await handle.receipt())?.entry).toMatchObject({ tokenId: id, amount: 50n });
    expect((await scene.rollup.reader.getTransactionCount(account)) - before).toBe(1);
    expect(await scene.allowance(address, position)).toBe(0n);
  });

  it("are named by number or address, never by symbol, and their symbols are untrusted", async () => {
    const client = scene.connect(1);
    expect(await client.findToken("ETH")).toEqual({ id: 0, address: null });
    expect(await client.findToken(scene.token.id)).toEqual(await client.findToken(scene.token.address));
    for (const ref of ["USD", 77, -1, 2 ** 32, `0x${"ab".repeat(20)}`])
      await expect(client.findToken(ref)).rejects.toMatchObject({ code: "sdk/unknown-token" });
    const token = `0x${"7e".repeat(20)}` as const;
    await scene.client.setCode({ address: token, bytecode: tokenCode(symbolAnswer("E\u200bTH"), decimalsAnswer(6n)) });
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "registerToken", args: [token] });
    const hash = await scene.devnet.wallet(1).sendTransaction({ to: scene.rollup.address, data });
    await scene.rollup.reader.waitForTransactionReceipt({ hash });
    expect(await client.describeToken(token)).toMatchObject({
      decimals: 6,
      symbol: { text: "E?TH", resembles: "ETH" },
    });
    const twin = await client.describeToken(scene.token.id, { known: ["USD"] });
    expect(twin.symbol).toMatchObject({ text: "USD", resembles: "USD" });
  });
});
