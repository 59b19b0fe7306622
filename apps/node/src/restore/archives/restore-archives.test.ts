import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { payArguments, rollupAbi, toHeaderStruct } from "@cairn/contracts";
import {
  countAcceptedBatches,
  type Database,
  findArchiveRestore,
  findLastL1Block,
  loadArchivedSettlements,
  loadQueueEntries,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { connectReader, createL1Access, type L1Rollup, sendToRollup } from "@cairn/l1";
import { type FakeRpc, type Forgetting, forgetful, lyingRollup, startFakeRpc } from "@cairn/l1/testing";
import { accountIndex, batchNumber, bytesToHex } from "@cairn/protocol";
import { type ArchivedSettlement, followPublishedBatch, type PublishedBatch } from "@cairn/restore";
import { archiveRollup, createArchive, openArchive } from "@cairn/restore/node";
import { pino } from "pino";
import { encodeFunctionData } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTestWatcher } from "../../../test/test-watcher.ts";
import { isOnL1, restoreFromArchives } from "./restore-archives.ts";

const databases = createTestDatabases().server;
const logger = pino({ level: "silent" });
const ALICE = accountIndex(64);
const RECIPIENT = 0xc0ffee00n;
/** Code of a recipient that takes no money. */
const REFUSES = "0x5f5ffd";
const KEPT = 24;
const FINAL = 3;

