import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BLOB_ELEMENTS, blobToElements, cellsToBlob, createBlobKzg, elementsToBlob, versionedHash } from "@cairn/blobs";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import {
  type BlobAccess,
  type BlobProblem,
  type BlobSource,
  createBeaconSource,
  createL1Access,
  l1Error,
} from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { accountIndex, BLOB_MODULUS, bytesToHex, FIRST_ACCOUNT_INDEX, isSameBytes } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { removeFolders, temporaryFolder } from "../test/published.ts";
import { createArchiveBlobSource } from "./archive/blob-source.ts";
import { archiveRollup, verifyArchive } from "./archive-rollup.ts";
import { type RestoreFilesOptions, restoreFromFiles } from "./node/restore-files.ts";
import { readIdentity } from "./read-identity.ts";
import { openRestoredState } from "./restored-state.ts";
import { DEFAULT_ALARM_LIMITS } from "./watch/alarms.ts";
import { createRollupMonitor } from "./watch/monitor.ts";

const FIRST = accountIndex(FIRST_ACCOUNT_INDEX);
const kzg = rememberingKzg();
let live: UnprovenRollup;
/** anvil, which answers as a beacon node. */
let beacon: BlobSource;

/** Commits to each blob once: a commitment takes most of a second. */
function rememberingKzg(): BlobAccess["kzg"] {
  const { commit } = createBlobKzg();
  const hashes = new Map<string, Uint8Array>();
  const isBlobOf = (hash: Uint8Array, blob: Uint8Array): boolean => {
    const key = createHash("sha256").update(blob).digest("hex");
    const known = hashes.get(key) ?? versionedHash(commit(blob));
    hashes.set(key, known);
    return isSameBytes(known, hash);
  };
  const areCommitted: BlobAccess["kzg"]["areCommitted"] = (blobs) =>
    blobs.every(({ blob, commitment }) => isBlobOf(versionedHash(commitment), blob));
  return { isBlobOf, areCommitted };
}

beforeAll(async () => {
  live = await startUnprovenRollup();
  beacon = createBeaconSource({ url: live.devnet.rpcUrl, slots: { type: "number" } });
  for (const position of [0, 1]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  await live.publishInBlob((send) => {
    send(FIRST, { amount: 7n, to: accountIndex(65), fee: 3n });
    send(FIRST, { amount: 8n, recipient: 0xc0ffeen });
  });
  // What is in further blobs is nobody's business.
  await live.publishInBlob((send) => send(FIRST, { amount: 9n, to: accountIndex(65) }), [cellsToBlob([5n])]);
  await live.publishSome(1);
  await live.deposit(2, 9n);
});
afterAll(() => live?.stop());
afterEach(removeFolders);

const restore = (blobs?: BlobAccess, options: Partial<RestoreFilesOptions> = {}) =>
  restoreFromFiles({
    store: createMemoryStore(),
    compress: live.compress,
    rollup: live.rollup,
    ...(blobs === undefined ? {} : { blobs }),
    ...options,
  });
const blobOf = (batch: number): Uint8Array => live.batches[batch - 1]?.blob ?? expect.unreachable();
const hashOf = (batch: number): string => bytesToHex(live.batches[batch - 1]?.dataCommitment ?? new Uint8Array());

/** A source that answers for batch 2 with another blob than it has, and is honest for the others. */
const lying = (answer: () => Uint8Array): BlobSource => ({
  name: "a liar",
  find: async (query, signal) =>
    bytesToHex(query.versionedHash) === hashOf(2) ? [answer()] : beacon.find(query, signal),
});
const withElement = (blob: Uint8Array, at: number, change: (element: bigint) => bigint): Uint8Array =>
  elementsToBlob(blobToElements(blob).map((element, i) => (i === at ? change(element) : element)));

/** The blob of a polynomial with these coefficients more: one that no batch has. */
function blobWithCoefficient(place: number, value: bigint): Uint8Array {
  // Σ value · ω^(place · rev(j)) over the elements, by way of small cells: p(X) + value · X^place has p's elements plus these.
  const step = blobToElements(cellsToBlob([0n, 1n]));
  return elementsToBlob(
    blobToElements(blobOf(2)).map((element, j) => (element + value * power(step[j] ?? 0n, place)) % BLOB_MODULUS),
  );
}

function power(base: bigint, exponent: number): bigint {
  let [result, square] = [1n, base];
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = (result * square) % BLOB_MODULUS;
    square = (square * square) % BLOB_MODULUS;
  }
  return result;
}

