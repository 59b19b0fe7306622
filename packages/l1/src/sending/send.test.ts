import { rollupAbi } from "@cairn/contracts";
import {
  createTestClient,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  http,
  parseEther,
  type TestClient,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { afterTaking, errorAnswer, type FaultyRpc, honest, startFaultyRpc } from "../../test/faulty-rpc.ts";
import { type AnvilNode, startAnvil } from "../anvil.ts";
import { connectReader, connectWallet, type L1Reader, type L1Wallet } from "../connection.ts";
import { resumeTransaction, type SendOptions, sendCreation, sendToContract, sendToRollup } from "./send.ts";
import { newestAttempt, type SignedTransaction } from "./signed-transaction.ts";

const TARGET = "0x000000000000000000000000000000000000beef";
const GWEI = 10n ** 9n;
const call = { name: "pay", to: TARGET, data: "0x1234", value: 5n } as const;
const soon: SendOptions = { timeoutMs: 1500, resendMs: 200 };
const patient: SendOptions = { timeoutMs: 60_000, resendMs: 200 };

describe("a transaction sent to L1", () => {
  let anvil: AnvilNode;
  let rpc: FaultyRpc;
  let reader: L1Reader;
  let wallet: L1Wallet;
  let client: TestClient;
  let stored: SignedTransaction | null;

  const store = (transaction: SignedTransaction) => {
    stored = transaction;
  };
  const kept = (): SignedTransaction => {
    if (stored === null) throw new RangeError("nothing was stored");
    return stored;
  };
  const from = () => wallet.account.address;
  const received = () => reader.getBalance({ address: TARGET });
  const untilWaiting = () =>
    vi.waitFor(() => reader.getTransaction({ hash: newestAttempt(kept()).hash }), { timeout: 30_000 });
  /** Sends with its own nonce and fees, as another wallet with the same key would. */
  const elsewhere = (change: {
    readonly to: Hex;
    readonly data?: Hex;
    readonly value?: bigint;
    readonly nonce: number;
  }) =>
    connectWallet(anvil.rpcUrl, anvil.chainId, wallet.account).sendTransaction({
      gas: 60_000n,
      maxFeePerGas: 500n * GWEI,
      maxPriorityFeePerGas: 50n * GWEI,
      ...change,
    });

  beforeAll(async () => {
    anvil = await startAnvil();
    rpc = await startFaultyRpc(anvil.rpcUrl);
    reader = connectReader(rpc.url, anvil.chainId);
    client = createTestClient({ mode: "anvil", transport: http(anvil.rpcUrl) });
    await client.setAutomine(false);
  });
  afterAll(async () => {
    await rpc.stop();
    await anvil.stop();
  });
  beforeEach(async () => {
    rpc.manner = honest;
    stored = null;
    wallet = connectWallet(rpc.url, anvil.chainId, privateKeyToAccount(generatePrivateKey()));
    await client.setBalance({ address: from(), value: parseEther("100") });
    await client.setNextBlockBaseFeePerGas({ baseFeePerGas: GWEI });
    await client.mine({ blocks: 1 });
  });

  it("succeeds with the receipt of this very call", async () => {
    const before = await received();
    const sent = sendToContract(reader, wallet, call, { ...patient, store });
    await untilWaiting();
    await client.mine({ blocks: 1 });
    expect(await sent).toMatchObject({ status: "success", transactionHash: newestAttempt(kept()).hash });
    expect(await received()).toBe(before + 5n);
  });

  it.each<readonly [string, () => { readonly to: Hex; readonly data?: Hex; readonly value?: bigint }]>([
    ["cancelled by an empty transfer to itself", () => ({ to: from() })],
    ["replaced by another call of the same contract", () => ({ to: TARGET, data: "0x9999", value: 5n })],
    ["replaced by the same call with another value", () => ({ to: TARGET, data: call.data, value: 4n })],
  ])("does not count as done when %s", async (_, other) => {
    const sent = sendToContract(reader, wallet, call, { ...patient, store });
    const refused = expect(sent).rejects.toMatchObject({
      code: "l1/transaction-replaced",
      details: { from: from(), nonce: 0, replacedBy: expect.any(String) },
    });
    await untilWaiting();
    await elsewhere({ ...other(), nonce: 0 });
    await client.mine({ blocks: 1 });
    await refused;
    await expect(resumeTransaction(reader, wallet, kept(), soon)).rejects.toMatchObject({
      code: "l1/transaction-replaced",
    });
  });

  it("is no success of a rollup's call without the event that the call must emit", async () => {
    const rollup = { reader, address: TARGET } as const;
    const args = [1n, TARGET, 0, 0n] as const;
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "depositETH", args });
    const sent = sendToRollup(rollup, wallet, { name: "depositETH", data, value: 1n }, { ...patient, store });
    const refused = expect(sent).rejects.toMatchObject({ code: "l1/unknown-event", details: { to: TARGET } });
    await untilWaiting();
    await client.mine({ blocks: 1 });
    await refused;
    await expect(resumeTransaction(reader, wallet, kept(), soon)).rejects.toMatchObject({ code: "l1/unknown-event" });
  });

  it("creates its contract at the address that was signed, whatever the RPC says", async () => {
    const creation = { name: "create", data: "0x60006000f3" } as const;
    const address = getContractAddress({ from: from(), nonce: 0n });
    rpc.manner = async (question, ask) => {
      const answer = await ask();
      const result: unknown = question.method === "eth_getTransactionReceipt" ? Reflect.get(answer, "result") : null;
      return typeof result === "object" && result !== null
        ? { ...answer, result: { ...result, contractAddress: TARGET } }
        : answer;
    };
    const refused = expect(sendCreation(reader, wallet, creation, { ...patient, store })).rejects.toMatchObject({
      code: "l1/unknown-event",
      details: { address },
    });
    await untilWaiting();
    await client.mine({ blocks: 1 });
    await refused;
    rpc.manner = honest;
    const receipt = await resumeTransaction(reader, wallet, kept(), soon);
    expect(receipt.contractAddress?.toLowerCase()).toBe(address.toLowerCase());
  });

  it("is recognised when another wallet sped it up: the same call, higher fees", async () => {
    const sent = sendToContract(reader, wallet, call, { ...patient, store });
    await untilWaiting();
    const faster = await elsewhere({ ...call, nonce: 0 });
    await client.mine({ blocks: 1 });
    expect(await sent).toMatchObject({ transactionHash: faster });
    expect(await resumeTransaction(reader, wallet, kept(), soon)).toMatchObject({ transactionHash: faster });
  });

  it("is found by reading blocks when the L1 node keeps no old states", async () => {
    const sent = sendToContract(reader, wallet, call, { ...patient, store });
    await untilWaiting();
    rpc.manner = async (question, ask) =>
      question.method === "eth_getTransactionCount" && question.params?.[1] !== "latest"
        ? errorAnswer(question, "missing trie node")
        : ask();
    const faster = await elsewhere({ ...call, nonce: 0 });
    await client.mine({ blocks: 3 });
    expect(await sent).toMatchObject({ transactionHash: faster });
  });

  it("is sent again when the mempool dropped it", async () => {
    const sent = sendToContract(reader, wallet, call, { ...patient, store });
    await untilWaiting();
    const { hash } = newestAttempt(kept());
    await client.dropTransaction({ hash });
    await untilWaiting();
    await client.mine({ blocks: 1 });
    expect(await sent).toMatchObject({ transactionHash: hash });
  });

  it("has an unknown outcome when it is not mined in time, and resuming it pays once", async () => {
    const before = await received();
    const { address } = wallet.account;
    await expect(sendToContract(reader, wallet, call, { ...soon, store })).rejects.toMatchObject({
      code: "l1/outcome-unknown",
      details: { from: address, nonce: 0, hash: expect.any(String) },
    });
    const again = resumeTransaction(reader, wallet, kept(), { ...patient, store });
    await untilWaiting();
    await client.mine({ blocks: 1 });
    expect(await again).toMatchObject({ transactionHash: newestAttempt(kept()).hash });
    expect(await resumeTransaction(reader, wallet, kept(), soon)).toMatchObject({ status: "success" });
    expect(await reader.getTransactionCount({ address })).toBe(1);
    expect(await received()).toBe(before + 5n);
  });

  it("raises its fees under the same nonce when it is resumed after the market rose", async () => {
    await expect(sendToContract(reader, wallet, call, { ...soon, store })).rejects.toMatchObject({
      code: "l1/outcome-unknown",
    });
    await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 300n * GWEI });
    await client.mine({ blocks: 1 });
    const before = await received();
    const again = resumeTransaction(reader, wallet, kept(), { ...patient, store });
    await vi.waitFor(() => expect(kept().attempts).toHaveLength(2), { timeout: 30_000 });
    await untilWaiting();
    await client.mine({ blocks: 1 });
    expect(await again).toMatchObject({ transactionHash: newestAttempt(kept()).hash });
    expect(await reader.getTransactionCount({ address: from() })).toBe(1);
    expect(await received()).toBe(before + 5n);
  });

  it("has an unknown outcome when the RPC dies after accepting it, and is found when the RPC is back", async () => {
    let isDead = false;
    rpc.manner = async (question, ask) => {
      if (isDead) return null;
      const answer = await ask();
      isDead = question.method === "eth_sendRawTransaction";
      return isDead ? null : answer;
    };
    await expect(sendToContract(reader, wallet, call, { ...soon, store })).rejects.toMatchObject({
      code: "l1/outcome-unknown",
      details: { nonce: 0 },
    });
    rpc.manner = honest;
    await client.mine({ blocks: 1 });
    expect(await resumeTransaction(reader, wallet, kept(), soon)).toMatchObject({ status: "success" });
    expect(await reader.getTransactionCount({ address: from() })).toBe(1);
  });

  it.each([
    "already known",
    "nonce too low",
    "internal error",
    "insufficient funds for gas * price + value",
    "replacement transaction underpriced",
    "txpool is full",
  ])("is waited for when the RPC accepted it but answers: %s", async (message) => {
    rpc.manner = afterTaking((question) => errorAnswer(question, message));
    const sent = sendToContract(reader, wallet, call, { ...patient, store });
    await untilWaiting();
    await client.mine({ blocks: 1 });
    expect(await sent).toMatchObject({ transactionHash: newestAttempt(kept()).hash });
  });

  it("is refused when L1 rejects it and does not hold it; the next attempt uses the same nonce", async () => {
    rpc.manner = async (question, ask) =>
      question.method === "eth_sendRawTransaction" ? errorAnswer(question, "txpool is full") : ask();
    await expect(sendToContract(reader, wallet, call, { ...soon, store })).rejects.toMatchObject({
      code: "l1/transaction-refused",
      details: { refusal: "poolFull", nonce: 0 },
    });
    rpc.manner = honest;
    const again = resumeTransaction(reader, wallet, kept(), { ...patient, store });
    await untilWaiting();
    await client.mine({ blocks: 1 });
    expect(await again).toMatchObject({ status: "success" });
    expect(await reader.getTransactionCount({ address: from() })).toBe(1);
  });

  it("is not sent when it cannot be stored", async () => {
    const full = () => {
      throw new RangeError("the disk is full");
    };
    await expect(sendToContract(reader, wallet, call, { ...soon, store: full })).rejects.toThrow("the disk is full");
    expect(await reader.getTransactionCount({ address: from(), blockTag: "pending" })).toBe(0);
  });

  it("says so when it reverted on L1", async () => {
    const { address } = wallet.account;
    const reverting = "0x000000000000000000000000000000000000dead";
    await client.setCode({ address: reverting, bytecode: "0x" });
    const sent = sendToContract(reader, wallet, { ...call, to: reverting }, { ...patient, store });
    const refused = expect(sent).rejects.toMatchObject({ code: "l1/transaction-reverted" });
    await untilWaiting();
    await client.setCode({ address: reverting, bytecode: "0x60006000fd" });
    await client.mine({ blocks: 1 });
    await refused;
    expect(await reader.getTransactionCount({ address })).toBe(1);
  });
});
