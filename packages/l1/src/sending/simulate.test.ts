import { type Hex, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorAnswer, type FaultyRpc, honest, type Manner, startFaultyRpc } from "../../test/faulty-rpc.ts";
import { type AnvilNode, startAnvil } from "../anvil.ts";
import { connectReader, connectWallet, type L1Reader } from "../connection.ts";
import { simulateGas } from "./simulate.ts";

/** Clears a storage slot that its constructor wrote: much of the gas is paid back at the end. */
const CREATION: Hex = "0x60016000556006601160003960066000f3600060005500";
const account = privateKeyToAccount("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

describe("simulated gas", () => {
  let anvil: AnvilNode;
  let rpc: FaultyRpc;
  let reader: L1Reader;

  beforeAll(async () => {
    anvil = await startAnvil();
    rpc = await startFaultyRpc(anvil.rpcUrl);
    reader = connectReader(rpc.url, anvil.chainId, { retryCount: 0 });
  });
  afterAll(async () => {
    await rpc.stop();
    await anvil.stop();
  });

  it("is what a transaction then uses; an estimate is more", async () => {
    const wallet = connectWallet(anvil.rpcUrl, anvil.chainId, account);
    const created = await wallet.sendTransaction({ data: CREATION });
    const { contractAddress, gasUsed } = await reader.waitForTransactionReceipt({ hash: created });
    const to = contractAddress ?? zeroAddress;
    const from = account.address;
    expect(await simulateGas(reader, { from, data: CREATION })).toBe(gasUsed);
    const call = { from, to, data: "0x", value: 0n } as const;
    const estimate = await reader.estimateGas({ account, to });
    const gas = await simulateGas(reader, call);
    const hash = await wallet.sendTransaction({ to, gas: 100_000n });
    expect((await reader.waitForTransactionReceipt({ hash })).gasUsed).toBe(gas);
    expect(estimate).toBeGreaterThan(gas ?? estimate);
  });

  it("is that of accounts as they would be then", async () => {
    const call = { from: account.address, to: `0x${"12".repeat(20)}`, data: "0x" } as const;
    expect(await simulateGas(reader, call)).toBe(21_000n);
    const code = { [call.to]: { code: "0x600160005500" } } as const;
    expect(await simulateGas(reader, call, code)).toBe(21_000n + 22_106n);
    rpc.manner = without("eth_simulateV1");
    expect(await simulateGas(reader, call, code)).toBe(21_000n + 22_106n);
    rpc.manner = honest;
  });

  it("is unknown where the L1 node does not simulate, or a transaction would fail", async () => {
    const transfer = { from: account.address, to: zeroAddress, data: "0x", value: 1n } as const;
    expect(await simulateGas(reader, { from: account.address, data: "0xfe" })).toBeNull();
    expect(await simulateGas(reader, { ...transfer, from: `0x${"34".repeat(20)}` })).toBeNull();
    rpc.manner = without("eth_simulateV1", "debug_traceCall");
    expect(await simulateGas(reader, transfer)).toBeNull();
    rpc.manner = honest;
  });
});

function without(...methods: readonly string[]): Manner {
  return async (question, ask) =>
    methods.includes(question.method) ? errorAnswer(question, "the method does not exist", -32601) : ask();
}
