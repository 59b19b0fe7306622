import { fixedOperatorAbi, rollupAbi } from "@cairn/contracts";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { connectReader, type L1Rollup, sendToContract } from "@cairn/l1";
import { type FakeRpc, PROVIDERS, type RpcReply, startFakeRpc } from "@cairn/l1/testing";
import { encodeFunctionData } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readContractView, refusalReason } from "./contract-view.ts";

/** How clients refuse to override the block of a call, the fourth parameter of `eth_call`. */
const REFUSALS: readonly (readonly [string, RpcReply])[] = [
  ["geth before 1.12", { error: { code: -32602, message: "too many arguments, want at most 3" } }],
  [
    "nethermind",
    { error: { code: -32602, message: "Invalid params", data: "Incorrect parameters count, expected: 3, actual: 4" } },
  ],
  ["hardhat", { error: { code: -32602, message: "Expected between 1 and 3 arguments and got 4" } }],
  ["a provider", { error: { code: -32000, message: "too many params" } }],
];

describe("the contract through an L1 node that", () => {
  let devnet: DevRollup;
  let rpc: FakeRpc;
  let restricted: L1Rollup;
  const account = () => devnet.wallet(0).account.address;

  beforeAll(async () => {
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [16] });
    rpc = await startFakeRpc(devnet.rpcUrl);
    const { address, reader } = devnet.rollup;
    restricted = { address, reader: connectReader(rpc.url, reader.chain.id) };
  });
  afterAll(async () => {
    await rpc.stop();
    await devnet.stop();
  });

  it.each(REFUSALS)("cannot override blocks, worded as by %s, is seen as through any other", async (_, refusal) => {
    rpc.behave((request, ask) =>
      request.method === "eth_call" && request.params.length > 3 ? Promise.resolve(refusal) : ask(request),
    );
    const view = await readContractView(devnet.rollup, account());
    expect(await readContractView(restricted, account(), view.clock)).toEqual(view);
    const freeze = {
      purpose: "pay",
      subject: 1,
      content: "",
      to: devnet.rollup.address,
      data: encodeFunctionData({ abi: rollupAbi, functionName: "freeze" }),
      gasLimit: 200_000,
    } as const;
    const reason = await refusalReason(devnet.rollup, account(), freeze, view.clock);
    expect(reason).not.toBeNull();
    expect(await refusalReason(restricted, account(), freeze, view.clock)).toBe(reason);
  });

  it.each(PROVIDERS)("$name", async ({ create }) => {
    rpc.behave(create());
    const view = await readContractView(devnet.rollup, account());
    // Rate limits and nodes that are behind pass.
    const look = () => readContractView(restricted, account(), view.clock);
    await vi.waitFor(async () => expect(await look()).toEqual(view), { interval: 1 });
  });

  it("names a leader shows who may submit, until there is none", async () => {
    const { rollup, policy } = devnet;
    if (policy === null) throw new RangeError("no policy");
    const rightOf = async (position: number) => {
      const { role, isOpen, isFrozen } = await readContractView(rollup, devnet.wallet(position).account.address);
      return { role, isOpen, isFrozen };
    };
    expect(await rightOf(0)).toEqual({ role: "operator", isOpen: true, isFrozen: false });
    expect(await rightOf(5)).toEqual({ role: "stranger", isOpen: false, isFrozen: false });
    const data = encodeFunctionData({ abi: fixedOperatorAbi, functionName: "burn" });
    await sendToContract(rollup.reader, devnet.wallet(0), { name: "burn", to: policy, data });
    for (const position of [0, 5]) {
      expect(await rightOf(position)).toEqual({ role: "operator", isOpen: true, isFrozen: false });
    }
  });

  it("refuses everything is not seen", async () => {
    rpc.behave(() => Promise.resolve({ error: { code: -32602, message: "Invalid params" } }));
    await expect(readContractView(restricted, account())).rejects.toThrow("Invalid params");
  });
});
