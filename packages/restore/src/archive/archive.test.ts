import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeSafe64 } from "@cairn/protocol";
import { createMemoryStore, genesisRoot } from "@cairn/state";
import { arbitraryHistory, FAKE_CRYPTO, type History } from "@cairn/testkit";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  comparable,
  gather,
  identityOf,
  publishedBatches,
  removeFolders,
  stream,
  temporaryFolder,
} from "../../test/published.ts";
import { verifyArchive } from "../archive-rollup.ts";
import { followBatch } from "../chain-position.ts";
import type { PublishedBatch } from "../published-batch.ts";
import { restoreRollup } from "../restore.ts";
import { digestOf, encodeBatch, encodeFrame, encodeHead } from "./format.ts";
import { openArchive, readArchive } from "./reader.ts";
import { continueArchive, createArchive } from "./writer.ts";

const { compress } = FAKE_CRYPTO;
const GENESIS = genesisPosition(genesisRoot(compress));
afterEach(removeFolders);

/** Writes batches after `start` into a new file. */
async function archived(
  { domain }: Pick<History, "domain">,
  batches: readonly PublishedBatch[],
  start: ChainPosition = GENESIS,
): Promise<string> {
  const path = join(temporaryFolder(), "archive");
  const writer = await createArchive(path, identityOf(domain), start);
  for (const batch of batches) await writer.append(batch);
  await writer.finish();
  return path;
}

const read = async (bytes: Uint8Array): Promise<PublishedBatch[]> =>
  gather((await readArchive(stream([bytes]))).batches());

const restore = (...archives: string[]) =>
  restoreRollup({ store: createMemoryStore(), compress, rollup: null, archives });

describe("an archive", () => {
  it("returns what was written, however its bytes arrive", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryHistory({ maxBlocks: 5, sizes: [16, 64] }),
        fc.integer({ min: 1, max: 700 }),
        async (history, chunk) => {
          const batches = publishedBatches(history);
          const bytes = Uint8Array.from(readFileSync(await archived(history, batches)));
          const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, i) =>
            bytes.subarray(i * chunk, (i + 1) * chunk),
          );
          const reader = await readArchive(stream(chunks));
          expect(reader.identity).toEqual(identityOf(history.domain));
          expect((await gather(reader.batches())).map(comparable)).toEqual(batches.map(comparable));
          expect(reader.position()).toEqual(batches.reduce(followBatch, GENESIS));
        },
      ),
      { numRuns: 15 },
    );
  });

  it("restores the state, in one piece or in several", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory({ maxBlocks: 7 }), fc.nat(), async (history, at) => {
        const batches = publishedBatches(history);
        const cut = at % batches.length;
        const middle = batches.slice(0, cut).reduce(followBatch, GENESIS);
        const paths = [
          await archived(history, batches.slice(0, cut)),
          await archived(history, batches.slice(cut), middle),
        ];
        const { restored, head } = await restore(...paths);
        expect(head).toBeNull();
        expect(restored.tree.root()).toBe(history.tree.root());
        expect((await restore(await archived(history, batches), ...paths)).position.root).toBe(history.tree.root());
        if (cut > 0) {
          await expect(restore(paths[1] ?? "")).rejects.toMatchObject({ code: "restore/archive-gap" });
        }
      }),
      { numRuns: 15 },
    );
  });

  it("is written while restoring, with the same bytes", async () => {
    const [history] = fc.sample(arbitraryHistory({ maxBlocks: 6 }), { numRuns: 1, seed: 2 });
    if (history === undefined) expect.unreachable();
    const path = await archived(history, publishedBatches(history));
    const archiveTo = join(temporaryFolder(), "copy");
    const store = createMemoryStore();
    await restoreRollup({ store, compress, rollup: null, archives: [path], archiveTo });
    expect(readFileSync(archiveTo)).toEqual(readFileSync(path));
    await restoreRollup({ store, compress, rollup: null, archives: [path], archiveTo });
    expect(readFileSync(archiveTo)).toEqual(readFileSync(path));
  });
});

