import { findBlock, findTransaction, loadPool } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSequencerHarness, type Life, type SequencerHarness, START_MS } from "../../test/sequencer-harness.ts";
import { type ChainView, REBUILD_AGE_SECONDS } from "../block-rules.ts";

const databases = createTestDatabases().server;
const NOW = START_MS / 1000;
const OPEN: ChainView = { head: null, submission: null, unproven: null, isBehindL1: false };
const CLOSED: ChainView = { ...OPEN, submission: { role: "stranger", isOpen: false, isFrozen: false } };
const headAt = (timestamp: number) => ({
  number: 9,
  timestamp,
  nextTimestamp: timestamp,
  safeNumber: 9,
  safeTimestamp: timestamp,
});

beforeAll(() => databases.start());
afterAll(() => databases.stop());

describe("a sequencer that may not open blocks", () => {
  let harness: SequencerHarness;
  let life: Life;
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 3);
    life = await harness.begin();
    await harness.fund(life);
  });
  afterEach(() => harness.stop());

  const submit = async (nonce: number, change = {}) => {
    const outcome = await life.sequencer.submit([harness.transfer(0, 1, nonce, change)]);
    return outcome.type === "accepted" ? (outcome.transactions[0]?.id ?? 0n) : 0n;
  };
  const statusOf = async (id: bigint) => (await findTransaction(life.database.db, id))?.status;

  it("accepts nothing, and says why", async () => {
    harness.rules.observe(CLOSED);
    await expect(submit(0)).rejects.toMatchObject({ code: "node/unavailable", details: { reason: "notOperator" } });
    harness.rules.observe({ ...OPEN, unproven: { timestamp: NOW - 4000, count: 1 } });
    await expect(submit(0)).rejects.toMatchObject({ code: "node/overloaded", details: { reason: "lagging" } });
    harness.rules.observe(OPEN);
    expect(await statusOf(await submit(0))).toBe("confirmed");
  });

  it("fills the block that is open while proofs lag, and opens none after it", async () => {
    await submit(0);
    harness.rules.observe({ ...OPEN, unproven: { timestamp: NOW - 4000, count: 1 } });
    for (let nonce = 1; nonce < 16; nonce++) await submit(nonce);
    await expect(submit(16)).rejects.toMatchObject({ code: "node/overloaded" });
  });

  it("keeps dropped transactions in order until it may open blocks, and drops those that no block can hold", async () => {
    const ids = [await submit(0), await submit(1), await submit(2, { validUntil: NOW + 1000 })];
    harness.rules.observe(CLOSED);
    await life.sequencer.rebuildFrom(2, "for the test");
    expect((await loadPool(life.database.db)).map(({ id }) => id)).toEqual(ids);
    expect(life.sequencer.status()).toMatchObject({ phase: "running", pool: 3, openBlock: null });
    // A block of this age or older would be rebuilt before it is proven.
    harness.rules.observe({ ...CLOSED, head: headAt(NOW + 1000 + REBUILD_AGE_SECONDS) });
    await harness.pass(60);
    expect(life.sequencer.status()).toMatchObject({ pool: 3 });
    const late = NOW + 1001 + REBUILD_AGE_SECONDS;
    harness.rules.observe({ ...CLOSED, head: headAt(late) });
    await harness.pass(60);
    await expect.poll(() => statusOf(ids[2] ?? 0n)).toBe("expired");
    harness.rules.observe({ ...OPEN, head: headAt(late) });
    await harness.pass(60);
    await expect.poll(() => Promise.all(ids.map(statusOf))).toEqual(["confirmed", "confirmed", "expired"]);
    const rows = await Promise.all(ids.map((id) => findTransaction(life.database.db, id)));
    expect(rows.map((row) => row?.inclusion?.slot)).toEqual([0, 1, undefined]);
    expect((await findBlock(life.database.db, 2))?.timestamp).toBe(late);
  });

  it("gives blocks L1's time when the machine's clock is wrong", async () => {
    harness.rules.observe({ ...OPEN, head: headAt(NOW) });
    harness.clock.jumpTo(START_MS + 86_400_000);
    await submit(0);
    expect((await findBlock(life.database.db, 2))?.timestamp).toBe(NOW + 60);
    harness.clock.jumpTo(START_MS - 86_400_000);
    await harness.pass(1100);
    await submit(1);
    expect((await findBlock(life.database.db, 3))?.timestamp).toBe(NOW + 60);
  });
});
