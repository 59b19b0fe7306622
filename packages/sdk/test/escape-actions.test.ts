import { encodeAccountLeaf, rollupAbi } from "@cairn/contracts";
import { type AccountIndex, accountIndex, addressToBigint, bigintToHex } from "@cairn/protocol";
import { type ExitProof, payoutsOf, proveExits, restoreRollup } from "@cairn/restore";
import { accountProofToJson } from "@cairn/rpc";
import { createMemoryStore } from "@cairn/state";
import type { Address } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryStorage, parseExitProof } from "../src/index.ts";
import { type L1Scene, startL1Scene } from "./l1-scene.ts";

const ETH = 10n ** 18n;
const DAY = 24 * 3600;
const WAIT = { timeout: 60_000 };
/** Owner of an account whose code refuses money. */
const REFUSER = `0x${"5e".repeat(20)}` as const;
/** Recipient of a withdrawal that the operator has not paid. */
const UNPAID = `0x${"6f".repeat(20)}` as const;

/** As `cairn exit-proof --json` writes it. */
function documentOf({ accounts, siblings }: ExitProof): { accounts: Record<string, unknown>[]; siblings: string[] } {
  const text = JSON.stringify(
    { accounts: accounts.map(encodeAccountLeaf), siblings: siblings.map((one) => bigintToHex(one, 32)) },
    (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part),
  );
  return JSON.parse(text) as ReturnType<typeof documentOf>;
}