describe("an archive that is continued", () => {
  let history: History;
  let batches: PublishedBatch[];
  let middle: ChainPosition;

  beforeAll(() => {
    const [found] = fc
      .sample(arbitraryHistory({ maxBlocks: 8 }), { numRuns: 20, seed: 5 })
      .filter(({ blocks }) => blocks.length > 5);
    if (found === undefined) expect.unreachable();
    history = found;
    batches = publishedBatches(history);
    middle = batches.slice(0, 3).reduce(followBatch, GENESIS);
  });

  it.each<[string, (path: string, whole: number) => void]>([
    ["after its end", () => {}],
    ["after a crash in mid-frame", (path, whole) => truncateSync(path, whole - 60)],
    ["after a crash that left garbage", (path) => appendFileSync(path, Buffer.alloc(200, 7))],
  ])("is whole again: %s", async (_, damage) => {
    const path = await archived(history, batches.slice(0, 5));
    damage(path, readFileSync(path).length);
    const writer = await continueArchive(path, identityOf(history.domain), middle);
    for (const batch of batches.slice(3)) await writer.append(batch);
    await writer.finish();
    expect(readFileSync(path)).toEqual(readFileSync(await archived(history, batches)));
  });

  it("drops batches that were undone", async () => {
    const path = join(temporaryFolder(), "archive");
    const writer = await continueArchive(path, identityOf(history.domain), GENESIS);
    for (const batch of batches) await writer.append(batch);
    await writer.continueAfter(middle);
    expect(writer.lastBatch()).toBe(3);
    for (const batch of batches.slice(3)) await writer.append(batch);
    await writer.finish();
    expect(readFileSync(path)).toEqual(readFileSync(await archived(history, batches)));
  });

  it("must belong to the same rollup and have the same batch at the position", async () => {
    const path = await archived(history, batches.slice(0, 5));
    const identity = identityOf(history.domain);
    const open = (at: ChainPosition, of = identity) => continueArchive(path, of, at);
    await expect(open(middle, { ...identity, chainId: 5n })).rejects.toMatchObject({ code: "restore/archive-foreign" });
    await expect(open(batches.slice(0, 6).reduce(followBatch, GENESIS))).rejects.toMatchObject({
      code: "restore/archive-gap",
    });
    await expect(open({ ...middle, root: 5n })).rejects.toMatchObject({ code: "restore/batch-mismatch" });
    const later = await archived(history, batches.slice(5), batches.slice(0, 5).reduce(followBatch, GENESIS));
    await expect(continueArchive(later, identity, middle)).rejects.toMatchObject({ code: "restore/archive-gap" });
    await expect(createArchive(path, identity, GENESIS)).rejects.toMatchObject({ code: "restore/io" });
  });

  it("accepts batches in order only", async () => {
    const path = join(temporaryFolder(), "archive");
    const writer = await createArchive(path, identityOf(history.domain), GENESIS);
    const [, second] = batches;
    if (second === undefined) expect.unreachable();
    await expect(writer.append(second)).rejects.toMatchObject({ code: "restore/bad-option" });
    await writer.close();
  });
});

