import { bigintToAddress } from "@cairn/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  callApi,
  expectSeveralBlocks,
  type L1,
  openScene,
  type Population,
  payInSeveralBlocks,
  populate,
  readApi,
  type Scene,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 120_000, interval: 100 };
const FINAL = 4;

describe("reorgs of L1", () => {
  let scene: Scene;
  let people: Population;
  let l1: L1;
  /**
   * Acknowledged transactions whose money a reorg removed, or whose receiver's index now belongs to another account.
   */
  const impossible = new Set<string>();

  const idsSince = (before: number) =>
    scene.ledger
      .acknowledged()
      .slice(before)
      .map(({ id }) => id);
  const statusOf = async (id: string) => (await readApi(scene.api(), "transaction", { params: { id } })).status;
  const wait = (id: string, status: string) => vi.waitFor(async () => expect(await statusOf(id)).toBe(status), WAIT);
  /** Waits until the node reports this status of the last withdrawal. */
  const waitForPayout = (status: "owed" | "paid") =>
    vi.waitFor(async () => {
      const recipient = bigintToAddress(scene.recipients().at(-1) ?? 0n);
      const { payouts } = await readApi(scene.api(), "payouts", { query: { recipient } });
      expect(payouts.map((payout) => payout.status)).toEqual([status]);
    }, WAIT);
  /** Mines L1 blocks until everything is final. */
  const settle = async (reverted = 0): Promise<void> => {
    await l1.mineEvery(1);
    await audit(scene, { impossible, reverted });
    await l1.mineAtOnce();
  };

  beforeAll(async () => {
    scene = await openScene({ env: { CAIRN_L1_FINAL_CONFIRMATIONS: String(FINAL) } });
    l1 = scene.l1;
    people = await populate(scene);
  });
  afterEach(async () => {
    await l1.proxy.passTransactions();
    await l1.mineAtOnce();
  });
  afterAll(() => scene?.stop());

  it("one that removes a deposit invalidates what was paid from it, and nothing else", async () => {
    const { holders, ledger, api } = scene;
    const { alice, bob } = people;
    l1.proxy.dropTransactions();
    const carol = await holders.join(api, 3, ETHER);
    const before = ledger.acknowledged().length;
    await ledger.submitUntilAcknowledged(api, [holders.transfer(carol, bob, ETHER / 2n)]);
    const [lost = ""] = idsSince(before);
    await ledger.submitUntilAcknowledged(api, [holders.transfer(alice, bob, ETHER / 100n)]);
    impossible.add(lost);
    await l1.reorg(1);
    await wait(lost, "rejected");
    expect(await callApi(api(), "account", { params: { index: String(carol.index) } })).toMatchObject({ status: 404 });
    await l1.proxy.passTransactions();
    await settle();
  });

  it("one that changes the order of deposits redirects no payment", async () => {
    const { holders, ledger, api } = scene;
    const { alice, bob } = people;
    l1.proxy.dropTransactions();
    const dave = await holders.join(api, 4, ETHER);
    const before = ledger.acknowledged().length;
    await ledger.submitUntilAcknowledged(api, [holders.transfer(alice, dave, ETHER / 100n)]);
    const [lost = ""] = idsSince(before);
    impossible.add(lost);
    await l1.reorg(1);
    for (const position of [5, 4]) await holders.deposit(position, ETHER);
    await wait(lost, "rejected");
    expect((await holders.find(api, 5)).index).toBe(dave.index);
    expect((await holders.find(api, 4)).index).toBe(dave.index + 1);
    // The nonce of the payment that can no longer run is free again.
    alice.nonce--;
    await ledger.submitUntilAcknowledged(api, [holders.transfer(alice, bob, ETHER / 100n)]);
    await l1.proxy.passTransactions();
    await settle();
  });

  it("one that removes a batch, and one that removes its payout, which is paid again but not twice", async () => {
    const before = Number((await l1.state()).batchCount);
    l1.proxy.dropTransactions(({ purpose }) => purpose === "pay");
    await payInSeveralBlocks(scene, people);
    const id = scene.ledger.acknowledged().at(-1)?.id ?? "";
    await wait(id, "proven");
    await l1.mineByHand();
    await l1.reorg(1);
    await wait(id, "confirmed");
    await vi.waitFor(async () => {
      await l1.mine();
      // Final when the node polls after a few of these blocks.
      expect(["proven", "final"]).toContain(await statusOf(id));
    }, WAIT);
    await l1.mineAtOnce();
    await l1.proxy.passTransactions();
    await waitForPayout("paid");
    l1.proxy.dropTransactions(({ purpose }) => purpose === "pay");
    await l1.reorg(1);
    await waitForPayout("owed");
    await l1.proxy.passTransactions();
    await settle();
    await expectSeveralBlocks(scene, before);
  });

  it("one deeper than the settlement depth, which removes deposit, batch and payout", async () => {
    const { holders, ledger, api } = scene;
    const height = await l1.head();
    const erin = await holders.join(api, 6, ETHER);
    const before = ledger.acknowledged().length;
    await ledger.submitUntilAcknowledged(api, [holders.transfer(people.alice, people.bob, ETHER / 100n)]);
    await ledger.submitUntilAcknowledged(api, [holders.withdraw(erin, scene.newRecipient(), ETHER / 4n)]);
    const [kept = "", lost = ""] = idsSince(before);
    impossible.add(lost);
    await waitForPayout("paid");
    await l1.mine(FINAL + 1);
    await wait(kept, "final");
    await l1.reorgTo(height);
    await wait(lost, "rejected");
    await settle(2);
    expect(await statusOf(kept)).toBe("final");
  });
});
