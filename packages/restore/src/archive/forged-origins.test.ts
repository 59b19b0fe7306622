import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeSafe64 } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { arbitraryHistory, FAKE_CRYPTO, type History } from "@cairn/testkit";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
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
import { restoreFromFiles } from "../node/restore-files.ts";
import type { ArchivedSettlement, PublishedBatch } from "../published-batch.ts";
import { digestOf, encodeBatch, encodeFrame, encodeHead, encodeSettlements } from "./format.ts";
import { readArchive } from "./reader.ts";

const { compress } = FAKE_CRYPTO;
afterEach(removeFolders);

interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}

describe("an archive whose digests are right is refused", () => {
  let history: History;
  let batches: PublishedBatch[];

  beforeAll(() => {
    const [found] = fc
      .sample(arbitraryHistory({ maxBlocks: 5 }), { numRuns: 20, seed: 6 })
      .filter(({ blocks }) => blocks.length > 2);
    if (found === undefined) expect.unreachable();
    history = found;
    batches = publishedBatches(history);
  });

  /** An archive of any frames with correct digests. */
  const framed = (frames: readonly Frame[]): Uint8Array => {
    const head = encodeHead({ identity: identityOf(history.domain), start: GENESIS });
    let digest = digestOf(head);
    const parts = [head, digest];
    for (const { type, payload } of frames) {
      const frame = encodeFrame(type, payload);
      digest = digestOf(digest, frame);
      parts.push(frame, digest);
    }
    return Buffer.concat(parts);
  };
  const batchFrame = (batch: PublishedBatch): Frame => {
    return { type: 1, payload: encodeBatch(batch, positionAfterAll(batches.slice(0, batch.number)).chains) };
  };
  const endFrame = (last: number): Frame => ({ type: 2, payload: encodeSafe64(last) });
  const SETTLEMENT: ArchivedSettlement = {
    batch: 1,
    position: 0,
    status: "paid",
    l1Block: 1,
    transactionHash: new Uint8Array(32),
  };
  const settled = (list: readonly ArchivedSettlement[]): Frame => ({ type: 4, payload: encodeSettlements(list) });
  const read = async (frames: readonly Frame[]) => gather((await readArchive(stream([framed(frames)]))).records());

  it.each<[string, number, Partial<ArchivedSettlement>]>([
    ["of a batch that has not come", 1, { batch: 2 }],
    ["of batch 0", 1, { batch: 0 }],
    ["of a place that no list has", 1, { position: 1024 }],
    ["before any batch", 0, {}],
  ])("for settlements %s", async (_, after, change) => {
    const whole = batches.slice(0, 2).map(batchFrame);
    const frames = [...whole.slice(0, after), settled([{ ...SETTLEMENT, ...change }]), ...whole.slice(after)];
    await expect(read([...frames, endFrame(2)])).rejects.toMatchObject({ code: "restore/archive-corrupt" });
  });

  it.each<[string, Uint8Array]>([
    ["is empty", encodeSettlements([])],
    ["has a status that nobody knows", Uint8Array.from({ length: 57 }, (_, i) => (i === 3 ? 1 : 0))],
    ["has bytes after them", new Uint8Array(60)],
    ["has fewer than it says", Uint8Array.of(0, 0, 0, 2, ...new Uint8Array(53))],
  ])("when a frame of settlements %s", async (_, payload) => {
    const frames = [...batches.slice(0, 1).map(batchFrame), { type: 4, payload }, endFrame(1)];
    await expect(read(frames)).rejects.toMatchObject({ code: "restore/archive-corrupt" });
  });

  it("when it settles more payouts than its batches can have, so that it need not end", async () => {
    const first = batches.slice(0, 1).map(batchFrame);
    const all = Array.from({ length: 1024 }, (_, position) => ({ ...SETTLEMENT, position }));
    expect(await read([...first, settled(all), endFrame(1)])).toHaveLength(2);
    await expect(read([...first, settled(all), settled([SETTLEMENT]), endFrame(1)])).rejects.toMatchObject({
      code: "restore/archive-corrupt",
    });
  });

  it.each<[string, (batch: PublishedBatch) => number]>([
    ["before its last block", ({ header }) => Number(header.lastTimestamp) - 1],
    ["later than L1 takes its first block", ({ header }) => Number(header.firstTimestamp) + 21_601],
  ])("when it says that L1 accepted a batch %s", async (_, timeOf) => {
    const changed = batches.map((batch) =>
      batch.number === 2 ? { ...batch, origin: { ...batch.origin, l1Timestamp: timeOf(batch) } } : batch,
    );
    const path = join(temporaryFolder(), "archive");
    writeFileSync(path, framed([...changed.map(batchFrame), endFrame(batches.length)]));
    const refusal = { code: "restore/batch-mismatch", details: { batch: 2, check: "l1Timestamp" } };
    await expect(verifyArchive(path, { compress, access: null })).rejects.toMatchObject(refusal);
    const options = { store: createMemoryStore(), compress, rollup: null, archives: [path] };
    await expect(restoreFromFiles(options)).rejects.toMatchObject(refusal);
  });
});
