import { readFileSync } from "node:fs";
import { join } from "node:path";
import { payArguments, rollupAbi, toHeaderStruct } from "@cairn/contracts";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { connectReader, createL1Access, type L1Rollup, readRollupEvents, sendToRollup } from "@cairn/l1";
import { type FakeRpc, type Forgetting, forgetful, startFakeRpc } from "@cairn/l1/testing";
import { accountIndex, addressToBigint, batchNumber, bytesToHex } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { encodeFunctionData } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { gather, removeFolders, temporaryFolder } from "../test/published.ts";
import { openArchive } from "./archive/archive-file.ts";
import { archivesIn, createArchiveFolder } from "./archive/archive-folder.ts";
import { createArchive } from "./archive/writer.ts";
import { archiveRollup, verifyArchive } from "./archive-rollup.ts";
import { followPublishedBatch } from "./chain-position.ts";
import { restoreFromFiles } from "./node/restore-files.ts";
import type { ArchivedSettlement } from "./published-batch.ts";

const MANNERS: readonly Forgetting[] = ["refuses", "answers with nothing"];
const ALICE = accountIndex(64);
const RECIPIENT = 0xc0ffee00n;
/** Code of a recipient that takes no money. */
const REFUSES = "0x5f5ffd";

let live: UnprovenRollup;
let rpc: FakeRpc;

