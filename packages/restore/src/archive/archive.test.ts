import { appendFileSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { type Chains, GENESIS_CHAINS } from "@cairn/crypto";
import { createMemoryStore } from "@cairn/state";
import { arbitraryHistory, FAKE_CRYPTO, type History } from "@cairn/testkit";
import type { ChainPosition } from "@cairn/vm";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  archived,
  comparable,
  entryOrigin,
  GENESIS,
  gather,
  identityOf,
  positionAfterAll,
  publishedBatches,
  removeFolders,
  stream,
  temporaryFolder,
} from "../../test/published.ts";
import { restoreFromFiles } from "../node/restore-files.ts";
import type { ArchivedSettlement, PublishedBatch } from "../published-batch.ts";
import { openArchive } from "./archive-file.ts";
import type { ArchiveWriter } from "./archive-writer.ts";
import { MAX_SETTLEMENTS } from "./format.ts";
import { readArchive } from "./reader.ts";
import { continueArchive, createArchive } from "./writer.ts";

const { compress } = FAKE_CRYPTO;
/** Batches of one and of several blocks, in calldata and in blobs. */
const MIXED = { blockCounts: [1, 3, 2], dataSources: ["calldata", "blob", "calldata", "calldata", "blob"] } as const;
afterEach(removeFolders);

const restore = (...archives: string[]) =>
  restoreFromFiles({ store: createMemoryStore(), compress, rollup: null, archives });

describe("an archive", () => {
  it("returns what was written, however its bytes arrive", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryHistory({ maxBlocks: 5, sizes: [16, 64] }),
        fc.integer({ min: 1, max: 700 }),
        async (history, chunk) => {
          const batches = publishedBatches(history, MIXED);
          const bytes = Uint8Array.from(readFileSync(await archived(history, batches)));
          const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, i) =>
            bytes.subarray(i * chunk, (i + 1) * chunk),
          );
          const reader = await readArchive(stream(chunks));
          expect(reader.identity).toEqual(identityOf(history.domain));
          expect((await gather(reader.batches())).map(comparable)).toEqual(batches.map(comparable));
          expect(reader.waiting()).toBeNull();
        },
      ),
      { numRuns: 15 },
    );
  });

  it("restores the state, in one piece or in several", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory({ maxBlocks: 7 }), fc.nat(), async (history, at) => {
        const batches = publishedBatches(history, MIXED);
        const cut = at % batches.length;
        const middle = positionAfterAll(batches.slice(0, cut));
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
    const path = await archived(history, publishedBatches(history, MIXED));
    const archiveTo = join(temporaryFolder(), "copy");
    const store = createMemoryStore();
    await restoreFromFiles({ store, compress, rollup: null, archives: [path], archiveTo });
    expect(readFileSync(archiveTo)).toEqual(readFileSync(path));
    await restoreFromFiles({ store, compress, rollup: null, archives: [path], archiveTo });
    expect(readFileSync(archiveTo)).toEqual(readFileSync(path));
  });
});

