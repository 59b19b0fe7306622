import { rollupAbi } from "@cairn/contracts";
import { compress } from "@cairn/crypto";
import {
  type Database,
  findBatch,
  findRebuildRequest,
  leavePayouts,
  listPayouts,
  loadBlocks,
  loadLiveL1Transactions,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { standInProof, standInVerifier, TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { depositEth, rollupDomain } from "@cairn/l1";
import { accountIndex, addressToBigint, bigintToAddress } from "@cairn/protocol";
import { genesisRoot } from "@cairn/state";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { payoutsOf, storeBatch, storeBlocks, storeLastProof } from "../../test/stored-blocks.ts";
import { createTestPublisher } from "../../test/test-publisher.ts";
import { createManualClock } from "../clock.ts";
import type { Watcher } from "../watcher/watcher.ts";
import type { Publisher } from "./publisher.ts";

const databases = createTestDatabases().server;
const HOUR = 3600;
/** Payouts of block n go to the address of this number plus n. */
const RECIPIENTS = 0xbeefn << 100n;

describe("a batch of several blocks", () => {
  let devnet: DevRollup;
  let database: Database;
  let publisher: Publisher;
  let watcher: Watcher;
  let now: number;
  let root: bigint;

  beforeAll(async () => {
    await databases.start();
    root = genesisRoot(compress);
    devnet = await startDevRollup({
      cacheDir: TEST_CACHE_DIR,
      sizes: [16],
      isBatching: true,
      verifierOf: standInVerifier,
    });
    const wallet = devnet.wallet(1);
    const owner = addressToBigint(wallet.account.address);
    await depositEth(devnet.rollup, wallet, 10n ** 17n, { owner, index: accountIndex(0), key: 0n });
    now = Number((await devnet.rollup.reader.getBlock()).timestamp);
  });
  afterAll(async () => {
    await databases.stop();
    await devnet.stop();
  });
  beforeEach(async () => {
    database = await (await databases.create()).open();
    const clock = createManualClock(0);
    const { rollup } = devnet;
    ({ publisher, watcher } = createTestPublisher({ database, rollup, account: devnet.wallet(0).account, clock }));
  });
  afterEach(async () => {
    await publisher.stop();
    await watcher.stop();
  });

  /** Stores blocks with these times and two payouts each, as one batch of an account whose proof is made; returns its point. */
  const store = async (times: readonly number[], account = 0): Promise<bigint> => {
    const { db } = database;
    const numbers = times.map((_, i) => i + 1);
    await storeBlocks(db, numbers, {
      oldRoot: (number) => (number === 1 ? root : BigInt(number)),
      timestamp: (number) => times[number - 1] ?? 0,
      payouts: (number) => payoutsOf(number, 2).map((one) => ({ ...one, recipient: RECIPIENTS + BigInt(number) })),
    });
    const submitter = addressToBigint(devnet.wallet(account).account.address);
    const { point } = await storeBatch(db, 1, times.length, { domain: rollupDomain(devnet.rollup), submitter });
    await storeLastProof(db, 1, standInProof(point));
    return point;
  };

  it("waits for L1's time to reach its last block's, not its first one's", async () => {
    await store([now - HOUR, now + HOUR]);
    await publisher.poll();
    expect(publisher.status().waitingFor).toBe("L1's time to reach the blocks'");
    expect(await findRebuildRequest(database.db)).toBeNull();
  });

  it("is too old for L1 when its first block is, not its last one", async () => {
    const point = await store([now - 7 * HOUR, now - HOUR]);
    await publisher.poll();
    expect(publisher.status().waitingFor).toBe("TimestampTooOld");
    expect(await findRebuildRequest(database.db)).toMatchObject({ firstBlock: 1, point: point.toString() });
  });

  it("waits for its blocks to be rebuilt when a reorg has changed the L1 queue under them", async () => {
    await store([now - HOUR, now - HOUR]);
    // An entry that the stored queue no longer holds.
    await database.db.updateTable("blocks").set({ l1_operation_count: 1 }).where("number", "=", 1).execute();
    await publisher.poll();
    expect(publisher.status()).toMatchObject({ state: "idle", waitingFor: "its blocks to follow the L1 queue" });
    expect(await loadLiveL1Transactions(database.db)).toEqual([]);
  });

  it("is not sent with a proof that is another account's to submit", async () => {
    await store([now - HOUR, now - HOUR], 1);
    await publisher.poll();
    expect(publisher.status().waitingFor).toBe("InvalidProof");
    expect(await loadLiveL1Transactions(database.db)).toEqual([]);
  });

  it("is not sent with a proof of something else, which is removed", async () => {
    await store([now - HOUR, now - HOUR]);
    await storeLastProof(database.db, 1, standInProof(7n));
    await publisher.poll();
    expect(publisher.status().waitingFor).toBe("another proof");
    expect(await findBatch(database.db, 1)).toMatchObject({ proof: null, badProofs: 1 });
    expect(await loadLiveL1Transactions(database.db)).toEqual([]);
  });

  it("is sent whole, seen as this node's, and paid by the places of its payouts, without what burns gas", async () => {
    const { db } = database;
    const { reader, address } = devnet.rollup;
    await store([now - HOUR, now - HOUR, now - 1]);
    await publisher.poll();
    expect(publisher.status()).toMatchObject({ waitingFor: null });
    const contract = { address, abi: rollupAbi } as const;
    const state = await reader.readContract({ ...contract, functionName: "state" });
    expect([state.batchCount, state.lastBlock]).toEqual([1n, 3n]);
    await watcher.poll();
    expect(await findBatch(db, 1)).toMatchObject({ lastBlock: 3, acceptance: { number: 1 } });
    expect((await loadBlocks(db, 1, 3)).map(({ status, origin }) => [status, origin])).toEqual(
      [1, 2, 3].map(() => ["proven", "own"]),
    );
    // The second payout of block 2.
    await leavePayouts(db, [{ blockNumber: 2, position: 1, gas: 250_000 }]);
    await publisher.poll();
    const settled = await reader.readContract({ ...contract, functionName: "payoutsSettled", args: [1n, 0n] });
    expect(settled).toBe(0b110111n);
    await watcher.poll();
    const payouts = await listPayouts(db, { limit: 9 });
    expect(payouts.map(({ blockNumber, position, status }) => [blockNumber, position, status])).toEqual([
      [3, 0, "paid"],
      [3, 1, "paid"],
      [2, 0, "paid"],
      [2, 1, "owed"],
      [1, 0, "paid"],
      [1, 1, "paid"],
    ]);
    const balances = [1n, 2n, 3n].map((n) => reader.getBalance({ address: bigintToAddress(RECIPIENTS + n) }));
    expect(await Promise.all(balances)).toEqual([2n, 1n, 2n]);
  });
});
