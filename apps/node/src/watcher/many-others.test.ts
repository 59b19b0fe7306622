import { countAcceptedBatches, type Database, findL1Agreement, findLastL1Block } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import type { L1Rollup } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { accountIndex, FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { RpcRequestError } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestWatcher } from "../../test/test-watcher.ts";
import type { Watcher } from "./watcher.ts";

const databases = createTestDatabases().server;
const FIRST = accountIndex(FIRST_ACCOUNT_INDEX);
const BATCHES = 34;
/** How many a range may hold. */
const STORED_TOGETHER = 32;

describe("many batches of others in one range of L1 blocks", () => {
  let live: UnprovenRollup;
  let database: Database;
  let watcher: Watcher;

  beforeAll(async () => {
    await databases.start();
    live = await startUnprovenRollup();
    await live.deposit(0, 10n ** 18n);
    await live.publish();
    for (let i = 2; i <= BATCHES; i++) await live.publish((send) => send(FIRST, { amount: BigInt(i), to: FIRST }));
    await live.deposit(1, 10n);
  });
  afterAll(async () => {
    await live?.stop();
    await databases.stop();
  });
  beforeEach(async () => {
    database = await (await databases.create()).open();
  });
  afterEach(() => watcher.stop());

  const watch = (rollup: L1Rollup): Watcher => {
    watcher = createTestWatcher(
      { database, rollup },
      {
        head: { type: "confirmations", safe: 1, final: 500 },
        ranges: { first: 1000, max: 1000 },
        access: { sleep: async () => {} },
      },
    );
    return watcher;
  };
  const stored = () => countAcceptedBatches(database.db);
  const lastBlock = async () => (await findLastL1Block(database.db))?.number;

  it("are stored part by part, so that one which cannot be read does not undo the others", async () => {
    let isFailing = true;
    const last = await live.rollup.reader.getBlock({ blockNumber: (await live.rollup.reader.getBlockNumber()) - 1n });
    const refusal = new RpcRequestError({ body: {}, error: { code: -32000, message: "later" }, url: "http://l1" });
    const rollup = lyingRollup(live.rollup, {
      getTransaction: (ask, { hash }) =>
        isFailing && last.transactions.some((one) => one === hash) ? Promise.reject(refusal) : ask(),
    });
    const { poll, onEvent } = watch(rollup);
    const ends: number[] = [];
    onEvent((event) => void (event.type === "progress" && ends.push(event.l1Block)));
    await expect(poll()).rejects.toMatchObject({ code: "l1/unavailable" });
    expect(await stored()).toBe(STORED_TOGETHER);
    expect(ends).toEqual([await lastBlock()]);
    // The contract is compared with the end of all that was read.
    expect((await findL1Agreement(database.db)).block).toBeNull();
    isFailing = false;
    await poll();
    expect(await stored()).toBe(BATCHES);
    const head = Number(last.number) + 1;
    expect([await lastBlock(), (await findL1Agreement(database.db)).block]).toEqual([head, head]);
  });

  it("are not stored below another L1 block than their own, shown by a node that takes turns with a right one", async () => {
    let isLying = true;
    let asked = 0;
    const end = Number(await live.rollup.reader.getBlockNumber());
    const cut = BigInt(end - 1 - (BATCHES - STORED_TOGETHER));
    const rollup = lyingRollup(live.rollup, {
      getBlock: async (ask, { blockNumber }) => {
        const block = (await ask()) as object;
        // Whoever asks for the times of the events' blocks gets the right one; the header is the other's, also later.
        const isLie = isLying && blockNumber === cut && ++asked !== 2;
        return isLie ? { ...block, hash: `0x${"77".repeat(32)}` } : block;
      },
    });
    const { poll } = watch(rollup);
    await expect(poll()).rejects.toMatchObject({ code: "node/l1-unavailable" });
    expect([await stored(), await lastBlock()]).toEqual([0, undefined]);
    isLying = false;
    await poll();
    expect(await stored()).toBe(BATCHES);
  });
});