describe("batches in blobs", () => {
  it("are read from a beacon API, the first blob of each transaction", async () => {
    const { restored, position } = await restore({ sources: [beacon], kzg });
    expect(position).toMatchObject({ batch: 4, root: live.tree.root() });
    for (const { number, batch, dataCommitment } of live.batches) {
      const { header, payouts } = batch;
      expect(restored.batch(number)).toMatchObject({ header, dataCommitment, payouts });
    }
    expect(restored.batch(2).header.dataSource).toBe("blob");
    expect(restored.batch(2).payouts).toHaveLength(1);
  });

  it("are checked together, and one by one only where a source lies", async () => {
    const { areCommitted } = createBlobKzg();
    const groups: number[] = [];
    const counting = (isBlobOf: BlobAccess["kzg"]["isBlobOf"]): BlobAccess["kzg"] => ({
      isBlobOf,
      areCommitted: (blobs) => {
        groups.push(blobs.length);
        return areCommitted(blobs);
      },
    });
    const notAsked = counting(() => expect.unreachable("all are right"));
    expect((await restore({ sources: [beacon], kzg: notAsked })).position.root).toBe(live.tree.root());
    // The batches exchange their blobs, so that those of L1 are all there.
    const exchanging: BlobSource = {
      name: "a liar",
      find: async ({ versionedHash: hash }) => [blobOf(bytesToHex(hash) === hashOf(2) ? 3 : 2)],
    };
    const problems: BlobProblem[] = [];
    const onProblem = (problem: BlobProblem): void => void problems.push(problem);
    const blobs = { sources: [exchanging, beacon], kzg: counting(kzg.isBlobOf), onProblem };
    expect((await restore(blobs)).position.root).toBe(live.tree.root());
    expect(problems).toMatchObject([
      { source: "a liar", type: "wrong" },
      { source: "a liar", type: "wrong" },
    ]);
    // Right together; wrong together, then both from the next source.
    expect(groups).toEqual([2, 2, 2]);
  });

  it("cannot be read without a source of blobs, and nothing of them is used", async () => {
    const store = createMemoryStore();
    await expect(restore(undefined, { store })).rejects.toMatchObject({ code: "l1/blob-unavailable" });
    const { totals } = await restore({ sources: [beacon], kzg }, { store });
    expect(totals.batches).toBeGreaterThanOrEqual(3);
  });

  it.each<[string, () => Uint8Array]>([
    ["another blob", () => cellsToBlob([1n, 2n, 3n])],
    ["the blob of another batch", () => blobOf(3)],
    ["an altered element", () => withElement(blobOf(2), 77, (element) => (element + 1n) % BLOB_MODULUS)],
    ["an element of the modulus or more", () => withElement(blobOf(2), 0, (element) => element + BLOB_MODULUS)],
    ["a coefficient of more than 26 bytes", () => blobWithCoefficient(3, 1n << 208n)],
    ["a coefficient behind the last cell", () => blobWithCoefficient(BLOB_ELEMENTS - 1, 1n)],
    ["a truncated blob", () => blobOf(2).subarray(0, 4096)],
    ["nothing", () => new Uint8Array()],
  ])("are taken from the next source when one answers with %s; when all do, nothing is used", async (_, answer) => {
    const problems: BlobProblem[] = [];
    const onProblem = (problem: BlobProblem): void => void problems.push(problem);
    const { position } = await restore({ sources: [lying(answer), beacon], kzg, onProblem });
    expect(position.root).toBe(live.tree.root());
    expect(problems).toMatchObject([{ source: "a liar", type: "wrong" }]);
    const store = createMemoryStore();
    await expect(restore({ sources: [lying(answer), lying(answer)], kzg }, { store })).rejects.toMatchObject({
      code: "l1/blob-unavailable",
      details: { versionedHash: hashOf(2) },
    });
    // Even if nobody compared the KZG commitment, the history would show it.
    const credulous = { isBlobOf: () => true };
    const believing = restore({ sources: [lying(answer)], kzg: credulous }, { store });
    await expect(believing).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:restore\/batch-mismatch|l1\/batch-mismatch|l1\/blob-unavailable)$/),
    });
    const restored = openRestoredState({ store, compress: live.compress, identity: null });
    expect(restored.position().batch).toBeLessThan(2);
  });

  it("wait for sources that are silent, fail or have nothing", async () => {
    let isSilent = true;
    const failing: BlobSource = {
      name: "a failing one",
      find: () => Promise.reject(l1Error("l1/unavailable", "no answer")),
    };
    const pruned: BlobSource = { name: "a forgetful one", find: () => Promise.resolve([]) };
    const shaky: BlobSource = {
      name: "a late one",
      find: (query, signal) => (isSilent ? failing : beacon).find(query, signal),
    };
    const blobs: BlobAccess = { sources: [failing, pruned, shaky], kzg };
    await expect(restore(blobs)).rejects.toMatchObject({
      code: "l1/blob-unavailable",
      details: { problems: [{ type: "unavailable" }, { type: "absent" }, { type: "unavailable" }] },
    });
    isSilent = false;
    expect((await restore(blobs)).position.root).toBe(live.tree.root());
  });

  it("raise an alarm while their blobs are missing, and clear it", async () => {
    let isSilent = true;
    const source: BlobSource = {
      name: "a late one",
      find: async (query, signal) => (isSilent ? [] : beacon.find(query, signal)),
    };
    const access = createL1Access(live.rollup);
    const restored = openRestoredState({
      store: createMemoryStore(),
      compress: live.compress,
      identity: await readIdentity(access),
    });
    const nowSeconds = () => 0;
    const deps = { access, restored, blobs: { sources: [source], kzg }, onReport: () => {}, nowSeconds };
    const monitor = createRollupMonitor({ intervalMs: 10, limits: DEFAULT_ALARM_LIMITS }, deps);
    expect(await monitor.check()).toMatchObject({ observation: null, alarms: [{ type: "blobUnavailable" }] });
    isSilent = false;
    expect(await monitor.check()).toMatchObject({ observation: { batch: 4 }, cleared: [{ type: "blobUnavailable" }] });
  });
});

