import { bigintToAddress } from "@cairn/protocol";
import { createTestClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, openScene, type Scene, type SentTransaction } from "./index.ts";

const ETHER = 10n ** 18n;

describe("the audit after every fault", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene();
    for (const position of [1, 2]) await scene.holders.deposit(position, ETHER);
    await scene.start();
  });
  afterAll(() => scene?.stop());

  it("passes when everything went well", async () => {
    const { holders, ledger, api } = scene;
    const [alice, bob] = [await holders.find(api, 1), await holders.find(api, 2)];
    await ledger.submitUntilAcknowledged(api, [holders.transfer(alice, bob, ETHER / 8n)]);
    await ledger.submitUntilAcknowledged(api, holders.swap(alice, bob, [ETHER / 16n, ETHER / 32n]));
    await ledger.submitUntilAcknowledged(api, [holders.withdraw(bob, scene.newRecipient(), ETHER / 4n)]);
    expect(await audit(scene)).toMatchObject({ transactions: 4, acknowledged: 4, payouts: 1 });
  });

  it("notices a promise that was broken, and a refused transaction that was executed", async () => {
    const [kept] = scene.ledger.acknowledged();
    const forged = { ...(kept as SentTransaction), id: `0x${"1".padStart(64, "0")}` };
    const sent = new Map([...scene.ledger.sent(), [forged.id, forged]]);
    const ledger = { ...scene.ledger, sent: () => sent, acknowledged: () => [...sent.values()] };
    await expect(audit({ ...scene, ledger })).rejects.toThrow(/was acknowledged and has disappeared/);
    sent.delete(forged.id);
    sent.set(kept?.id ?? "", { ...(kept as SentTransaction), refusal: "no" });
    await expect(audit({ ...scene, ledger })).rejects.toThrow(/was refused/);
    sent.delete(kept?.id ?? "");
    await expect(audit({ ...scene, ledger })).rejects.toThrow(/was never sent/);
  });

  it("notices missing money, and money from nowhere", async () => {
    const { address, reader } = scene.l1.rollup;
    const client = createTestClient({ mode: "anvil", transport: http(scene.l1.rpcUrl) });
    const value = await reader.getBalance({ address });
    await client.setBalance({ address, value: value - 1n });
    await expect(audit(scene)).rejects.toThrow(/token 0: owed/);
    await client.setBalance({ address, value });
    const [recipient = 0n] = scene.recipients();
    await client.setBalance({ address: bigintToAddress(recipient), value: ETHER });
    await expect(audit(scene)).rejects.toThrow(/was paid/);
  });
});
