import {
  findBatch,
  findLastQueueEntry,
  findProof,
  listBatches,
  loadProofs,
  loadProofsToMake,
  type PublisherTerms,
  storeProof,
  storePublisher,
  storeSubmissionRight,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { claimInputs } from "@cairn/protocol";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countQueries } from "../../test/counted-queries.ts";
import {
  createSequencerHarness,
  DOMAIN,
  type Life,
  PUBLISHER,
  type SequencerHarness,
} from "../../test/sequencer-harness.ts";
import { createBatcher } from "./batcher.ts";
import { inCalldata } from "./closing.ts";
import { calldataOf, claimOf, loadBatchContent, statementOf } from "./content.ts";
import { createPlacer } from "./place.ts";
import { type BatchPolicy, type BatchSituation, createBatchPolicy } from "./policy.ts";

const policyOf = (maxBlocks: number, maxAgeSeconds = 600): BatchPolicy =>
  createBatchPolicy({ maxBlocks, maxAgeSeconds, inclusionDelaySeconds: 86_400 });
const oneBlockPerBatch = policyOf(1);
const termsOf = (account: bigint): PublisherTerms => ({
  account,
  dataMode: "calldata",
  maxBlobGasWei: 1n,
  maxGasWei: 10n ** 11n,
});

type Placer = Parameters<typeof createBatcher>[0]["placeOf"];

const databases = createTestDatabases().server;
beforeAll(() => databases.start());
afterAll(() => databases.stop());