describe("an archive of batches in blobs", () => {
  const forgetful: BlobAccess = { sources: [{ name: "a forgetful one", find: () => Promise.resolve([]) }], kzg };
  const archive = async (): Promise<string> => {
    const path = join(temporaryFolder(), "archive");
    const blobs = { sources: [beacon], kzg };
    await archiveRollup(createL1Access(live.rollup), { path, compress: live.compress, head: "latest", blobs });
    return path;
  };

  it("suffices, with the contract's state, where blobs, calldata and events are gone", async () => {
    const path = await archive();
    const rollup = lyingRollup(live.rollup, {
      getLogs: async () => expect.unreachable("the events are gone"),
      getTransaction: async () => expect.unreachable("the transactions are gone"),
    });
    const { restored, position, head } = await restore(undefined, { rollup, archives: [path] });
    expect(position).toMatchObject({ batch: 4, root: live.tree.root() });
    expect(head).not.toBeNull();
    expect(restored.waiting()).toMatchObject([{ operation: { amount: 9n } }]);
    await verifyArchive(path, { compress: live.compress, access: createL1Access(rollup) });
  });

  it("is a source of blobs for an L1 whose beacon nodes have forgotten them, whole or still being written", async () => {
    const path = await archive();
    await expect(restore(forgetful)).rejects.toMatchObject({ code: "l1/blob-unavailable" });
    const nowhere = join(temporaryFolder(), "nowhere");
    const restoreFrom = (...paths: readonly string[]) =>
      restore({ sources: [...forgetful.sources, createArchiveBlobSource(paths)], kzg });
    expect((await restoreFrom(path)).position.root).toBe(live.tree.root());
    await expect(restoreFrom(nowhere)).rejects.toMatchObject({
      code: "l1/blob-unavailable",
      details: { problems: [{ type: "absent" }, { type: "unavailable" }] },
    });
    const bytes = readFileSync(path);
    writeFileSync(nowhere, bytes.subarray(0, bytes.length / 2));
    const growing = createArchiveBlobSource([nowhere]);
    const find = async (batch: number) =>
      growing.find({
        versionedHash: live.batches[batch - 1]?.dataCommitment ?? new Uint8Array(),
        l1Block: 0,
        l1Timestamp: 0,
      });
    const early = await find(3);
    appendFileSync(nowhere, bytes.subarray(bytes.length / 2));
    expect([early, await find(3), await find(2)]).toEqual([[], [blobOf(3)], [blobOf(2)]]);
    truncateSync(nowhere, 100);
    await expect(find(2)).resolves.toEqual([]);
  });

  it("is copied with its KZG commitments", async () => {
    const path = await archive();
    const copy = join(temporaryFolder(), "copy");
    await restore(forgetful, { archives: [path], archiveTo: copy });
    const { restored } = await restore(undefined, { rollup: null, archives: [copy] });
    expect(restored.batch(2).dataCommitment).toEqual(live.batches[1]?.dataCommitment);
    expect(readFileSync(copy)).toEqual(readFileSync(path));
  });
});