describe("an archive is refused", () => {
  let history: History;
  let batches: PublishedBatch[];

  beforeAll(() => {
    const [found] = fc
      .sample(arbitraryHistory({ maxBlocks: 5, flawedPercent: 0 }), { numRuns: 30, seed: 8 })
      .filter(({ blocks }) => blocks.length > 3 && blocks.every(({ l1Operations }) => l1Operations.length > 0));
    if (found === undefined) expect.unreachable();
    history = found;
    batches = publishedBatches(history);
  });

  it("with any bit flipped", async () => {
    const bytes = Uint8Array.from(readFileSync(await archived(history, batches)));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await expect(read(flipped)).rejects.toMatchObject({
          code: expect.stringMatching(/^restore\/archive-(?:corrupt|unsupported|truncated)$/),
        });
      }),
      { numRuns: 150 },
    );
  });

  it("cut off anywhere, or with more after its end", async () => {
    const bytes = Uint8Array.from(readFileSync(await archived(history, batches)));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        await expect(read(bytes.subarray(0, length))).rejects.toMatchObject({
          code: length < 14 ? "restore/archive-unsupported" : "restore/archive-truncated",
        });
      }),
      { numRuns: 60 },
    );
    await expect(read(Buffer.concat([bytes, Buffer.of(0)]))).rejects.toMatchObject({ code: "restore/archive-corrupt" });
  });

  it("of another version, or not an archive at all", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "a file of text that is long enough");
    await expect(openArchive(path)).rejects.toMatchObject({ code: "restore/archive-unsupported" });
    await expect(openArchive(join(path, "nowhere"))).rejects.toMatchObject({ code: "restore/io" });
    const bytes = Uint8Array.from(readFileSync(await archived(history, batches)));
    bytes[9] = 2;
    await expect(read(bytes)).rejects.toMatchObject({ code: "restore/archive-unsupported" });
  });

  /** An archive of any content with correct digests. */
  function forged(list: readonly PublishedBatch[], start = GENESIS, end = list.at(-1)?.number ?? 0): Uint8Array {
    const head = encodeHead({ identity: identityOf(history.domain), start });
    let digest = digestOf(head);
    const parts = [head, digest];
    const frames = [...list.map((batch) => encodeFrame(1, encodeBatch(batch))), encodeFrame(2, encodeSafe64(end))];
    for (const frame of frames) {
      digest = digestOf(digest, frame);
      parts.push(frame, digest);
    }
    return Buffer.concat(parts);
  }

  function changed(at: number, change: (batch: PublishedBatch) => PublishedBatch): PublishedBatch[] {
    return batches.map((batch, i) => (i === at ? change(batch) : batch));
  }

  it("that was forged with correct digests: a batch missing", async () => {
    await expect(read(forged(batches.filter((_, i) => i !== 1)))).rejects.toMatchObject({
      code: "restore/batch-mismatch",
      details: { batch: 3, check: "number" },
    });
  });

  it("that was forged with correct digests: batches swapped", async () => {
    const [first, second, third, ...rest] = batches;
    if (first === undefined || second === undefined || third === undefined) expect.unreachable();
    await expect(read(forged([first, third, second, ...rest]))).rejects.toMatchObject({
      code: "restore/batch-mismatch",
    });
  });

  it("that was forged with correct digests: data changed", async () => {
    const list = changed(1, (batch) => ({ ...batch, publishedData: Uint8Array.of(...batch.publishedData, 1) }));
    await expect(read(forged(list))).rejects.toMatchObject({ details: { batch: 2, check: "dataHash" } });
  });

  it("that was forged with correct digests: a queue record swapped for another", async () => {
    const list = changed(1, (batch) => ({
      ...batch,
      l1Operations: batch.l1Operations.map(
        (operation) => ({ ...operation, index: operation.index ^ 1 }) as typeof operation,
      ),
    }));
    await expect(read(forged(list))).rejects.toMatchObject({ details: { batch: 2, check: "queueHash" } });
  });

  it("that was forged with correct digests: the first batch begins with queue entries consumed", async () => {
    await expect(read(forged(batches, { ...GENESIS, queuePosition: 1 }))).rejects.toMatchObject({
      code: "restore/archive-corrupt",
    });
  });

  it("that was forged with correct digests: its end names another batch", async () => {
    await expect(read(forged(batches, GENESIS, 99))).rejects.toMatchObject({ code: "restore/archive-corrupt" });
  });

  it("that was forged with correct digests: data and data hash changed together lead to another root", async () => {
    const [first] = batches;
    if (first === undefined) expect.unreachable();
    const path = join(temporaryFolder(), "forged");
    writeFileSync(path, forged([{ ...first, header: { ...first.header, newRoot: 77n } }]));
    await expect(restore(path)).rejects.toMatchObject({ code: "restore/root-mismatch" });
    await expect(verifyArchive(path, null)).resolves.toMatchObject({ end: { root: 77n } });
  });

  it("of another rollup", async () => {
    const foreign = { ...history, domain: { ...history.domain, rollup: history.domain.rollup ^ 1n } };
    const [own, other] = [await archived(history, batches.slice(0, 2)), await archived(foreign, batches)];
    await expect(restore(own, other)).rejects.toMatchObject({ code: "restore/archive-foreign" });
  });

  it("when there is neither archive nor L1", async () => {
    await expect(restore()).rejects.toMatchObject({ code: "restore/bad-option" });
  });
});
