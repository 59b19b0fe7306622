import { readFileSync } from "node:fs";
import { buildCached } from "@cairn/contracts/build";
import { type Address, encodeFunctionData, getContractAddress, type Hex, parseAbi } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnvilNode, startAnvil } from "./anvil.ts";
import { connectReader, connectWallet, type L1Reader, type L1Wallet } from "./connection.ts";
import { signPermit } from "./permit.ts";
import { sendToContract } from "./sending/send.ts";
import { approveToken, readAllowance } from "./token-approval.ts";

/** Anvil's first account, known to everyone. */
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const SPENDER = "0x000000000000000000000000000000000000beef";
const cacheDir = process.env.CAIRN_CACHE_DIR ?? new URL("../../../.cache", import.meta.url).pathname;
const SOURCE = "test/tokens/OddTokens.sol";
const permitAbi = parseAbi([
  "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
]);

describe("tokens that deviate from the standard", () => {
  let anvil: AnvilNode;
  let reader: L1Reader;
  let wallet: L1Wallet;

  const bytecodeOf = async (name: string): Promise<Hex> => {
    const content = readFileSync(new URL(`../../contracts/${SOURCE}`, import.meta.url), "utf8");
    const settings = { optimizerRuns: 200, evmVersion: "cancun" };
    const target = { sources: { [SOURCE]: content }, path: SOURCE, name, settings };
    return (await buildCached(cacheDir, target)).artefact.bytecode;
  };
  const deploy = async (name: string): Promise<Address> => {
    const from = wallet.account.address;
    const nonce = await reader.getTransactionCount({ address: from });
    const hash = await wallet.sendTransaction({ data: await bytecodeOf(name) });
    await reader.waitForTransactionReceipt({ hash });
    return getContractAddress({ from, nonce: BigInt(nonce) });
  };
  const sentSince = async (work: () => Promise<void>): Promise<number> => {
    const { address } = wallet.account;
    const before = await reader.getTransactionCount({ address });
    await work();
    return (await reader.getTransactionCount({ address })) - before;
  };
  const approve = (token: Address, amount: bigint) => approveToken(reader, wallet, { token, spender: SPENDER, amount });
  const allowance = (token: Address) => readAllowance(reader, token, wallet.account.address, SPENDER);

  beforeAll(async () => {
    anvil = await startAnvil();
    reader = connectReader(anvil.rpcUrl, anvil.chainId);
    wallet = connectWallet(anvil.rpcUrl, anvil.chainId, privateKeyToAccount(KEY));
  });
  afterAll(() => anvil.stop());

  it("USDT: a leftover approval is revoked first, and only when necessary", async () => {
    const token = await deploy("UsdtLikeToken");
    expect(await sentSince(() => approve(token, 5n))).toBe(1);
    expect(await sentSince(() => approve(token, 5n))).toBe(0);
    expect(await sentSince(() => approve(token, 3n))).toBe(0);
    expect(await sentSince(() => approve(token, 9n))).toBe(2);
    expect(await allowance(token)).toBe(9n);
  });

  it("a token that reports success without approving is detected", async () => {
    const token = await deploy("DeafToken");
    await expect(approve(token, 5n)).rejects.toMatchObject({ code: "l1/approval-failed" });
  });

  it.each(["VersionTwoToken", "DomainTellingToken", "VersionlessToken"])("%s: its permits work", async (name) => {
    const token = await deploy(name);
    const permit = await signPermit(reader, wallet, { token, spender: SPENDER, amount: 7n });
    const owner = wallet.account.address;
    const { deadline, v, r, s } = permit;
    const args = [owner, SPENDER, 7n, deadline, v, r, s] as const;
    const data = encodeFunctionData({ abi: permitAbi, functionName: "permit", args });
    await sendToContract(reader, wallet, { name: "permit", to: token, data });
    expect(await allowance(token)).toBe(7n);
  });

  it.each([
    ["SecretDomainToken", /DOMAIN_SEPARATOR/],
    ["DaiLikeToken", /DAI/],
    ["UsdtLikeToken", /no DOMAIN_SEPARATOR/],
  ])("%s: a permit is refused clearly, before anything is signed", async (name, why) => {
    const token = await deploy(name);
    const signed = signPermit(reader, wallet, { token, spender: SPENDER, amount: 7n });
    await expect(signed).rejects.toMatchObject({
      code: "l1/permit-unsupported",
      message: expect.stringMatching(why),
    });
  });
});
