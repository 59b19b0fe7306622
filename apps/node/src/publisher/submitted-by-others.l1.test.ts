import { rollupAbi } from "@cairn/contracts";
import { compress } from "@cairn/crypto";
import { type Database, findBatch, listPayouts, loadBlocks, loadLiveL1Transactions } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { standInProof, standInVerifier, TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { depositEth, rollupDomain, submitBatch } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  bigintToAddress,
  CELL_BYTES,
  calldataCommitment,
  concatBytes,
} from "@cairn/protocol";
import { genesisRoot } from "@cairn/state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payoutsOf, storeBatch, storeBlocks, storeLastProof } from "../../test/stored-blocks.ts";
import { createTestPublisher } from "../../test/test-publisher.ts";
import { calldataOf, headerOf, loadBatchContent, statementOf, toPayout } from "../batches/content.ts";
import { createManualClock } from "../clock.ts";
import type { Watcher } from "../watcher/watcher.ts";
import type { Publisher } from "./publisher.ts";

const databases = createTestDatabases().server;
const RECIPIENT = 0xbeefn << 100n;

describe("blocks of this node that someone else submits first, with another circuit and in their own name", () => {
  let devnet: DevRollup;
  let database: Database;
  let publisher: Publisher;
  let watcher: Watcher;

  beforeAll(async () => {
    await databases.start();
    devnet = await startDevRollup({
      cacheDir: TEST_CACHE_DIR,
      sizes: [16],
      isBatching: true,
      operator: null,
      verifierOf: standInVerifier,
    });
    const { rollup } = devnet;
    const wallet = devnet.wallet(1);
    const owner = addressToBigint(wallet.account.address);
    await depositEth(rollup, wallet, 10n ** 17n, { owner, index: accountIndex(0), key: 0n });
    database = await (await databases.create()).open();
    const clock = createManualClock(0);
    ({ publisher, watcher } = createTestPublisher({ database, rollup, account: devnet.wallet(0).account, clock }));
  });
  afterAll(async () => {
    await publisher?.stop();
    await watcher?.stop();
    await databases.stop();
    await devnet?.stop();
  });

  it("stay this node's, are not sent again, and are paid as L1 has them", async () => {
    const { db } = database;
    const { rollup } = devnet;
    const domain = rollupDomain(rollup);
    const { timestamp } = await rollup.reader.getBlock();
    const [own, other] = [0, 9].map((position) => addressToBigint(devnet.wallet(position).account.address));
    const root = genesisRoot(compress);
    await storeBlocks(db, [1, 2], {
      oldRoot: (number) => (number === 1 ? root : BigInt(number)),
      timestamp: () => Number(timestamp),
      payouts: (number) => payoutsOf(number, 2).map((one) => ({ ...one, recipient: RECIPIENT })),
    });
    const { point } = await storeBatch(db, 1, 2, { domain, submitter: own ?? 0n });

    const content = await loadBatchContent(db, { firstBlock: 1, lastBlock: 2 });
    if (content === null || other === undefined) throw new RangeError("no blocks");
    const header = headerOf(content, { circuit: "pair", dataSource: "calldata" });
    // A cell of zeros behind the end makes other data of the same cells.
    const data = concatBytes(calldataOf(content.blocks).data, new Uint8Array(CELL_BYTES));
    const dataCommitment = calldataCommitment(data);
    const statement = statementOf(content, domain, { submitter: other, dataSource: "calldata", dataCommitment });
    expect(statement.point).not.toBe(point);
    const proof = standInProof(statement.point);
    const payouts = content.payouts.map(toPayout);
    await submitBatch(rollup, devnet.wallet(9), { header, l1Operations: [], payouts, data, proof });

    await storeLastProof(db, 1, standInProof(point));
    await watcher.poll();
    expect((await loadBlocks(db, 1, 2)).map(({ status, origin }) => [status, origin])).toEqual([
      ["proven", "own"],
      ["proven", "own"],
    ]);
    expect(await findBatch(db, 1)).toMatchObject({ point, acceptance: { number: 1 } });
    await publisher.poll();
    await watcher.poll();
    expect((await listPayouts(db, { limit: 9 })).map(({ status }) => status)).toEqual(["paid", "paid", "paid", "paid"]);
    const { reader, address } = rollup;
    expect(await reader.getBalance({ address: bigintToAddress(RECIPIENT) })).toBe(4n);
    const state = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
    expect(state.batchCount).toBe(1n);
    expect((await loadLiveL1Transactions(db)).map(({ purpose }) => purpose)).not.toContain("submitBatch");
  });
});
