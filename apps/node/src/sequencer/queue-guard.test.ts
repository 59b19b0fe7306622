import { findForkedBlock, readBacklog, requestRebuild, storeL1Head } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { accountIndex, tokenId } from "@cairn/protocol";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countQueries } from "../../test/counted-queries.ts";
import {
  createSequencerHarness,
  DOMAIN,
  type Life,
  type SequencerHarness,
  START_MS,
} from "../../test/sequencer-harness.ts";
import { LONGEST_UNCHANGED_MS } from "../unchanged.ts";
import { createQueueGuard, type QueueGuard } from "./queue-guard.ts";

// Others write to the server that tests share, which makes guards look.
const databases = createTestDatabases().embedded;
const ROUNDS = 5;
const NOW = START_MS / 1000;
const headAt = (timestamp: number) => ({
  number: 9,
  timestamp,
  nextTimestamp: timestamp,
  safeNumber: 9,
  safeTimestamp: timestamp,
});

describe("a queue guard while nothing is stored", () => {
  let harness: SequencerHarness;
  let life: Life;
  let guard: QueueGuard;
  let takeQueries: () => number;
  const queriesOfLook = async (): Promise<number> => {
    takeQueries();
    await guard.look();
    return takeQueries();
  };
  const enqueue = (person: number) => {
    const { owner = 0n, key = 0n } = harness.people[person] ?? {};
    const deposit = { owner, key, tokenId: tokenId(0), amount: 10n ** 18n, index: accountIndex(0) };
    return harness.enqueue(life.database, [{ type: "deposit", ...deposit }]);
  };

  // One life for all: a fresh embedded database takes seconds.
  beforeAll(async () => {
    await databases.start();
    harness = await createSequencerHarness(await databases.create(), 2);
    life = await harness.begin();
    await storeL1Head(life.database.db, headAt(NOW));
    const { database, take } = countQueries(life.database);
    takeQueries = take;
    guard = createQueueGuard({
      ...life,
      database,
      domain: DOMAIN,
      compress: harness.compress,
      rules: harness.rules,
      promises: harness.promises,
      clock: harness.clock,
      logger: pino({ level: "silent" }),
      pollMs: 1000,
    });
    await guard.look();
  });
  afterAll(async () => {
    await harness.stop();
    await databases.stop();
  });

  it("asks for the database's version, and for everything once in a while", async () => {
    for (let round = 0; round < ROUNDS; round++) expect(await queriesOfLook()).toBe(1);
    harness.clock.advance(LONGEST_UNCHANGED_MS);
    expect(await queriesOfLook()).toBeGreaterThan(1);
    expect(await queriesOfLook()).toBe(1);
  });

  it("notices a queue entry, and L1's time", async () => {
    await enqueue(0);
    await storeL1Head(life.database.db, headAt(NOW + 5000));
    await guard.look();
    expect(harness.rules.now()).toBe(NOW + 5000);
    await harness.pass(50);
    expect(life.sequencer.status().openBlock).toBe(1);
  });

  it("notices entries that the queue has lost", async () => {
    await guard.look();
    await life.database.db.deleteFrom("queue_entries").execute();
    expect(await findForkedBlock(life.database.db)).toBe(1);
    await guard.look();
    expect(await findForkedBlock(life.database.db)).toBeUndefined();
  });

  it("goes on looking while a block waits for L1: what it promises, and when it is built again, is a matter of time", async () => {
    await enqueue(0);
    await guard.look();
    await harness.pass(50);
    await life.sequencer.sealNow();
    await life.closeBatches();
    expect(await readBacklog(life.database.db, null, 0)).toMatchObject({ withoutProof: 1 });
    await guard.look();
    expect(await queriesOfLook()).toBeGreaterThan(1);
    expect(await queriesOfLook()).toBeGreaterThan(1);
    const [batch] = await life.database.db.selectFrom("batches").selectAll().execute();
    const point = BigInt(`0x${Buffer.from(batch?.point ?? []).toString("hex")}`).toString();
    await requestRebuild(life.database.db, { firstBlock: 1, point, reason: "asked" });
    await guard.look();
    expect(await readBacklog(life.database.db, null, 0)).toMatchObject({ withoutProof: 0 });
  });
});
