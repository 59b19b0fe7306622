import { type Database, findForkedBlock, insertOpenBlock, loadQueueEntries } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { depositEth, type L1Rollup, readQueue } from "@cairn/l1";
import { accountIndex, addressToBigint, blockNumber } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestWatcher } from "../../test/test-watcher.ts";
import type { Watcher, WatcherEvent } from "./watcher.ts";

const databases = createTestDatabases().server;

describe("watcher", () => {
  let devnet: DevRollup;
  let database: Database;
  let watcher: Watcher;
  const events: WatcherEvent[] = [];

  const deposit = (person: number) => {
    const wallet = devnet.wallet(person);
    const owner = addressToBigint(wallet.account.address);
    return depositEth(devnet.rollup, wallet, 10n ** 17n, { owner, index: accountIndex(0), key: 5n });
  };
  const callL1 = async (method: string, params: readonly unknown[]) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(devnet.rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(await response.json()).not.toHaveProperty("error");
  };
  const watch = (rollup: L1Rollup): Watcher =>
    createTestWatcher({ database, rollup }, { ranges: { first: 3, max: 3 } });

  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [16] });
    watcher = watch(devnet.rollup);
    watcher.onEvent((event) => events.push(event));
  });
  afterAll(async () => {
    await watcher.stop();
    await databases.stop();
    await devnet.stop();
  });

  it("reads the queue from the beginning on, and goes on from where it stopped", async () => {
    await deposit(1);
    await watcher.poll();
    await deposit(2);
    await watcher.poll();
    const onChain = await readQueue(devnet.rollup, 0);
    const stored = await loadQueueEntries(database.db, 0, 10);
    expect(stored.map(({ operation, hashAfter }) => ({ operation, hashAfter }))).toEqual(
      onChain.map(({ operation, queueHash }) => ({ operation, hashAfter: queueHash })),
    );
    expect(stored[1]?.enqueuedAt).toBe(Number((await devnet.rollup.reader.getBlock()).timestamp));
    expect(watcher.status()).toMatchObject({ state: "following" });
    await watcher.poll();
    expect(await loadQueueEntries(database.db, 0, 10)).toHaveLength(2);
  });

  it("does not take an L1 node that is behind for a reorg", async () => {
    const { reader, address } = devnet.rollup;
    const head = await reader.getBlockNumber();
    const getBlock = async (args: { blockNumber?: bigint; blockTag?: string }) => {
      if (args.blockNumber !== undefined && args.blockNumber > head - 2n) {
        throw Object.assign(new RangeError("no such block"), { name: "BlockNotFoundError" });
      }
      const { blockNumber = head - 2n } = args;
      return reader.getBlock({ blockNumber });
    };
    const behind = new Proxy(reader, {
      get: (target, name) => (name === "getBlock" ? getBlock : Reflect.get(target, name)),
    });
    const other = watch({ reader: behind, address });
    await other.poll();
    expect(await loadQueueEntries(database.db, 0, 10)).toHaveLength(2);
    await other.stop();
  });

  it("takes back what a reorg removed, and finds the block built on it", async () => {
    const [, second] = await loadQueueEntries(database.db, 0, 10);
    await insertOpenBlock(database.db, {
      number: blockNumber(1),
      timestamp: 0,
      slotCount: 16,
      feeAccounts: [],
      firstQueueIndex: 0,
      l1OperationCount: 2,
      queueHashAfter: second?.hashAfter ?? new Uint8Array(32),
      openedAtMs: 0,
    });
    expect(await findForkedBlock(database.db)).toBeUndefined();
    await callL1("anvil_reorg", [1, []]);
    await deposit(3);
    await watcher.poll();
    const stored = await loadQueueEntries(database.db, 0, 10);
    const onChain = await readQueue(devnet.rollup, 0);
    expect(stored.map(({ hashAfter }) => hashAfter)).toEqual(onChain.map(({ queueHash }) => queueHash));
    expect(stored[1]?.hashAfter).not.toEqual(second?.hashAfter);
    expect(await findForkedBlock(database.db)).toBe(1);
    expect(events.filter(({ type }) => type === "reorg")).toHaveLength(1);
  });
});
