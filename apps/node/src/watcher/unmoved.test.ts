import {
  type Database,
  findL1Head,
  findLastL1Block,
  holdRebuilds,
  loadQueueEntries,
  storeL1Agreement,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { connectReader, depositEth, readQueue } from "@cairn/l1";
import { type Answer, type FakeRpc, startFakeRpc } from "@cairn/l1/testing";
import { accountIndex, addressToBigint } from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countQueries } from "../../test/counted-queries.ts";
import { createManualClock, type ManualClock } from "../clock.ts";
import { LONGEST_UNCHANGED_MS } from "../unchanged.ts";
import { createWatcherMetrics } from "./metrics.ts";
import { createWatcher, type HeadPolicy, type Watcher, type WatcherEvent } from "./watcher.ts";

// Others write to the server that tests share, which makes watchers look.
const databases = createTestDatabases().embedded;
const CONFIRMED: HeadPolicy = { type: "confirmations", safe: 1, final: 50 };
const ROUNDS = 5;
/** L1 whose time stands still between blocks, however long a test takes. */
const still: Answer = ({ method, params }, ask) =>
  ask({ method, params: params[0] === "pending" ? ["latest", ...params.slice(1)] : params });

describe("a watcher while L1 stands still", () => {
  let devnet: DevRollup;
  let rpc: FakeRpc;
  let database: Database;
  let takeQueries: () => number;
  let clock: ManualClock;
  let watcher: Watcher;
  let events: WatcherEvent[];

  const callL1 = async (method: string, params: readonly unknown[]): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const response = await fetch(devnet.rpcUrl, { method: "POST", headers, body });
    expect(await response.json()).not.toHaveProperty("error");
  };
  const deposit = async (person: number): Promise<void> => {
    const wallet = devnet.wallet(person);
    const owner = addressToBigint(wallet.account.address);
    await depositEth(devnet.rollup, wallet, 10n ** 17n, { owner, index: accountIndex(0), key: 5n });
  };
  const watch = (head: HeadPolicy): Watcher => {
    const { reader, address } = devnet.rollup;
    const counted = countQueries(database);
    takeQueries = counted.take;
    clock = createManualClock(0);
    const started = createWatcher(
      { deploymentBlock: 1, head, pollMs: 1000, ranges: { first: 100, max: 100 } },
      {
        database: counted.database,
        rollup: { reader: connectReader(rpc.url, reader.chain.id), address },
        clock,
        logger: pino({ level: "silent" }),
        metrics: createWatcherMetrics(new Registry()),
      },
    );
    events = [];
    started.onEvent((event) => events.push(event));
    return started;
  };
  /** Questions to L1 and to the database in one look. */
  const costOfLook = async (): Promise<{ readonly questions: number; readonly queries: number }> => {
    takeQueries();
    const before = rpc.requests.length;
    await watcher.poll();
    return { questions: rpc.requests.length - before, queries: takeQueries() };
  };
  /** Looks until nothing is new. The first look stores what is new, which is itself a change. */
  const settle = async (): Promise<void> => {
    for (let look = 0; look < 3; look++) await watcher.poll();
  };
  const expectSameQueue = async (): Promise<void> => {
    const stored = await loadQueueEntries(database.db, 0, 100);
    const onChain = await readQueue(devnet.rollup, 0);
    expect(stored.map(({ hashAfter }) => hashAfter)).toEqual(onChain.map(({ queueHash }) => queueHash));
  };

  beforeAll(async () => {
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [16] });
    rpc = await startFakeRpc(devnet.rpcUrl);
    database = await (await databases.create()).open();
    await deposit(1);
  });
  beforeEach(async () => {
    await watcher?.stop();
    rpc.behave(still);
    watcher = watch(CONFIRMED);
    await settle();
  });
  afterAll(async () => {
    await watcher.stop();
    await databases.stop();
    await rpc.stop();
    await devnet.stop();
  });

  it("asks for the head, L1's time and the database's version, and for nothing else", async () => {
    for (let round = 0; round < ROUNDS; round++) expect(await costOfLook()).toEqual({ questions: 2, queries: 1 });
    expect(watcher.status()).toMatchObject({ state: "following" });
    await watcher.stop();
    watcher = watch({ type: "tags" });
    await settle();
    // The safe and the final block may move while the head does not.
    for (let round = 0; round < ROUNDS; round++) expect(await costOfLook()).toEqual({ questions: 4, queries: 1 });
  });

  it("looks at everything once in a while all the same", async () => {
    clock.advance(LONGEST_UNCHANGED_MS);
    expect((await costOfLook()).queries).toBeGreaterThan(1);
    expect(await costOfLook()).toEqual({ questions: 2, queries: 1 });
  });

  it("notices a reorg that leaves L1 at the same height", async () => {
    await deposit(2);
    await settle();
    await expectSameQueue();
    const before = await findLastL1Block(database.db);
    await callL1("anvil_reorg", [1, []]);
    expect(Number(await devnet.rollup.reader.getBlockNumber())).toBe(before?.number);
    await watcher.poll();
    const after = await findLastL1Block(database.db);
    expect(after?.number).toBe(before?.number);
    expect(after?.hash).not.toEqual(before?.hash);
    expect(events.filter(({ type }) => type === "reorg")).toHaveLength(1);
    await expectSameQueue();
  });

  it("notices a new block", async () => {
    await deposit(3);
    await watcher.poll();
    await expectSameQueue();
  });

  it("notices what others change in the database", async () => {
    await storeL1Agreement(database.db, { block: 1, disagreements: 1 });
    expect((await costOfLook()).queries).toBeGreaterThan(1);
  });

  it("stores L1's time when it has moved", async () => {
    const before = await findL1Head(database.db);
    rpc.behave(null);
    await callL1("evm_increaseTime", [3600]);
    await watcher.poll();
    const after = await findL1Head(database.db);
    expect(after?.number).toBe(before?.number);
    expect((after?.nextTimestamp ?? 0) - (before?.nextTimestamp ?? 0)).toBeGreaterThanOrEqual(3600);
  });

  it("goes on looking while blocks are held back: a hold ends with time", async () => {
    const head = await devnet.rollup.reader.getBlockNumber();
    await holdRebuilds(database.db, Number(head) + 5);
    await settle();
    expect((await costOfLook()).queries).toBeGreaterThan(1);
    clock.advance(120_000);
    await watcher.poll();
    await settle();
    expect(await costOfLook()).toEqual({ questions: 2, queries: 1 });
  });

  it("looks again at what failed", async () => {
    rpc.behave(async (request, ask) =>
      request.method === "eth_getLogs" ? { error: { code: -32000, message: "down" } } : ask(request),
    );
    await deposit(4);
    await expect(watcher.poll()).rejects.toThrow();
    rpc.behave(still);
    await watcher.poll();
    await expectSameQueue();
  });
});