describe("a batcher", () => {
  let harness: SequencerHarness;
  let life: Life;
  let plannings = 0;
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 3);
    life = await harness.begin();
    await harness.fund(life);
    plannings = 0;
  });
  afterEach(() => harness.stop());

  const batcher = (policy: BatchPolicy, database = life.database, placeOf: Placer = inCalldata) =>
    createBatcher({
      database,
      domain: DOMAIN,
      policy,
      clock: harness.clock,
      logger: pino({ level: "silent" }),
      placeOf,
      onPlanned: () => plannings++,
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
    expect([await ranges(), plannings]).toEqual([
      [
        [3, 3],
        [2, 2],
        [1, 1],
      ],
      3,
    ]);
    const { db } = life.database;
    const content = await loadBatchContent(db, { firstBlock: 2, lastBlock: 2 });
    if (content === null) throw new RangeError("block 2 is not stored");
    const { commitment: dataCommitment } = calldataOf(content.blocks);
    const how = { submitter: PUBLISHER, dataSource: "calldata", dataCommitment } as const;
    const { point, publicInputs } = statementOf(content, DOMAIN, how);
    const batch = await findBatch(db, 2);
    expect(batch).toMatchObject({ circuit: "solo16", point, ...how, proof: null });
    expect(await findProof(db, batch?.proofId ?? 0)).toMatchObject({ kind: "batch", circuit: "solo16", publicInputs });
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
    expect(after?.point).not.toBe(before?.point);
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
    // The first look also closes batches of another submitter again.
    await close();
    for (const times of [2, 3]) {
      take();
      await close();
      // The database's version, the publisher, the waiting blocks, the right to submit and queue entries: nothing is locked
      // or written.
      expect([take(), asked]).toEqual([5, times]);
    }
    expect([await ranges(), plannings]).toEqual([[], 0]);
    expect(status()).toEqual({ failure: null, waiting: 1, hasSubmitter: true });
    harness.clock.advance(60_000);
    await close();
    expect([await ranges(), plannings]).toEqual([[[1, 1]], 1]);
    expect(status()).toEqual({ failure: null, waiting: 0, hasSubmitter: true });
  });

  /** Everything that is planned, as text. */
  const planned = async () =>
    (await loadProofs(life.database.db, 1, 99)).map(
      ({ circuit, firstBlock, lastBlock, state }) => `${circuit} ${firstBlock}-${lastBlock} ${state}`,
    );
  /** Makes what can be made, once. */
  const make = async () => {
    const { db } = life.database;
    const proofs = await loadProofsToMake(db, { maxRefusals: 1, limit: 99 });
    for (const { id } of proofs) await storeProof(db, id, { proof: Uint8Array.of(1), details: {}, atMs: 1 });
  };

  it("plans the proofs of blocks that wait for others, and closes the batch over them when it is full", async () => {
    const { close, status } = batcher(policyOf(3));
    await close();
    expect([await planned(), plannings, status().waiting]).toEqual([[], 0, 1]);
    await sealBlock(0);
    await close();
    expect(await planned()).toEqual(["block16 1-1 waiting", "block16 2-2 waiting"]);
    expect([await ranges(), plannings, status().waiting]).toEqual([[], 1, 2]);
    await close();
    expect(plannings).toBe(1);
    await make();
    await sealBlock(1);
    await close();
    expect(await planned()).toEqual([
      "block16 1-1 made",
      "batch 1-3 waiting",
      "block16 2-2 made",
      "block16 3-3 waiting",
    ]);
    const { db } = life.database;
    const content = await loadBatchContent(db, { firstBlock: 1, lastBlock: 3 });
    const [block] = await loadProofs(db, 3, 3);
    const last = await findProof(db, (await findBatch(db, 1))?.proofId ?? 0);
    expect(block?.parent).toBe(last?.id);
    // Claims chain: the last proof's begins where that of its first block does and ends where that of its last block does.
    expect(last?.publicInputs.slice(8, 11)).toEqual(block?.publicInputs.slice(8, 11));
    expect(last?.publicInputs.slice(0, 11)).toEqual(content && claimInputs(claimOf(content, DOMAIN)));
    expect([await ranges(), status().waiting]).toEqual([[[1, 3]], 0]);
  });

  it("closes a batch that is not full when its oldest block has waited long enough, alone if there is no other", async () => {
    const { close } = batcher(policyOf(3, 60));
    harness.clock.advance(59_000);
    await close();
    expect(await ranges()).toEqual([]);
    harness.clock.advance(1_000);
    await close();
    expect([await ranges(), await planned()]).toEqual([[[1, 1]], ["solo16 1-1 waiting"]]);
    await sealBlock(0);
    await sealBlock(1);
    harness.clock.advance(60_000);
    await close();
    expect(await ranges()).toEqual([
      [2, 3],
      [1, 1],
    ]);
    expect((await planned()).slice(1)).toEqual(["block16 2-2 waiting", "pair 2-3 waiting", "block16 3-3 waiting"]);
  });

  it("closes batches of one block while several would leave overdue queue entries, or a stranger's all that waited", async () => {
    const { db } = life.database;
    const seal = async (nonce: number, deposits: number) => {
      const entry = await findLastQueueEntry(db);
      if (entry === undefined) throw new RangeError("nothing was funded");
      await harness.enqueue(
        life.database,
        Array.from({ length: deposits }, () => entry.operation),
      );
      await life.sequencer.queueChanged();
      await sealBlock(nonce);
    };
    await batcher(oneBlockPerBatch).close();
    // Nine entries for blocks that take four.
    await seal(0, 9);
    await sealBlock(1);
    const situations: BatchSituation[] = [];
    const { close } = batcher((situation) => {
      situations.push(situation);
      return { batches: [], againAtMs: null };
    });
    await close();
    const at = (await findLastQueueEntry(db))?.enqueuedAt;
    expect(situations).toMatchObject([{ oldestEntryAt: at, nextEntryAt: [at, at], isStranger: false }]);
    await storeSubmissionRight(db, { role: "stranger", isOpen: true, isFrozen: false });
    await close();
    expect(situations[1]).toMatchObject({ isStranger: true });
    await batcher(policyOf(2)).close();
    expect(await ranges()).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  it("keeps the proofs of blocks that were not rebuilt, and merges them anew", async () => {
    const { close } = batcher(policyOf(6));
    for (let nonce = 0; nonce < 5; nonce++) await sealBlock(nonce);
    await close();
    await make();
    await make();
    expect(await planned()).toEqual([
      "block16 1-1 made",
      "merge1 1-4 made",
      "batch 1-6 waiting",
      ...[2, 3, 4, 5, 6].map((number) => `block16 ${number}-${number} made`),
    ]);
    harness.clock.advance(120_000);
    await life.sequencer.rebuildFrom(6, "asked");
    expect(await ranges()).toEqual([]);
    await life.sequencer.sealNow();
    await close();
    expect(await ranges()).toEqual([[1, 6]]);
    expect((await planned()).filter((proof) => proof.endsWith("waiting"))).toEqual([
      "batch 1-6 waiting",
      "block16 6-6 waiting",
    ]);
  });

  it("closes no batch until a publisher has said which account submits, and closes them again for another one", async () => {
    const { db } = life.database;
    await db.deleteFrom("settings").where("key", "=", "publisher").execute();
    const { close, status } = batcher(policyOf(2));
    await sealBlock(0);
    await close();
    expect([await ranges(), status()]).toEqual([[], { failure: null, waiting: 2, hasSubmitter: false }]);
    // Nobody knows yet whether they will be proven together.
    expect([await planned(), plannings]).toEqual([[], 0]);
    await storePublisher(db, termsOf(PUBLISHER));
    await close();
    await make();
    await make();
    expect(await findBatch(db, 1)).toMatchObject({ submitter: PUBLISHER, proof: Uint8Array.of(1) });
    await storePublisher(db, termsOf(0xa11cen));
    await close();
    expect(await findBatch(db, 1)).toMatchObject({ submitter: 0xa11cen, proof: null });
    expect(await planned()).toEqual(["block16 1-1 made", "pair 1-2 waiting", "block16 2-2 made"]);
    // The same after a restart.
    await storePublisher(db, termsOf(PUBLISHER));
    await batcher(policyOf(2)).close();
    expect(await findBatch(db, 1)).toMatchObject({ submitter: PUBLISHER });
  });

  it("places cells on the terms that the publisher stored last", async () => {
    const { db } = life.database;
    const blobs = { commit: () => Promise.resolve(new Uint8Array(32).fill(7)) };
    const placeOf = createPlacer({ blobs, prices: () => ({ gasWei: 10n ** 9n, blobGasWei: 1n }) });
    const seen: BatchSituation[] = [];
    const { close } = batcher(
      (situation) => {
        seen.push(situation);
        return oneBlockPerBatch(situation);
      },
      life.database,
      placeOf,
    );
    await storePublisher(db, { ...termsOf(PUBLISHER), dataMode: "blob" });
    await close();
    expect(await findBatch(db, 1)).toMatchObject({ dataSource: "blob", dataCommitment: await blobs.commit() });
    await storePublisher(db, termsOf(PUBLISHER));
    await sealBlock(0);
    await close();
    expect([await findBatch(db, 1), await findBatch(db, 2)]).toMatchObject([
      { dataSource: "blob" },
      { dataSource: "calldata" },
    ]);
    expect(seen.map(({ mayUseCalldata }) => mayUseCalldata)).toEqual([false, true]);
  });

  it.each([
    ["more blocks than wait", [1, 2], "node/bad-batch"],
    ["a batch without blocks", [0, 1], "node/bad-batch"],
    ["half a block", [0.5, 1.5], "node/bad-batch"],
  ])("stores nothing when its policy wants %s", async (_what, batches, code) => {
    await sealBlock(0);
    let wanted: readonly number[] = batches;
    const { close, status } = batcher(() => ({ batches: wanted, againAtMs: null }));
    await expect(close()).rejects.toMatchObject({ code });
    expect(status().failure).toBe(code);
    expect([await ranges(), plannings]).toEqual([[], 0]);
    wanted = [1, 1];
    await close();
    expect([status().failure, (await ranges()).length]).toEqual([null, 2]);
  });
});
