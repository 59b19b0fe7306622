import { createTestDatabases } from "@cairn/db/testing";
import { bigintToAddress } from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf, createL1Scene, type L1Scene } from "../../test/l1-scene.ts";
import { call } from "../../test/node-harness.ts";
import type { CairnNode } from "../node.ts";

const ETHER = 10n ** 18n;
const AMOUNT = 1000n;
const [BURNER, BEFORE, AFTER, TWO_FACED] = [0xb1n << 100n, 0xb2n << 100n, 0xb3n << 100n, 0xb4n << 100n];
/** JUMPDEST; JUMP to it: burns all gas of a call. */
const LOOP = "0x5b600056";
/** The same unless the gas costs nothing, as in a plain `eth_call`: GASPRICE ISZERO 9 JUMPI, loop, JUMPDEST STOP. */
const LOOP_IF_PAID = "0x3a156009575b6005565b00";
const WAIT = { timeout: 120_000, interval: 200 };

describe("a payout that burns gas, between others", () => {
  let scene: L1Scene;
  let node: CairnNode;
  let alice: Person;
  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    await scene.l1("anvil_setCode", [bigintToAddress(BURNER), LOOP]);
    await scene.l1("anvil_setCode", [bigintToAddress(TWO_FACED), LOOP_IF_PAID]);
    // A payout to a new account uses less; one that burns the 50,000 gas stipend of an ETH recipient uses more.
    const change = { CAIRN_MAX_PAYOUT_GAS: "90000", CAIRN_BLOCK_TIME_MS: "3000" };
    node = await scene.begin("operator", change);
    alice = await scene.harness.deposit(1, ETHER);
  });
  afterAll(() => scene.stop());

  it("is left to whoever wants to pay it, and delays nobody", async () => {
    const client = clientOf(node, scene);
    await expect.poll(() => client.index(alice), WAIT).toBe(64);
    for (const [nonce, recipient] of [BEFORE, BURNER, TWO_FACED, AFTER].entries()) {
      await client.withdraw(alice, nonce, recipient, AMOUNT);
    }
    const statusOf = async (recipient: bigint) => {
      const query = { recipient: bigintToAddress(recipient) };
      return (await call(node, "payouts", { query })).value.payouts[0]?.status;
    };
    await expect.poll(() => Promise.all([BEFORE, AFTER].map(statusOf)), WAIT).toEqual(["paid", "paid"]);
    expect(await Promise.all([BURNER, TWO_FACED].map(statusOf))).toEqual(["owed", "owed"]);
    const { reader } = scene.harness.devnet.rollup;
    expect(await reader.getBalance({ address: bigintToAddress(AFTER) })).toBe(AMOUNT);
    const metrics = await (await fetch(new URL("/metrics", node.urls().metrics ?? ""))).text();
    expect(metrics).toMatch(/^cairn_payouts_left 2$/m);
  });
});
