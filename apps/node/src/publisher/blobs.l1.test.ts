import { setTimeout as delay } from "node:timers/promises";
import { rollupAbi } from "@cairn/contracts";
import { compress } from "@cairn/crypto";
import { type Database, findBatch, loadLiveL1Transactions } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { standInProof, standInVerifier, TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { connectReader, depositEth, rollupDomain } from "@cairn/l1";
import { type Answer, type FakeRpc, startFakeRpc } from "@cairn/l1/testing";
import { accountIndex, addressToBigint } from "@cairn/protocol";
import { genesisRoot } from "@cairn/state";
import { createTestClient, http, parseEther } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { payoutsOf, storeBatch, storeBlocks, storeLastProof } from "../../test/stored-blocks.ts";
import { createTestPublisher } from "../../test/test-publisher.ts";
import { calldataOf, loadBatchContent } from "../batches/content.ts";
import { createBlobThread } from "../blobs/blob-thread.ts";
import { createManualClock, type ManualClock } from "../clock.ts";
import type { Watcher } from "../watcher/watcher.ts";
import type { Publisher } from "./publisher.ts";

const databases = createTestDatabases().server;
const HOUR = 3600;
const WAIT = { timeout: 60_000, interval: 100 };
const MINUTE_MS = 60_000;
const GAS_PER_BLOB = 131_072n;

interface SimulatedCall {
  readonly from: string;
  readonly maxFeePerBlobGas?: string;
  readonly blobVersionedHashes?: readonly string[];
}

describe("a batch in a blob", () => {
  const blobs = createBlobThread();
  let devnet: DevRollup;
  let l1: FakeRpc;
  let database: Database;
  let publisher: Publisher;
  let watcher: Watcher;
  let clock: ManualClock;
  let now: number;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    devnet = await startDevRollup({
      cacheDir: TEST_CACHE_DIR,
      sizes: [16],
      isBatching: true,
      verifierOf: standInVerifier,
    });
    l1 = await startFakeRpc(devnet.rpcUrl);
    const { address, reader } = devnet.rollup;
    // What payouts are paid from.
    const wallet = devnet.wallet(1);
    const owner = addressToBigint(wallet.account.address);
    await depositEth(devnet.rollup, wallet, 10n ** 17n, { owner, index: accountIndex(0), key: 0n });
    now = Number((await reader.getBlock()).timestamp);
    database = await (await databases.create()).open();
    clock = createManualClock(1_700_000_000_000);
    ({ publisher, watcher } = createTestPublisher({
      database,
      rollup: { address, reader: connectReader(l1.url, reader.chain.id) },
      account: devnet.wallet(0).account,
      clock,
      blobs,
    }));
  });
  afterEach(async () => {
    await publisher.stop();
    await watcher.stop();
    await l1.stop();
    await devnet.stop();
  });

  const submitter = () => addressToBigint(devnet.wallet(0).account.address);
  const store = async (firstBlock: number, place: "calldata" | "blob", payouts = 0): Promise<void> => {
    const { db } = database;
    const lastBlock = firstBlock + 1;
    await storeBlocks(db, [firstBlock, lastBlock], {
      oldRoot: (number) => (number === 1 ? genesisRoot(compress) : BigInt(number)),
      timestamp: () => now - HOUR,
      payouts: (number) => payoutsOf(number, payouts).map((one) => ({ ...one, recipient: 0xbeefn << 100n })),
    });
    const content = await loadBatchContent(db, { firstBlock, lastBlock });
    if (content === null) throw new RangeError("the blocks are not stored");
    const { point } = await storeBatch(db, firstBlock, lastBlock, {
      domain: rollupDomain(devnet.rollup),
      submitter: submitter(),
      ...(place === "blob" ? { blobHash: await blobs.commit(calldataOf(content.blocks).data) } : {}),
    });
    await storeLastProof(db, firstBlock, standInProof(point));
  };
  /** L1 mines by itself, a moment after it takes a transaction. */
  const untilAccepted = (firstBlock: number, number: number): Promise<void> =>
    vi.waitFor(async () => {
      await publisher.poll();
      await watcher.poll();
      expect(await findBatch(database.db, firstBlock)).toMatchObject({ acceptance: { number } });
    }, WAIT);
  const pending = async (): Promise<string[]> =>
    (await loadLiveL1Transactions(database.db))
      .filter(({ status }) => status !== "mined")
      .map(({ purpose, attempts }) => `${purpose} ${attempts.at(-1)?.kind}`);
  /** Polls until the blob, which takes seconds to prepare, is no longer what the batch waits for. */
  const pollWithBlob = async (): Promise<void> => {
    await publisher.poll();
    if (publisher.status().waitingFor !== "its blob") return;
    await delay(100);
    await pollWithBlob();
  };

  it("is simulated as what the account can pay for, by L1 nodes that check its balance", async () => {
    const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    const balance = parseEther("1");
    await client.setBalance({ address: devnet.wallet(0).account.address, value: balance });
    const refuseUnpayable: Answer = async (request, ask) => {
      if (request.method !== "eth_call") return ask(request);
      const [call, , overrides] = request.params as readonly [
        SimulatedCall,
        string,
        Record<string, { balance: string }>?,
      ];
      const cost = GAS_PER_BLOB * BigInt(call.blobVersionedHashes?.length ?? 0) * BigInt(call.maxFeePerBlobGas ?? 0);
      const available = overrides?.[call.from]?.balance ?? balance;
      if (cost <= BigInt(available)) return ask(request);
      return {
        error: { code: -32000, message: `insufficient funds for gas * price + value: have ${available} want ${cost}` },
      };
    };
    l1.behave(refuseUnpayable);
    await store(1, "blob");
    await pollWithBlob();
    await untilAccepted(1, 1);
    // Nodes that cannot override the balance, nor L1's time.
    l1.behave((request, ask) => {
      if (request.method === "eth_call" && request.params.length > 2) {
        return Promise.resolve({ error: { code: -32602, message: "too many arguments, want at most 2" } });
      }
      return refuseUnpayable(request, ask);
    });
    await store(3, "blob");
    await pollWithBlob();
    await untilAccepted(3, 2);
  });

  it("is not held up for good by a payment that L1 does not mine", async () => {
    await store(1, "calldata", 2);
    await publisher.poll();
    await untilAccepted(1, 1);
    const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    await client.setAutomine(false);
    await publisher.poll();
    expect(await pending()).toEqual(["pay call"]);
    await store(3, "blob");
    await pollWithBlob();
    expect(publisher.status().waitingFor).toMatch("L1 transactions of the other kind");
    for (let attempt = 0; attempt < 5; attempt++) {
      clock.advance(2 * MINUTE_MS);
      await publisher.poll();
    }
    expect(await pending()).toEqual(["pay cancel"]);
    await client.setAutomine(true);
    await client.mine({ blocks: 1 });
    await pollWithBlob();
    await untilAccepted(3, 2);
  });

  it("lets payments go first that have waited for batches in blobs for long", async () => {
    await store(1, "calldata", 2);
    await publisher.poll();
    const { reader, address } = devnet.rollup;
    const countBatches = async () =>
      (await reader.readContract({ address, abi: rollupAbi, functionName: "state" })).batchCount;
    await vi.waitFor(async () => expect(await countBatches()).toBe(1n), WAIT);
    const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    await store(3, "blob");
    await client.setAutomine(false);
    await pollWithBlob();
    expect(await pending()).toEqual(["submitBatch call"]);
    // Only now are payouts known to be owed, which wait for that transaction; the next batch follows it at once.
    await watcher.poll();
    await store(5, "blob");
    clock.advance(30_000);
    await pollWithBlob();
    expect(await pending()).toEqual(["submitBatch call", "submitBatch call"]);
    await store(7, "blob");
    clock.advance(11 * MINUTE_MS);
    await pollWithBlob();
    expect(publisher.status().waitingFor).toBe("payments that have waited long");
    await client.setAutomine(true);
    await client.mine({ blocks: 1 });
    await vi.waitFor(async () => {
      await publisher.poll();
      expect((await loadLiveL1Transactions(database.db)).map(({ purpose }) => purpose)).toContain("pay");
    }, WAIT);
  });
});
