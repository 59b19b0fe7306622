import { chainsAfter, GENESIS_CHAINS } from "@cairn/crypto";
import {
  type Database,
  findBatch,
  findBlock,
  findLastL1Block,
  insertOpenBlock,
  loadQueueEntries,
  sealStoredBlock,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { createUnprovenOperator, TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { createL1Access, depositEth, readPublishedBatch, readQueue, readRollupEvents } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import {
  accountIndex,
  addressToBigint,
  blockNumber,
  cellsToBytes,
  EMPTY_QUEUE_HASH,
  readBatchCells,
} from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import {
  BlockNotFoundError,
  createTestClient,
  http,
  InvalidInputRpcError,
  RpcRequestError,
  type TestClient,
} from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { storeBatch } from "../../test/stored-blocks.ts";
import { createManualClock } from "../clock.ts";
import { createWatcherMetrics } from "./metrics.ts";
import { createWatcher, type Watcher, type WatcherEvent } from "./watcher.ts";

const databases = createTestDatabases().server;
const SLOTS = 16;

type Tag = "safe" | "finalized";

/** What a node says of a tag that it has no block for. */
const refusal = (code: number, message: string) =>
  new InvalidInputRpcError(new RpcRequestError({ body: {}, url: "", error: { code, message } }));

describe("a watcher that goes by L1's own safe and finalized blocks", () => {
  let devnet: DevRollup;
  let client: TestClient;
  let submit: () => Promise<void>;
  let database: Database;
  let watcher: Watcher;
  let events: WatcherEvent[];
  /** Which L1 block a tag names, or how the node answers that it names none. */
  let tags: Record<Tag, number | Error>;

  const deposit = async (person: number): Promise<number> => {
    const wallet = devnet.wallet(person);
    const owner = addressToBigint(wallet.account.address);
    await depositEth(devnet.rollup, wallet, 10n ** 17n, { owner, index: accountIndex(0), key: 5n });
    return head();
  };
  const head = async (): Promise<number> => Number(await devnet.rollup.reader.getBlockNumber());
  const lastRead = async () => (await findLastL1Block(database.db))?.number;
  const stored = () => loadQueueEntries(database.db, 0, 100);
  const statusOf = async (number: number) => (await findBlock(database.db, number))?.status;
  const watch = (rollup: DevRollup["rollup"]): Watcher =>
    createWatcher(
      { deploymentBlock: 1, head: { type: "tags" }, pollMs: 1000, ranges: { first: 3, max: 3 } },
      {
        database,
        rollup,
        clock: createManualClock(0),
        logger: pino({ level: "silent" }),
        metrics: createWatcherMetrics(new Registry()),
      },
    );

  /** Stores the block of a batch that L1 accepted, as if it had been built here. */
  const storeOwn = async (l1Block: number): Promise<number> => {
    const access = createL1Access(devnet.rollup);
    const [event] = await readRollupEvents(access, { from: l1Block, to: l1Block });
    if (event?.type !== "accepted") throw new RangeError("no batch");
    const { firstTimestamp, oldRoot, newRoot, newNextIndex } = event.header;
    const number = blockNumber(Number(event.header.firstBlock));
    const published = await readPublishedBatch(access, event);
    const [{ cells } = { cells: [] }] = readBatchCells(published.cells, 1);
    const { l1Operations } = published;
    const l1OperationCount = l1Operations.length;
    const consumed = (await readQueue(devnet.rollup, 0))[l1OperationCount - 1];
    await insertOpenBlock(database.db, {
      number,
      timestamp: Number(firstTimestamp),
      slotCount: SLOTS,
      feeAccounts: [],
      firstQueueIndex: 0,
      l1OperationCount,
      queueHashAfter: consumed?.queueHash ?? EMPTY_QUEUE_HASH,
      openedAtMs: 0,
    });
    const chains = chainsAfter(GENESIS_CHAINS, { number: BigInt(number), cells, l1Operations, payouts: [] });
    const roots = { oldRoot, newRoot, newNextIndex, oldNextIndex: newNextIndex };
    const seal = { ...roots, cells: cellsToBytes(cells), chains, transactionCount: 0, sealedAtMs: 0 };
    await sealStoredBlock(database.db, number, { seal, payouts: [], witness: Uint8Array.of(1) });
    await storeBatch(database.db, number, number);
    return number;
  };

  beforeAll(async () => {
    await databases.start();
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [SLOTS] });
    client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    const operator = await createUnprovenOperator(devnet);
    submit = async () => void (await operator.publish());
  });
  beforeEach(async () => {
    database = await (await databases.create()).open();
    events = [];
    watcher = watch(
      lyingRollup(devnet.rollup, {
        getBlock: async (ask, { blockTag }) => {
          if (blockTag !== "safe" && blockTag !== "finalized") return ask();
          const named = tags[blockTag];
          if (named instanceof Error) throw named;
          return devnet.rollup.reader.getBlock({ blockNumber: BigInt(named) });
        },
      }),
    );
    watcher.onEvent((event) => events.push(event));
  });
  afterAll(async () => {
    await databases.stop();
    await devnet.stop();
  });

  it("stores a deposit when the safe block reaches it, not before", async () => {
    const at = await deposit(1);
    await client.mine({ blocks: 5 });
    tags = { safe: at - 1, finalized: 0 };
    await watcher.poll();
    expect([await lastRead(), await stored()]).toEqual([at - 1, []]);
    tags = { safe: at, finalized: 0 };
    await watcher.poll();
    const onChain = await readQueue(devnet.rollup, 0);
    expect(await lastRead()).toBe(at);
    expect((await stored()).map(({ hashAfter }) => hashAfter)).toEqual(onChain.map(({ queueHash }) => queueHash));
    expect(onChain).toHaveLength(1);
  });

  it("has a block proven when the safe block reaches its batch, and final when the finalized block does", async () => {
    await submit();
    const at = await head();
    await client.mine({ blocks: 5 });
    tags = { safe: at - 1, finalized: at - 2 };
    // The queue entries that the block consumed.
    await watcher.poll();
    const number = await storeOwn(at);
    await watcher.poll();
    expect(await statusOf(number)).toBe("sealed");
    tags = { safe: at, finalized: at - 1 };
    await watcher.poll();
    expect(await statusOf(number)).toBe("proven");
    expect((await findBatch(database.db, number))?.acceptance).toMatchObject({ number: 1, l1Block: at });
    await watcher.poll();
    expect([await statusOf(number), events.filter(({ type }) => type === "final")]).toEqual(["proven", []]);
    tags = { safe: at + 1, finalized: at };
    await watcher.poll();
    expect(await statusOf(number)).toBe("final");
    expect(events.filter(({ type }) => type === "final")).toEqual([{ type: "final", blocks: [number] }]);
  });

  it.each<[string, Error]>([
    ["null", new BlockNotFoundError({})],
    ["that the block is not found", refusal(-32000, "safe block not found")],
    ["that the block is unknown", refusal(-39001, "Unknown block")],
  ])("waits for a chain without safe and finalized blocks, whose node answers %s", async (_, none) => {
    const at = await deposit(2);
    tags = { safe: none, finalized: none };
    await watcher.poll();
    expect(watcher.status()).toMatchObject({ state: "following", l1Block: null });
    expect([await lastRead(), await stored()]).toEqual([undefined, []]);
    tags = { safe: at, finalized: none };
    await watcher.poll();
    const entries = await stored();
    expect(entries.at(-1)).toMatchObject({ l1Block: at });
    tags = { safe: none, finalized: none };
    await watcher.poll();
    expect(watcher.status()).toMatchObject({ state: "following", l1Block: at });
    expect(await stored()).toEqual(entries);
    expect(events.filter(({ type }) => type === "final" || type === "reorg")).toEqual([]);
  });

  it("fails while the node refuses to say what is safe", async () => {
    tags = { safe: refusal(-32005, "limit exceeded"), finalized: 0 };
    await expect(watcher.poll()).rejects.toThrow("limit exceeded");
    expect(watcher.status()).toMatchObject({ state: "failing" });
  });

  it("reads as far as the L1 node itself says", async () => {
    await deposit(3);
    await client.mine({ blocks: 80 });
    const own = watch(devnet.rollup);
    await own.poll();
    const [safe, finalized] = await Promise.all(
      (["safe", "finalized"] as const).map((blockTag) => devnet.rollup.reader.getBlock({ blockTag })),
    );
    expect(await lastRead()).toBe(Number(safe?.number));
    expect(Number(safe?.number)).toBeLessThan(await head());
    expect(finalized?.number).toBeLessThan(safe?.number ?? 0n);
    expect((await stored()).length).toBe((await readQueue(devnet.rollup, 0)).length);
  });
});
