import { deployContract } from "@cairn/contracts";
import { loadArtefact } from "@cairn/contracts/artefacts";
import {
  createL1Access,
  depositEth,
  depositToken,
  depositTokenWithPermit,
  type L1Rollup,
  readQueue,
  readQueueFee,
  readQueueHash,
  requestSetKey,
  requestWithdraw,
} from "@cairn/l1";
import { accountIndex, addressToBigint, EMPTY_QUEUE_HASH, encodeL1Operation, nextQueueHash } from "@cairn/protocol";
import { parseEther, type TransactionReceipt } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevRollup, type DevToken, startDevRollup } from "./dev-rollup.ts";

const cacheDir = process.env.CAIRN_CACHE_DIR ?? new URL("../../../.cache", import.meta.url).pathname;
const NEW = accountIndex(0);

describe("a rollup on a development L1", () => {
  let devnet: DevRollup;
  let token: DevToken;

  beforeAll(async () => {
    devnet = await startDevRollup({ cacheDir, sizes: [16] });
    token = await devnet.createToken("USD", 6);
  });

  afterAll(async () => devnet?.stop());

  it("queues what was sent, in order, under the contract's rolling hash", async () => {
    const { rollup } = devnet;
    const wallet = devnet.wallet(1);
    const owner = addressToBigint(wallet.account.address);
    await devnet.mint(token, wallet.account.address, 900n);
    await depositEth(rollup, wallet, parseEther("1"), { owner, index: NEW, key: 7n });
    await depositToken(rollup, wallet, token.id, 400n, { owner: 99n, index: accountIndex(70), key: 0n });
    await depositTokenWithPermit(rollup, wallet, token.id, 500n, { owner, index: NEW, key: 8n });
    await requestWithdraw(rollup, wallet, accountIndex(64));
    await requestSetKey(rollup, wallet, accountIndex(65), 9n);

    const entries = await readQueue(rollup, 0);
    expect(entries.map(({ operation }) => operation)).toEqual([
      { type: "deposit", owner, tokenId: 0, amount: parseEther("1"), index: 0, key: 7n },
      { type: "deposit", owner: 99n, tokenId: token.id, amount: 400n, index: 70, key: 0n },
      { type: "deposit", owner, tokenId: token.id, amount: 500n, index: 0, key: 8n },
      { type: "forcedWithdraw", sender: owner, index: 64 },
      { type: "setKey", sender: owner, index: 65, key: 9n },
    ]);
    const hash = entries.reduce(
      (previous, { operation }) => nextQueueHash(previous, encodeL1Operation(operation)),
      EMPTY_QUEUE_HASH,
    );
    const head = Number(await rollup.reader.getBlockNumber());
    expect(await readQueueHash(createL1Access(rollup), 5, head)).toEqual(hash);
    expect((await readQueue(rollup, 3)).map(({ position }) => position)).toEqual([3, 4]);
  });

  it("reports the contract's reason when a call would revert, and sends nothing", async () => {
    const wallet = devnet.wallet(2);
    const nonce = await devnet.rollup.reader.getTransactionCount({ address: wallet.account.address });
    const deposit = depositEth(devnet.rollup, wallet, 0n, { owner: 5n, index: NEW, key: 0n });
    await expect(deposit).rejects.toMatchObject({
      code: "l1/transaction-reverted",
      details: { reason: "ZeroDeposit" },
    });
    const foreignKey = depositEth(devnet.rollup, wallet, 1n, { owner: 5n, index: NEW, key: 1n });
    await expect(foreignKey).rejects.toMatchObject({ details: { reason: "KeyWithoutOwner" } });
    expect(await devnet.rollup.reader.getTransactionCount({ address: wallet.account.address })).toBe(nonce);
  });

  it("notices an RPC that leaves an event out or changes one", async () => {
    const { rollup } = devnet;
    const wallet = devnet.wallet(3);
    const owner = addressToBigint(wallet.account.address);
    for (const amount of [1n, 2n]) await depositEth(rollup, wallet, amount, { owner, index: NEW, key: 0n });
    expect((await readQueue(rollup, 0)).length).toBeGreaterThan(2);
    const without = lyingReader(rollup, (logs) => logs.slice(0, -2).concat(logs.slice(-1)));
    await expect(readQueue(without, 0)).rejects.toMatchObject({ code: "l1/events-incomplete" });
    const truncated = lyingReader(rollup, (logs) => logs.slice(0, -1));
    await expect(readQueue(truncated, 0)).rejects.toMatchObject({ code: "l1/events-incomplete" });
    const altered = lyingReader(rollup, (logs) =>
      logs.map((log, i) => (i === 0 ? { ...log, args: { ...log.args, amount: 123n } } : log)),
    );
    await expect(readQueue(altered, 0)).rejects.toMatchObject({ code: "l1/queue-mismatch" });
  });

  it("refuses a deployment whose receipt names another address than the one that was signed", async () => {
    const walletClient = devnet.wallet(4);
    const publicClient = new Proxy(devnet.rollup.reader, {
      get: (target, name, receiver) =>
        name === "waitForTransactionReceipt"
          ? async (query: Parameters<typeof target.waitForTransactionReceipt>[0]) => ({
              ...(await target.waitForTransactionReceipt(query)),
              contractAddress: devnet.rollup.address,
            })
          : Reflect.get(target, name, receiver),
    });
    const artefact = loadArtefact(cacheDir, "DevToken");
    const lied = deployContract({ walletClient, publicClient }, artefact, ["A", "A", 0]);
    await expect(lied).rejects.toMatchObject({ code: "contracts/deployment-failed" });
  });

  it("charges a fee for a queue entry", async () => {
    expect(await readQueueFee(devnet.rollup)).toBeGreaterThan(0n);
  });

  it("sends enough for a fee that rises meanwhile, and loses no more than the fee", async () => {
    const { rollup } = devnet;
    const wallet = devnet.wallet(5);
    const { address } = wallet.account;
    const owner = addressToBigint(address);
    const fee = await readQueueFee(rollup);
    const earlier = readingEarlierFee(rollup, fee / 2n);
    await devnet.mint(token, address, 30n);
    const target = { owner, index: NEW, key: 1n };
    const requests: readonly (() => Promise<TransactionReceipt>)[] = [
      () => depositEth(earlier, wallet, 10n, target),
      () => requestWithdraw(earlier, wallet, accountIndex(64)),
      () => requestSetKey(earlier, wallet, accountIndex(64), 2n),
      () => depositTokenWithPermit(earlier, wallet, token.id, 10n, target),
    ];
    for (const [i, request] of requests.entries()) {
      const before = await rollup.reader.getBalance({ address });
      const { gasUsed, effectiveGasPrice } = await request();
      const spent = before - (await rollup.reader.getBalance({ address })) - gasUsed * effectiveGasPrice;
      expect(spent).toBe(fee + (i === 0 ? 10n : 0n));
    }
    await depositToken(earlier, wallet, token.id, 20n, target);
  });
});

/** The same rollup, the queue fee of which was read when it was still `fee`. */
function readingEarlierFee(rollup: L1Rollup, fee: bigint): L1Rollup {
  const reader = new Proxy(rollup.reader, {
    get: (target, name, receiver) =>
      name === "readContract"
        ? (query: Parameters<typeof target.readContract>[0]) =>
            query.functionName === "queueFee" ? fee : target.readContract(query)
        : Reflect.get(target, name, receiver),
  });
  return { ...rollup, reader };
}

type QueueLog = { readonly args: object };

/** The same rollup read through an RPC whose answer about events is changed. */
function lyingReader(rollup: L1Rollup, change: (logs: QueueLog[]) => QueueLog[]): L1Rollup {
  const reader = new Proxy(rollup.reader, {
    get: (target, name, receiver) =>
      name === "getLogs"
        ? async (query: Parameters<typeof target.getLogs>[0]) =>
            change((await target.getLogs(query)) as unknown[] as QueueLog[])
        : Reflect.get(target, name, receiver),
  });
  return { ...rollup, reader };
}
