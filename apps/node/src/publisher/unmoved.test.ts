import { type Database, requestRebuild } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { connectReader } from "@cairn/l1";
import { type FakeRpc, startFakeRpc } from "@cairn/l1/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countQueries } from "../../test/counted-queries.ts";
import { storeBatch, storeBlocks } from "../../test/stored-blocks.ts";
import { createTestPublisher } from "../../test/test-publisher.ts";
import { createManualClock, type ManualClock } from "../clock.ts";
import { LONGEST_UNCHANGED_MS } from "../unchanged.ts";
import type { Publisher } from "./publisher.ts";

// Others write to the server that tests share, which makes publishers look.
const databases = createTestDatabases().embedded;
const ROUNDS = 5;
/** The head, L1's time, and the database's version. */
const GLANCE = { questions: 2, queries: 1 };

describe("a publisher without work", () => {
  let devnet: DevRollup;
  let rpc: FakeRpc;
  let database: Database;
  let takeQueries: () => number;
  let clock: ManualClock;
  let publisher: Publisher;

  const callL1 = async (method: string, params: readonly unknown[] = []): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const response = await fetch(devnet.rpcUrl, { method: "POST", headers, body });
    expect(await response.json()).not.toHaveProperty("error");
  };
  const publish = (account: number): Publisher => {
    const { reader, address } = devnet.rollup;
    const counted = countQueries(database);
    takeQueries = counted.take;
    clock = createManualClock(0);
    const rollup = { reader: connectReader(rpc.url, reader.chain.id), address };
    const { account: signer } = devnet.wallet(account);
    return createTestPublisher({ database: counted.database, rollup, account: signer, clock }).publisher;
  };
  const costOfLook = async (): Promise<typeof GLANCE> => {
    takeQueries();
    const before = rpc.requests.length;
    await publisher.poll();
    return { questions: rpc.requests.length - before, queries: takeQueries() };
  };
  /** The first look notes what the account may do, which is itself a change. */
  const settle = async (): Promise<void> => {
    for (let look = 0; look < 2; look++) await publisher.poll();
  };
  const expectOneLook = async (): Promise<void> => {
    expect((await costOfLook()).questions).toBeGreaterThan(GLANCE.questions);
    expect(await costOfLook()).toEqual(GLANCE);
  };

  beforeAll(async () => {
    database = await (await databases.create()).open();
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [16] });
    rpc = await startFakeRpc(devnet.rpcUrl);
  });
  beforeEach(async () => {
    await publisher?.stop();
    publisher = publish(0);
    await settle();
  });
  afterAll(async () => {
    await publisher.stop();
    await databases.stop();
    await rpc.stop();
    await devnet.stop();
  });

  it("glances at L1 and the database, and looks at everything once in a while", async () => {
    for (let round = 0; round < ROUNDS; round++) expect(await costOfLook()).toEqual(GLANCE);
    expect(publisher.status()).toEqual({ state: "idle", waitingFor: null, isBalanceLow: false });
    clock.advance(LONGEST_UNCHANGED_MS);
    await expectOneLook();
  });

  it("notices a new block of L1, and another one at the same height", async () => {
    await callL1("evm_mine");
    await expectOneLook();
    const height = await devnet.rollup.reader.getBlockNumber();
    await callL1("anvil_reorg", [1, []]);
    expect(await devnet.rollup.reader.getBlockNumber()).toBe(height);
    await expectOneLook();
  });

  it("notices what others store", async () => {
    await requestRebuild(database.db, { firstBlock: 1, point: "1", reason: "any change" });
    await expectOneLook();
  });

  it("goes on looking as a stranger, whose turn comes with time", async () => {
    await publisher.stop();
    publisher = publish(1);
    await settle();
    for (let round = 0; round < 3; round++) {
      expect((await costOfLook()).questions).toBeGreaterThan(GLANCE.questions);
      expect(publisher.status().state).toBe("closed");
    }
  });

  it("goes on looking while a batch waits for its proof", async () => {
    const { db } = database;
    await storeBlocks(db, [1], { timestamp: () => 2 ** 31 });
    await storeBatch(db, 1, 1);
    for (let round = 0; round < 3; round++) {
      expect((await costOfLook()).questions).toBeGreaterThan(GLANCE.questions);
      expect(publisher.status().waitingFor).toBe("a proof");
    }
  });
});
