import { rollupAbi } from "@cairn/contracts";
import { countAcceptedBatches, type Database, findLastL1Block, loadQueueEntries } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { createUnprovenOperator, TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { connectReader, depositEth, readQueue } from "@cairn/l1";
import { type FakeRpc, PROVIDERS, startFakeRpc } from "@cairn/l1/testing";
import { accountIndex, addressToBigint } from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import { createTestClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createManualClock } from "../clock.ts";
import { createWatcherMetrics } from "./metrics.ts";
import { createWatcher, type HeadPolicy, type Watcher } from "./watcher.ts";

const databases = createTestDatabases().server;
const REQUEST_TIMEOUT_MS = 3_000;
/** Looks within which a watcher must have got along with what is harmless. */
const LOOKS = 8;

describe("L1 is followed through an RPC that", () => {
  let devnet: DevRollup;
  let rpc: FakeRpc;

  const head = async (): Promise<number> => Number(await devnet.rollup.reader.getBlockNumber());
  const watch = (database: Database, policy: HeadPolicy): Watcher => {
    const { address, reader } = devnet.rollup;
    return createWatcher(
      {
        deploymentBlock: 0,
        head: policy,
        pollMs: 1000,
        ranges: { first: 50, max: 100 },
        access: { sleep: async () => {} },
      },
      {
        database,
        rollup: {
          address,
          reader: connectReader(rpc.url, reader.chain.id, { timeoutMs: REQUEST_TIMEOUT_MS, retryCount: 0 }),
        },
        clock: createManualClock(0),
        logger: pino({ level: "silent" }),
        metrics: createWatcherMetrics(new Registry()),
      },
    );
  };
  /** Looks until one succeeds; the last failure if none does. */
  const follow = async (watcher: Watcher): Promise<unknown> => {
    let failure: unknown = null;
    for (let look = 0; look < LOOKS; look++) {
      failure = await watcher.poll().then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) return null;
    }
    return failure;
  };
  const expectWhole = async (database: Database): Promise<void> => {
    const { reader, address } = devnet.rollup;
    const { batchCount } = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
    expect(await countAcceptedBatches(database.db)).toBe(Number(batchCount));
    const stored = await loadQueueEntries(database.db, 0, 100);
    const onChain = await readQueue(devnet.rollup, 0);
    expect(stored.map(({ hashAfter }) => hashAfter)).toEqual(onChain.map(({ queueHash }) => queueHash));
  };

  beforeAll(async () => {
    await databases.start();
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [16] });
    rpc = await startFakeRpc(devnet.rpcUrl);
    const operator = await createUnprovenOperator(devnet);
    for (const person of [1, 2, 3]) {
      const wallet = devnet.wallet(person);
      const owner = addressToBigint(wallet.account.address);
      await depositEth(devnet.rollup, wallet, 10n ** 17n, { owner, index: accountIndex(0), key: 5n });
      if (person < 3) await operator.publish();
    }
    await createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) }).mine({ blocks: 12 });
  });
  afterAll(async () => {
    await rpc?.stop();
    await databases.stop();
    await devnet?.stop();
  });

  it.each(PROVIDERS)("$name: $outcome", async ({ name, create, outcome }) => {
    const database = await (await databases.create()).open();
    const watcher = watch(database, { type: "confirmations", safe: 9, final: 64 });
    rpc.behave(create());
    const failure = await follow(watcher);
    if (outcome !== "whole") {
      expect(failure).toMatchObject({ code: outcome });
      expect(await findLastL1Block(database.db)).toBeUndefined();
    } else {
      expect(failure).toBeNull();
      await expectWhole(database);
    }
    // Once the provider behaves, nothing of the past is in the way.
    rpc.behave(null);
    expect(await follow(watcher), name).toBeNull();
    await expectWhole(database);
    expect((await findLastL1Block(database.db))?.number).toBe((await head()) - 8);
    await watcher.stop();
  });

  it.each(PROVIDERS.filter(({ name }) => name.startsWith("has no safe")))(
    "$name, and waits when it goes by these blocks",
    async ({ create }) => {
      const database = await (await databases.create()).open();
      const watcher = watch(database, { type: "tags" });
      rpc.behave(create());
      await watcher.poll();
      expect(watcher.status()).toMatchObject({ state: "following", l1Block: null });
      rpc.behave(null);
      await watcher.stop();
    },
  );
});