describe("leaving a rollup that has stopped, by actions alone", () => {
  let scene: L1Scene;
  let left: readonly string[];

  const balanceOf = (address: Address) => scene.rollup.reader.getBalance({ address });
  const proofOf = (...indices: number[]) => documentOf(proveExits(scene.tree, indices.map(accountIndex)));
  const indexOf = (owner: Address): AccountIndex => {
    const [index] = scene.tree.findByOwner(addressToBigint(owner));
    return index ?? expect.unreachable();
  };

  beforeAll(async () => {
    scene = await startL1Scene();
    for (const position of [1, 2, 3]) {
      const handle = await scene.connect(position).deposit({ amount: BigInt(position) * ETH });
      await handle.wait({ for: "mined", ...WAIT });
    }
    await (await scene.connect(4).deposit({ amount: 7n, to: REFUSER })).wait({ for: "mined", ...WAIT });
    await scene.publish();
    await scene.deposit(5, 100n);
    await scene.publish();
    const leaver = indexOf(scene.devnet.wallet(5).account.address);
    await scene.publish((send) => void send(leaver, { amount: 100n, recipient: addressToBigint(UNPAID) }));
    const waiting = await scene.connect(2).deposit({ amount: 5n * ETH });
    await waiting.wait({ for: "mined", ...WAIT });
    left = waiting.hashes();
  });
  afterAll(() => scene?.stop());

  it("nobody can freeze too early, or leave before a freeze", async () => {
    const client = scene.connect(9);
    await expect(client.freeze()).rejects.toMatchObject({
      code: "l1/transaction-reverted",
      details: { reason: "FreezeTooEarly" },
    });
    const proof = proofOf(indexOf(scene.devnet.wallet(1).account.address));
    const notFrozen = { code: "l1/transaction-reverted", details: { reason: "NotFrozen" } };
    await expect(client.exit({ proof })).rejects.toMatchObject(notFrozen);
    await expect(client.reclaim({ l1Transaction: left[0] ?? "" })).rejects.toMatchObject(notFrozen);
    expect(await client.requests()).toEqual([]);
  });

  it("anyone freezes it, once", async () => {
    await scene.client.increaseTime({ seconds: 8 * DAY });
    await scene.client.mine({ blocks: 1 });
    const handle = await scene.connect(9).freeze();
    await handle.wait({ for: "mined", ...WAIT });
    await expect(scene.connect(1).freeze()).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
    await expect(scene.connect(1).deposit({ amount: 1n })).rejects.toMatchObject({ code: "sdk/frozen" });
    await expect(scene.connect(1).forceWithdraw({ account: 64 })).rejects.toMatchObject({ code: "sdk/frozen" });
  });

  it("a forged or foreign proof is refused before anything is sent", async () => {
    const owner = scene.devnet.wallet(1).account.address;
    const honest = proofOf(indexOf(owner));
    const [account = {}] = honest.accounts;
    const client = scene.connect(9);
    const before = await scene.rollup.reader.getTransactionCount({ address: client.account.address });
    const richer = { ...account, balance: String(1000n * ETH) };
    const stolen = { ...account, owner: client.account.address };
    for (const proof of [
      { ...honest, accounts: [richer] },
      { ...honest, accounts: [stolen] },
      { ...honest, accounts: [{ ...account, flags: 3 }] },
      { ...honest, accounts: [{ ...account, index: Number(account.index) + 1 }] },
      { ...honest, siblings: [...honest.siblings.slice(1), honest.siblings[0]] },
      { ...honest, siblings: honest.siblings.slice(1) },
      { ...honest, accounts: [] },
      { ...honest, accounts: [account, account] },
      { hello: "world" },
    ]) {
      await expect(client.exit({ proof })).rejects.toMatchObject({ code: "sdk/bad-proof" });
    }
    expect(await scene.rollup.reader.getTransactionCount({ address: client.account.address })).toBe(before);
  });

  it("a stranger pays accounts out to their owners, alone and together, once", async () => {
    const owners = [1, 2, 3].map((position) => scene.devnet.wallet(position).account.address);
    const before = await Promise.all(owners.map(balanceOf));
    const [first, ...others] = owners.map(indexOf);
    const client = scene.connect(9);
    const one = await client.exit({ proof: proofOf(first ?? 0), requestId: "first" });
    await one.wait({ for: "mined", ...WAIT });
    expect((await one.receipt())?.transaction.status).toBe("success");
    const [second = expect.unreachable()] = others;
    const account = scene.tree.getAccount(second) ?? expect.unreachable();
    const { siblings } = scene.tree.prove(second);
    const answer = accountProofToJson({ index: second, account, block: 1, batch: null, siblings });
    const { accounts } = parseExitProof(answer);
    expect(accounts).toEqual(proveExits(scene.tree, [second]).accounts);
    expect(parseExitProof(answer).siblings).toEqual(proveExits(scene.tree, [second]).siblings);
    expect(() => parseExitProof({ ...answer, siblings: [] })).toThrow(
      expect.objectContaining({ code: "sdk/bad-proof" }),
    );
    const two = await client.exit({ proof: proveExits(scene.tree, others) });
    await two.wait({ for: "mined", ...WAIT });
    const after = await Promise.all(owners.map(balanceOf));
    expect(after.map((balance, i) => balance - (before[i] ?? 0n))).toEqual([ETH, 2n * ETH, 3n * ETH]);
    await expect(client.exit({ proof: proofOf(first ?? 0) })).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
    await scene.client.mine({ blocks: 100 });
    expect(await one.status()).toBe("final");
  });

  it("what an owner cannot take is claimed later", async () => {
    const setCode = (code: string) =>
      scene.client.request<{ Method: string; Parameters: readonly unknown[]; ReturnType: unknown }>({
        method: "anvil_setCode",
        params: [REFUSER, code],
      });
    await setCode("0x5f5ffd");
    const client = scene.connect(9);
    await (await client.exit({ proof: proofOf(indexOf(REFUSER)) })).wait({ for: "mined", ...WAIT });
    expect(await client.readClaimable({ for: REFUSER })).toBe(7n);
    await expect(client.claim({ for: REFUSER })).rejects.toMatchObject({
      code: "l1/transaction-reverted",
      details: { reason: "ClaimFailed" },
    });
    await setCode("0x");
    const claimed = await client.claim({ for: REFUSER });
    await claimed.wait({ for: "mined", ...WAIT });
    expect(await balanceOf(REFUSER)).toBe(7n);
    await expect(client.claim({ for: REFUSER })).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
  });

  it("a withdrawal that nobody has paid is paid, once, by anyone, with the list that L1 has", async () => {
    const { rollup, compress } = scene;
    const { restored } = await restoreRollup({ store: createMemoryStore(), compress, rollup });
    const list = payoutsOf(restored, 3);
    const client = scene.connect(9);
    const [payout = expect.unreachable()] = list.payouts;
    const richer = { ...list, payouts: [{ ...payout, amount: 101n }] };
    await expect(client.payOut({ list: richer, places: [0] })).rejects.toMatchObject({
      code: "l1/transaction-reverted",
    });
    await expect(client.payOut({ list, places: [1] })).rejects.toMatchObject({ code: "sdk/bad-request" });
    const handle = await client.payOut({ list, places: [0], requestId: "paid" });
    await handle.wait({ for: "mined", ...WAIT });
    expect(await balanceOf(UNPAID)).toBe(100n);
    await expect(client.payOut({ list, places: [0] })).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
  });

  it("a deposit that no batch consumed is paid back, once", async () => {
    const owner = scene.devnet.wallet(2).account.address;
    const before = await balanceOf(owner);
    const [l1Transaction = ""] = left;
    const storage = memoryStorage();
    const handle = await scene.connect(9, { storage }).reclaim({ l1Transaction, requestId: "back" });
    await handle.wait({ for: "mined", ...WAIT });
    expect((await balanceOf(owner)) - before).toBeGreaterThanOrEqual(5n * ETH);
    const again = await scene.connect(9, { storage }).reclaim({ l1Transaction, requestId: "back" });
    expect(again.hashes()).toEqual(handle.hashes());
    await expect(scene.connect(9).reclaim({ l1Transaction })).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
    await expect(scene.connect(9).reclaim({ l1Transaction: `0x${"1".repeat(64)}` })).rejects.toMatchObject({
      code: "sdk/bad-request",
    });
    const { address } = scene.rollup;
    const custody = await scene.rollup.reader.readContract({
      address,
      abi: rollupAbi,
      functionName: "custody",
      args: [0],
    });
    expect(custody).toBe(0n);
  });
});
