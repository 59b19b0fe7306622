import { cellsToBlob, encodeOpening, versionedHash } from "@cairn/blobs";
import { rollupAbi, submitBatchArguments } from "@cairn/contracts";
import { countAcceptedBatches, type Database, findLastL1Block, findUnadoptedBatch } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import type { BlobAccess, BlobSource, L1Rollup } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { accountIndex, batchCommitment, bytesToHex, cellsToBytes, payoutListHash } from "@cairn/protocol";
import { encodeFunctionData } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestWatcher } from "../../test/test-watcher.ts";
import type { Watcher } from "./watcher.ts";

const databases = createTestDatabases().server;
const COMMITMENT = new Uint8Array(48).fill(7);
const HASH = versionedHash(COMMITMENT);
/** Evaluation and proof are for the contract. */
const OPENING = encodeOpening({ evaluation: 0n, commitment: COMMITMENT, proof: new Uint8Array(48) });
const MISSING = { code: "l1/blob-unavailable" };

/** An event as the reader hands it out, as far as it is changed here. */
interface Log {
  readonly args: { readonly header?: object };
}

describe("a batch of others whose cells are in a blob", () => {
  let live: UnprovenRollup;
  /** The same rollup, as if the batch had been submitted with a blob. */
  let rollup: L1Rollup;
  let cells: readonly bigint[];
  let database: Database;
  let watcher: Watcher;

  beforeAll(async () => {
    await databases.start();
    live = await startUnprovenRollup();
    await live.deposit(1, 10n ** 18n);
    const { batch, blocks } = await live.publishTogether("batch", [
      () => {},
      (send) => send(accountIndex(64), { amount: 5n, recipient: 0xbeefn << 100n }),
    ]);
    cells = blocks.flatMap((block) => block.cells);
    const header = { ...batch.header, dataSource: "blob" as const };
    const args = submitBatchArguments({ ...batch, header, data: OPENING });
    const input = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
    const commitment = bytesToHex(batchCommitment(header, HASH, payoutListHash(batch.payouts)));
    rollup = lyingRollup(live.rollup, {
      getLogs: async (ask) =>
        ((await ask()) as readonly Log[]).map((log) =>
          log.args.header === undefined
            ? log
            : {
                ...log,
                args: { ...log.args, header: { ...log.args.header, dataSource: 1 }, dataCommitment: bytesToHex(HASH) },
              },
        ),
      getTransaction: async (ask) => ({ ...((await ask()) as object), input, blobVersionedHashes: [bytesToHex(HASH)] }),
      multicall: () => Promise.resolve([commitment]),
    });
  });
  afterAll(async () => {
    await live?.stop();
    await databases.stop();
  });
  beforeEach(async () => {
    database = await (await databases.create()).open();
  });
  afterEach(() => watcher.stop());

  const watch = (blobs?: BlobAccess): Watcher => {
    watcher = createTestWatcher({ database, rollup, blobs });
    return watcher;
  };
  const sourceOf = (find: () => readonly Uint8Array[]): BlobSource => {
    return { name: "a source", find: () => Promise.resolve(find()) };
  };
  const storedBatches = () => countAcceptedBatches(database.db);

  it("stops reading while nobody is known who has blobs, and the node goes on", async () => {
    const { start, poll, status } = watch();
    await start();
    expect(status()).toMatchObject({ state: "failing", failure: MISSING.code });
    await expect(poll()).rejects.toMatchObject(MISSING);
    expect([await storedBatches(), await findLastL1Block(database.db)]).toEqual([0, undefined]);
  });

  it("is not waited for when the node stops", async () => {
    const asked = Promise.withResolvers<void>();
    const silent: BlobSource = {
      name: "a silent source",
      find: (_, signal) => {
        asked.resolve();
        return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      },
    };
    const { poll, stop } = watch({ sources: [silent], kzg: { isBlobOf: () => false } });
    const polled = expect(poll()).rejects.toMatchObject({ name: "AbortError" });
    await asked.promise;
    await stop();
    await polled;
    expect(await storedBatches()).toBe(0);
  });

  it("is read as soon as somebody has the blob, and only the one that L1 names", async () => {
    let found: readonly Uint8Array[] = [];
    const other = cellsToBlob([1n, 2n, 3n]);
    const right = cellsToBlob(cells);
    const kzg: BlobAccess["kzg"] = { isBlobOf: (_, blob) => Buffer.compare(blob, right) === 0 };
    const { poll, status } = watch({ sources: [sourceOf(() => found)], kzg });
    await expect(poll()).rejects.toMatchObject(MISSING);
    found = [other];
    await expect(poll()).rejects.toMatchObject(MISSING);
    found = [other, right];
    await poll();
    expect(status()).toMatchObject({ state: "following", failure: null });
    expect(await storedBatches()).toBe(1);
    expect(await findUnadoptedBatch(database.db)).toMatchObject({
      header: { dataSource: "blob" },
      dataCommitment: HASH,
      content: { cells: cellsToBytes(cells), payouts: [{ amount: 5n }] },
    });
  });
});
