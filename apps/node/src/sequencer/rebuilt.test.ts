import {
  findBlock,
  findRebuildRequest,
  findTransaction,
  listTransactionEvents,
  loadBlocks,
  loadBlockTransactions,
  requestRebuild,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { encodeFloat40, MAX_BATCH_AGE_SECONDS } from "@cairn/protocol";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  createSequencerHarness,
  DOMAIN,
  FOREVER,
  type Life,
  type SequencerHarness,
  START_MS,
} from "../../test/sequencer-harness.ts";
import { toHistory } from "../api/resources.ts";
import { type ChainView, REBUILD_AGE_SECONDS, TOO_OLD } from "../block-rules.ts";
import { createQueueGuard } from "./queue-guard.ts";

const databases = createTestDatabases().server;
const NOW = START_MS / 1000;
const HOUR = 3600;
/** Blocks that L1 refuses at once. */
const REFUSED_BLOCKS = process.env.CAIRN_TEST_ALL === undefined ? 256 : 800;
/** The node accepts everything: its expectation of the provers turns out wrong. */
const MISJUDGED_SECONDS = 10 ** 9;
const headAt = (timestamp: number) => ({
  number: 9,
  timestamp,
  nextTimestamp: timestamp,
  safeNumber: 9,
  safeTimestamp: timestamp,
});
const viewAt = (timestamp: number, change: Partial<ChainView> = {}): ChainView => ({
  head: headAt(timestamp),
  submission: null,
  unproven: null,
  isBehindL1: false,
  ...change,
});

beforeAll(() => databases.start());
afterAll(() => databases.stop());

