import { type AcceptedBatch, findBatch, findBlock, insertAcceptedBatch } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { payoutListHash } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSequencerHarness, DOMAIN, type Life, type SequencerHarness } from "../../test/sequencer-harness.ts";
import { calldataOf, headerOf, loadBatchContent, toPayout } from "../batches/content.ts";
import { adoptBatch } from "./adopt.ts";

const databases = createTestDatabases().server;

describe("adopting batches of others", () => {
  let harness: SequencerHarness;
  let life: Life;
  /** What L1 shows of the node's own block 2, submitted by someone else as a batch. */
  let accepted: AcceptedBatch;
  beforeAll(async () => {
    await databases.start();
    harness = await createSequencerHarness(await databases.create(), 3);
    life = await harness.begin();
    await harness.fund(life);
    await life.sequencer.submit([harness.transfer(0, 1, 0)]);
    await life.sequencer.sealNow();
    const { db } = life.database;
    const content = await loadBatchContent(db, { firstBlock: 2, lastBlock: 2 });
    if (content === null) throw new RangeError("no block 2");
    const { data, commitment } = calldataOf(content.blocks);
    const payouts = content.payouts.map(toPayout);
    const word = new Uint8Array(32);
    accepted = {
      number: 7,
      firstBlock: 2,
      lastBlock: 2,
      submitter: 5n,
      header: headerOf(content, { circuit: "solo16", dataSource: "calldata" }),
      dataCommitment: commitment,
      payoutsHash: payoutListHash(payouts),
      content: { cells: data, payouts },
      l1Transaction: word,
      l1Block: 9,
      l1BlockHash: word,
      l1Timestamp: 99,
      isFromArchive: false,
    };
    await life.closeBatches();
    await life.sequencer.rebuildFrom(2, "asked");
  });
  afterAll(async () => {
    await harness.stop();
    await databases.stop();
  });

  const adopt = (batch: AcceptedBatch) => {
    const { database, keeper } = life;
    const { compress, clock } = harness;
    return adoptBatch({ db: database.db, keeper, compress, domain: DOMAIN, nowMs: clock.nowMs }, batch);
  };

  it("refuses one that claims more blocks than it describes, and changes nothing", async () => {
    const { keeper, database } = life;
    const before = [keeper.blockNumber(), keeper.root()];
    const several = { ...accepted, lastBlock: 3, header: { ...accepted.header, lastBlock: 3n } };
    await expect(adopt(several)).rejects.toMatchObject({ code: "node/l1-diverged" });
    await expect(adopt({ ...accepted, lastBlock: 3 })).rejects.toMatchObject({ code: "node/l1-diverged" });
    expect([await findBatch(database.db, 2), (await findBlock(database.db, 2))?.origin]).toEqual([undefined, "own"]);
    await keeper.rollbackTo(keeper.blockNumber());
    expect([keeper.blockNumber(), keeper.root()]).toEqual(before);
  });

  it("stores its blocks as a batch that needs no proof, by the number of the contract", async () => {
    const { db } = life.database;
    await life.sequencer.rebuildFrom(2, "L1 accepted a batch made by others", async () => {
      await insertAcceptedBatch(db, accepted);
      await adopt(accepted);
    });
    // Batch 7 holds block 2: their numbers have nothing to do with one another.
    expect(await findBlock(db, 2)).toMatchObject({ origin: "l1", status: "proven", number: 2 });
    expect(await findBatch(db, 2)).toMatchObject({
      firstBlock: 2,
      lastBlock: 2,
      proofId: null,
      acceptance: { number: 7 },
    });
    expect(life.keeper.blockNumber()).toBeGreaterThanOrEqual(2);
  });
});