beforeAll(async () => {
  live = await startUnprovenRollup();
  rpc = await startFakeRpc(live.devnet.rpcUrl);
  await live.client.setCode({ address: `0x${(RECIPIENT + 1n).toString(16).padStart(40, "0")}`, bytecode: REFUSES });
  for (const position of [0, 1]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  await live.publish((send) => {
    for (const i of [0n, 1n, 2n]) send(ALICE, { amount: 5n + i, recipient: RECIPIENT + i });
  });
  await pay(2, [0, 1]);
  await live.deposit(2, 9n);
});
afterAll(async () => {
  await rpc?.stop();
  await live?.stop();
});
afterEach(() => {
  rpc.behave(null);
  removeFolders();
});

/** Pays payouts of a batch. */
async function pay(number: number, places: readonly number[]): Promise<void> {
  const { batch, dataCommitment } = live.batches[number - 1] ?? expect.unreachable();
  const { header, payouts } = batch;
  const of = { batch: batchNumber(number), header: toHeaderStruct(header), payouts, places };
  const args = payArguments({ ...of, dataCommitment: bytesToHex(dataCommitment) });
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
  await sendToRollup(live.rollup, live.devnet.wallet(8), { name: "pay", data, gas: 2_000_000n });
}

/** The rollup as an L1 shows it that has forgotten all but its last blocks. */
function throughRpc(kept: number, manner: Forgetting): L1Rollup {
  rpc.behave(forgetful(kept, manner)());
  const { chain } = live.rollup.reader;
  return { reader: connectReader(rpc.url, chain.id, { retryCount: 0 }), address: live.rollup.address };
}
const accessOf = (rollup: L1Rollup) => createL1Access(rollup, { sleep: async () => {} });
const write = (rollup: L1Rollup, path: string) =>
  archiveRollup(accessOf(rollup), { path, compress: live.compress, head: "latest" });
const folder = (rollup: L1Rollup, dir: string) =>
  createArchiveFolder(accessOf(rollup), { dir, compress: live.compress, head: "latest" });
const restore = (rollup: L1Rollup, archives: readonly string[]) =>
  restoreFromFiles({
    store: createMemoryStore(),
    compress: live.compress,
    rollup,
    archives,
    access: { sleep: async () => {} },
  });
const settledIn = async (paths: readonly string[]): Promise<ArchivedSettlement[]> => {
  const files = await Promise.all(paths.map(async (path) => gather((await openArchive(path)).records())));
  return files.flat().flatMap((record) => (record.type === "settlements" ? record.settlements : []));
};
const named = (list: readonly ArchivedSettlement[]) =>
  list.map(({ batch, position, status }) => [batch, position, status]);

describe("an archive holds what L1 will forget besides the data", () => {
  it("who submitted each batch, where and when, where queue entries are from, what became of payouts", async () => {
    const path = join(temporaryFolder(), "archive");
    await write(live.rollup, path);
    const { reader } = live.rollup;
    const to = Number(await reader.getBlockNumber());
    const events = await readRollupEvents(accessOf(live.rollup), { from: 0, to });
    const archive = await openArchive(path);
    const records = await gather(archive.records());
    const batches = records.flatMap((record) => (record.type === "batch" ? record.batch : []));
    const operator = addressToBigint(live.devnet.wallet(0).account.address);
    const accepted = events.filter((event) => event.type === "accepted");
    expect(accepted).toHaveLength(2);
    for (const [i, { block, blockHash, transaction }] of accepted.entries()) {
      const { timestamp } = await reader.getBlock({ blockNumber: BigInt(block) });
      const place = { l1Block: block, l1BlockHash: blockHash, transactionHash: transaction };
      expect(batches[i]?.origin).toMatchObject({ ...place, l1Timestamp: Number(timestamp), submitter: operator });
    }
    const entries = [...batches.flatMap(({ entryOrigins }) => entryOrigins), ...(archive.waiting()?.entries ?? [])];
    const places = entries.map((entry) => ("origin" in entry ? entry.origin : entry));
    const queued = events.filter((event) => event.type === "queued");
    expect(places.map(({ l1Block, transactionHash }) => [l1Block, bytesToHex(transactionHash)])).toEqual(
      queued.map(({ block, transaction }) => [block, bytesToHex(transaction)]),
    );
    const settled = await settledIn([path]);
    expect(named(settled)).toEqual([
      [2, 0, "paid"],
      [2, 1, "claimable"],
    ]);
    const paid = events.filter((event) => event.type === "settled");
    expect(settled.map(({ l1Block, transactionHash }) => [l1Block, bytesToHex(transactionHash)])).toEqual(
      paid.map(({ block, transaction }) => [block, bytesToHex(transaction)]),
    );
  });

  it("and is refused where it calls a payout settled that the contract owes", async () => {
    const path = join(temporaryFolder(), "archive");
    await write(live.rollup, path);
    const forged = await withSettlement(path, { batch: 2, position: 2 });
    await expect(verifyArchive(forged, { compress: live.compress, access: null })).resolves.toMatchObject({
      end: { batch: 2 },
    });
    await expect(
      verifyArchive(forged, { compress: live.compress, access: accessOf(live.rollup) }),
    ).rejects.toMatchObject({ code: "restore/settlement-mismatch", details: { batch: 2, position: 2 } });
  });

  it("also when a restoration writes it", async () => {
    const [path, archiveTo] = [join(temporaryFolder(), "archive"), join(temporaryFolder(), "copy")];
    await write(live.rollup, path);
    const options = { store: createMemoryStore(), compress: live.compress, rollup: live.rollup, archiveTo };
    await restoreFromFiles(options);
    expect(readFileSync(archiveTo)).toEqual(readFileSync(path));
    await restoreFromFiles(options);
    expect(readFileSync(archiveTo)).toEqual(readFileSync(path));
    const again = join(temporaryFolder(), "again");
    await restoreFromFiles({ ...options, store: createMemoryStore(), archives: [path], archiveTo: again });
    expect(readFileSync(again)).toEqual(readFileSync(path));
  });

  /** A copy of an archive that also says that a payout was paid. */
  async function withSettlement(path: string, place: { readonly batch: number; readonly position: number }) {
    const archive = await openArchive(path);
    const target = join(temporaryFolder(), "forged");
    const writer = await createArchive(target, archive.identity, archive.start);
    let position = archive.start;
    for await (const record of archive.records()) {
      if (record.type === "settlements") await writer.settle(record.settlements);
      else {
        ({ position } = followPublishedBatch(position, record.batch, live.compress));
        await writer.append(record.batch, position.chains);
      }
    }
    const [first = expect.unreachable()] = await settledIn([path]);
    await writer.settle([{ ...first, ...place }]);
    await writer.finish(archive.waiting());
    return target;
  }
});

describe.each(MANNERS)("an L1 that has forgotten its past, and %s", (manner) => {
  /** Blocks that pass: with the ones before them, everything so far is forgotten. */
  const KEPT = 20;
  let snapshot: `0x${string}`;

  beforeAll(async () => {
    snapshot = await live.client.snapshot();
  });
  afterAll(async () => {
    await live.client.revert({ id: snapshot });
    while (live.batches.length > 2) live.forgetLast();
  });

  it("lets nobody begin without archives, and everybody with them", async () => {
    const dir = temporaryFolder();
    await folder(live.rollup, dir).update();
    await live.client.mine({ blocks: KEPT });
    const rollup = throughRpc(KEPT, manner);
    await expect(restore(rollup, [])).rejects.toMatchObject({ code: "l1/events-incomplete" });
    const { restored, position } = await restore(rollup, await archivesIn(dir));
    expect(position).toMatchObject({ batch: 2, root: live.tree.root() });
    expect(restored.waiting()).toMatchObject([{ position: 2, operation: { amount: 9n } }]);
  });

  it("has its archives continued with what is new, even what became of a payout alone", async () => {
    const [dir, file] = [temporaryFolder(), join(temporaryFolder(), "archive")];
    await folder(live.rollup, dir).update();
    await write(live.rollup, file);
    await live.client.mine({ blocks: KEPT });
    await pay(2, [2]);
    await folder(throughRpc(KEPT, manner), dir).update();
    expect(named(await settledIn(await archivesIn(dir)))).toEqual([
      [2, 0, "paid"],
      [2, 1, "claimable"],
      [2, 2, "paid"],
    ]);
    await live.client.mine({ blocks: KEPT });
    // It consumes the entry that has waited since before.
    await live.publishSome(7);
    await live.deposit(3, 11n);
    await folder(throughRpc(KEPT, manner), dir).update();
    await write(throughRpc(KEPT, manner), file);
    for (const archives of [await archivesIn(dir), [file]]) {
      const { restored, position } = await restore(throughRpc(KEPT, manner), archives);
      expect(position).toMatchObject({ batch: 3, root: live.tree.root() });
      expect(restored.waiting()).toMatchObject([{ position: 3, operation: { amount: 11n } }]);
    }
    const settled = named(await settledIn(await archivesIn(dir)));
    expect(settled.slice(0, 3)).toEqual([
      [2, 0, "paid"],
      [2, 1, "claimable"],
      [2, 2, "paid"],
    ]);
  });

  it("names what is missing when the archives end before its memory begins", async () => {
    const dir = temporaryFolder();
    await folder(live.rollup, dir).update();
    const { length } = live.batches;
    await live.publishSome(8);
    await live.client.mine({ blocks: KEPT });
    await live.publishSome(9);
    const archives = await archivesIn(dir);
    const before = await restore(throughRpc(KEPT, manner), archives).catch((error: unknown) => error);
    expect(before).toMatchObject({
      code: "restore/l1-gap",
      details: { batch: length, shown: { batch: length + 2 } },
      message: expect.stringMatching(`end with batch ${length} .* before batch ${length + 2}`),
    });
    await live.client.mine({ blocks: KEPT });
    await expect(restore(throughRpc(KEPT, manner), archives)).rejects.toMatchObject({
      code: "restore/l1-gap",
      details: { batch: length, shown: { batch: null } },
    });
    await expect(folder(throughRpc(KEPT, manner), dir).update()).rejects.toMatchObject({
      code: "l1/events-incomplete",
    });
  });
});
