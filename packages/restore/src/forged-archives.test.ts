import { join } from "node:path";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access, type L1Access } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { accountIndex, readBatchCells } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { forgeArchive, withHashes, withStolenDeposits } from "../test/forged.ts";
import { gather, removeFolders, temporaryFolder, withCells } from "../test/published.ts";
import { openArchive } from "./archive/archive-file.ts";
import type { ArchivedQueue } from "./archive/format.ts";
import { createArchive } from "./archive/writer.ts";
import { archiveRollup, verifyArchive } from "./archive-rollup.ts";
import { followPublishedBatch } from "./chain-position.ts";
import { restoreFromFiles } from "./node/restore-files.ts";
import type { PublishedBatch } from "./published-batch.ts";
import { openRestoredState } from "./restored-state.ts";
import type { WaitingEntry } from "./stored-records.ts";

let live: UnprovenRollup;

beforeAll(async () => {
  live = await startUnprovenRollup();
  for (const position of [0, 1, 2]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  for (let seed = 1; seed <= 2; seed++) {
    await live.deposit(seed, BigInt(seed));
    await live.publishSome(seed);
  }
  await live.publishSome(3);
  await live.deposit(3, 9n);
});
afterAll(() => live?.stop());
afterEach(removeFolders);

const access = () => createL1Access(live.rollup);
const verify = (path: string, l1: L1Access | null) => verifyArchive(path, { compress: live.compress, access: l1 });
const write = (path: string) => archiveRollup(access(), { path, compress: live.compress, head: "latest" });
const honest = async (): Promise<string> => {
  const path = join(temporaryFolder(), "archive");
  await write(path);
  return path;
};

/** An archive of the same rollup with these batches and waiting entries. */
async function rewritten(
  path: string,
  batches: readonly PublishedBatch[],
  waiting: ArchivedQueue | null,
): Promise<string> {
  const { identity, start } = await openArchive(path);
  const target = join(temporaryFolder(), "forged");
  const writer = await createArchive(target, identity, start);
  let position = start;
  for (const batch of batches) {
    ({ position } = followPublishedBatch(position, { ...batch, chains: null }, live.compress));
    await writer.append(batch, position.chains);
  }
  await writer.finish(waiting);
  return target;
}

describe("an archive with forged queue records and all hashes recomputed", () => {
  const refusal = { code: "restore/batch-mismatch", details: { check: "commitment" } };
  const queueRefusal = { code: "restore/queue-mismatch" };

  it("is consistent in itself, but fails verification against L1 and is not continued", async () => {
    const path = await forgeArchive(await honest(), { compress: live.compress, batch: withStolenDeposits });
    await expect(verify(path, null)).resolves.toMatchObject({
      end: { batch: 4, root: live.tree.root() },
    });
    await expect(verify(path, access())).rejects.toMatchObject(refusal);
    await expect(write(path)).rejects.toMatchObject(refusal);
  });

  it("does not enter a state that can ask L1", async () => {
    const path = await forgeArchive(await honest(), { compress: live.compress, batch: withStolenDeposits });
    const [store, { compress, rollup }] = [createMemoryStore(), live];
    await expect(restoreFromFiles({ store, compress, rollup, archives: [path] })).rejects.toMatchObject(refusal);
    expect(openRestoredState({ store, compress, identity: null }).position().batch).toBe(0);
    const { position } = await restoreFromFiles({ store, compress, rollup, archives: [await honest()] });
    expect(position.root).toBe(live.tree.root());
  });

  it("is refused though it begins after the forged ones", async () => {
    for (const after of [1, 4]) {
      const path = await forgeArchive(await honest(), {
        compress: live.compress,
        after,
        start: (start) => ({ ...start, queueHash: start.queueHash.map((byte) => byte ^ 1) }),
      });
      await expect(verify(path, null)).resolves.toMatchObject({ start: { batch: after }, end: { batch: 4 } });
      await expect(verify(path, access())).rejects.toMatchObject(queueRefusal);
      await expect(write(path)).rejects.toMatchObject(queueRefusal);
    }
  });

  it("is refused though its records are entries of L1, but of other batches", async () => {
    const [whole, { compress, rollup }] = [await honest(), live];
    const { restored, position } = await restoreFromFiles({ store: createMemoryStore(), compress, rollup });
    const [entry] = restored.waiting();
    if (entry === undefined) expect.unreachable();
    // The third batch claims the waiting entry and skips the one that it consumed.
    const path = await forgeArchive(whole, {
      compress,
      after: 2,
      start: (start) => ({ ...start, queuePosition: start.queuePosition + 1, queueHash: position.queueHash }),
      batch: (batch) =>
        batch.number === 3 ? { ...batch, l1Operations: [entry.operation], entryOrigins: [entry.origin] } : batch,
    });
    await expect(verify(path, access())).rejects.toMatchObject(refusal);
  });

  it("is refused though it consumes none, but begins with another number of consumed entries", async () => {
    const [whole, { compress }] = [await honest(), live];
    const batches = await gather((await openArchive(whole)).batches());
    const before = batches
      .slice(0, 2)
      .reduce((at, batch) => followPublishedBatch(at, batch, compress).position, (await openArchive(whole)).start);
    const { queuePosition, queueHash } = before;
    const snapshot = await live.client.snapshot();
    for (const publish of [false, true]) {
      if (publish) await live.publish();
      for (const after of [3, 4]) {
        const forged = await forgeArchive(whole, {
          compress,
          after,
          start: (start) => ({ ...start, queuePosition, queueHash }),
        });
        const honestly = await forgeArchive(whole, { compress, after });
        await expect(verify(honestly, access())).resolves.toMatchObject({ start: { batch: after, queuePosition: 5 } });
        // An archive without batches says nothing about batches that were followed by others.
        const isUseless = publish && after === 4;
        if (!isUseless) await expect(verify(forged, access())).rejects.toMatchObject(queueRefusal);
      }
    }
    await live.client.revert({ id: snapshot });
    live.forgetLast();
  });
});

describe("an archive in which two batches are joined", () => {
  it("leads to the same state and history, but is refused where L1 can be asked", async () => {
    const whole = await honest();
    const { compress, rollup } = live;
    const archive = await openArchive(whole);
    const [first, second, third, fourth] = await gather(archive.batches());
    if (first === undefined || second === undefined || third === undefined || fourth === undefined) {
      return expect.unreachable();
    }
    const { position } = followPublishedBatch(archive.start, first, compress);
    const { lastBlock, lastTimestamp, newNextIndex, newRoot, newHistory } = third.header;
    const joined = withHashes(
      {
        ...withCells(second, [...wholeRows(second), ...third.cells]),
        header: { ...second.header, circuit: "pair", lastBlock, lastTimestamp, newNextIndex, newRoot },
        l1Operations: [...second.l1Operations, ...third.l1Operations],
        payouts: [...second.payouts, ...third.payouts],
        origin: third.origin,
        entryOrigins: [...second.entryOrigins, ...third.entryOrigins],
      },
      position,
      compress,
    );
    expect(joined.header.newHistory).toBe(newHistory);
    const path = await rewritten(whole, [first, joined, { ...fourth, number: 3 }], archive.waiting());
    await expect(verify(path, null)).resolves.toMatchObject({ end: { batch: 3, root: live.tree.root() } });
    const offline = restoreFromFiles({ store: createMemoryStore(), compress, rollup: null, archives: [path] });
    await expect(offline).resolves.toMatchObject({ position: { root: live.tree.root() } });
    const refusal = { code: "restore/batch-mismatch", details: { batch: 2, check: "commitment" } };
    await expect(verify(path, access())).rejects.toMatchObject(refusal);
    const online = restoreFromFiles({ store: createMemoryStore(), compress, rollup, archives: [path] });
    await expect(online).rejects.toMatchObject(refusal);
  });

  /** The cells of a batch of one block, with those of 0 at the end of its last row. */
  function wholeRows({ cells }: PublishedBatch): readonly bigint[] {
    return readBatchCells(cells, 1).flatMap((block) => block.cells);
  }
});

describe("an archive with forged waiting entries", () => {
  it("is refused where L1 can be asked, and the honest one needs no events", async () => {
    const whole = await honest();
    const reader = await openArchive(whole);
    const batches = await gather(reader.batches());
    const waiting = reader.waiting();
    if (waiting === null) expect.unreachable();
    expect(waiting.entries).toMatchObject([{ operation: { type: "deposit", amount: 9n } }]);
    const forged = await rewritten(whole, batches, {
      ...waiting,
      entries: waiting.entries.map(({ operation, origin }) => ({
        operation: { ...operation, index: accountIndex(64) },
        origin,
      })),
    });
    const { compress } = live;
    await expect(verify(forged, null)).resolves.toMatchObject({ end: { batch: 4 } });
    await expect(verify(forged, access())).rejects.toMatchObject({ code: "restore/queue-mismatch" });
    const rollup = lyingRollup(live.rollup, {
      getLogs: async () => expect.unreachable("the events are gone"),
      getTransaction: async () => expect.unreachable("the transactions are gone"),
    });
    const restore = (path: string) =>
      restoreFromFiles({ store: createMemoryStore(), compress, rollup, archives: [path] });
    await expect(restore(forged)).rejects.toMatchObject({ code: "restore/queue-mismatch" });
    const { restored, position } = await restore(whole);
    expect(position.root).toBe(live.tree.root());
    const honestly = await restoreFromFiles({ store: createMemoryStore(), compress, rollup: live.rollup });
    const facts = ({ position: at, operation, queueHash, submitterFee }: WaitingEntry) => [
      at,
      operation,
      queueHash,
      submitterFee,
    ];
    expect(restored.waiting().map(facts)).toEqual(honestly.restored.waiting().map(facts));
  });

  it("continues on an L1 that has pruned all events up to its last batch", async () => {
    const whole = await honest();
    const snapshot = await live.client.snapshot();
    const prunedBefore = await live.rollup.reader.getBlockNumber();
    await live.deposit(2, 77n);
    await live.publishSome(5);
    await live.deposit(1, 78n);
    const rollup = lyingRollup(live.rollup, {
      getLogs: async (ask, { fromBlock }) => {
        if (typeof fromBlock === "bigint" && fromBlock > prunedBefore) return ask();
        throw new RangeError("history is pruned");
      },
    });
    const { compress } = live;
    const store = createMemoryStore();
    const { restored, position } = await restoreFromFiles({ store, compress, rollup, archives: [whole] });
    expect(position).toMatchObject({ batch: 5, queuePosition: 7, root: live.tree.root() });
    expect(restored.waiting()).toMatchObject([{ operation: { amount: 78n } }]);
    await expect(restoreFromFiles({ store: createMemoryStore(), compress, rollup })).rejects.toMatchObject({
      code: "l1/unavailable",
    });
    await live.client.revert({ id: snapshot });
    live.forgetLast();
  });
});

describe("an archive with a false hint where to continue reading", () => {
  it.each([
    ["after all events", 10 ** 9],
    ["after the waiting entry", null],
  ])("is still continued: %s", async (_, hint) => {
    const whole = await honest();
    const resumeBlock = hint ?? Number(await live.rollup.reader.getBlockNumber()) + 1;
    const path = await forgeArchive(whole, {
      compress: live.compress,
      batch: (batch) => ({ ...batch, origin: { ...batch.origin, resumeBlock } }),
    });
    const snapshot = await live.client.snapshot();
    for (const publish of [false, true]) {
      if (publish) await live.publish();
      await expect(write(path)).resolves.toMatchObject({ end: { root: live.tree.root() } });
      await expect(verify(path, access())).resolves.toMatchObject({
        end: { root: live.tree.root() },
      });
    }
    await live.client.revert({ id: snapshot });
    live.forgetLast();
  });
});