describe("rebuilt blocks", () => {
  let harness: SequencerHarness;
  let life: Life;
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 3, MISJUDGED_SECONDS);
    life = await harness.begin({ nonceWindow: 4096 });
    await harness.fund(life);
    harness.rules.observe(viewAt(NOW));
  });
  afterEach(() => harness.stop());

  /** One transfer, in its own block unless configured otherwise; returns its id. */
  const confirm = async (nonce: number, validUntil = FOREVER, isLast = true): Promise<bigint> => {
    const outcome = await life.sequencer.submit([harness.transfer(0, 1, nonce, { validUntil })]);
    if (isLast) await life.sequencer.sealNow();
    return outcome.type === "accepted" ? (outcome.transactions[0]?.id ?? 0n) : 0n;
  };
  const rows = (ids: readonly bigint[]) => Promise.all(ids.map((id) => findTransaction(life.database.db, id)));
  const statuses = async (ids: readonly bigint[]) => (await rows(ids)).map((row) => row?.status);
  const timestamps = async () => (await loadBlocks(life.database.db, 2, 9999)).map(({ timestamp }) => timestamp);
  const historyOf = async (id: bigint) => {
    const { db } = life.database;
    const row = await findTransaction(db, id);
    if (row === undefined) throw new RangeError("no transaction");
    const block = row.inclusion === null ? undefined : await findBlock(db, row.inclusion.blockNumber);
    return toHistory(row, block, await listTransactionEvents(db, id));
  };

  it("keep every transaction signed for an hour when L1 refuses hundreds of blocks at once, in order", async () => {
    const count = REFUSED_BLOCKS;
    const ids: bigint[] = [];
    for (let nonce = 0; nonce < count; nonce++) {
      ids.push(await confirm(nonce, NOW + HOUR, false));
      const sealing = life.sequencer.sealNow();
      // As many as the sequencer seals concurrently before it accepts nothing more.
      if (nonce % 32 === 31) await sealing;
    }
    const [first = 0n] = ids;
    const late = NOW + 7300;
    harness.rules.observe(viewAt(late, { unproven: { timestamp: NOW, count } }));
    await life.sequencer.rebuildFrom(2, TOO_OLD);
    await harness.pass(60);
    expect(new Set(await statuses(ids))).toEqual(new Set(["confirmed"]));
    const blocks = await loadBlocks(life.database.db, 2, 9999);
    expect(blocks).toHaveLength(Math.ceil(count / 16));
    const order = await Promise.all(blocks.map(({ number }) => loadBlockTransactions(life.database.db, number)));
    expect(order.flat().map(({ id }) => id)).toEqual(ids);
    expect(new Set(blocks.map(({ timestamp }) => timestamp))).toEqual(new Set([NOW + HOUR]));
    expect((await historyOf(first)).map(({ type, details }) => [type, Reflect.get(details, "block")])).toEqual([
      ["received", undefined],
      ["confirmed", 2],
      ["sealed", 2],
      ["requeued", 2],
      ["confirmed", 2],
      ["sealed", 2],
    ]);
  });

  it("carry the latest time at which everything after them is still valid", async () => {
    const deadlines = [FOREVER, NOW + 5000, FOREVER, NOW + 2000, FOREVER];
    const ids: bigint[] = [];
    for (const [nonce, deadline] of deadlines.entries()) ids.push(await confirm(nonce, deadline));
    harness.rules.observe(viewAt(NOW + 7000));
    // One transaction per block, so that the times differ.
    for (let nonce = 5; nonce < 17; nonce++) await confirm(nonce, FOREVER, false);
    await life.sequencer.rebuildFrom(2, TOO_OLD);
    expect(new Set(await statuses(ids))).toEqual(new Set(["confirmed"]));
    expect(await timestamps()).toEqual([NOW + 2000, NOW + 7000]);
  });

  it("keep a payment that began later than their time, and what was paid with it", async () => {
    const ETHER = 10n ** 18n;
    const early = await confirm(0, NOW + 2000);
    harness.rules.observe(viewAt(NOW + 6000));
    const paying = (from: number, to: number, tenths: bigint, change = {}) =>
      life.sequencer.submit([
        harness.transfer(from, to, 0, { amount: encodeFloat40((ETHER * tenths) / 10n), ...change }),
      ]);
    const outcomes = [await paying(2, 1, 9n, { validFrom: NOW + 5000 }), await paying(1, 0, 15n)];
    await life.sequencer.sealNow();
    const later = outcomes.map((outcome) => (outcome.type === "accepted" ? (outcome.transactions[0]?.id ?? 0n) : 0n));
    expect(await statuses([early, ...later])).toEqual(["confirmed", "confirmed", "confirmed"]);
    harness.rules.observe(viewAt(NOW + 7000));
    await life.sequencer.rebuildFrom(2, TOO_OLD);
    expect(await statuses([early, ...later])).toEqual(["confirmed", "confirmed", "confirmed"]);
    expect(await timestamps()).toEqual([NOW + 2000, NOW + 7000]);
  });

  it("drop what no block can hold, and nothing else because of it", async () => {
    const ids = [await confirm(0), await confirm(1, NOW + 1000), await confirm(2, NOW + 4000)];
    ids.push(await confirm(3));
    const late = NOW + 1001 + REBUILD_AGE_SECONDS;
    harness.rules.observe(viewAt(late));
    await life.sequencer.rebuildFrom(2, TOO_OLD);
    // Its successors were also promised; they wait for its nonce.
    expect(await statuses(ids)).toEqual(["confirmed", "expired", "received", "received"]);
    expect((await historyOf(ids[1] ?? 0n)).map(({ type }) => type)).toEqual([
      "received",
      "confirmed",
      "sealed",
      "requeued",
      "expired",
    ]);
    expect(await timestamps()).toEqual([NOW + 4000]);
  });

  it("are not held back by transactions that were never confirmed: those cost nothing to send", async () => {
    const id = await confirm(0);
    const waiting = await life.sequencer.submit([harness.transfer(2, 1, 1, { validUntil: NOW + 900 })]);
    expect(waiting).toMatchObject({ transactions: [{ status: "received" }] });
    harness.rules.observe(viewAt(NOW + 800));
    await life.sequencer.rebuildFrom(2, "L1 reorg");
    expect(await statuses([id])).toEqual(["confirmed"]);
    expect(await timestamps()).toEqual([NOW + 800]);
  });

  it("are built whatever the lag: what was promised goes first", async () => {
    const ids = [await confirm(0), await confirm(1)];
    harness.rules.observe(viewAt(NOW + 6400, { unproven: { timestamp: NOW, count: 5000 } }));
    await life.sequencer.rebuildFrom(2, TOO_OLD);
    expect(await statuses(ids)).toEqual(["confirmed", "confirmed"]);
    await life.sequencer.sealNow();
    await expect(confirm(2)).rejects.toMatchObject({ code: "node/overloaded" });
  });

  it("keep a stranger's transactions at a time that L1 accepts from strangers", async () => {
    const id = await confirm(0, NOW + HOUR);
    const submission = { role: "stranger", isOpen: true, isFrozen: false } as const;
    harness.rules.observe(viewAt(NOW + 6400, { submission }));
    await life.sequencer.rebuildFrom(2, TOO_OLD);
    expect(await statuses([id])).toEqual(["confirmed"]);
    expect(await timestamps()).toEqual([NOW + HOUR]);
  });

  it("leave later transactions the full time that L1 gives", async () => {
    await confirm(0, NOW + HOUR);
    harness.rules.observe(viewAt(NOW + 6400));
    await life.sequencer.rebuildFrom(2, TOO_OLD);
    await confirm(1);
    expect(await timestamps()).toEqual([NOW + HOUR, NOW + 6400]);
  });

  it("survive a crash between being dropped and being rebuilt", async () => {
    const ids = [await confirm(0, NOW + HOUR), await confirm(1)];
    harness.rules.observe(viewAt(NOW + 6400));
    const crash = new RangeError("killed");
    await life.sequencer.rebuildFrom(2, TOO_OLD, () => Promise.reject(crash)).catch((error: unknown) => error);
    await life.crash();
    life = await harness.begin();
    expect(await statuses(ids)).toEqual(["confirmed", "confirmed"]);
    expect(await timestamps()).toEqual([NOW + HOUR]);
  });

  describe("because they became old", () => {
    const ask = async () => {
      const guard = createQueueGuard({
        ...life,
        domain: DOMAIN,
        compress: harness.compress,
        rules: harness.rules,
        promises: harness.promises,
        clock: harness.clock,
        logger: pino({ level: "silent" }),
        pollMs: 1000,
      });
      await guard.look();
    };
    const request = async () => {
      await life.closeBatches();
      const batch = await life.database.db.selectFrom("batches").selectAll().where("first_block", "=", 2).execute();
      const point = BigInt(`0x${Buffer.from(batch[0]?.point ?? []).toString("hex")}`).toString();
      await requestRebuild(life.database.db, { firstBlock: 2, point, reason: TOO_OLD });
    };

    it("get a new time as soon as that helps", async () => {
      await confirm(0, NOW + HOUR);
      await request();
      harness.rules.observe(viewAt(NOW + REBUILD_AGE_SECONDS + 1));
      await ask();
      expect(await timestamps()).toEqual([NOW + HOUR]);
      expect(await findRebuildRequest(life.database.db)).toBeNull();
    });

    it("keep their place while a new time would gain next to nothing, until L1 is about to refuse them", async () => {
      const ids = [await confirm(0, NOW + 300), await confirm(1, NOW + 900)];
      await request();
      const root = (await findBlock(life.database.db, 2))?.seal?.newRoot;
      harness.rules.observe(viewAt(NOW + MAX_BATCH_AGE_SECONDS - 61));
      await ask();
      expect((await findBlock(life.database.db, 2))?.seal?.newRoot).toBe(root);
      expect(await timestamps()).toEqual([NOW, NOW]);
      expect(await findRebuildRequest(life.database.db)).not.toBeNull();
      harness.rules.observe(viewAt(NOW + MAX_BATCH_AGE_SECONDS - 59));
      await ask();
      expect(await statuses(ids)).toEqual(["expired", "received"]);
      expect(await findRebuildRequest(life.database.db)).toBeNull();
    });
  });
});
