import { erc20Abi, rollupAbi } from "@cairn/contracts";
import type { DevToken } from "@cairn/devnet";
import { requestWithdraw } from "@cairn/l1";
import { bigintToAddress } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Actor, DAY, type Drill, type Holder, type Outcome, openDrill, readOutcome } from "../support/index.ts";

const ETHER = 10n ** 18n;
const USD = 10n ** 6n;
const OWNERS = ["alice", "bob", "carol", "dave"] as const satisfies readonly Actor[];
const FOREIGN_TOKEN_HOLDERS = ["bob", "carol"] as const;

interface Exited {
  readonly exited: readonly { readonly index: number; readonly paid: boolean | null }[];
}

describe("escape: nobody submits any more, and everyone leaves with their money", () => {
  let drill: Drill;
  let token: DevToken;
  let outcome: Outcome;
  let before: ReadonlyMap<string, bigint>;
  const unpaid = 12n * ETHER;
  const due = new Map<string, bigint>();

  const keyOf = (actor: Actor, tokenId: number) => `${actor}/${tokenId}`;
  const ownerOf = (actor: Actor) => drill.scene.l1.wallet(drill.positionOf(actor)).account.address;
  const readBalances = async (): Promise<Map<string, bigint>> => {
    const { reader } = drill.scene.l1.rollup;
    const balances = new Map<string, bigint>();
    for (const actor of OWNERS) {
      balances.set(keyOf(actor, 0), await reader.getBalance({ address: ownerOf(actor) }));
      const args = [ownerOf(actor)] as const;
      const tokens = await reader.readContract({
        address: token.address,
        abi: erc20Abi,
        functionName: "balanceOf",
        args,
      });
      balances.set(keyOf(actor, token.id), tokens);
    }
    return balances;
  };
  const owe = (actor: Actor, tokenId: number, amount: bigint): void => {
    due.set(keyOf(actor, tokenId), (due.get(keyOf(actor, tokenId)) ?? 0n) + amount);
  };

  beforeAll(async () => {
    drill = await openDrill({ proofs: "real" });
    const { scene } = drill;
    const { holders, ledger, api, l1 } = scene;
    token = await l1.createToken("USD", 6);
    await holders.deposit(1, 10n * ETHER);
    await holders.deposit(2, 500n * USD, token);
    const operator = await scene.start();
    const alice = await holders.find(api, 1);
    const bob = await holders.find(api, 2, token.id);
    const carol: Holder = await holders.join(api, 3, 20n * ETHER);
    await holders.deposit(3, 7n * USD, token);
    const carolsTokens = await holders.find(api, 3, token.id);
    await ledger.submitUntilAcknowledged(api, [holders.transfer(alice, carol, ETHER)]);
    await ledger.submitUntilAcknowledged(api, [holders.transferToNew(alice, bob.person, 2n * ETHER)]);
    await ledger.submitUntilAcknowledged(api, [holders.transfer(bob, carolsTokens, 100n * USD)]);
    await drill.untilFinal();
    // The last payout is proven, but its list is withheld.
    l1.proxy.dropTransactions(({ purpose }) => purpose === "pay");
    await ledger.submitUntilAcknowledged(api, [holders.withdraw(carol, carol.person.owner, unpaid)]);
    await drill.untilFinal();
    outcome = await readOutcome(scene);
    await operator.kill();
    // Too late to be executed: a deposit of each kind, and a withdrawal request.
    await holders.deposit(4, 3n * ETHER);
    await holders.deposit(2, 11n * USD, token);
    await requestWithdraw(l1.rollup, l1.wallet(2), bob.index);
    before = await readBalances();
  });
  afterAll(() => drill?.stop());

  it("cannot be frozen, nor left with an account proof, too early", async () => {
    const refused = (...args: readonly string[]) => drill.tryCairn(...args, "--key", "stranger");
    const tooEarly = { code: 1, value: { error: { code: "cli/too-early" } } };
    const notFrozen = { code: 1, value: { error: { code: "cli/not-frozen" } } };
    expect(await refused("freeze")).toMatchObject(tooEarly);
    expect(await refused("exit", "--all")).toMatchObject(notFrozen);
    expect(await refused("reclaim", "--all")).toMatchObject(notFrozen);
    await drill.warp(6 * DAY);
    expect(await refused("freeze")).toMatchObject(tooEarly);
  });

  it("is frozen by a stranger after seven days", async () => {
    await drill.warp(1 * DAY);
    const { isFrozen } = await drill.cairn<{ isFrozen: boolean }>("freeze", "--key", "stranger");
    expect(isFrozen).toBe(true);
    const { l1 } = drill.scene;
    await expect(drill.scene.holders.deposit(1, ETHER)).rejects.toMatchObject({ details: { reason: "RollupFrozen" } });
    expect((await l1.state()).root).toBe(`0x${outcome.root.toString(16).padStart(64, "0")}`);
  });

  it("pays out every account, entry and payout exactly once, called by a stranger", async () => {
    expect(outcome.problems).toEqual([]);
    const { exited } = await drill.cairn<Exited>("exit", "--all", "--key", "stranger", "--chunk", "4");
    const holding = [...outcome.accounts].filter(([, { balance }]) => balance > 0n).map(([index]) => index);
    expect(exited.map(({ index }) => index).sort((a, b) => a - b)).toEqual(holding.sort((a, b) => a - b));
    await drill.cairn("reclaim", "--all", "--key", "stranger");
    await drill.cairn("pay", "--key", "stranger");

    for (const [, { owner, tokenId, balance }] of outcome.accounts) {
      const actor = OWNERS.find((one) => ownerOf(one).toLowerCase() === bigintToAddress(owner).toLowerCase());
      expect(actor).toBeDefined();
      if (actor !== undefined) owe(actor, tokenId, balance);
    }
    // Half of the queue fee is refunded for each entry that no batch has consumed.
    const { reader, address } = drill.scene.l1.rollup;
    const { queueBaseFee } = await reader.readContract({ address, abi: rollupAbi, functionName: "parameters" });
    owe("carol", 0, unpaid);
    owe("dave", 0, 3n * ETHER + queueBaseFee / 2n);
    owe("bob", token.id, 11n * USD);
    owe("bob", 0, 2n * (queueBaseFee / 2n));

    const after = await readBalances();
    const gained = new Map([...after].map(([key, balance]) => [key, balance - (before.get(key) ?? 0n)]));
    expect(gained).toEqual(new Map([...after.keys()].map((key) => [key, due.get(key) ?? 0n])));
    expect(gained.get(keyOf("alice", 0))).toBe(7n * ETHER);
    for (const actor of FOREIGN_TOKEN_HOLDERS) expect(gained.get(keyOf(actor, token.id))).toBeGreaterThan(0n);
  });

  it("is empty in the end, and pays nobody twice", async () => {
    const { reader, address } = drill.scene.l1.rollup;
    for (const id of [0, token.id]) expect(await drill.custody(id)).toBe(0n);
    expect(await reader.getBalance({ address })).toBe(0n);
    expect(
      await reader.readContract({ address: token.address, abi: erc20Abi, functionName: "balanceOf", args: [address] }),
    ).toBe(0n);
    const balances = await readBalances();
    expect((await drill.cairn<Exited>("exit", "--all", "--key", "stranger")).exited).toEqual([]);
    expect(await drill.cairn("reclaim", "--all", "--key", "stranger")).toMatchObject({ reclaimed: [] });
    expect(await drill.cairn("pay", "--key", "stranger")).toMatchObject({ payouts: [] });
    expect(await readBalances()).toEqual(balances);
  });
});