describe("an archive that is continued", () => {
  let history: History;
  let batches: PublishedBatch[];
  let middle: ChainPosition;
  let chains: readonly Chains[];

  beforeAll(() => {
    const [found] = fc
      .sample(arbitraryHistory({ maxBlocks: 12 }), { numRuns: 40, seed: 5 })
      .filter(({ blocks }) => blocks.length > 9);
    if (found === undefined) expect.unreachable();
    history = found;
    batches = publishedBatches(history, { ...MIXED, blockCounts: [1, 2] });
    middle = positionAfterAll(batches.slice(0, 3));
    chains = batches.map((_, i) => positionAfterAll(batches.slice(0, i + 1)).chains);
  });

  /** Appends the batches from the one at `first` on and finishes. */
  const appendFrom = async (writer: ArchiveWriter, first: number): Promise<void> => {
    for (const batch of batches.slice(first)) await writer.append(batch, chains[batch.number - 1] ?? GENESIS_CHAINS);
    await writer.finish(null);
  };

  it.each<[string, (path: string, whole: number) => void]>([
    ["after its end", () => {}],
    ["after a crash in mid-frame", (path, whole) => truncateSync(path, whole - 60)],
    ["after a crash that left garbage", (path) => appendFileSync(path, Buffer.alloc(200, 7))],
  ])("is whole again: %s", async (_, damage) => {
    const path = await archived(history, batches.slice(0, 5));
    damage(path, readFileSync(path).length);
    const writer = await continueArchive(path, identityOf(history.domain), middle);
    await appendFrom(writer, 3);
    expect(readFileSync(path)).toEqual(readFileSync(await archived(history, batches)));
  });

  it("drops batches that were undone", async () => {
    const path = join(temporaryFolder(), "archive");
    const writer = await continueArchive(path, identityOf(history.domain), GENESIS);
    for (const batch of batches) await writer.append(batch, chains[batch.number - 1] ?? GENESIS_CHAINS);
    await writer.continueAfter(middle);
    expect(writer.lastBatch()).toBe(3);
    await appendFrom(writer, 3);
    expect(readFileSync(path)).toEqual(readFileSync(await archived(history, batches)));
  });

  it("must belong to the same rollup and have the same batch at the position", async () => {
    const path = await archived(history, batches.slice(0, 5));
    const identity = identityOf(history.domain);
    const open = (at: ChainPosition, of = identity) => continueArchive(path, of, at);
    await expect(open(middle, { ...identity, chainId: 5n })).rejects.toMatchObject({ code: "restore/archive-foreign" });
    await expect(open(positionAfterAll(batches.slice(0, 6)))).rejects.toMatchObject({
      code: "restore/archive-gap",
    });
    const otherChains = { ...middle, chains: { ...middle.chains, data: 5n } };
    for (const other of [{ ...middle, root: 5n }, otherChains, { ...GENESIS, root: 5n }]) {
      await expect(open(other)).rejects.toMatchObject({ code: "restore/batch-mismatch" });
    }
    const later = await archived(history, batches.slice(5), positionAfterAll(batches.slice(0, 5)));
    await expect(continueArchive(later, identity, middle)).rejects.toMatchObject({ code: "restore/archive-gap" });
    await expect(createArchive(path, identity, GENESIS)).rejects.toMatchObject({ code: "restore/io" });
  });

  it("accepts batches in order only", async () => {
    const path = join(temporaryFolder(), "archive");
    const writer = await createArchive(path, identityOf(history.domain), GENESIS);
    const [, second] = batches;
    if (second === undefined) expect.unreachable();
    await expect(writer.append(second, GENESIS_CHAINS)).rejects.toMatchObject({ code: "restore/bad-option" });
    await writer.close();
  });
});

