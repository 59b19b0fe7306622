import { findBatch, findBlock, listBatches, loadProofsToMake } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countQueries } from "../../test/counted-queries.ts";
import { createSequencerHarness, DOMAIN, type Life, type SequencerHarness } from "../../test/sequencer-harness.ts";
import { createBatcher } from "./batcher.ts";
import { statementOf } from "./content.ts";
import { type BatchPolicy, oneBlockPerBatch } from "./policy.ts";

const databases = createTestDatabases().server;
beforeAll(() => databases.start());
afterAll(() => databases.stop());

describe("a batcher", () => {
  let harness: SequencerHarness;
  let life: Life;
  let closings = 0;
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 3);
    life = await harness.begin();
    await harness.fund(life);
    closings = 0;
  });
  afterEach(() => harness.stop());

  const batcher = (policy: BatchPolicy, database = life.database) =>
    createBatcher({
      database,
      domain: DOMAIN,
      policy,
      clock: harness.clock,
      logger: pino({ level: "silent" }),
      onClosed: () => closings++,
    });
  const sealBlock = async (nonce: number) => {
    await life.sequencer.submit([harness.transfer(0, 1, nonce)]);
    await life.sequencer.sealNow();
  };
  const ranges = async () =>
    (await listBatches(life.database.db, { limit: 99 })).map(({ firstBlock, lastBlock }) => [firstBlock, lastBlock]);

  it("closes a batch for each sealed block, with the proof that it needs, and none for an open one", async () => {
    const { close } = batcher(oneBlockPerBatch);
    await sealBlock(0);
    await close();
    await sealBlock(1);
    await life.sequencer.submit([harness.transfer(0, 1, 2)]);
    await close();
    await close();
    expect([await ranges(), closings]).toEqual([
      [
        [3, 3],
        [2, 2],
        [1, 1],
      ],
      2,
    ]);
    const { db } = life.database;
    const [batch, block] = [await findBatch(db, 2), await findBlock(db, 2)];
    const { publicInput } = statementOf({ blocks: block === undefined ? [] : [block], payouts: [] }, DOMAIN);
    expect(batch).toMatchObject({ circuitType: 0, publicInput, proof: null });
    const proofs = await loadProofsToMake(db, { maxRefusals: 1, limit: 9 });
    expect(proofs.map(({ firstBlock }) => firstBlock)).toEqual([1, 2, 3]);
  });

  it("closes all batches that a crash left open, however many", async () => {
    for (let nonce = 0; nonce < 70; nonce++) await sealBlock(nonce);
    expect(await ranges()).toEqual([]);
    await batcher(oneBlockPerBatch).close();
    expect((await ranges()).length).toBe(71);
  });

  it("closes another batch for a block that was rebuilt, about what it is now", async () => {
    const { close } = batcher(oneBlockPerBatch);
    await sealBlock(0);
    await close();
    const before = await findBatch(life.database.db, 2);
    harness.clock.advance(120_000);
    await life.sequencer.rebuildFrom(2, "asked");
    expect(await ranges()).toEqual([[1, 1]]);
    await life.sequencer.sealNow();
    await close();
    const after = await findBatch(life.database.db, 2);
    expect(after?.publicInput).not.toBe(before?.publicInput);
    expect(after?.proofId).toBeGreaterThan(before?.proofId ?? 0);
  });

  it("changes nothing while its policy waits, and asks it again when the time has come", async () => {
    let asked = 0;
    const { database, take } = countQueries(life.database);
    const { close, status } = batcher(({ waiting, nowMs }) => {
      asked++;
      const dueAtMs = (waiting[0]?.seal?.sealedAtMs ?? 0) + 60_000;
      return nowMs >= dueAtMs ? { batches: [1], againAtMs: null } : { batches: [], againAtMs: dueAtMs };
    }, database);
    for (const times of [1, 2]) {
      take();
      await close();
      // The database's version and the waiting blocks: nothing is locked or written.
      expect([take(), asked]).toEqual([2, times]);
    }
    expect([await ranges(), closings]).toEqual([[], 0]);
    expect(status()).toEqual({ failure: null, waiting: 1 });
    harness.clock.advance(60_000);
    await close();
    expect([await ranges(), closings]).toEqual([[[1, 1]], 1]);
    expect(status()).toEqual({ failure: null, waiting: 0 });
  });

  it.each([
    ["more blocks than wait", [1, 2], "node/bad-batch"],
    ["a batch without blocks", [0, 1], "node/bad-batch"],
    ["half a block", [0.5, 1.5], "node/bad-batch"],
    ["several blocks, which the contract does not take", [2], "node/unsupported-batch"],
  ])("stores nothing when its policy wants %s", async (_what, batches, code) => {
    await sealBlock(0);
    let wanted: readonly number[] = batches;
    const { close, status } = batcher(() => ({ batches: wanted, againAtMs: null }));
    await expect(close()).rejects.toMatchObject({ code });
    expect(status().failure).toBe(code);
    expect([await ranges(), closings]).toEqual([[], 0]);
    wanted = [1, 1];
    await close();
    expect([status().failure, (await ranges()).length]).toEqual([null, 2]);
  });
});
