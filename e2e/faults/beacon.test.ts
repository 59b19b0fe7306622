import { join } from "node:path";
import { BLOB_BYTES, cellsToBlob } from "@cairn/blobs";
import { createBeaconSource } from "@cairn/l1";
import { bytesToHex, type Hex } from "@cairn/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type BeaconProxy,
  type Drill,
  expectSeveralBlocks,
  type NodeProcess,
  openDrill,
  type Population,
  payInSeveralBlocks,
  populate,
  readApi,
  readBatches,
  readMetric,
  startBeaconProxy,
} from "../support/index.ts";

const WAIT = { timeout: 180_000, interval: 100 };
const FOREVER = Number.MAX_SAFE_INTEGER;

interface Restored {
  readonly batch: number;
  readonly root: string;
}

/** Elements of a blob, but none that cells below 2^208 lead to. */
const OVERSIZED = bytesToHex(new Uint8Array(BLOB_BYTES).fill(1, 31, 32));
const ANOTHER = bytesToHex(cellsToBlob([5n]));

describe("beacon APIs that fail those who read the batches of others", () => {
  let drill: Drill;
  let people: Population;
  let first: BeaconProxy;
  let second: BeaconProxy;
  /** Someone who reads the operator's batches from L1 and these two. */
  let reader: NodeProcess;

  const apiOf = async (node: NodeProcess): Promise<string> => (await node.started).api ?? "";
  const newReader = (change: Readonly<Record<string, string>> = {}): Promise<NodeProcess> =>
    drill.startStranger({
      CAIRN_BEACON_URLS: `${first.url},${second.url}`,
      // It checks a wrong blob whenever it asks, which takes half a second.
      CAIRN_L1_POLL_MS: "1000",
      ...change,
    });
  const rollupOf = async (node: NodeProcess) => readApi(await apiOf(node), "rollup");
  /** Waits until a node says that it cannot go on without a blob. */
  const untilStuck = (node: NodeProcess): Promise<void> =>
    vi.waitFor(async () => {
      const { isReady, parts } = await readApi(await apiOf(node), "ready");
      expect([isReady, parts.watcher]).toEqual([false, { isReady: false, state: "failing, l1/blob-unavailable" }]);
    }, WAIT);
  const problems = (node: NodeProcess, type: string): Promise<number> =>
    readMetric(node, `cairn_blob_source_problems_total{type="${type}"}`);
  /** The operator puts a batch of several blocks into a blob on L1. */
  const publish = async (): Promise<void> => {
    const before = (await readBatches(drill.scene.l1.rollup)).length;
    const lastBlock = BigInt(await payInSeveralBlocks({ ...drill.scene, api: operatorApi }, people));
    const { l1 } = drill.scene;
    await vi.waitFor(async () => expect((await l1.state()).lastBlock).toBeGreaterThanOrEqual(lastBlock), WAIT);
    await expectSeveralBlocks(drill.scene, before);
    const made = (await readBatches(l1.rollup)).slice(before);
    expect(new Set(made.map(({ dataSource }) => dataSource))).toEqual(new Set(["blob"]));
  };
  let operatorApi: () => string;

  beforeAll(async () => {
    drill = await openDrill({
      // With real ones a batch is a block; node/src/batches/trees.prover.test.ts makes a real tree.
      proofs: "stand-in",
      env: { CAIRN_DATA_SOURCE: "blob" },
    });
    const { scene } = drill;
    [first, second] = await Promise.all([startBeaconProxy(scene.l1.rpcUrl), startBeaconProxy(scene.l1.rpcUrl)]);
    people = await populate(scene);
    const api = scene.api();
    operatorApi = () => api;
    await publish();
  });
  afterEach(() => Promise.all([first.comeBack(), second.comeBack()]));
  afterAll(async () => {
    await drill?.stop();
    await Promise.all([first?.stop(), second?.stop()]);
  });

  it("that are away keep a restoring node asking, which says so, until one of them is back", async () => {
    await first.refuse();
    second.fail(503);
    reader = await newReader();
    await untilStuck(reader);
    expect(await readMetric(reader, 'cairn_part_ready{part="watcher"}')).toBe(0);
    expect(await problems(reader, "unavailable")).toBeGreaterThan(1);
    expect(await rollupOf(reader)).toMatchObject({ lastBlock: 0 });
    second.hang();
    const asked = second.count();
    await vi.waitFor(() => expect(second.count()).toBeGreaterThan(asked), WAIT);
    await second.comeBack();
    await drill.untilAgreed(await apiOf(reader));
    expect(first.count()).toBe(0);
  });

  it.each<[string, (blobOfAnother: Hex) => Hex]>([
    ["a wrong blob", () => ANOTHER],
    ["the blob of another batch", (blobOfAnother) => blobOfAnother],
    ["cells of 2^208 and more", () => OVERSIZED],
  ])("that lie, with %s, are not believed by a watching node, which asks others", async (_what, lieOf) => {
    const lie = lieOf(await blobOfFirstBatch());
    first.lie(() => lie);
    second.forget(FOREVER);
    const before = await rollupOf(reader);
    const [asked, wrong] = [first.count(), await problems(reader, "wrong")];
    await publish();
    await untilStuck(reader);
    expect(first.count()).toBeGreaterThan(asked);
    expect(await rollupOf(reader)).toMatchObject({ root: before.root, lastBlock: before.lastBlock });
    await second.comeBack();
    await drill.untilAgreed(await apiOf(reader));
    expect(await problems(reader, "wrong")).toBeGreaterThan(wrong);
  });

  it("that have deleted what is old are replaced by archives, in a node and in the command", async () => {
    const { scene } = drill;
    const archive = join(scene.dir, "batches.cairn");
    await drill.cairn("archive", "write", archive, "--head", "latest");
    for (const beacon of [first, second]) beacon.forget((await scene.l1.head()) + 1);
    // Later batches are not in the archive, and the APIs have them.
    await publish();
    const without = await newReader();
    await untilStuck(without);
    expect(await problems(without, "absent")).toBeGreaterThan(1);
    await without.kill();
    const options = ["--beacon", first.url, second.url, "--state"];
    const refused = await drill.tryCairn("restore", ...options, join(scene.dir, "restored-1"));
    expect(refused).toMatchObject({ code: 1, value: { error: { code: "l1/blob-unavailable" } } });
    const restoring = await newReader({ CAIRN_ARCHIVES: archive });
    await drill.untilAgreed(await apiOf(restoring));
    const { root, batchCount } = await scene.l1.state();
    const command = ["restore", "--blob-archive", archive, ...options, join(scene.dir, "restored-2")];
    const restored = await drill.cairn<Restored>(...command);
    expect([restored.batch, restored.root]).toEqual([Number(batchCount), root]);
  });

  it("that are busy for a while are asked again by the command", async () => {
    const { scene } = drill;
    first.fail(503);
    const asked = first.count();
    const restoring = drill.cairn<Restored>("restore", "--beacon", first.url, "--state", join(scene.dir, "restored-3"));
    await vi.waitFor(() => expect(first.count()).toBeGreaterThan(asked), WAIT);
    await first.comeBack();
    expect((await restoring).root).toBe((await scene.l1.state()).root);
  });

  async function blobOfFirstBatch(): Promise<Hex> {
    const { rollup, rpcUrl } = drill.scene.l1;
    const [batch = expect.unreachable()] = await readBatches(rollup);
    const beacon = createBeaconSource({ url: rpcUrl, slots: { type: "number" } });
    const [blob = expect.unreachable()] = await beacon.find({ ...batch, l1Timestamp: 0 });
    return bytesToHex(blob);
  }
});
