import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { versionedHash } from "@cairn/blobs/format";
import { type Chains, GENESIS_CHAINS } from "@cairn/crypto";
import {
  decodeExtraCells,
  encodeSafe64,
  encodeUint32,
  evaluateCells,
  payoutListHash,
  readBatchCells,
} from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { arbitraryHistory, FAKE_CRYPTO, type History } from "@cairn/testkit";
import type { ChainPosition } from "@cairn/vm";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { blockCountOf, withHashes, withSameValue } from "../../test/forged.ts";
import {
  archived,
  GENESIS,
  gather,
  identityOf,
  positionAfterAll,
  publishedBatches,
  removeFolders,
  stream,
  temporaryFolder,
} from "../../test/published.ts";
import { verifyArchive } from "../archive-rollup.ts";
import { followPublishedBatch } from "../chain-position.ts";
import { restoreFromFiles } from "../node/restore-files.ts";
import type { PublishedBatch } from "../published-batch.ts";
import { openArchive } from "./archive-file.ts";
import { digestOf, encodeBatch, encodeFrame, encodeHead, encodeWaitingFrame } from "./format.ts";
import { readArchive } from "./reader.ts";

const { compress } = FAKE_CRYPTO;
afterEach(removeFolders);

/** Checks a file alone. */
const verify = (path: string) => verifyArchive(path, { compress, access: null });

const read = async (bytes: Uint8Array): Promise<PublishedBatch[]> =>
  gather((await readArchive(stream([bytes]))).batches());

const restore = (...archives: string[]) =>
  restoreFromFiles({ store: createMemoryStore(), compress, rollup: null, archives });

