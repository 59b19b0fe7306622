import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AcceptedBatch,
  type Database,
  findBatch,
  findBlock,
  findUnadoptedBatch,
  listPayouts,
  loadBlocks,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { payBatch, rollupDomain } from "@cairn/l1";
import {
  accountIndex,
  bytesToBigint,
  bytesToCells,
  cellsToBytes,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  nextQueueHash,
} from "@cairn/protocol";
import { personOf } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestWatcher } from "../../test/test-watcher.ts";
import { openStateKeeper, type StateKeeper } from "../sequencer/state-keeper.ts";
import type { Watcher } from "../watcher/watcher.ts";
import { adoptBatch, replayForeignBlock } from "./adopt.ts";

const databases = createTestDatabases().server;
const [ALICE, BOB] = [accountIndex(64), accountIndex(65)];
const RECIPIENT = 0xbeefn << 100n;
const BLOCKS = 6;

describe("batches of several blocks of others", () => {
  let live: UnprovenRollup;
  let database: Database;
  let watcher: Watcher;
  let directory: string;
  let keeper: StateKeeper;

  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
    directory = mkdtempSync(join(tmpdir(), "cairn-adopt-"));
    keeper = await openStateKeeper({ path: join(directory, "state"), retainedBlocks: 100 });
    live = await startUnprovenRollup();
    watcher = createTestWatcher({ database, rollup: live.rollup });
    for (const position of [1, 2, 3, 4, 5, 6]) await live.deposit(position, 10n ** 18n);
    await live.publish();
    await live.publishTogether("batch", [
      (send) => {
        send(ALICE, { amount: 7n, recipient: RECIPIENT });
        send(BOB, { amount: 100n, toNew: personOf("carol") });
      },
      (send) => send(ALICE, { amount: 8n, to: BOB, fee: 2n }),
      (send) => {
        send(BOB, { amount: 9n, recipient: RECIPIENT + 1n });
        send(BOB, { amount: 10n, recipient: RECIPIENT + 2n });
      },
    ]);
    await live.publishTogether("pair", [() => {}, (send) => send(BOB, { amount: 11n, recipient: RECIPIENT + 3n })]);
  });
  afterAll(async () => {
    await watcher?.stop();
    await keeper?.close();
    await live?.stop();
    await databases.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const adopt = (batch: AcceptedBatch, by = keeper): Promise<void> => {
    const { compress, rollup } = live;
    return adoptBatch({ db: database.db, keeper: by, compress, domain: rollupDomain(rollup), nowMs: () => 5 }, batch);
  };
  const nextBatch = async (): Promise<AcceptedBatch & { readonly content: NonNullable<AcceptedBatch["content"]> }> => {
    const batch = await findUnadoptedBatch(database.db);
    if (batch === undefined || batch.content === null) throw new RangeError("no batch to adopt");
    return { ...batch, content: batch.content };
  };
  const sealed = () => loadBlocks(database.db, 1, BLOCKS);

  it("are read from L1 and adopted in order, each block as its maker has it", async () => {
    await watcher.poll();
    for (const { number, blocks, batch, dataCommitment } of live.batches) {
      const accepted = await nextBatch();
      await adopt(accepted);
      expect(accepted).toMatchObject({ number, header: batch.header, dataCommitment });
      const first = Number(batch.header.firstBlock);
      const stored = await findBatch(database.db, first);
      expect(stored).toMatchObject({
        lastBlock: Number(batch.header.lastBlock),
        circuit: batch.header.circuit,
        dataSource: "calldata",
        dataCommitment,
        point: bytesToBigint(batch.proof),
        proofId: null,
        acceptance: { number },
      });
      for (const { number: block, executed, chains, cells } of blocks) {
        const found = await findBlock(database.db, Number(block));
        expect(found).toMatchObject({
          origin: "l1",
          status: "proven",
          timestamp: Number(executed.data.timestamp),
          slotCount: 16,
          l1OperationCount: executed.data.l1Count,
          seal: {
            oldNextIndex: executed.oldNextIndex,
            newNextIndex: executed.newNextIndex,
            cells: cellsToBytes(cells),
            chains,
          },
        });
      }
    }
    expect(await findUnadoptedBatch(database.db)).toBeUndefined();
    expect([keeper.root(), keeper.blockNumber()]).toEqual([live.tree.root(), BLOCKS]);
  });

  it("leave roots, queue ranges and payouts of every block", async () => {
    const blocks = await sealed();
    const operations = live.batches.flatMap((batch) => batch.blocks.map(({ l1Operations }) => l1Operations));
    let queueHash = EMPTY_QUEUE_HASH;
    blocks.forEach(({ seal, firstQueueIndex, l1OperationCount, queueHashAfter }, i) => {
      const next = blocks[i + 1];
      expect(next?.seal?.oldRoot ?? live.tree.root()).toBe(seal?.newRoot);
      expect(next?.firstQueueIndex ?? BLOCKS).toBe(firstQueueIndex + l1OperationCount);
      queueHash = (operations[i] ?? []).map(encodeL1Operation).reduce(nextQueueHash, queueHash);
      expect(queueHashAfter).toEqual(queueHash);
    });
    expect(new Set(blocks.map(({ seal }) => seal?.newRoot)).size).toBe(BLOCKS - 1);
    const payouts = await listPayouts(database.db, { limit: 9 });
    expect(payouts.map(({ blockNumber, position, amount }) => [blockNumber, position, amount])).toEqual([
      [6, 0, 11n],
      [4, 0, 9n],
      [4, 1, 10n],
      [2, 0, 7n],
    ]);
  });

  it("have their payouts settled by the places in the batch's list", async () => {
    const [, second] = live.batches;
    if (second === undefined) throw new RangeError("no second batch");
    const { number, batch, dataCommitment } = second;
    await payBatch(live.rollup, live.devnet.wallet(8), number, { ...batch, dataCommitment });
    await watcher.poll();
    const payouts = await listPayouts(database.db, { limit: 9 });
    expect(payouts.map(({ blockNumber, position, status }) => [blockNumber, position, status])).toEqual([
      [6, 0, "owed"],
      [4, 0, "paid"],
      [4, 1, "paid"],
      [2, 0, "paid"],
    ]);
  });

  it("are executed again from what is stored when the state is lost", async () => {
    const again = await openStateKeeper({ path: join(directory, "again"), retainedBlocks: 100 });
    try {
      for (const block of await sealed()) {
        await replayForeignBlock(database.db, again, block);
        expect(again.root()).toBe(block.seal?.newRoot);
      }
    } finally {
      await again.close();
    }
  });

  it("are refused when what L1 shows of them does not lead to their history and root, and change nothing", async () => {
    await live.publishTogether("pair", [
      (send) => send(ALICE, { amount: 12n, recipient: RECIPIENT }),
      (send) => send(ALICE, { amount: 13n, recipient: RECIPIENT }),
    ]);
    await watcher.poll();
    const batch = await nextBatch();
    const { content, header } = batch;
    const cells = bytesToCells(content.cells);
    const wrong: readonly Partial<AcceptedBatch>[] = [
      { content: { ...content, cells: cellsToBytes(cells.with(1, (cells[1] ?? 0n) + (1n << 120n))) } },
      { content: { ...content, cells: cellsToBytes(cells.with(0, 1n)) } },
      { content: { ...content, payouts: content.payouts.slice(1) } },
      { header: { ...header, newHistory: 1n } },
      { header: { ...header, blocksRoot: 1n } },
      { header: { ...header, newRoot: 1n } },
      { header: { ...header, newNextIndex: header.newNextIndex + 1 } },
      { header: { ...header, firstTimestamp: header.firstTimestamp - 1n } },
      { lastBlock: batch.lastBlock + 1 },
      { lastBlock: batch.lastBlock + 1, header: { ...header, lastBlock: header.lastBlock + 1n } },
    ];
    for (const change of wrong) {
      await expect(adopt({ ...batch, ...change })).rejects.toMatchObject({ code: "node/l1-diverged" });
    }
    await expect(adopt({ ...batch, content: null })).rejects.toMatchObject({ code: "node/state-diverged" });
    await expect(adopt({ ...batch, header: { ...header, oldRoot: 1n } })).rejects.toMatchObject({
      code: "node/state-diverged",
    });
    expect(await findBlock(database.db, BLOCKS + 1)).toBeUndefined();
    await adopt(batch);
    expect(keeper.root()).toBe(live.tree.root());
    expect((await findBatch(database.db, BLOCKS + 1))?.lastBlock).toBe(BLOCKS + 2);
  });
});
