import { createFastCompress } from "@cairn/crypto/fast";
import { bigintToAddress, bytesToHex } from "@cairn/protocol";
import { createTestClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALICE, type Scene, startScene } from "../test/scene.ts";
import { findHoldings, restoreState } from "./index.ts";

describe("what a rollup has of an owner", () => {
  let scene: Scene;
  let alice: string;
  beforeAll(async () => {
    scene = await startScene();
    alice = scene.rollup.devnet.wallet(1).account.address;
  });
  afterAll(() => scene?.stop());

  const find = async (owner: string) => {
    const { rollup } = scene.rollup;
    const { restored } = await restoreState({ rollup, finality: "latest", compress: await createFastCompress() });
    return { restored, found: await findHoldings(rollup, restored, owner) };
  };

  it("is the balances of all accounts, and withdrawals that nobody has paid", async () => {
    const { found } = await find(alice);
    const account = scene.rollup.tree.getAccount(ALICE);
    expect(found).toMatchObject({
      accounts: [{ index: ALICE, account, isExited: false }],
      entries: [],
      payouts: [],
      claims: [],
      isFrozen: false,
    });
    const recipient = await find(bigintToAddress(0xc0ffeen));
    expect(recipient.found.accounts).toEqual([]);
    expect(recipient.found.payouts).toMatchObject([{ batch: 2, position: 0, amount: 9n, tokenId: 0 }]);
  });

  it("is what waits in the queue, with the transaction that made it; the state must not be older than L1", async () => {
    const { restored } = await find(alice);
    await scene.rollup.deposit(1, 77n);
    await scene.rollup.deposit(2, 78n);
    const { rollup } = scene.rollup;
    await expect(findHoldings(rollup, restored, alice)).rejects.toMatchObject({ code: "verify/l1-moved" });
    const { found } = await find(alice);
    expect(found.entries).toMatchObject([{ operation: { type: "deposit", amount: 77n } }]);
    const [{ transaction, feeWei } = expect.unreachable()] = found.entries;
    const receipt = await rollup.reader.getTransactionReceipt({ hash: transaction });
    expect(receipt.from.toLowerCase()).toBe(alice.toLowerCase());
    expect(feeWei).toBeGreaterThan(0n);
  });

  it("is what its owner could not take", async () => {
    const { rollup, devnet } = scene.rollup;
    const recipient = 0xbad0bad0bad0bad0n;
    const address = bigintToAddress(recipient);
    const client = createTestClient({ mode: "anvil", chain: rollup.reader.chain, transport: http(devnet.rpcUrl) });
    await client.setCode({ address, bytecode: "0x5f5ffd" });
    await scene.rollup.publish((send) => void send(ALICE, { amount: 11n, recipient }), { payNow: [0] });
    const { found, restored } = await find(address);
    expect([found.claims, found.payouts]).toEqual([[{ tokenId: 0, amount: 11n }], []]);
    expect(bytesToHex(restored.end()?.l1BlockHash ?? new Uint8Array())).toBe(found.l1.hash);
  });
});