describe("an archive is refused", () => {
  let history: History;
  let batches: PublishedBatch[];
  let chains: readonly Chains[];
  /** Number of a batch of several blocks that pays and consumes entries. */
  const BUSY = 2;

  beforeAll(() => {
    const isBusy = ({ block, l1Operations }: History["blocks"][number] | Record<string, never>): boolean =>
      block !== undefined && l1Operations.length > 1 && block.payouts.length > 0;
    const [found] = fc
      .sample(arbitraryHistory({ maxBlocks: 7, flawedPercent: 0 }), { numRuns: 60, seed: 8 })
      .filter(({ blocks }) => blocks.length > 5 && isBusy(blocks[1] ?? {}));
    if (found === undefined) expect.unreachable();
    history = found;
    batches = publishedBatches(history, { blockCounts: [1, 3], dataSources: ["calldata", "blob"] });
    chains = batches.map((_, i) => positionAfterAll(batches.slice(0, i + 1)).chains);
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

  it("of an earlier version or a later one, or not an archive at all", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "a file of text that is long enough");
    await expect(openArchive(path)).rejects.toMatchObject({ code: "restore/archive-unsupported" });
    await expect(openArchive(join(path, "nowhere"))).rejects.toMatchObject({ code: "restore/io" });
    const bytes = Uint8Array.from(readFileSync(await archived(history, batches)));
    for (const version of [1, 2, 4]) {
      bytes[9] = version;
      await expect(read(bytes)).rejects.toMatchObject({ code: "restore/archive-unsupported" });
    }
  });

  interface Frame {
    readonly type: number;
    readonly payload: Uint8Array;
  }

  /** An archive of any frames with correct digests. */
  function framed(frames: readonly Frame[], start = GENESIS): Uint8Array {
    const head = encodeHead({ identity: identityOf(history.domain), start });
    let digest = digestOf(head);
    const parts = [head, digest];
    for (const frame of frames.map(({ type, payload }) => encodeFrame(type, payload))) {
      digest = digestOf(digest, frame);
      parts.push(frame, digest);
    }
    return Buffer.concat(parts);
  }

  const batchFrame = (batch: PublishedBatch): Frame => {
    const after = batch.chains ?? chains[batch.number - 1] ?? GENESIS_CHAINS;
    return { type: 1, payload: encodeBatch(batch, after) };
  };
  const endFrame = (last: number): Frame => ({ type: 2, payload: encodeSafe64(last) });

  /** An archive of any batches with correct digests. */
  function forged(list: readonly PublishedBatch[], start = GENESIS, end = list.at(-1)?.number ?? 0): Uint8Array {
    return framed([...list.map(batchFrame), endFrame(end)], start);
  }

  function changed(number: number, change: (batch: PublishedBatch) => PublishedBatch): PublishedBatch[] {
    return batches.map((batch) => (batch.number === number ? change(batch) : batch));
  }

  /** Writes it to a file. */
  function stored(bytes: Uint8Array): string {
    const path = join(temporaryFolder(), "forged");
    writeFileSync(path, bytes);
    return path;
  }

  /** Neither a check of the file nor a restoration takes it. */
  async function expectRefused(bytes: Uint8Array, refusal: object): Promise<void> {
    const path = stored(bytes);
    await expect(verify(path)).rejects.toMatchObject(refusal);
    await expect(restore(path)).rejects.toMatchObject(refusal);
  }

  it("that was forged with correct digests: a batch missing", async () => {
    await expectRefused(forged(batches.filter((_, i) => i !== 1)), {
      code: "restore/batch-mismatch",
      details: { batch: 3, check: "number" },
    });
  });

  it("that was forged with correct digests: batches swapped", async () => {
    const [first, second, third, ...rest] = batches;
    if (first === undefined || second === undefined || third === undefined) expect.unreachable();
    await expectRefused(forged([first, third, second, ...rest]), { code: "restore/batch-mismatch" });
    const renumbered = [first, { ...third, number: 2 }, { ...second, number: 3 }];
    await expectRefused(forged(renumbered), { code: "restore/batch-mismatch", details: { batch: 2 } });
  });

  const altered = (cells: readonly bigint[], at: number, mask: bigint): bigint[] =>
    cells.map((cell, i) => (i === at ? cell ^ mask : cell));
  /** With another fee of a transaction. */
  const otherFee = (cells: readonly bigint[]): bigint[] =>
    altered(cells, 1 + cells.slice(1, 9).findIndex((cell) => BigInt.asUintN(104, cell) !== 0n), 1n);
  const otherKey = ({ l1Operations }: PublishedBatch) =>
    l1Operations.map((operation) => ({ ...operation, index: operation.index ^ 1 }) as typeof operation);

  it.each<[string, string, (batch: PublishedBatch) => PublishedBatch]>([
    ["a cell altered", "history", (batch) => ({ ...batch, cells: otherFee(batch.cells) })],
    [
      "its first header cell altered",
      "timestamp",
      (batch) => ({ ...batch, cells: altered(batch.cells, 0, 1n << 104n) }),
    ],
    ["cells cut off", "cells", (batch) => ({ ...batch, cells: batch.cells.slice(0, 1) })],
    [
      "a KZG commitment altered",
      "dataCommitment",
      (batch) => ({ ...batch, kzgCommitment: new Uint8Array(48).fill(9) }),
    ],
    ["a data commitment altered", "dataCommitment", (batch) => ({ ...batch, dataCommitment: new Uint8Array(32) })],
    ["payouts twice", "payoutsHash", (batch) => ({ ...batch, payouts: [...batch.payouts, ...batch.payouts] })],
    [
      "payouts and their hash altered",
      "history",
      (batch) => {
        const payouts = batch.payouts.map((payout) => ({ ...payout, recipient: 0xbadn }));
        return { ...batch, payouts, payoutsHash: payoutListHash(payouts) };
      },
    ],
    ["a queue record altered", "history", (batch) => ({ ...batch, l1Operations: otherKey(batch) })],
    ["a queue record left out", "l1Operations", (batch) => ({ ...batch, l1Operations: batch.l1Operations.slice(1) })],
    ["chains altered", "chains", (batch) => ({ ...batch, chains: { ...GENESIS_CHAINS, data: 5n } })],
    [
      "a block fewer",
      "cells",
      (batch) => ({ ...batch, header: { ...batch.header, lastBlock: batch.header.firstBlock } }),
    ],
    ["another history", "history", (batch) => ({ ...batch, header: { ...batch.header, newHistory: 5n } })],
    ["another blocks root", "blocksRoot", (batch) => ({ ...batch, header: { ...batch.header, blocksRoot: 5n } })],
    ["another root before", "oldRoot", (batch) => ({ ...batch, header: { ...batch.header, oldRoot: 5n } })],
  ])("that was forged with correct digests: %s", async (_, check, change) => {
    await expectRefused(forged(changed(BUSY, change)), {
      code: "restore/batch-mismatch",
      details: { batch: BUSY, check },
    });
  });

  it("that was forged with correct digests: a batch in calldata with other cells than were committed to", async () => {
    const extra = changed(1, (batch) => ({ ...batch, cells: [...batch.cells, 0n] }));
    await expectRefused(forged(extra), { details: { batch: 1, check: "dataCommitment" } });
  });

  it("that was forged with correct digests: cells of another meaning, with the same value at the batch's point", async () => {
    const point = 2n ** 247n + 12345n;
    const { batch, at } = findNewAccount();
    const cells = withSameValue(batch.cells, at, point);
    expect(evaluateCells(cells, point)).toBe(evaluateCells(batch.cells, point));
    expect(decodeExtraCells(cells[at] ?? 0n, cells[at + 1] ?? 0n).owner).not.toBe(
      decodeExtraCells(batch.cells[at] ?? 0n, batch.cells[at + 1] ?? 0n).owner,
    );
    await expectRefused(forged(changed(batch.number, () => ({ ...batch, cells }))), {
      details: { batch: batch.number, check: "history" },
    });
  });

  /** A batch in a blob that creates an account by a transfer, and the first cell of its owner and key. */
  function findNewAccount(): { readonly batch: PublishedBatch; readonly at: number } {
    for (const batch of batches.filter(({ header }) => header.dataSource === "blob")) {
      let start = 0;
      for (const { slotCount, data, cells } of readBatchCells(batch.cells, blockCountOf(batch))) {
        const extras = data.slots.filter(({ type }) => type === "transferToNew" || type === "withdraw");
        const place = extras.findIndex(({ type }) => type === "transferToNew");
        if (place >= 0) return { batch, at: start + 1 + slotCount / 2 + 2 * place };
        start += cells.length;
      }
    }
    return expect.unreachable();
  }

  it.each<[string, Partial<ChainPosition>]>([
    ["queue entries consumed", { queuePosition: 1 }],
    ["a time", { timestamp: 1n }],
    ["a chain", { chains: { ...GENESIS_CHAINS, payouts: 1n } }],
  ])("that was forged with correct digests: its first batch begins with %s", async (_, change) => {
    await expectRefused(forged(batches, { ...GENESIS, ...change }), { code: "restore/archive-corrupt" });
  });

  it("that was forged with correct digests: it begins later, with other chains or another root", async () => {
    const [first] = batches;
    if (first === undefined) expect.unreachable();
    const start = positionAfterAll([first]);
    const later = batches.slice(1);
    const whole = stored(forged([first]));
    const wrongChains = stored(forged(later, { ...start, chains: { ...start.chains, l1: start.chains.l1 ^ 1n } }));
    await expect(verify(wrongChains)).rejects.toMatchObject({ details: { batch: 2, check: "history" } });
    for (const change of [{ chains: GENESIS_CHAINS }, { root: 5n }, { timestamp: 0n }, { queuePosition: 99 }]) {
      const path = stored(forged(later, { ...start, ...change }));
      await expect(restore(whole, path)).rejects.toMatchObject({ details: { batch: 1, check: "chains" } });
    }
    expect((await restore(whole, stored(forged(later, start)))).position.root).toBe(history.tree.root());
  });

  it("that was forged with correct digests: its end names another batch", async () => {
    await expectRefused(forged(batches, GENESIS, 99), { code: "restore/archive-corrupt" });
  });

  it.each<[string, (frames: readonly Frame[]) => Frame[]]>([
    ["a batch after the waiting entries", (frames) => [waitingFrame(), ...frames]],
    [
      "waiting entries twice",
      (frames) => [...frames.slice(0, -1), waitingFrame(), waitingFrame(), ...frames.slice(-1)],
    ],
    ["a frame of an unknown type", (frames) => [{ type: 4, payload: new Uint8Array(3) }, ...frames]],
    ["an end that is too long", (frames) => [...frames.slice(0, -1), { type: 2, payload: new Uint8Array(9) }]],
    ["waiting entries cut off", (frames) => [{ type: 3, payload: encodeUint32(3) }, ...frames.slice(-1)]],
    [
      "fewer waiting entries than they say",
      (frames) => [{ type: 3, payload: new Uint8Array(12).fill(1, 11) }, ...frames.slice(-1)],
    ],
    ["bytes after the waiting entries", (frames) => [{ type: 3, payload: new Uint8Array(13) }, ...frames.slice(-1)]],
    ["a batch cut off", ([first]) => [{ type: 1, payload: (first?.payload ?? new Uint8Array()).subarray(0, 300) }]],
    [
      "a last cell of 0",
      ([first, ...rest]) => [
        { type: 1, payload: Buffer.concat([first?.payload ?? new Uint8Array(), new Uint8Array(26)]) },
        ...rest,
      ],
    ],
    [
      "half a cell",
      ([first, ...rest]) => [
        { type: 1, payload: Buffer.concat([first?.payload ?? new Uint8Array(), Uint8Array.of(1)]) },
        ...rest,
      ],
    ],
    ["a batch in calldata with a KZG commitment", ([first, ...rest]) => [withByte(first, 8 + 166 + 64, 1), ...rest]],
    ["fewer cells sent than stored", ([first, ...rest]) => [withByte(first, 8 + 166 + 64 + 48 + 3, 0), ...rest]],
    ["more cells sent than a batch has", ([first, ...rest]) => [withByte(first, 8 + 166 + 64 + 48 + 1, 1), ...rest]],
    ["a chain that is no field element", ([first, ...rest]) => [withByte(first, 8 + 166 + 64 + 48 + 4, 255), ...rest]],
    ["a circuit that nobody knows", ([first, ...rest]) => [withByte(first, 8, 77), ...rest]],
  ])("with correct digests, but %s", async (_, change) => {
    const frames = [...batches.map(batchFrame), endFrame(batches.length)];
    await expectRefused(framed(change(frames)), { code: "restore/archive-corrupt" });
  });

  const waitingFrame = (): Frame => ({ type: 3, payload: encodeWaitingFrame({ l1Block: 1, entries: [] }) });

  function withByte(frame: Frame | undefined, at: number, value: number): Frame {
    const payload = Uint8Array.from(frame?.payload ?? []);
    payload[at] = value;
    return { type: frame?.type ?? 1, payload };
  }

  it("that was forged with correct digests and hashes: it leads to another root", async () => {
    const [first] = batches;
    if (first === undefined) expect.unreachable();
    const path = stored(forged([{ ...first, header: { ...first.header, newRoot: 77n } }]));
    await expect(restore(path)).rejects.toMatchObject({ code: "restore/root-mismatch" });
    await expect(verify(path)).resolves.toMatchObject({ end: { root: 77n } });
  });

  it("that was forged with correct digests and hashes: payouts that no slot makes", async () => {
    const [first, busy] = batches;
    if (first === undefined || busy === undefined) expect.unreachable();
    const payouts = busy.payouts.map((payout) => ({ ...payout, amount: payout.amount + 1n }));
    const lying = withHashes({ ...busy, payouts }, positionAfterAll([first]), compress);
    const path = stored(
      forged([
        first,
        { ...lying, chains: followPublishedBatch(positionAfterAll([first]), lying, compress).position.chains },
      ]),
    );
    await expect(verify(path)).resolves.toMatchObject({ end: { batch: 2 } });
    await expect(restore(path)).rejects.toMatchObject({ details: { batch: 2, check: "payouts" } });
  });

  it("of another rollup", async () => {
    const foreign = { ...history, domain: { ...history.domain, rollup: history.domain.rollup ^ 1n } };
    const [own, other] = [await archived(history, batches.slice(0, 2)), await archived(foreign, batches)];
    await expect(restore(own, other)).rejects.toMatchObject({ code: "restore/archive-foreign" });
  });

  it("that disagrees with one read before it, without an L1 to decide", async () => {
    const [first, busy] = batches;
    if (first === undefined || busy === undefined) expect.unreachable();
    const other = { ...busy, kzgCommitment: new Uint8Array(48), dataCommitment: versionedHash(new Uint8Array(48)) };
    const [own, others] = [stored(forged([first, busy])), stored(forged([first, other]))];
    await expect(restore(own, others)).rejects.toMatchObject({ details: { batch: 2, check: "commitment" } });
    expect((await restore(own, own)).position.batch).toBe(2);
  });

  it("when there is neither archive nor L1", async () => {
    await expect(restore()).rejects.toMatchObject({ code: "restore/bad-option" });
  });
});
