import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blobToCells } from "@cairn/blobs";
import { type Database, findAcceptedBatch, insertAcceptedBatch } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { type BlobAccess, createBeaconSource, createL1Access } from "@cairn/l1";
import { accountIndex, cellsToBytes, FIRST_ACCOUNT_INDEX, payoutListHash, tokenId } from "@cairn/protocol";
import { archivesIn, createArchiveFolder, restoreFromFiles } from "@cairn/restore/node";
import { createMemoryStore } from "@cairn/state";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { storeBlocks } from "../../test/stored-blocks.ts";
import { createTestWatcher } from "../../test/test-watcher.ts";
import { cellsOf, loadBatchContent } from "../batches/content.ts";
import { blobAccessOf, createBlobMetrics } from "../blobs/blob-access.ts";
import { createBlobMaker } from "../blobs/blob-maker.ts";
import { createManualClock } from "../clock.ts";
import type { Watcher } from "../watcher/watcher.ts";
import { createArchiver, createArchiverMetrics } from "./archiver.ts";
import { createStoredBlobs } from "./stored-blobs.ts";

const databases = createTestDatabases().server;
const FIRST = accountIndex(FIRST_ACCOUNT_INDEX);
const logger = pino({ level: "silent" });
/** Tests of the watcher show that blobs are checked. */
const kzg: BlobAccess["kzg"] = { isBlobOf: () => true };

describe("a node that archives", () => {
  let live: UnprovenRollup;
  let database: Database;
  let watcher: Watcher;
  let dir: string;

  beforeAll(async () => {
    await databases.start();
    live = await startUnprovenRollup();
    for (const position of [0, 1]) await live.deposit(position, 10n ** 18n);
    await live.publish();
    await live.publishInBlob((send) => send(FIRST, { amount: 7n, recipient: 0xc0ffeen }));
    await live.publishSome(1);
    await live.deposit(2, 9n);
  });
  afterAll(async () => {
    await live?.stop();
    await databases.stop();
  });
  const beacon = (): BlobAccess => {
    return { sources: [createBeaconSource({ url: live.devnet.rpcUrl, slots: { type: "number" } })], kzg };
  };
  const watch = (database: Database, blobs: BlobAccess): Watcher =>
    createTestWatcher({ database, rollup: live.rollup, blobs, logger });

  beforeEach(async () => {
    database = await (await databases.create()).open();
    dir = mkdtempSync(join(tmpdir(), "cairn-archiver-"));
    watcher = watch(database, beacon());
  });
  afterEach(async () => {
    await watcher.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const archiver = (registry = new Registry(), clock = createManualClock(0)) =>
    createArchiver({
      folder: createArchiveFolder(createL1Access(live.rollup), {
        dir,
        compress: live.compress,
        head: "latest",
        blobs: { sources: [createStoredBlobs(database)], kzg },
      }),
      pollMs: 1000,
      maxPauseMs: 1000,
      clock,
      logger,
      metrics: createArchiverMetrics(registry),
    });

  it("writes what it has read from L1, blobs included, into archives that restore the rollup", async () => {
    await watcher.poll();
    const registry = new Registry();
    const { poll, stop } = archiver(registry);
    await poll();
    expect(await registry.getSingleMetricAsString("cairn_archived_batch")).toMatch(/^cairn_archived_batch 3$/m);
    const archives = await archivesIn(dir);
    const { compress, rollup } = live;
    const options = { store: createMemoryStore(), compress, rollup, archives };
    const { restored, position } = await restoreFromFiles(options);
    expect(position).toMatchObject({ batch: 3, root: live.tree.root() });
    expect(restored.batch(2).header.dataSource).toBe("blob");
    await poll();
    expect(await archivesIn(dir)).toEqual(archives);
    await stop();
  });

  it("reads the rollup again, into an empty database, where only its archives still have the blobs", async () => {
    await watcher.poll();
    const { poll, stop } = archiver();
    await poll();
    await stop();
    const metrics = createBlobMetrics(new Registry());
    const empty = await (await databases.create()).open();
    const settings = { l1RpcUrl: "", chainId: 1, beaconUrls: [], archives: [], archiveDir: dir };
    const again = watch(
      empty,
      blobAccessOf(settings, { database: empty, kzg: await createBlobMaker(), logger, metrics }),
    );
    await again.poll();
    await again.stop();
    const { content, header } = (await findAcceptedBatch(empty.db, 2)) ?? expect.unreachable();
    expect([header.dataSource, content]).toEqual(["blob", (await findAcceptedBatch(database.db, 2))?.content]);
    expect((await findAcceptedBatch(empty.db, 3))?.content).not.toBeNull();
  });

  it("waits for a blob that it has not stored yet, counts the failure and goes on later", async () => {
    const [registry, clock] = [new Registry(), createManualClock(5000)];
    const { poll, stop } = archiver(registry, clock);
    const expectUpdatedAt = async (seconds: number): Promise<void> =>
      expect(await registry.getSingleMetricAsString("cairn_archive_updated_timestamp_seconds")).toMatch(
        new RegExp(`_seconds ${seconds}$`, "m"),
      );
    await expectUpdatedAt(5);
    clock.advance(60_000);
    await expect(poll()).rejects.toMatchObject({ code: "l1/blob-unavailable" });
    expect(await registry.getSingleMetricAsString("cairn_archive_failures_total")).toMatch(/total 1$/m);
    expect(await archivesIn(dir)).toEqual([]);
    await expectUpdatedAt(5);
    await watcher.poll();
    await poll();
    await expectUpdatedAt(65);
    expect(await registry.getSingleMetricAsString("cairn_archived_batch")).toMatch(/^cairn_archived_batch 3$/m);
    await stop();
  });

  it("takes the cells of its own batches from its blocks", async () => {
    await watcher.poll();
    const foreign = (await findAcceptedBatch(database.db, 2)) ?? expect.unreachable();
    const dataCommitment = new Uint8Array(32).fill(7);
    await storeBlocks(database.db, [1, 2], { payouts: () => [{ recipient: 5n, tokenId: tokenId(0), amount: 1n }] });
    const own = { ...foreign, number: 4, firstBlock: 1, lastBlock: 2, dataCommitment, content: null };
    await insertAcceptedBatch(database.db, { ...own, payoutsHash: payoutListHash([]) });
    const { find } = createStoredBlobs(database);
    const query = { versionedHash: dataCommitment, l1Block: 0, l1Timestamp: 0 };
    const [blob = new Uint8Array()] = await find(query);
    const { blocks } = (await loadBatchContent(database.db, own)) ?? expect.unreachable();
    expect(cellsToBytes(blobToCells(blob))).toEqual(cellsToBytes(cellsOf(blocks)));
    expect(await find({ ...query, versionedHash: new Uint8Array(32) })).toEqual([]);
  });
});
