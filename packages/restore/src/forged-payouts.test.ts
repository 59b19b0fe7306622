import { join } from "node:path";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access, type L1Rollup } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { accountIndex, bigintToHex, FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { forgeArchive, withStolenPayouts } from "../test/forged.ts";
import { gather, removeFolders, temporaryFolder } from "../test/published.ts";
import { openArchive } from "./archive/archive-file.ts";
import { archiveRollup } from "./archive-rollup.ts";
import { confirmState } from "./confirm.ts";
import { type RestoreFilesOptions, restoreFromFiles } from "./node/restore-files.ts";
import { commitmentOf, type PublishedBatch } from "./published-batch.ts";
import type { RestoreResult } from "./restore.ts";
import { openRestoredState } from "./restored-state.ts";
import { comparedKey } from "./stored-records.ts";

const STOLEN = [expect.objectContaining({ recipient: 0xbadn })];
const PAID = [expect.objectContaining({ recipient: 0xc0ffeen })];
let live: UnprovenRollup;

beforeAll(async () => {
  live = await startUnprovenRollup();
  const from = accountIndex(FIRST_ACCOUNT_INDEX);
  for (const position of [0, 1]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  await live.publish((send) => send(from, { amount: 7n, recipient: 0xc0ffeen }));
  for (const seed of [1, 2]) await live.publishSome(seed);
  await live.deposit(2, 9n);
});
afterAll(() => live?.stop());
afterEach(removeFolders);

const restore = (options: Partial<RestoreFilesOptions>): Promise<RestoreResult> =>
  restoreFromFiles({ store: createMemoryStore(), compress: live.compress, rollup: live.rollup, ...options });

/** An archive in which batch 2 pays its withdrawal to someone else. */
async function evilArchive(): Promise<string> {
  const path = join(temporaryFolder(), "archive");
  await archiveRollup(createL1Access(live.rollup), { path, compress: live.compress, head: "latest" });
  const batch = (each: PublishedBatch) => (each.number === 2 ? withStolenPayouts(each) : each);
  return forgeArchive(path, { compress: live.compress, batch });
}

describe("a state restored without L1 from an archive that pays a withdrawal to someone else", () => {
  it("has the root that L1 has, and on L1 goes back to the batch before", async () => {
    const store = createMemoryStore();
    const before = await restore({ store, rollup: null, archives: [await evilArchive()], checkEveryBatch: true });
    expect(before.position.root).toBe(live.tree.root());
    expect(before.restored.batch(2).payouts).toEqual(STOLEN);
    expect(before.restored.compared()).toBeNull();
    const { restored, totals } = await restore({ store });
    expect(restored.batch(2).payouts).toEqual(PAID);
    expect(restored.position().root).toBe(live.tree.root());
    expect(restored.compared()).toMatchObject({ batch: 4 });
    expect(totals.batches).toBe(3);
  });

  it("is refused on L1 when its batches cannot be undone", async () => {
    const store = createMemoryStore();
    await restore({ store, rollup: null, archives: [await evilArchive()] });
    const refusal = { code: "restore/history-changed", details: { batch: 2, oldestBlock: 4 } };
    await expect(restore({ store })).rejects.toMatchObject(refusal);
    await expect(restore({ store })).rejects.toMatchObject(refusal);
  });

  it("is refused though an older version of this package accepted it as L1's", async () => {
    const store = createMemoryStore();
    const { restored } = await restore({ store, rollup: null, archives: [await evilArchive()] });
    const end = (await restore({})).restored;
    const reached = end.end();
    if (reached === null) expect.unreachable();
    restored.finish(reached, end.waiting());
    store.write([{ key: comparedKey(), value: null }]);
    expect(openRestoredState({ store, compress: live.compress, identity: null }).end()).toEqual(reached);
    await expect(restore({ store })).rejects.toMatchObject({ code: "restore/history-changed" });
  });
});

describe("a second L1 node", () => {
  it("is asked for the commitment of each batch", async () => {
    const path = await evilArchive();
    const forged = await gather((await openArchive(path)).batches());
    const history = bigintToHex(forged.at(-1)?.header.newHistory ?? 0n, 32);
    const lying: L1Rollup = lyingRollup(live.rollup, {
      multicall: async (ask, { contracts }) => {
        const [first] = contracts as { functionName: string }[];
        return first?.functionName === "batchCommitment" ? forged.map(commitmentOf) : ask();
      },
      readContract: async (ask, { functionName }) => {
        const answer = await ask();
        return functionName === "state" ? { ...(answer as object), history } : answer;
      },
    });
    const store = createMemoryStore();
    const { restored } = await restore({ store, rollup: lying, archives: [path], checkEveryBatch: true });
    expect(restored.batch(2).payouts).toEqual(STOLEN);
    const second = createL1Access(live.rollup);
    await expect(confirmState(restored, second)).rejects.toMatchObject({
      code: "restore/state-mismatch",
      details: { batch: 2 },
    });
    expect(restored.end()).toBeNull();
    const after = await restore({ store });
    await expect(confirmState(after.restored, second)).resolves.toEqual(after.head);
    expect(after.restored.batch(2).payouts).toEqual(PAID);
  });

  it("is asked for the hash of the whole queue", async () => {
    const { restored } = await restore({});
    expect(restored.waiting()).toHaveLength(1);
    const other = lyingRollup(live.rollup, {
      readContract: async (ask, { functionName }) => {
        const answer = await ask();
        return functionName === "queueEntry" ? { ...(answer as object), queueHash: `0x${"66".repeat(32)}` } : answer;
      },
    });
    await expect(confirmState(restored, createL1Access(other))).rejects.toMatchObject({
      code: "restore/state-mismatch",
    });
  });
});
