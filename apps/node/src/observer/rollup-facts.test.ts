import { rollupAbi } from "@cairn/contracts";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { depositEth, sendToRollup } from "@cairn/l1";
import { accountIndex, addressToBigint } from "@cairn/protocol";
import { Registry } from "prom-client";
import { type Address, createTestClient, encodeFunctionData, http, zeroAddress } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CACHE_DIR } from "../../test/node-harness.ts";
import { createObserverMetrics } from "./metrics.ts";
import { readRollupFacts } from "./rollup-facts.ts";

const HOUR = 3600;
const NOW_MS = 5000;

describe("what the contract reports", () => {
  let devnet: DevRollup;
  beforeAll(async () => {
    devnet = await startDevRollup({
      cacheDir: CACHE_DIR,
      sizes: [16],
      parameters: { inclusionDelaySeconds: HOUR, operatorIdleDelaySeconds: HOUR, freezeDelaySeconds: 10 * HOUR },
    });
  });
  afterAll(() => devnet.stop());

  const pass = async (seconds: number): Promise<void> => {
    const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    await client.increaseTime({ seconds });
    await client.mine({ blocks: 1 });
  };

  it("follows an entry from its arrival past its deadline to a freeze, and is what the metrics show", async () => {
    const { rollup } = devnet;
    const wallet = devnet.wallet(1);
    const operator = devnet.wallet(0).account.address;
    expect(await readRollupFacts(rollup)).toMatchObject({
      backlog: 0,
      overdue: 0,
      oldestEntrySeconds: 0,
      inclusionDelaySeconds: HOUR,
      freezeDelaySeconds: 10 * HOUR,
      isSubmissionOpen: false,
      isFrozen: false,
      leader: operator,
    });
    const target = { owner: addressToBigint(wallet.account.address), index: accountIndex(0), key: 0n };
    await depositEth(rollup, wallet, 1n, target);
    await pass(2 * HOUR);
    await depositEth(rollup, wallet, 1n, target);
    const late = await readRollupFacts(rollup);
    expect(late).toMatchObject({ backlog: 2, overdue: 1, isSubmissionOpen: true, isFrozen: false });
    expect(late.oldestEntrySeconds).toBeGreaterThanOrEqual(2 * HOUR);

    const registry = new Registry();
    createObserverMetrics(registry, operator).rollup(late, NOW_MS);
    const text = await registry.metrics();
    for (const line of ["cairn_queue_overdue 1", "cairn_submission_open 1", "cairn_publisher_is_operator 1"]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).toContain(`cairn_l1_seen_timestamp_seconds ${NOW_MS / 1000}\n`);

    const isOperator = async (publisher: string, leader: Address): Promise<string | undefined> => {
      const other = new Registry();
      createObserverMetrics(other, publisher).rollup({ ...late, leader }, NOW_MS);
      return /^cairn_publisher_is_operator (.)$/m.exec(await other.metrics())?.[1];
    };
    const stranger = wallet.account.address;
    expect([await isOperator(stranger, operator), await isOperator(stranger, zeroAddress)]).toEqual(["0", "1"]);

    await pass(10 * HOUR);
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "freeze" });
    await sendToRollup(rollup, wallet, { name: "freeze", data });
    expect(await readRollupFacts(rollup)).toMatchObject({ isFrozen: true, overdue: 2 });
  });
});