describe("what became of payouts", () => {
  const settled = (batch: number, position: number, status: "paid" | "claimable" = "paid"): ArchivedSettlement => {
    return { batch, position, status, l1Block: 100 + batch, transactionHash: new Uint8Array(32).fill(position) };
  };
  const [batches, domain] = (() => {
    const [history] = fc
      .sample(arbitraryHistory({ maxBlocks: 8 }), { numRuns: 20, seed: 4 })
      .filter(({ blocks }) => blocks.length > 4);
    if (history === undefined) expect.unreachable();
    return [publishedBatches(history), history.domain];
  })();
  const positions = batches.map((_, i) => positionAfterAll(batches.slice(0, i + 1)));

  /** Writes batches, and after some of them settlements. */
  const write = async (after: ReadonlyMap<number, readonly ArchivedSettlement[]>): Promise<string> => {
    const path = join(temporaryFolder(), "archive");
    const writer = await createArchive(path, identityOf(domain), GENESIS);
    for (const [i, batch] of batches.entries()) {
      await writer.append(batch, positions[i]?.chains ?? GENESIS_CHAINS);
      await writer.settle(after.get(batch.number) ?? []);
    }
    await writer.finish(null);
    return path;
  };
  const readSettled = async (path: string): Promise<unknown[]> => {
    const records = await gather((await openArchive(path)).records());
    return records.flatMap((record): unknown[] =>
      record.type === "batch" ? [record.batch.number] : [...record.settlements],
    );
  };

  it("is kept between the batches, in L1's order", async () => {
    const many = Array.from({ length: MAX_SETTLEMENTS + 3 }, (_, i) => settled(1 + (i >> 10), i & 1023));
    const path = await write(
      new Map([
        [1, [settled(1, 1), settled(1, 0, "claimable")]],
        [5, many],
      ]),
    );
    const rest = batches.slice(5).map(({ number }) => number);
    expect(await readSettled(path)).toEqual([
      1,
      settled(1, 1),
      settled(1, 0, "claimable"),
      2,
      3,
      4,
      5,
      ...many,
      ...rest,
    ]);
    expect((await gather((await openArchive(path)).batches())).length).toBe(batches.length);
  });

  it("stays when the archive is continued, is not added twice, and goes with the batches that are cut off", async () => {
    const before = [settled(1, 0), settled(2, 0)];
    const path = await write(
      new Map([
        [2, before],
        [3, [settled(3, 0)]],
      ]),
    );
    const [, second, third] = positions;
    if (second === undefined || third === undefined) expect.unreachable();
    const again = await continueArchive(path, identityOf(domain), third);
    await again.settle([settled(3, 0), settled(3, 1)]);
    await again.finish(null);
    expect(await readSettled(path)).toEqual([1, 2, ...before, 3, settled(3, 0), settled(3, 1)]);
    const back = await continueArchive(path, identityOf(domain), third);
    await back.continueAfter(second);
    await back.settle([settled(2, 0), settled(2, 1)]);
    await back.finish(null);
    expect(await readSettled(path)).toEqual([1, 2, ...before, settled(2, 1)]);
  });

  it("stays as far as a crash left it whole", async () => {
    const path = await write(new Map());
    const { length } = readFileSync(path);
    const last = positions.at(-1) ?? expect.unreachable();
    const writer = await continueArchive(path, identityOf(domain), last);
    await writer.settle([settled(1, 0)]);
    await writer.settle([settled(1, 1)]);
    await writer.close();
    truncateSync(path, readFileSync(path).length - 7);
    const again = await continueArchive(path, identityOf(domain), last);
    await again.finish(null);
    expect((await readSettled(path)).at(-1)).toEqual(settled(1, 0));
    expect(readFileSync(path).length).toBeGreaterThan(length);
  });
});

describe("the queue after an archive's last batch", () => {
  it("is kept, cut off when the archive is continued, and written last again", async () => {
    const [history] = fc.sample(arbitraryHistory({ maxBlocks: 4 }), { numRuns: 1, seed: 3 });
    if (history === undefined) expect.unreachable();
    const batches = publishedBatches(history);
    const operations = history.blocks.flatMap(({ l1Operations }) => l1Operations).slice(0, 3);
    const entries = operations.map((operation, i) => ({ operation, origin: entryOrigin(70, i) }));
    const path = await archived(history, batches);
    const plain = readFileSync(path);
    const continued = await continueArchive(path, identityOf(history.domain), positionAfterAll(batches));
    await continued.finish({ l1Block: 77, entries });
    const reader = await openArchive(path);
    expect(reader.waiting()).toBeNull();
    await gather(reader.batches());
    const last = batches.at(-1);
    expect(reader.waiting()).toEqual({
      l1Block: 77,
      entries,
      batch: last?.number,
      resumeBlock: last?.origin.resumeBlock,
    });
    const archiveTo = join(temporaryFolder(), "copy");
    await restoreFromFiles({ store: createMemoryStore(), compress, rollup: null, archives: [path], archiveTo });
    expect(readFileSync(archiveTo)).toEqual(readFileSync(path));
    const again = await continueArchive(path, identityOf(history.domain), positionAfterAll(batches));
    await again.finish(null);
    expect(readFileSync(path)).toEqual(plain);
  });
});