describe("a database that is restored from archives", () => {
  let live: UnprovenRollup;
  let rpc: FakeRpc;
  let honest: Database;
  let dir: string;
  let archive: string;
  /** An archive that ends before the last batch, which L1 has forgotten too. */
  let short: string;

  const access = (rollup: L1Rollup) => createL1Access(rollup, { sleep: async () => {} });
  const write = async (name: string): Promise<string> => {
    const path = join(dir, name);
    await archiveRollup(access(live.rollup), { path, compress: live.compress, head: "latest" });
    return path;
  };
  const pay = async (number: number, places: readonly number[]): Promise<void> => {
    const { batch, dataCommitment } = live.batches[number - 1] ?? expect.unreachable();
    const of = { batch: batchNumber(number), header: toHeaderStruct(batch.header), payouts: batch.payouts, places };
    const args = payArguments({ ...of, dataCommitment: bytesToHex(dataCommitment) });
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
    await sendToRollup(live.rollup, live.devnet.wallet(8), { name: "pay", data, gas: 2_000_000n });
  };
  const throughRpc = (manner: Forgetting): L1Rollup => {
    rpc.behave(forgetful(KEPT, manner)());
    const { chain } = live.rollup.reader;
    return { reader: connectReader(rpc.url, chain.id, { retryCount: 0 }), address: live.rollup.address };
  };
  const watch = async (database: Database, rollup: L1Rollup): Promise<void> => {
    const watcher = createTestWatcher({ database, rollup }, { head: { type: "confirmations", safe: 1, final: FINAL } });
    await watcher.poll();
    await watcher.stop();
  };
  const restore = async (rollup: L1Rollup, archives: readonly string[], database?: Database): Promise<Database> => {
    const target = database ?? (await (await databases.create()).open());
    const head = { type: "confirmations", safe: 1, final: FINAL } as const;
    const ranges = { first: 100, max: 100 };
    const deps = { db: target.db, access: access(rollup), compress: live.compress, archives, logger, head, ranges };
    await restoreFromArchives(deps);
    return target;
  };
  /** A copy of an archive with other records, and correct digests and chains. */
  const forge = async (change: {
    readonly batch?: (batch: PublishedBatch) => PublishedBatch;
    readonly settled?: (list: readonly ArchivedSettlement[]) => readonly ArchivedSettlement[];
  }): Promise<string> => {
    const source = await openArchive(archive);
    const path = join(dir, `forged-${Math.random()}`);
    const writer = await createArchive(path, source.identity, source.start);
    let position = source.start;
    for await (const record of source.records()) {
      if (record.type === "settlements") await writer.settle((change.settled ?? ((all) => all))(record.settlements));
      else {
        ({ position } = followPublishedBatch(position, record.batch, live.compress));
        await writer.append((change.batch ?? ((same) => same))(record.batch), position.chains);
      }
    }
    await writer.finish(source.waiting());
    return path;
  };
  const facts = async ({ db }: Database) => {
    const batches = await db.selectFrom("accepted_batches").selectAll().orderBy("number").execute();
    const entries = await db.selectFrom("queue_entries").selectAll().orderBy("index").execute();
    const settlements = await db.selectFrom("settlements").selectAll().orderBy("batch").orderBy("position").execute();
    const plain = <Row extends { readonly from_archive: boolean }>({ from_archive: _, ...row }: Row) => row;
    return { batches: batches.map(plain), entries: entries.map(plain), settlements: settlements.map(plain) };
  };

  beforeAll(async () => {
    await databases.start();
    dir = mkdtempSync(join(tmpdir(), "cairn-restore-"));
    live = await startUnprovenRollup();
    rpc = await startFakeRpc(live.devnet.rpcUrl);
    await live.client.setCode({ address: `0x${(RECIPIENT + 1n).toString(16).padStart(40, "0")}`, bytecode: REFUSES });
    for (const position of [0, 1]) await live.deposit(position, 10n ** 18n);
    await live.publish();
    await live.publish((send) => {
      for (const i of [0n, 1n, 2n, 3n]) send(ALICE, { amount: 5n + i, recipient: RECIPIENT + i });
    });
    await pay(2, [0, 1]);
    for (const seed of [1, 2]) await live.publishSome(seed);
    await live.deposit(2, 9n);
    short = await write("short");
    for (const seed of [3, 4, 5, 6, 7]) await live.publishSome(seed);
    await live.deposit(3, 7n);
    archive = await write("archive");
    await live.client.mine({ blocks: KEPT + FINAL });
    // What comes now, L1 remembers: a payment, a batch that consumes what has waited since before, and another entry.
    await pay(2, [2]);
    await live.publishSome(8);
    await live.deposit(4, 11n);
    await live.client.mine({ blocks: FINAL });
    honest = await (await databases.create()).open();
    await watch(honest, live.rollup);
  });
  afterAll(async () => {
    await rpc?.stop();
    await live?.stop();
    await databases.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  afterEach(() => rpc.behave(null));

  it.each<Forgetting>(["refuses", "answers with nothing"])(
    "has what one has that read everything from L1, where L1 has forgotten its past and %s",
    async (manner) => {
      const rollup = throughRpc(manner);
      expect(await isOnL1(access(rollup), archive)).toBe(false);
      const database = await restore(rollup, [short, archive]);
      const { lastL1Block } = (await findArchiveRestore(database.db)) ?? expect.unreachable();
      expect((await findLastL1Block(database.db))?.number).toBe(lastL1Block);
      await watch(database, rollup);
      const [restored, expected] = [await facts(database), await facts(honest)];
      expect(restored).toEqual(expected);
      expect(expected.batches.length).toBe(live.batches.length);
      expect(expected.settlements.map(({ status }) => status)).toEqual(["paid", "claimable", "paid"]);
      const marked = await database.db.selectFrom("accepted_batches").select(["number", "from_archive"]).execute();
      const isMarked = new Map(marked.map(({ number, from_archive }) => [number, from_archive]));
      expect([isMarked.get(1), isMarked.get(live.batches.length)]).toEqual([true, false]);
    },
  );

  it("is not needed where L1 still shows the archive's first batch", async () => {
    expect(await isOnL1(access(live.rollup), archive)).toBe(true);
  });

  it("goes on where it was interrupted", async () => {
    const rollup = throughRpc("refuses");
    const database = await (await databases.create()).open();
    let left = 2;
    const failing: L1Rollup = {
      ...rollup,
      reader: Object.assign(Object.create(rollup.reader), {
        multicall: (...args: Parameters<typeof rollup.reader.multicall>) => {
          if (left-- <= 0) throw new RangeError("connection refused");
          return rollup.reader.multicall(...args);
        },
      }),
    };
    const broken = { ...access(failing), call: async <T>(_: string, read: () => Promise<T>) => read() };
    const head = { type: "confirmations", safe: 1, final: FINAL } as const;
    const deps = { db: database.db, access: broken, compress: live.compress, logger, head };
    await expect(
      restoreFromArchives({ ...deps, archives: [archive], ranges: { first: 100, max: 100 } }),
    ).rejects.toThrow("connection refused");
    expect(await findLastL1Block(database.db)).toBeUndefined();
    await restore(rollup, [archive], database);
    await watch(database, rollup);
    expect(await facts(database)).toEqual(await facts(honest));
  });

  it("goes on after it was killed, wherever that was", async () => {
    rpc.behave(forgetful(KEPT, "refuses")());
    const created = await databases.create();
    const { location } = created;
    if (location.type !== "server") expect.unreachable();
    const script = join(import.meta.dirname, "../../../test/crash-archive-restore.ts");
    const deaths: (string | null)[] = [];
    const stored: number[] = [];
    const database = await created.open();
    for (let deadly = 2; deaths.at(-1) !== null; deadly++) {
      const args = [script, location.url, rpc.url, live.rollup.address, archive, String(deadly)];
      const child = spawn(process.execPath, args, { stdio: "inherit" });
      await once(child, "exit");
      deaths.push(child.signalCode);
      stored.push(await countAcceptedBatches(database.db));
    }
    expect(deaths.slice(0, -1).every((signal) => signal === "SIGKILL")).toBe(true);
    // It died before anything was stored or in the middle, and right before the end.
    expect(stored.some((count) => count > 0 && count < live.batches.length)).toBe(true);
    expect(deaths.length).toBeGreaterThan(2);
    await watch(database, throughRpc("refuses"));
    expect(await facts(database)).toEqual(await facts(honest));
  });

  it("corrects a forged settlement, and one that is left out, by what the contract says", async () => {
    const forged = await forge({
      settled: ([first = expect.unreachable()]) => [{ ...first, position: 3 }],
    });
    const rollup = throughRpc("refuses");
    const database = await restore(rollup, [forged]);
    await watch(database, rollup);
    expect((await facts(database)).settlements.map(({ position, status }) => [position, status])).toEqual([
      [0, "settled"],
      [1, "settled"],
      [2, "paid"],
    ]);
    expect(
      (await loadArchivedSettlements(database.db, 1, 99)).every(({ l1Transaction }) => l1Transaction === null),
    ).toBe(true);
  });

  it("takes another submitter and another place on L1 at the archive's word, and nothing else follows from them", async () => {
    const forged = await forge({
      batch: (batch) => ({ ...batch, origin: { ...batch.origin, submitter: 0xbadn, l1Block: 10 ** 9 } }),
    });
    const rollup = throughRpc("refuses");
    const database = await restore(rollup, [forged]);
    await watch(database, rollup);
    const { lastL1Block } = (await findArchiveRestore(database.db)) ?? expect.unreachable();
    const [restored, expected] = [await facts(database), await facts(honest)];
    const harmless = ({ submitter: _, l1_block: __, ...rest }: (typeof restored.batches)[number]) => rest;
    expect(restored.batches.map(harmless)).toEqual(expected.batches.map(harmless));
    expect(restored.batches.slice(0, -1).every(({ l1_block }) => l1_block === lastL1Block)).toBe(true);
    expect(restored.entries).toEqual(expected.entries);
  });

  it("is not given up for an L1 of another chain, which could not give it back", async () => {
    const database = await restore(throughRpc("refuses"), [archive]);
    const before = await facts(database);
    const other = lyingRollup(live.rollup, {
      getBlock: async (ask) => ({ ...((await ask()) as object), hash: `0x${"22".repeat(32)}` }),
    });
    await expect(watch(database, other)).rejects.toMatchObject({ code: "node/l1-diverged" });
    expect(await facts(database)).toEqual(before);
  });

  it("is not begun with an archive of another rollup, or with batches that the contract did not commit to", async () => {
    const source = await openArchive(archive);
    const foreign = join(dir, "foreign");
    const writer = await createArchive(foreign, { ...source.identity, chainId: 5n }, source.start);
    await writer.finish(null);
    await source.close();
    const rollup = throughRpc("refuses");
    await expect(restore(rollup, [foreign])).rejects.toMatchObject({ code: "restore/archive-foreign" });
    const forged = await forge({
      batch: (batch) => ({ ...batch, header: { ...batch.header, circuit: "batch" } }),
    });
    await expect(restore(rollup, [forged])).rejects.toMatchObject({
      code: "restore/batch-mismatch",
      details: { batch: 1, check: "commitment" },
    });
  });

  it.each<Forgetting>(["refuses", "answers with nothing"])(
    "is refused when the archives end before the memory of an L1 that %s: the error names the gap",
    async (manner) => {
      const database = await (await databases.create()).open();
      const refused = await restore(throughRpc(manner), [short], database).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: "restore/l1-gap",
        details: { batch: 4, queueEntries: 3, shown: { batch: live.batches.length } },
      });
      expect(await findLastL1Block(database.db)).toBeUndefined();
      // With the archive that holds what is between, it goes on.
      await restore(throughRpc(manner), [short, archive], database);
      expect((await loadQueueEntries(database.db, 0, 9)).length).toBeGreaterThan(3);
    },
  );
});
