import { findBatch, findTransaction, markBatchAccepted, storeProof } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { MAX_BATCH_AGE_SECONDS } from "@cairn/protocol";
import { DEFAULT_VALIDITY_SECONDS } from "@cairn/sdk";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSequencerHarness, type Life, type SequencerHarness, START_MS } from "../../test/sequencer-harness.ts";
import { REBUILD_AGE_SECONDS, REBUILD_MARGIN_SECONDS } from "../block-rules.ts";
import { loadConfig } from "../config/config.ts";
import { LONGEST_WAIT_SECONDS, SAFETY_FACTOR } from "../promise-rules.ts";
import { createPromises } from "./promises.ts";

const databases = createTestDatabases().server;
const NOW = START_MS / 1000;
/** Four blocks at the 15 seconds that the harness assumes. */
const LIMIT = 60;

beforeAll(() => databases.start());
afterAll(() => databases.stop());

describe("what a sequencer promises", () => {
  let harness: SequencerHarness;
  let life: Life;
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 3, LIMIT);
    life = await harness.begin({ nonceWindow: 4096 });
    await harness.fund(life);
    await prove(1);
    await accept(1);
  });
  afterEach(() => harness.stop());

  const look = () => harness.promises.observe(life.database.db);
  const prove = async (firstBlock: number) => {
    await life.closeBatches();
    const id = (await findBatch(life.database.db, firstBlock))?.proofId ?? 0;
    const made = { proof: Uint8Array.of(1), details: { proveSeconds: 0.001 }, atMs: 0 };
    expect(await storeProof(life.database.db, id, made)).toBe(true);
    await look();
  };
  const accept = async (firstBlock: number) => {
    const hash = new Uint8Array(32).fill(firstBlock);
    const at = { number: firstBlock, l1Transaction: hash, l1Block: firstBlock, l1BlockHash: hash, atMs: 0 };
    await markBatchAccepted(life.database.db, firstBlock, at);
    await look();
  };
  const submit = async (nonce: number): Promise<bigint> => {
    const outcome = await life.sequencer.submit([harness.transfer(0, 1, nonce)]);
    return outcome.type === "accepted" ? (outcome.transactions[0]?.id ?? 0n) : 0n;
  };
  const fill = async (blocks: number) => {
    for (let nonce = 0; nonce < blocks; nonce++) {
      await submit(nonce);
      await life.sequencer.sealNow();
    }
  };

  it("is limited to what its provers bring to L1 in time: beyond that it says how long to wait, before reading anything", async () => {
    await fill(4);
    const details = { reason: "lagging", expectedSeconds: 75, limitSeconds: LIMIT, retryAfterSeconds: 15 };
    const refused = { code: "node/overloaded", details };
    await expect(submit(4)).rejects.toMatchObject(refused);
    expect(() => life.sequencer.assertTaking()).toThrow(expect.objectContaining(refused));
    await look();
    await expect(submit(4)).rejects.toMatchObject(refused);
    await prove(2);
    expect(await findTransaction(life.database.db, await submit(4))).toMatchObject({ status: "confirmed" });
  });

  it("does not tell clients to come back later where waiting does not help", async () => {
    await fill(4);
    const view = { head: null, unproven: null, isBehindL1: false };
    const submission = { role: "stranger", isOpen: false } as const;
    for (const isFrozen of [false, true]) {
      harness.rules.observe({ ...view, submission: { ...submission, isFrozen } });
      const refused = { code: "node/unavailable", details: { reason: isFrozen ? "frozen" : "notOperator" } };
      await expect(submit(4)).rejects.toMatchObject(refused);
      expect(() => life.sequencer.assertTaking()).toThrow(expect.objectContaining(refused));
    }
  });

  it("shrinks while provers are silent, and vanishes once they are dead", async () => {
    await submit(0);
    await life.sequencer.sealNow();
    await look();
    expect(harness.promises.status()).toMatchObject({ expectedSeconds: 30, retryAfterSeconds: 0 });
    harness.clock.advance(3_600_000);
    await look();
    expect(harness.promises.status().expectedSeconds).toBeGreaterThan(3600);
    await expect(submit(1)).rejects.toMatchObject({ code: "node/overloaded" });
  });

  it("counts what many clients send at once before checking it: a burst displaces nobody", async () => {
    const burst = Array.from({ length: 80 }, (_, nonce) => submit(nonce));
    const outcomes = await Promise.allSettled(burst);
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThanOrEqual(16);
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: "node/overloaded" } });
  });

  it("is at risk when a block would be too old at its turn, and then nothing more is promised", async () => {
    await fill(2);
    await look();
    expect(harness.promises.status()).toMatchObject({ isAtRisk: false, worstAgeSeconds: 30 });
    const late = NOW + REBUILD_AGE_SECONDS - 20;
    const head = { number: 9, timestamp: late, nextTimestamp: late, safeNumber: 9, safeTimestamp: late };
    harness.rules.observe({ head, submission: null, unproven: null, isBehindL1: false });
    expect(harness.promises.status()).toMatchObject({ isAtRisk: true, worstAgeSeconds: REBUILD_AGE_SECONDS + 10 });
    await expect(submit(2)).rejects.toMatchObject({ code: "node/overloaded", details: { retryAfterSeconds: 15 } });
  });

  it("includes the time that a block may wait for others in its batch", () => {
    const settings = { slotCount: 16, maxWaitSeconds: 4000, assumedSecondsPerBlock: 15 };
    const expected = (maxBlocks: number) =>
      createPromises({ ...settings, batch: { maxBlocks, maxAgeSeconds: 600 } }, harness.clock, harness.rules).status()
        .expectedSeconds;
    expect([expected(1), expected(2)]).toEqual([15, 615]);
  });

  it("rests on consistent settings, which the configuration enforces", () => {
    expect(LONGEST_WAIT_SECONDS * SAFETY_FACTOR).toBeLessThanOrEqual(MAX_BATCH_AGE_SECONDS - REBUILD_MARGIN_SECONDS);
    const env = {
      CAIRN_CHAIN_ID: "31337",
      CAIRN_ROLLUP: `0x${"12".repeat(20)}`,
      CAIRN_FEE_OPERATOR_PERCENT: "-100",
      CAIRN_ROLES: "sequencer",
    };
    const { minValiditySeconds } = loadConfig(env);
    // A block may be rebuilt at any age, with the current time or one that leaves the margin.
    expect(minValiditySeconds).toBeGreaterThanOrEqual(REBUILD_MARGIN_SECONDS);
    expect(DEFAULT_VALIDITY_SECONDS).toBeGreaterThanOrEqual(MAX_BATCH_AGE_SECONDS + minValiditySeconds);
    // A batch of one block never waits.
    expect(() => loadConfig({ ...env, CAIRN_MAX_WAIT_SECONDS: "599" })).not.toThrow();
    for (const change of [
      { CAIRN_MIN_VALIDITY_SECONDS: "899" },
      { CAIRN_MAX_WAIT_SECONDS: String(LONGEST_WAIT_SECONDS + 1) },
      { CAIRN_BLOCK_TIME_MS: "7000000" },
      { CAIRN_MAX_WAIT_SECONDS: "60", CAIRN_EXPECTED_BLOCK_SECONDS: "61" },
      { CAIRN_BATCH_BLOCKS: "2", CAIRN_MAX_WAIT_SECONDS: "599" },
      { CAIRN_BATCH_BLOCKS: "2", CAIRN_MAX_LAG_SECONDS: "599" },
      { CAIRN_BATCH_BLOCKS: "2", CAIRN_MAX_WAIT_SECONDS: "700", CAIRN_EXPECTED_BLOCK_SECONDS: "101" },
    ]) {
      expect(() => loadConfig({ ...env, ...change })).toThrow(expect.objectContaining({ code: "node/bad-config" }));
    }
  });
});
