import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { balanceOf, type Drill, HOUR, type Holder, openDrill, readApi } from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 180_000, interval: 100 };

describe("vanish: the operator disappears for good, and a stranger continues the chain", () => {
  let drill: Drill;
  let alice: Holder;
  let bob: Holder;
  let provenRoot: string;

  const send = async (
    ...groups: Parameters<Drill["scene"]["ledger"]["submitUntilAcknowledged"]>[1][]
  ): Promise<string[]> => {
    const { ledger, api } = drill.scene;
    const known = ledger.sent().size;
    for (const group of groups) await ledger.submitUntilAcknowledged(api, group);
    return [...ledger.sent().keys()].slice(known);
  };

  beforeAll(async () => {
    drill = await openDrill({ proofs: "real" });
    const { scene } = drill;
    for (const position of [1, 2]) await scene.holders.deposit(position, 10n * ETHER);
    const operator = await scene.start();
    [alice, bob] = [await scene.holders.find(scene.api, 1), await scene.holders.find(scene.api, 2)];
    await send([scene.holders.transfer(alice, bob, ETHER)], scene.holders.swap(alice, bob, [ETHER, 2n * ETHER]));
    await drill.untilFinal();
    provenRoot = (await scene.l1.state()).root;
    await operator.kill();
  });
  afterAll(() => drill?.stop());

  it("lets nobody else submit until the operator has been idle with work waiting", async () => {
    const { scene } = drill;
    await scene.holders.topUp(bob, ETHER);
    const stranger = await drill.startStranger();
    expect((await readApi(scene.api(), "rollup")).root).toBe(provenRoot);
    expect((await readApi(scene.api(), "account", { params: { index: String(alice.index) } })).balance).toBe(
      (10n * ETHER).toString(),
    );
    const answer = await scene.ledger.submit(scene.api(), [
      scene.holders.transfer(alice, bob, 1n, { nonce: alice.nonce }),
    ]);
    expect(answer).toEqual({ type: "busy", status: 503 });
    expect((await stranger.kill("SIGTERM")).code).toBe(0);
  });

  it("is continued by a stranger from the data on L1", async () => {
    const { scene } = drill;
    const { batchCount } = await scene.l1.state();
    await drill.warp(7 * HOUR);
    await drill.startStranger();
    const recipient = scene.newRecipient();
    const ids = await send(
      [scene.holders.transfer(alice, bob, ETHER / 2n)],
      [scene.holders.withdraw(bob, recipient, ETHER / 4n)],
    );
    await drill.untilFinal(ids);
    expect((await scene.l1.state()).batchCount).toBeGreaterThan(batchCount);
    await vi.waitFor(async () => expect(await balanceOf(scene, recipient)).toBe(ETHER / 4n), WAIT);
  });

  it("continues as long as the operator stays away, an hour after each queue entry", async () => {
    const { scene } = drill;
    const { batchCount } = await scene.l1.state();
    await scene.holders.topUp(alice, ETHER);
    // Until then an operator who came back would have L1 alone.
    await drill.warp(HOUR);
    const ids = await send([scene.holders.transfer(bob, alice, ETHER)]);
    await drill.untilFinal(ids);
    expect((await scene.l1.state()).batchCount).toBeGreaterThan(batchCount);
    const shown = await readApi(scene.api(), "account", { params: { index: String(alice.index) } });
    expect(shown.balance).toBe((10n * ETHER - ETHER / 2n + 2n * ETHER).toString());
    expect(await drill.custody(0)).toBe(20n * ETHER + 2n * ETHER - ETHER / 4n);
  });
});
