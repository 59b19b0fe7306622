import { type Database, findL1Transaction, insertL1Transaction } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { anvilKey } from "@cairn/devnet";
import { type AnvilNode, connectReader, type L1Reader, startAnvil } from "@cairn/l1";
import { addressToBigint, type Hex, hexToBytes } from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import { keccak256 } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createManualClock } from "../clock.ts";

import type { L1Call } from "./l1-call.ts";
import { createL1Sender, type L1Sender, type SenderSettings } from "./l1-sender.ts";
import { createPublisherMetrics } from "./metrics.ts";

const GWEI = 10n ** 9n;
const TARGET: Hex = "0x000000000000000000000000000000000000beef";
const never = () => Promise.resolve(false);
const always = () => Promise.resolve(true);
const databases = createTestDatabases().server;

describe("L1 sender", () => {
  let anvil: AnvilNode;
  let reader: L1Reader;
  let database: Database;
  let account: PrivateKeyAccount;
  let people = 0;
  const clock = createManualClock(1_700_000_000_000);

  const l1 = async (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const response = await fetch(anvil.rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: unknown };
    expect(answer.error).toBeUndefined();
    return answer.result;
  };
  const mine = () => l1("evm_mine");
  const sender = (change: Partial<SenderSettings> = {}): L1Sender =>
    createL1Sender(
      { maxFeePerGas: 1000n * GWEI, bumpAfterMs: 60_000, finalConfirmations: 2, ...change },
      {
        db: database.db,
        reader,
        account,
        clock,
        logger: pino({ level: "silent" }),
        metrics: createPublisherMetrics(new Registry()),
      },
    );
  const call = (subject: number): L1Call => ({
    purpose: "submitBatch",
    subject,
    content: "",
    to: TARGET,
    data: "0x01",
    gasLimit: 50_000,
  });
  const stored = async (subject: number) => {
    const found = await findL1Transaction(database.db, "submitBatch", subject, "");
    if (found === undefined) throw new RangeError(`no L1 transaction for ${subject}`);
    return found;
  };
  const nonceOnChain = () => reader.getTransactionCount({ address: account.address });

  beforeAll(async () => {
    await databases.start();
    anvil = await startAnvil();
    reader = connectReader(anvil.rpcUrl, anvil.chainId);
    await l1("evm_setAutomine", [false]);
    for (let i = 0; i < 3; i++) await mine();
  });
  afterAll(async () => {
    await databases.stop();
    await anvil.stop();
  });
  beforeEach(async () => {
    database = await (await databases.create()).open();
    account = privateKeyToAccount(anvilKey(++people));
    await l1("anvil_setBalance", [account.address, `0x${(10n ** 20n).toString(16)}`]);
    await l1("anvil_dropAllTransactions");
    await l1("anvil_setNextBlockBaseFeePerGas", ["0x1"]);
    await mine();
  });

  it("goes from prepared to final", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    expect(await stored(1)).toMatchObject({ status: "sent", nonce: 0 });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    await mine();
    expect(await publisher.advance(never)).toEqual([]);
    expect(await stored(1)).toMatchObject({ status: "final", mined: { hash: expect.any(Uint8Array) } });
  });

  it("gives transactions that wait together nonces in a row, and a subject only one", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await publisher.send(call(2));
    expect([(await stored(1)).nonce, (await stored(2)).nonce]).toEqual([0, 1]);
    await expect(publisher.send(call(1))).rejects.toThrow();
    await mine();
    await publisher.advance(never);
    expect(await nonceOnChain()).toBe(2);
  });

  it("sends what was stored but never broadcast when the process died", async () => {
    const raw = await account.signTransaction({
      type: "eip1559",
      chainId: anvil.chainId,
      nonce: 0,
      to: TARGET,
      gas: 50_000n,
      maxFeePerGas: 10n * GWEI,
      maxPriorityFeePerGas: GWEI,
    });
    const attempt = {
      hash: hexToBytes(keccak256(raw)),
      raw: hexToBytes(raw),
      maxFeePerGas: 10n * GWEI,
      maxPriorityFeePerGas: GWEI,
      kind: "call" as const,
      createdAtMs: clock.nowMs(),
      sentAtMs: null,
    };
    const content = {
      purpose: "submitBatch" as const,
      subject: 1,
      content: "",
      nonce: 0,
      data: new Uint8Array(),
      gasLimit: 50_000,
    };
    const addresses = { sender: addressToBigint(account.address), recipient: addressToBigint(TARGET) };
    await insertL1Transaction(database.db, { ...content, ...addresses }, attempt, clock.nowMs());
    await sender().advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent" });
    await mine();
    await sender().advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", mined: { hash: attempt.hash } });
  });

  it("sends the same bytes again when L1 dropped them", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    const [{ hash } = { hash: new Uint8Array() }] = (await stored(1)).attempts;
    await l1("anvil_dropAllTransactions");
    await mine();
    await publisher.advance(never);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", mined: { hash }, attempts: [{}] });
  });

  it("raises the fees of a stuck transaction under its own nonce", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await l1("anvil_setNextBlockBaseFeePerGas", [`0x${(100n * GWEI).toString(16)}`]);
    await mine();
    clock.advance(60_000);
    await publisher.advance(never);
    const { attempts } = await stored(1);
    expect(attempts).toHaveLength(2);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", nonce: 0, mined: { hash: attempts[1]?.hash } });
    expect(await nonceOnChain()).toBe(1);
  });

  it("holds back what would cost more than the cap", async () => {
    await l1("anvil_setNextBlockBaseFeePerGas", [`0x${(50n * GWEI).toString(16)}`]);
    await mine();
    expect(await sender({ maxFeePerGas: GWEI }).send(call(1))).toBe("capped");
    expect(await findL1Transaction(database.db, "submitBatch", 1, "")).toBeUndefined();
  });

  it("goes back to sent when a reorg removes its block, and lands again", async () => {
    const publisher = sender({ finalConfirmations: 10 });
    await publisher.send(call(1));
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    await l1("anvil_reorg", [1, []]);
    await l1("anvil_dropAllTransactions");
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent", mined: null });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", attempts: [{}] });
    expect(await nonceOnChain()).toBe(1);
  });

  it("gives up only when something else took the nonce for good", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await l1("anvil_dropAllTransactions");
    const raw = await account.signTransaction({
      type: "eip1559",
      chainId: anvil.chainId,
      nonce: 0,
      to: account.address,
      gas: 21_000n,
      maxFeePerGas: 900n * GWEI,
      maxPriorityFeePerGas: 5n * GWEI,
    });
    await reader.sendRawTransaction({ serializedTransaction: raw });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent" });
    await mine();
    await publisher.advance(never);
    clock.advance(29_999);
    await publisher.advance(always);
    expect(await stored(1)).toMatchObject({ status: "sent", attempts: [{}] });
    clock.advance(1);
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "abandoned" });
    await publisher.send(call(1));
    expect(await stored(1)).toMatchObject({ status: "sent", nonce: 1 });
  });

  it("takes no nonce for lost when nodes that know it answer beside nodes that do not know the receipt", async () => {
    const honest = reader;
    const unknown = () => honest.getTransactionReceipt({ hash: `0x${"00".repeat(31)}01` });
    reader = new Proxy(honest, {
      get: (target, name) => (name === "getTransactionReceipt" ? unknown : Reflect.get(target, name)),
    });
    const lied = sender();
    reader = honest;
    await lied.send(call(1));
    for (let i = 0; i < 2; i++) await mine();
    for (const waitMs of [0, 29_000]) {
      clock.advance(waitMs);
      await lied.advance(never);
      expect(await stored(1)).toMatchObject({ status: "sent", attempts: [{}] });
    }
    await sender().advance(never);
    expect(await stored(1)).toMatchObject({ status: "final", attempts: [{}] });
  });

  it("takes the nonce back from a call that became pointless, and lets others follow at once", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await publisher.send({ ...call(1), content: "rebuilt" });
    const isVoid = ({ content }: { content: string }) => Promise.resolve(content === "");
    await publisher.advance(isVoid);
    expect((await stored(1)).attempts).toMatchObject([{ kind: "call" }, { kind: "cancel" }]);
    await mine();
    await publisher.advance(isVoid);
    await mine();
    await publisher.advance(isVoid);
    expect(await stored(1)).toMatchObject({ status: "abandoned", failure: "cancelled" });
    expect(await findL1Transaction(database.db, "submitBatch", 1, "rebuilt")).toMatchObject({
      status: "final",
      nonce: 1,
    });
    expect(await nonceOnChain()).toBe(2);
  });

  it("notes the call as mined when it landed before it could be taken back", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await mine();
    await publisher.advance(always);
    expect(await stored(1)).toMatchObject({ status: "mined", attempts: [{ kind: "call" }] });
  });

  it("does not send a pointless call again while the cap keeps it from being taken back", async () => {
    const publisher = sender({ maxFeePerGas: (105n * GWEI) / 100n });
    await publisher.send(call(1));
    await l1("anvil_dropAllTransactions");
    await l1("anvil_setNextBlockBaseFeePerGas", [`0x${(50n * GWEI).toString(16)}`]);
    await mine();
    await publisher.advance(always);
    await l1("anvil_setNextBlockBaseFeePerGas", ["0x1"]);
    await mine();
    expect([(await stored(1)).attempts.length, await nonceOnChain()]).toEqual([1, 0]);
  });

  it("leaves its nonce to another transaction for a while, outbids it step by step, and gives way when that is mined", async () => {
    const publisher = sender();
    const rival = await account.signTransaction({
      type: "eip1559",
      chainId: anvil.chainId,
      nonce: 0,
      to: TARGET,
      gas: 50_000n,
      maxFeePerGas: 900n * GWEI,
      maxPriorityFeePerGas: 900n * GWEI,
    });
    await reader.sendRawTransaction({ serializedTransaction: rival });
    expect(await publisher.send(call(1))).toBe("nonceTaken");
    clock.advance(60_000);
    expect(await publisher.send(call(1))).toBe("sent");
    expect(await stored(1)).toMatchObject({ status: "prepared", nonce: 0 });
    await publisher.advance(never);
    expect((await stored(1)).attempts).toHaveLength(1);
    clock.advance(60_000);
    await publisher.advance(never);
    expect((await stored(1)).attempts).toHaveLength(2);
    expect(await publisher.send(call(2))).toBe("nonceTaken");
    await mine();
    await mine();
    await publisher.advance(never);
    clock.advance(30_000);
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "abandoned" });
  });

  it("goes on when the clock is set back while it waits", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    clock.jumpTo(clock.nowMs() - 24 * 3_600_000);
    await publisher.advance(never);
    expect((await stored(1)).attempts.length).toBe(2);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    clock.jumpTo(clock.nowMs() + 24 * 3_600_000);
  });

  it("leaves what another key signed as it is, and does not wait for it without end", async () => {
    await l1("anvil_setBalance", [account.address, "0x0"]);
    await sender().send(call(1));
    account = privateKeyToAccount(anvilKey(++people));
    await l1("anvil_setBalance", [account.address, `0x${(10n ** 20n).toString(16)}`]);
    const publisher = sender();
    clock.advance(120_000);
    await publisher.advance(always);
    expect(await stored(1)).toMatchObject({ status: "prepared", attempts: [{ kind: "call" }] });
    clock.advance(600_000);
    expect(await publisher.advance(always)).toEqual([]);
    expect(await stored(1)).toMatchObject({ status: "abandoned" });
    await publisher.send(call(1));
    expect(await stored(1)).toMatchObject({ status: "sent", nonce: 0 });
  });

  it("says that the account cannot pay, and goes on when it can", async () => {
    const publisher = sender();
    await l1("anvil_setBalance", [account.address, "0x1"]);
    await publisher.send(call(1));
    expect([publisher.isOutOfFunds(), (await stored(1)).status]).toEqual([true, "prepared"]);
    await l1("anvil_setBalance", [account.address, `0x${(10n ** 20n).toString(16)}`]);
    await publisher.advance(never);
    expect([publisher.isOutOfFunds(), (await stored(1)).status]).toEqual([false, "sent"]);
  });

  it("fills a nonce that nothing holds any more", async () => {
    const publisher = sender();
    const lookup = vi.spyOn(reader, "getTransactionCount").mockResolvedValueOnce(2);
    await publisher.send(call(1));
    lookup.mockRestore();
    expect(await stored(1)).toMatchObject({ nonce: 2 });
    await publisher.advance(never);
    await mine();
    expect(await nonceOnChain()).toBe(0);
    clock.advance(60_000);
    await publisher.advance(never);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    expect(await nonceOnChain()).toBe(3);
  });

  it("brings back what a reorg deeper than settled has removed", async () => {
    const publisher = sender();
    await mine();
    const snapshot = await l1("evm_snapshot");
    await publisher.send(call(1));
    await mine();
    await mine();
    expect(await publisher.advance(never)).toEqual([]);
    await l1("evm_revert", [snapshot]);
    for (let i = 0; i < 3; i++) await mine();
    expect(await publisher.advance(never)).toMatchObject([{ status: "sent", nonce: 0 }]);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", nonce: 0 });
  });

  it("concludes nothing from an L1 node that is behind", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await mine();
    await publisher.advance(never);
    const old = await reader.getBlock({ blockNumber: (await reader.getBlockNumber()) - 1n });
    const lookup = vi.spyOn(reader, "getBlock").mockResolvedValue(old);
    await expect(publisher.advance(never)).rejects.toMatchObject({ code: "node/l1-unavailable" });
    expect(await stored(1)).toMatchObject({ status: "mined" });
    lookup.mockRestore();
    await mine();
    expect(await publisher.advance(never)).toEqual([]);
  });

  it("settles a reverted transaction as failed", async () => {
    const reverting = "0x000000000000000000000000000000000000dead";
    await l1("anvil_setCode", [reverting, "0x60006000fd"]);
    const publisher = sender();
    await publisher.send({ ...call(1), to: reverting });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent" });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "failed", failure: "reverted" });
  });
});
