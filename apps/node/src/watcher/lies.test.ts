import { rollupAbi } from "@cairn/contracts";
import { countAcceptedBatches, type Database, findL1Agreement, findLastL1Block, loadQueueEntries } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { createUnprovenOperator, TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { depositEth, type L1Rollup, readQueue } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { accountIndex, addressToBigint } from "@cairn/protocol";
import { createTestClient, http, RpcRequestError, type TestClient } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestWatcher } from "../../test/test-watcher.ts";
import type { Watcher, WatcherEvent } from "./watcher.ts";

const databases = createTestDatabases().server;
const UNAVAILABLE = { code: "node/l1-unavailable" };
const RANGE = 3;

/** An event as the reader hands it out, as far as the lies below touch it. */
interface Log {
  readonly eventName: string;
  readonly args: { readonly header?: object };
}

const WORD = `0x${"1".padStart(64, "0")}`;
/** Events whose batches have other headers and arguments. */
const changed =
  (header: object, args: object = {}) =>
  (logs: readonly Log[]): readonly Log[] =>
    logs.map((log) => ({ ...log, args: { ...log.args, ...args, header: { ...log.args.header, ...header } } }));

describe("a watcher whose L1 node does not tell one story", () => {
  let devnet: DevRollup;
  let client: TestClient;
  let submit: () => Promise<void>;
  let database: Database;
  let events: WatcherEvent[];

  const deposit = async (person: number): Promise<void> => {
    const wallet = devnet.wallet(person);
    const owner = addressToBigint(wallet.account.address);
    await depositEth(devnet.rollup, wallet, 10n ** 17n, { owner, index: accountIndex(0), key: 5n });
  };
  const mine = (blocks: number) => client.mine({ blocks });
  const reorg = async (depth: number): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "anvil_reorg", params: [depth, []] });
    const headers = { "content-type": "application/json" };
    const response = await fetch(devnet.rpcUrl, { method: "POST", headers, body });
    expect(await response.json()).not.toHaveProperty("error");
  };
  const head = async (): Promise<number> => Number(await devnet.rollup.reader.getBlockNumber());
  const watch = (rollup: L1Rollup, confirmations = 1): Watcher => {
    const safe = confirmations;
    const watcher = createTestWatcher(
      { database, rollup },
      {
        head: { type: "confirmations", safe, final: 500 },
        ranges: { first: RANGE, max: RANGE },
        access: { sleep: async () => {} },
      },
    );
    watcher.onEvent((event) => events.push(event));
    return watcher;
  };
  const honest = () => watch(devnet.rollup);
  /** A watcher whose node leaves out or changes events. */
  const told = (change: (logs: readonly Log[], toBlock: number) => readonly Log[]) =>
    watch(
      lyingRollup(devnet.rollup, {
        getLogs: async (ask, { toBlock }) => change((await ask()) as readonly Log[], Number(toBlock)),
      }),
    );
  /** A watcher whose L1 is reorganised when block `at` is asked for first. */
  const reorganised = (at: number, change: () => Promise<void>) => {
    let isDone = false;
    return watch(
      lyingRollup(devnet.rollup, {
        getBlock: async (ask, { blockNumber }) => {
          if (blockNumber === BigInt(at) && !isDone) {
            isDone = true;
            await change();
          }
          return ask();
        },
      }),
    );
  };
  const lastRead = async () => (await findLastL1Block(database.db))?.number;
  const expectWhole = async () => {
    const { reader, address } = devnet.rollup;
    const { batchCount } = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
    expect(await countAcceptedBatches(database.db)).toBe(Number(batchCount));
    const stored = await loadQueueEntries(database.db, 0, 100);
    const onChain = await readQueue(devnet.rollup, 0);
    expect(stored.map(({ hashAfter }) => hashAfter)).toEqual(onChain.map(({ queueHash }) => queueHash));
    expect(await lastRead()).toBe(await head());
  };

  beforeAll(async () => {
    await databases.start();
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [16] });
    client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    const operator = await createUnprovenOperator(devnet);
    submit = async () => void (await operator.publish());
    await deposit(1);
    await submit();
  });
  beforeEach(async () => {
    database = await (await databases.create()).open();
    events = [];
  });
  afterAll(async () => {
    await databases.stop();
    await devnet.stop();
  });

  it("sees a reorg between the check of the stored block and the reading of the next", async () => {
    await deposit(2);
    await honest().poll();
    const before = await head();
    await mine(1);
    const watcher = reorganised(before + 1, async () => {
      await reorg(2);
      await deposit(3);
    });
    await expect(watcher.poll()).rejects.toMatchObject(UNAVAILABLE);
    expect(await lastRead()).toBe(before);
    await watcher.poll();
    expect(events.filter(({ type }) => type === "reorg")).toHaveLength(1);
    await expectWhole();
  });

  it("sees a reorg between two ranges of one look", async () => {
    await deposit(4);
    await mine(RANGE);
    const end = await head();
    const watcher = reorganised(end, async () => {
      await reorg(RANGE + 1);
      await deposit(5);
    });
    await expect(watcher.poll()).rejects.toMatchObject({
      ...UNAVAILABLE,
      message: expect.stringContaining(`L1 block ${end - RANGE} changed`),
    });
    await watcher.poll();
    expect(events.filter(({ type }) => type === "reorg")).toHaveLength(1);
    await expectWhole();
  });

  it.each<[string, () => Promise<void>, (logs: readonly Log[]) => readonly Log[], string]>([
    ["a missing deposit", () => deposit(2), () => [], "queue entries"],
    ["a missing batch", () => submit(), () => [], "batches"],
    ["a batch with another root", () => submit(), changed({ newRoot: WORD }), "another root"],
    ["a batch with another history", () => submit(), changed({ newHistory: WORD }), "another history"],
    ["a batch of another circuit", () => submit(), changed({ circuitType: 3 }), "another batch"],
    ["a batch with other data", () => submit(), changed({}, { dataCommitment: WORD }), "another batch"],
    ["a batch with other payouts", () => submit(), changed({}, { payoutsHash: WORD }), "another batch"],
  ])("stores nothing of stale or wrong events under fresh headers: %s", async (_, act, change, reason) => {
    await honest().poll();
    const before = await lastRead();
    await act();
    let isLying = true;
    const watcher = told((logs) => (isLying ? change(logs) : logs));
    for (let look = 0; look < 7; look++) {
      await expect(watcher.poll()).rejects.toMatchObject({ ...UNAVAILABLE, message: expect.stringContaining(reason) });
    }
    expect(await lastRead()).toBe(before);
    isLying = false;
    await mine(1);
    await watcher.poll();
    await expectWhole();
    expect(events.filter(({ type }) => type === "reorg")).toHaveLength(0);
  });

  it.each<[string, () => Promise<void>]>([
    ["a deposit", () => deposit(2)],
    ["a batch", () => submit()],
  ])("reads again what it stored since the contract agreed when %s was missing there", async (_, act) => {
    await honest().poll();
    const agreed = await lastRead();
    await act();
    await mine(2 * RANGE);
    const end = await head();
    let isLying = true;
    const watcher = told((logs, toBlock) => (isLying && toBlock < end ? [] : logs));
    await expect(watcher.poll()).rejects.toMatchObject(UNAVAILABLE);
    expect(await lastRead()).toBeGreaterThan(agreed ?? 0);
    isLying = false;
    for (let look = 0; look < 4; look++) await expect(watcher.poll()).rejects.toMatchObject(UNAVAILABLE);
    expect(await lastRead()).toBe(agreed);
    await watcher.poll();
    await expectWhole();
  });

  it("takes no times from blocks of another chain than the events", async () => {
    await honest().poll();
    await deposit(2);
    const [at, known] = [BigInt(await head()), (await loadQueueEntries(database.db, 0, 100)).length];
    await mine(1);
    const lying = lyingRollup(devnet.rollup, {
      getBlock: async (ask, { blockNumber }) => {
        const block = (await ask()) as object;
        return blockNumber === at ? { ...block, hash: WORD, timestamp: 5n } : block;
      },
    });
    await expect(watch(lying).poll()).rejects.toMatchObject(UNAVAILABLE);
    expect(await loadQueueEntries(database.db, 0, 100)).toHaveLength(known);
    await honest().poll();
    await expectWhole();
    const { timestamp } = await devnet.rollup.reader.getBlock({ blockNumber: at });
    expect((await loadQueueEntries(database.db, known, 1))[0]?.enqueuedAt).toBe(Number(timestamp));
  });

  it("finds what a database without any agreement lacks", async () => {
    const end = await head();
    const stale = told((logs, toBlock) => (toBlock < end ? [] : logs));
    for (let look = 0; look < 5; look++) await expect(stale.poll()).rejects.toMatchObject(UNAVAILABLE);
    expect(await lastRead()).toBeUndefined();
    await honest().poll();
    await expectWhole();
  });

  it("gets along with two nodes behind one address, one of which is behind", async () => {
    await honest().poll();
    const old = await head();
    await deposit(2);
    await submit();
    let turn = 0;
    const isStale = () => turn++ % 2 === 0;
    const refuse = () =>
      new RpcRequestError({ body: {}, url: "", error: { code: -32000, message: "header not found" } });
    const watcher = watch(
      lyingRollup(devnet.rollup, {
        getLogs: (ask) => (isStale() ? Promise.resolve([]) : ask()),
        getBlock: async (ask, { blockNumber }) => {
          if (typeof blockNumber !== "bigint" || blockNumber <= old || !isStale()) return ask();
          throw Object.assign(new RangeError("no such block"), { name: "BlockNotFoundError" });
        },
        readContract: (ask) => (isStale() ? Promise.reject(refuse()) : ask()),
      }),
    );
    await watcher.poll();
    await expectWhole();
  });

  describe("and keeps few states", () => {
    const refusal = (message: string) => new RpcRequestError({ body: {}, url: "", error: { code: -32000, message } });
    /** A node with the states of its last `kept` blocks, and, if it lies, without events below its last `shown` blocks. */
    const pruned = (kept: number, shown: number | null = null) =>
      lyingRollup(devnet.rollup, {
        readContract: async (ask, { blockNumber }) => {
          if (Number(blockNumber) <= (await head()) - kept) throw refusal("missing trie node 1234");
          return ask();
        },
        getLogs: async (ask, { fromBlock }) =>
          shown !== null && Number(fromBlock) <= (await head()) - shown ? [] : ask(),
      });

    it("is followed with the states of its newest blocks alone", async () => {
      await honest().poll();
      await deposit(2);
      await submit();
      await mine(10);
      await watch(pruned(1), 8).poll();
      expect(await lastRead()).toBe((await head()) - 7);
      expect((await findL1Agreement(database.db)).block).toBe(await lastRead());
      await watch(pruned(1)).poll();
      await expectWhole();
    });

    it("hides no events behind states that it does not show", async () => {
      await honest().poll();
      const before = await lastRead();
      await deposit(2);
      await mine(120);
      for (let look = 0; look < 7; look++) {
        await expect(watch(pruned(1, 5), 110).poll()).rejects.toMatchObject({
          ...UNAVAILABLE,
          message: expect.stringContaining("queue entries"),
        });
      }
      expect(await lastRead()).toBeLessThan((await head()) - 109);
      const watcher = watch(pruned(1), 110);
      for (let look = 0; look < 5; look++) await watcher.poll().catch(() => undefined);
      await watcher.poll();
      expect(await lastRead()).toBe((await head()) - 109);
      expect(before).toBeLessThan((await lastRead()) ?? 0);
      await watch(pruned(1)).poll();
      await expectWhole();
    });

    it("is not believed without any state", async () => {
      await deposit(2);
      await expect(watch(pruned(0)).poll()).rejects.toMatchObject({ code: "l1/state-missing" });
    });
  });
});
