import {
  type Db,
  deleteBlocksFrom,
  findBatch,
  findProof,
  type HeldJob,
  type JobQueue,
  loadProofs,
  markBatchAccepted,
} from "@cairn/db";
import { createTestDatabases, type TestDatabases } from "@cairn/db/testing";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STORED_SUBMITTER, storeBatch, storeBlocks } from "../../test/stored-blocks.ts";
import { loadBatchContent } from "../batches/content.ts";
import { createManualClock } from "../clock.ts";
import { createProverMetrics } from "./metrics.ts";
import type { ProofTask } from "./proof-task.ts";
import { createProver } from "./worker.ts";

const databases: TestDatabases = createTestDatabases().server;
const WORD = new Uint8Array(32);

describe("a prover's job", () => {
  let db: Db;
  let handle: (job: HeldJob) => Promise<void> = () => Promise.reject(new RangeError("no prover"));
  /** What the prover made proofs of. */
  const tasks: ProofTask[] = [];
  let answer: readonly bigint[] | null = null;

  beforeAll(async () => {
    await databases.start();
    const database = await (await databases.create()).open();
    db = database.db;
    await storeBlocks(db, [1, 2, 3, 4, 5, 6]);
    for (const number of [1, 2]) await closeBatch(number, number);
    const jobs = {
      work: async (_options: unknown, given: typeof handle) => {
        handle = given;
        return () => Promise.resolve();
      },
    } as unknown as JobQueue;
    const prover = createProver(
      16,
      { concurrency: 1, maxMemoryBytes: 1e12, aloneUpToBlocks: null },
      {
        database,
        jobs,
        maker: {
          prepare: async (task) => {
            tasks.push(task);
            const made = { witnessSeconds: 1, proveSeconds: 1, proverPeakBytes: null, proof: WORD };
            return { prove: async () => ({ ...made, publicInputs: [...(answer ?? task.publicInputs)] }) };
          },
          stop: () => Promise.resolve(),
        },
        clock: createManualClock(5000),
        logger: pino({ level: "silent" }),
        metrics: createProverMetrics(new Registry()),
      },
    );
    await prover.start();
  });
  afterAll(() => databases.stop());

  const closeBatch = (firstBlock: number, lastBlock: number) => storeBatch(db, firstBlock, lastBlock);
  const proofOf = async (firstBlock: number) => (await findBatch(db, firstBlock))?.proofId ?? 0;
  const run = (proof: number) => {
    tasks.length = 0;
    const signal = new AbortController().signal;
    return handle({ id: `job of ${proof}`, data: { proof, firstBlock: 99 }, retries: 0, signal });
  };

  it("is about a proof, whatever block the job names for people", async () => {
    await run(await proofOf(2));
    const { publicInputs, circuit } = (await findProof(db, await proofOf(2))) ?? {};
    const submission = { submitter: STORED_SUBMITTER, dataSource: "calldata" };
    expect(tasks).toMatchObject([{ type: "solo", circuit, input: Uint8Array.of(2), publicInputs, submission }]);
    expect(await findProof(db, await proofOf(2))).toMatchObject({
      state: "made",
      proof: WORD,
      attempts: 1,
      startedAtMs: 5000,
      prover: expect.stringContaining("process"),
    });
    expect(await findProof(db, await proofOf(1))).toMatchObject({ state: "waiting", attempts: 0 });
  });

  it("does nothing for a proof that is made, unknown, of a dropped block, or of a block that L1 has accepted", async () => {
    await run(await proofOf(2));
    await run(123_456);
    expect(tasks).toEqual([]);
    const place = { l1Transaction: WORD, l1Block: 5, l1BlockHash: WORD, atMs: 1 };
    await markBatchAccepted(db, 1, { number: 1, ...place });
    await run(await proofOf(1));
    await closeBatch(3, 3);
    const dropped = await proofOf(3);
    await deleteBlocksFrom(db, 3);
    await run(dropped);
    expect(tasks).toEqual([]);
    // Its block is built again: an old job must not make the new proof's place its own.
    await storeBlocks(db, [3, 4, 5, 6]);
    await closeBatch(3, 3);
    await run(dropped);
    expect([tasks, (await findBatch(db, 3))?.proof]).toEqual([[], null]);
  });

  it("fails when the prover states something else, and the attempt is counted", async () => {
    const proof = await proofOf(3);
    const { publicInputs = [] } = (await findProof(db, proof)) ?? {};
    for (const stated of [[], [5n], publicInputs.slice(1), [...publicInputs, 0n], publicInputs.with(12, 0n)]) {
      answer = stated;
      await expect(run(proof)).rejects.toMatchObject({ code: "node/proof-rejected", details: { job: { proof } } });
    }
    answer = null;
    expect(await findProof(db, proof)).toMatchObject({ state: "proving", attempts: 5, proof: null });
    await run(proof);
    expect(await findProof(db, proof)).toMatchObject({ state: "made", attempts: 6 });
  });

  it("is made from the proofs below it, once they are made", async () => {
    await closeBatch(4, 6);
    const last = await proofOf(4);
    await run(last);
    expect([tasks, (await findProof(db, last))?.attempts]).toEqual([[], 0]);
    const blocks = (await loadProofs(db, 4, 6)).filter(({ kind }) => kind === "block");
    for (const { id, firstBlock } of blocks) {
      await run(id);
      expect(tasks).toMatchObject([{ type: "block", circuit: "block16", input: Uint8Array.of(firstBlock) }]);
    }
    await run(last);
    const content = await loadBatchContent(db, { firstBlock: 4, lastBlock: 6 });
    expect(tasks).toMatchObject([
      {
        type: "batch",
        circuit: "batch",
        children: [WORD, WORD, WORD],
        submission: { submitter: STORED_SUBMITTER, queueHash: content?.blocks[2]?.queueHashAfter },
        content: { chains: content?.chainsBefore, blocks: [{ number: 4n }, { number: 5n }, { number: 6n }] },
      },
    ]);
    expect(await findProof(db, last)).toMatchObject({ state: "made" });
  });

  it("fails for a circuit that this version does not have", async () => {
    await storeBlocks(db, [7]);
    await closeBatch(7, 7);
    const proof = await proofOf(7);
    await db.updateTable("proofs").set({ circuit: "block4096" }).where("id", "=", proof).execute();
    await expect(run(proof)).rejects.toMatchObject({ code: "node/unknown-proof" });
    expect(await findProof(db, proof)).toMatchObject({ state: "waiting", attempts: 0 });
    expect(tasks).toEqual([]);
  });
});
