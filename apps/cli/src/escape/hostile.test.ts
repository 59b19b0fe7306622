import { rollupAbi } from "@cairn/contracts";
import { allPayouts, findUnpaidPayouts } from "@cairn/restore";
import { encodeAbiParameters, type Hex, keccak256, numberToHex, parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withCaller } from "../../test/caller.ts";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";
import type { RollupCaller } from "../l1/caller.ts";
import type { RestoredSession } from "../restored/session.ts";
import { payAll } from "./payments.ts";

const TIMEOUT_MS = 240_000;
const ETHER = parseEther("1");
const RECIPIENT = "0x00000000000000000000000000000000000c0ffe" as const;
/** Answers 1 when gas has no price, as in an estimate; otherwise burns all gas. */
const CHEAP_WHEN_ESTIMATED = "0x3a600e57600160005260206000f35b600e56";
const CAROL = 64;
const BOB = 65;
const DAVE = 66;
/** The first entry that no batch has processed. */
const QUEUE_HEAD = 3;

interface CommandOutput {
  readonly transactions: readonly unknown[];
  readonly payouts: readonly unknown[];
  readonly exited: readonly unknown[];
  readonly reclaimed: readonly unknown[];
  readonly refused: readonly { readonly reason: string }[];
}

/** The tests below are one story, in order. */
describe("a hostile token does not block anyone else's money", () => {
  let chain: CommandRollup;
  let honestCode: Hex;

  /** Payouts of future batches: three in the token and one in ETH; then one in ETH. */
  const publishPayouts = async (): Promise<void> => {
    await chain.publish([
      ...[1n, 2n, 3n].map((amount) => ({ from: CAROL, amount, recipient: RECIPIENT })),
      { from: BOB, amount: 4n, recipient: RECIPIENT },
    ]);
    await chain.publish([{ from: BOB, amount: 5n, recipient: RECIPIENT }]);
  };
  const setTokenCode = (bytecode: Hex) => chain.client.setCode({ address: chain.token.address, bytecode });

  /** Runs `work` while the rollup believes that it owes nothing in the token, so that every payment in it reverts. */
  async function withoutCustody(work: () => Promise<void>): Promise<void> {
    const { address, reader } = chain.devnet.rollup;
    const args = [chain.token.id] as const;
    const owed = numberToHex(await reader.readContract({ address, abi: rollupAbi, functionName: "custody", args }), {
      size: 32,
    });
    const places = Array.from({ length: 64 }, (_, slot) =>
      keccak256(
        encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [BigInt(chain.token.id), BigInt(slot)]),
      ),
    );
    const stored = await Promise.all(places.map((slot) => reader.getStorageAt({ address, slot })));
    const index = places[stored.indexOf(owed)] ?? expect.unreachable("custody is somewhere");
    await chain.client.setStorageAt({ address, index, value: numberToHex(0, { size: 32 }) });
    await work();
    await chain.client.setStorageAt({ address, index, value: owed });
  }

  beforeAll(async () => {
    chain = await startCommandRollup();
    honestCode = (await chain.devnet.rollup.reader.getCode({ address: chain.token.address })) ?? "0x";
    await chain.depositTokens("carol", 100n);
    await chain.deposit("bob", ETHER);
    await chain.depositTokens("dave", 200n);
    await chain.publish();
    await publishPayouts();
  });
  afterAll(() => chain?.stop());

  it("processes no more records at a time than a block's gas limit allows in the worst case", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const work = async (caller: RollupCaller, { access, ...session }: RestoredSession) => {
      const { rollup } = access;
      const getBlock = async () => ({ ...(await rollup.reader.getBlock()), gasLimit: 1_300_000n });
      const reader = new Proxy(rollup.reader, {
        get: (target, name, receiver) => (name === "getBlock" ? getBlock : Reflect.get(target, name, receiver)),
      });
      const limited = { ...session, access: { ...access, rollup: { ...rollup, reader } } };
      const unpaid = await findUnpaidPayouts(access, allPayouts(session.restored), session.head.block);
      return payAll(limited, caller, unpaid, 32);
    };
    const tried = await withCaller(chain.home, work, { dryRun: true });
    expect(tried.payouts).toHaveLength(5);
    expect(tried.transactions).toHaveLength(3);
  });

  it("pays payouts with the gas that a token may use, not what it used in the estimate", {
    timeout: TIMEOUT_MS,
  }, async () => {
    await setTokenCode(CHEAP_WHEN_ESTIMATED);
    const paid = await chain.cairn<CommandOutput>("pay");
    expect(paid).toMatchObject({
      code: 0,
      data: {
        payouts: [
          ...[0, 1, 2].map((position) => ({ batch: 2, position, tokenId: chain.token.id, paid: false })),
          { batch: 2, position: 3, amount: "4", paid: true },
          { batch: 3, position: 0, amount: "5", paid: true },
        ],
        refused: [],
      },
    });
    expect(paid.data.transactions).toHaveLength(2);
    await setTokenCode(honestCode);
  });

  it("pays the other payouts of a batch and later batches when some are refused, and reports which", {
    timeout: TIMEOUT_MS,
  }, async () => {
    await publishPayouts();
    await withoutCustody(async () => {
      const { code, data } = await chain.cairn<CommandOutput>("pay");
      expect({ code, data }).toMatchObject({
        code: 1,
        data: {
          payouts: [
            { batch: 4, position: 3, paid: true },
            { batch: 5, position: 0, paid: true },
          ],
          refused: [0, 1, 2].map((position) => ({ batch: 4, position, amount: String(position + 1) })),
        },
      });
      expect(data.refused[0]?.reason).not.toBe("");
      const { code: again, stdout } = await chain.cairnText("pay");
      expect(again).toBe(1);
      expect(stdout).toMatch(/REFUSED +payout 0 of batch 4 to 0x/);
    });
    expect((await chain.cairn<CommandOutput>("pay")).data.payouts).toHaveLength(3);
  });

  it("pays the other queue entries back when some are refused, and reports which", async () => {
    for (const amount of [6n, 7n]) await chain.depositTokens("carol", amount);
    await chain.deposit("bob", 8n);
    await chain.warp(8 * 86_400);
    expect((await chain.cairn("freeze")).code).toBe(0);
    await withoutCustody(async () => {
      expect(await chain.cairn<CommandOutput>("reclaim", "--all")).toMatchObject({
        code: 1,
        data: {
          reclaimed: [{ position: QUEUE_HEAD + 2, amount: "8" }],
          refused: [
            { position: QUEUE_HEAD, amount: "6" },
            { position: QUEUE_HEAD + 1, amount: "7" },
          ],
        },
      });
      const { code, stdout } = await chain.cairnText("reclaim", "--all");
      expect(code).toBe(1);
      expect(stdout).toMatch(/REFUSED +queue entry 3: /);
      expect(await chain.cairn("reclaim", String(QUEUE_HEAD))).toMatchObject({
        code: 1,
        data: { error: { code: "l1/transaction-reverted" } },
      });
    });
  });

  it("pays entries back with the gas that a token may use", async () => {
    await setTokenCode(CHEAP_WHEN_ESTIMATED);
    expect(await chain.cairn<CommandOutput>("reclaim", "--all")).toMatchObject({
      code: 0,
      data: { reclaimed: [{ position: QUEUE_HEAD }, { position: QUEUE_HEAD + 1 }], refused: [] },
    });
    await setTokenCode(honestCode);
  });

  it("pays the other accounts out when those before them are refused", async () => {
    await withoutCustody(async () => {
      expect(await chain.cairn<CommandOutput>("exit", "--all", "--chunk", "1")).toMatchObject({
        code: 1,
        data: { exited: [{ index: BOB }], refused: [{ index: CAROL }, { index: DAVE }] },
      });
    });
  });

  it("does not report success when everything left is refused", async () => {
    await withoutCustody(async () => {
      const { code, stdout } = await chain.cairnText("exit", "--all");
      expect(stdout).toMatch(/REFUSED +account 64: /);
      expect(code).toBe(1);
    });
    expect(await chain.cairn<CommandOutput>("exit", "--all")).toMatchObject({ code: 0, data: { refused: [] } });
    expect(await chain.cairnText("exit", "--all")).toMatchObject({
      code: 0,
      stdout: "No account is left to pay out.\n",
    });
  });
});
