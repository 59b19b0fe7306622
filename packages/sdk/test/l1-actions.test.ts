import { rollupAbi } from "@cairn/contracts";
import { type Address, encodeFunctionData, type Hex, zeroAddress } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type AnyHandle, type Handle, memoryStorage, type RequestStorage } from "../src/index.ts";
import { type L1Scene, startL1Scene } from "./l1-scene.ts";
import { mannered, type RpcManner, userRefuses } from "./rpc.ts";
import { mortal, ProcessEnded } from "./storages.ts";

const ETH = 10n ** 18n;
const WAIT = { timeout: 60_000 };
const KINDS = ["local", "wallet"] as const;

function depositOf(handle: AnyHandle | undefined): Handle<"deposit"> {
  if (handle?.kind === "deposit") return handle;
  throw new TypeError(`not a deposit: ${handle?.kind}`);
}

describe("actions on L1", () => {
  let scene: L1Scene;

  const through = (manner: RpcManner) => mannered(scene.devnet.rpcUrl, manner);
  /** Transactions to the rollup that a wallet is asked for, and what it answers. */
  const wallet = (sendTransaction: RpcManner) =>
    through((question, ask) =>
      question.method === "eth_sendTransaction" ? sendTransaction(question, ask) : ask(question),
    );
  const mined = async (hash: Hex) => (await scene.rollup.reader.getTransactionReceipt({ hash })).status;
  const raw = <T>(method: string, params: readonly unknown[] = []): Promise<T> =>
    scene.client.request<{ Method: string; Parameters: readonly unknown[]; ReturnType: T }>({ method, params });

  beforeAll(async () => {
    scene = await startL1Scene();
  });
  afterEach(async () => {
    await raw("anvil_dropAllTransactions");
    await scene.client.setAutomine(true);
  });
  afterAll(() => scene?.stop());

  it.each(KINDS)("a deposit of a %s account goes from mined to final, without a node", async (kind) => {
    const storage = memoryStorage();
    const client = scene.connect(1, { storage, kind });
    const before = await scene.entries();
    const handle = await client.deposit({ amount: ETH });
    expect(await handle.wait({ for: "mined", ...WAIT })).toBe("mined");
    expect(await scene.entries()).toBe(before + 1);
    await scene.publish();
    expect(await handle.wait({ for: "proven", ...WAIT })).toMatch(/proven|final/);
    await scene.client.mine({ blocks: 100 });
    expect(await handle.status()).toBe("final");
    expect((await handle.receipt())?.entry).toMatchObject({ kind: "deposit", amount: ETH, position: before });
    expect(await client.requests()).toEqual([]);
  });

  describe("a process that ends", () => {
    it.each(KINDS)("after a request of a %s account was stored, before it was sent: sent once", async (kind) => {
      const inner = memoryStorage();
      const storage = mortal(inner);
      storage.dieAfter = (name) => name.includes("request");
      const before = await scene.entries();
      await expect(
        scene.connect(1, { storage, kind }).deposit({ amount: 5n, requestId: "one" }),
      ).rejects.toBeInstanceOf(ProcessEnded);
      expect(await scene.entries()).toBe(before);
      const [resumed] = await scene.connect(1, { storage: inner, kind }).requests();
      expect(await resumed?.status()).toBe("prepared");
      if (kind === "local") {
        await depositOf(resumed).wait({ for: "mined", ...WAIT });
        expect(await scene.entries()).toBe(before + 1);
        return;
      }
      // Whether the wallet was asked, nobody knows: it is never asked a second time.
      await expect(depositOf(resumed).wait({ for: "mined", timeout: 300 })).rejects.toMatchObject({
        code: "sdk/outcome-unknown",
      });
      const repeated = await scene.connect(1, { storage: inner, kind }).deposit({ amount: 5n, requestId: "one" });
      expect(repeated.id).toBe("one");
      expect(await scene.entries()).toBe(before);
      await expect(repeated.forget()).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
      await repeated.forget({ undecided: true });
    });

    it("while the wallet is at work: what it sent is found, and told from an equal call", async () => {
      const inner = memoryStorage();
      const lost = wallet(async (question, ask) => {
        await ask(question);
        throw new TypeError("the page was closed");
      });
      const before = await scene.entries();
      for (const requestId of ["left", "right"]) {
        const client = scene.connect(2, { storage: inner, kind: "wallet", transport: lost });
        await expect(client.deposit({ amount: 7n, requestId })).rejects.toMatchObject({
          code: "sdk/outcome-unknown",
          details: { id: requestId },
        });
      }
      expect(await scene.entries()).toBe(before + 2);
      const handles = await scene.connect(2, { storage: inner, kind: "wallet" }).requests();
      const positions: (number | undefined)[] = [];
      for (const handle of handles) {
        await depositOf(handle).wait({ for: "mined", ...WAIT });
        positions.push((await depositOf(handle).receipt())?.entry?.position);
      }
      expect(positions.sort()).toEqual([before, before + 1]);
      for (const requestId of ["left", "right"])
        await scene.connect(2, { storage: inner, kind: "wallet" }).deposit({ amount: 7n, requestId });
      expect(await scene.entries()).toBe(before + 2);
    });

    it("between the approval and the deposit: the deposit is made once", async () => {
      const token = await scene.deployToken("OddTokens", "UsdtLikeToken");
      await scene.mint(token, 3, 100n);
      const inner = memoryStorage();
      const storage = mortal(inner);
      storage.dieAfter = (name) => name.includes("request");
      const parameters = { amount: 100n, token, requestId: "usdt" } as const;
      await expect(scene.connect(3, { storage }).deposit(parameters)).rejects.toBeInstanceOf(ProcessEnded);
      expect(await scene.allowance(token, 3)).toBe(100n);
      const handle = await scene.connect(3, { storage: inner }).deposit(parameters);
      await handle.wait({ for: "mined", ...WAIT });
      expect((await handle.receipt())?.entry?.amount).toBe(100n);
    });
  });

  it("the same request twice at once is one; with another content it is refused", async () => {
    const storage = memoryStorage();
    const before = await scene.entries();
    const make = () => scene.connect(1, { storage }).deposit({ amount: 11n, requestId: "top-up" });
    const handles = await Promise.all([make(), make(), make()]);
    for (const handle of handles) await handle.wait({ for: "mined", ...WAIT });
    expect(await scene.entries()).toBe(before + 1);
    expect(new Set(handles.flatMap((handle) => handle.hashes())).size).toBe(1);
    await expect(scene.connect(1, { storage }).deposit({ amount: 12n, requestId: "top-up" })).rejects.toMatchObject({
      code: "sdk/request-conflict",
    });
    await expect(scene.connect(4, { storage }).deposit({ amount: 11n, requestId: "top-up" })).rejects.toMatchObject({
      code: "sdk/request-conflict",
    });
  });

  it("many at once from one account get a nonce each", async () => {
    const storage = memoryStorage();
    const before = await scene.entries();
    const client = scene.connect(5, { storage });
    const handles = await Promise.all(Array.from({ length: 6 }, (_, i) => client.deposit({ amount: BigInt(i + 1) })));
    for (const handle of handles) await handle.wait({ for: "mined", ...WAIT });
    expect(await scene.entries()).toBe(before + 6);
  });

  it("without a storage nothing is sent", async () => {
    const before = await scene.entries();
    await expect(scene.connect(1, { storage: null }).deposit({ amount: 1n })).rejects.toMatchObject({
      code: "sdk/no-storage",
    });
    const full: RequestStorage = {
      ...memoryStorage(),
      write: async () => {
        throw new TypeError("disk full");
      },
    };
    for (const kind of KINDS)
      await expect(scene.connect(1, { storage: full, kind }).deposit({ amount: 1n })).rejects.toThrow("disk full");
    expect(await scene.entries()).toBe(before);
  });

  describe("a wallet", () => {
    it("that refuses ends the request", async () => {
      const storage = memoryStorage();
      const client = scene.connect(1, { storage, kind: "wallet", transport: wallet(async () => userRefuses()) });
      await expect(client.deposit({ amount: 1n, requestId: "no" })).rejects.toMatchObject({
        code: "sdk/wallet-refused",
      });
      expect(await client.requests()).toEqual([]);
    });

    it("is asked once, although its answer is lost", async () => {
      let asked = 0;
      const transport = wallet(async () => {
        asked++;
        throw new TypeError("socket hang up");
      });
      const client = scene.connect(1, { kind: "wallet", transport });
      await expect(client.deposit({ amount: 1n })).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
      expect(asked).toBe(1);
    });

    it("on another chain is not asked", async () => {
      const send = vi.fn();
      let isSwitched = false;
      const transport = through((question, ask) => {
        if (question.method === "eth_sendTransaction") send();
        return question.method === "eth_chainId" && isSwitched ? Promise.resolve("0x1") : ask(question);
      });
      const client = scene.connect(1, { kind: "wallet", transport });
      await client.cairn.l1();
      isSwitched = true;
      await expect(client.deposit({ amount: 1n })).rejects.toMatchObject({ code: "sdk/wrong-rollup" });
      expect(send).not.toHaveBeenCalled();
    });

    it("whose account is a contract is not asked; one that delegates to code is", async () => {
      const address = scene.devnet.wallet(6).account.address;
      await raw("anvil_setCode", [address, "0x6001"]);
      await expect(scene.connect(6, { kind: "wallet" }).deposit({ amount: 1n })).rejects.toMatchObject({
        code: "sdk/contract-account",
      });
      await raw("anvil_setCode", [address, `0xef0100${"00".repeat(20)}`]);
      const handle = await scene.connect(6, { kind: "wallet" }).deposit({ amount: 1n });
      await handle.wait({ for: "mined", ...WAIT });
      await raw("anvil_setCode", [address, "0x"]);
    });

    it("that speeds the transaction up: the request follows", async () => {
      await scene.client.setAutomine(false);
      const before = await scene.entries();
      const asked: { readonly data: Hex; readonly value: Hex; readonly from: Address }[] = [];
      const transport = wallet((question, ask) => {
        asked.push(question.params?.[0] as (typeof asked)[number]);
        return ask(question);
      });
      const handle = await scene.connect(4, { kind: "wallet", transport }).deposit({ amount: 3n });
      expect(await handle.status()).toBe("sent");
      const [first] = handle.hashes();
      const { nonce, maxFeePerGas } = await scene.rollup.reader.getTransaction({ hash: first ?? "0x" });
      const second = await scene.devnet.wallet(4).sendTransaction({
        to: scene.rollup.address,
        data: asked[0]?.data ?? "0x",
        value: BigInt(asked[0]?.value ?? 0),
        nonce,
        gas: 1_000_000n,
        maxFeePerGas: 3n * (maxFeePerGas ?? 1n),
        maxPriorityFeePerGas: 3n * (maxFeePerGas ?? 1n),
      });
      await scene.client.mine({ blocks: 1 });
      expect(await mined(second)).toBe("success");
      expect(await handle.wait({ for: "mined", ...WAIT })).toBe("mined");
      expect((await handle.receipt())?.transaction.transactionHash).toBe(second);
      expect(await scene.entries()).toBe(before + 1);
    });

    it.each(KINDS)("that cancels the transaction of a %s account: it did not happen", async (kind) => {
      await scene.client.setAutomine(false);
      const before = await scene.entries();
      const storage = memoryStorage();
      const client = scene.connect(4, { kind, storage });
      const handle = await client.deposit({ amount: 3n, requestId: `cancelled-${kind}` });
      await handle.status();
      const [first] = handle.hashes();
      const { nonce, maxFeePerGas } = await scene.rollup.reader.getTransaction({ hash: first ?? "0x" });
      const fee = 3n * (maxFeePerGas ?? 1n);
      const cancelled = scene.devnet.wallet(4);
      await cancelled.sendTransaction({
        to: cancelled.account.address,
        nonce,
        gas: 21_000n,
        maxFeePerGas: fee,
        maxPriorityFeePerGas: fee,
      });
      await scene.client.mine({ blocks: 1 });
      await expect(handle.wait({ for: "mined", ...WAIT })).rejects.toMatchObject({
        code: "l1/transaction-replaced",
        details: { isFinal: false },
      });
      expect(await scene.entries()).toBe(before);
      // A reorg could bring it back: only when that is over, the id is free.
      expect(await client.requests()).toHaveLength(1);
      await scene.client.mine({ blocks: 100 });
      expect(await handle.status()).toBe("replaced");
      expect(await client.requests()).toEqual([]);
    });
  });

  describe("an RPC", () => {
    it("that answers with the receipt of another transaction is not believed", async () => {
      const other = await scene.connect(7).deposit({ amount: 9n });
      await other.wait({ for: "mined", ...WAIT });
      const [hash] = other.hashes();
      await scene.client.setAutomine(false);
      const mixing = through((question, ask) =>
        question.method === "eth_getTransactionReceipt" ? ask({ ...question, params: [hash] }) : ask(question),
      );
      for (const kind of KINDS) {
        const handle = await scene.connect(7, { transport: mixing, kind }).deposit({ amount: 9n });
        expect(await handle.status()).toBe("sent");
        expect(await handle.receipt()).toBeNull();
        await raw("anvil_dropAllTransactions");
      }
    });

    it("that never mines leaves the outcome unknown, and repeating sends nothing new", async () => {
      await scene.client.setAutomine(false);
      const storage = memoryStorage();
      const client = scene.connect(7, { storage });
      const handle = await client.deposit({ amount: 13n, requestId: "slow" });
      await expect(handle.wait({ for: "mined", timeout: 200 })).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
      const again = await scene.connect(7, { storage }).deposit({ amount: 13n, requestId: "slow" });
      expect(again.hashes()).toEqual(handle.hashes());
      await expect(again.wait({ for: "mined", timeout: 200 })).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
      const stop = new AbortController();
      stop.abort();
      await expect(again.wait({ for: "mined", signal: stop.signal })).rejects.toMatchObject({ code: "sdk/aborted" });
      await scene.client.mine({ blocks: 1 });
      expect(await handle.wait({ for: "mined", ...WAIT })).toBe("mined");
      expect(await again.status()).toBe("mined");
    });

    it("of another chain than the client's is refused", async () => {
      const client = scene.connect(1, {
        transport: through((question, ask) =>
          question.method === "eth_chainId" ? Promise.resolve("0x1") : ask(question),
        ),
      });
      const handle = await scene.connect(1).deposit({ amount: 1n });
      await expect(client.resume(handle.toJSON())).rejects.toMatchObject({ code: "sdk/wrong-rollup" });
    });
  });

  it("a document that was altered on its way is refused before anything is signed for it", async () => {
    const client = scene.connect(1);
    const document = (await client.deposit({ amount: 4n })).toJSON();
    const theft = encodeFunctionData({
      abi: rollupAbi,
      functionName: "depositETH",
      args: [4n, scene.devnet.wallet(9).account.address, 0, 0n],
    });
    for (const change of [
      { call: { ...document.call, data: theft } },
      { call: { ...document.call, value: "1" } },
      { call: { ...document.call, to: zeroAddress } },
      { from: scene.devnet.wallet(9).account.address },
      { kind: "gift" },
      { version: 2 },
    ]) {
      await expect(client.resume({ ...document, ...change })).rejects.toMatchObject({ code: "sdk/bad-request-json" });
    }
    await expect(client.resume({ ...document, chainId: "1" })).rejects.toMatchObject({ code: "sdk/wrong-rollup" });
  });

  it("requests for accounts that cannot be are refused before anything is paid", async () => {
    const client = scene.connect(1);
    const before = await scene.entries();
    for (const account of [0, 63, 1.5, 2 ** 24])
      await expect(client.forceWithdraw({ account })).rejects.toMatchObject({ code: "sdk/unknown-account" });
    // A waiting entry might create the account.
    for (let left = before; left > 0; left -= 4) await scene.publish();
    await expect(client.setKey({ account: 9_999 })).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
    await expect(client.claim()).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
    await expect(client.claim({ for: zeroAddress, to: zeroAddress })).rejects.toMatchObject({
      code: "sdk/bad-request",
    });
    expect(await scene.entries()).toBe(before);
    const forced = await client.forceWithdraw({ account: 9_999, force: true });
    await forced.wait({ for: "mined", ...WAIT });
    expect((await forced.receipt())?.entry).toMatchObject({ kind: "forcedWithdraw", index: 9_999 });
  });
});
