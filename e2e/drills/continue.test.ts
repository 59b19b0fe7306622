import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type Drill,
  HOUR,
  type Holder,
  type LoggedBatch,
  type NodeProcess,
  openDrill,
  payBeyond,
  readApi,
  readBatches,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 180_000, interval: 100 };
/** A batch is closed when it has as many blocks, and no sooner. */
const BLOCKS = 3;

interface Restored {
  readonly batch: number;
  readonly root: string;
}

describe("continue: strangers carry the chain on with batches in a blob and in calldata, and the operator returns", () => {
  let drill: Drill;
  let people: { readonly alice: Holder; readonly bob: Holder };
  let stranger: NodeProcess;
  let strangerEnv: Readonly<Record<string, string>>;

  const batches = () => readBatches(drill.scene.l1.rollup);
  /** Pays until a batch of this account is full, and waits until L1 has it; returns what L1 has now. */
  const payInBatch = async (submitter: string): Promise<LoggedBatch[]> => {
    const { scene } = drill;
    const before = await batches();
    const known = scene.ledger.sent().size;
    await payBeyond(scene, people, (before.at(-1)?.lastBlock ?? 0) + BLOCKS - 1);
    await drill.untilBatch(before.length + 1);
    const now = await batches();
    expect(now).toHaveLength(before.length + 1);
    expect(now.at(-1)).toMatchObject({ blocks: BLOCKS, submitter });
    await drill.untilFinal([...scene.ledger.sent().keys()].slice(known));
    return now;
  };
  const balances = async (node: NodeProcess): Promise<readonly string[]> => {
    const api = (await node.started).api ?? "";
    const { alice, bob } = people;
    const accounts = [alice, bob].map(({ index }) => readApi(api, "account", { params: { index: String(index) } }));
    return (await Promise.all(accounts)).map(({ balance, nonce }) => `${balance} ${nonce}`);
  };

  beforeAll(async () => {
    drill = await openDrill({
      // With real ones a batch is a block; node/src/batches/trees.prover.test.ts makes a real tree.
      proofs: "stand-in",
      env: { CAIRN_BATCH_BLOCKS: String(BLOCKS), CAIRN_BATCH_SECONDS: "300", CAIRN_DATA_SOURCE: "calldata" },
    });
    const { scene } = drill;
    for (const position of [1, 2]) await scene.holders.deposit(position, 10n * ETHER);
    const operator = await scene.start();
    people = { alice: await scene.holders.find(scene.api, 1), bob: await scene.holders.find(scene.api, 2) };
    await payInBatch(drill.addressOf(0));
    await operator.kill();
    strangerEnv = await drill.newStranger();
    await scene.holders.topUp(people.bob, ETHER);
    await drill.warp(7 * HOUR);
  });
  afterAll(() => drill?.stop());

  it("a stranger restores it and submits several blocks in a blob", async () => {
    stranger = await drill.scene.start({ ...strangerEnv, CAIRN_DATA_SOURCE: "blob" });
    expect((await payInBatch(drill.addressOf(drill.positionOf("stranger")))).at(-1)?.dataSource).toBe("blob");
  });

  it("the same one submits several blocks in calldata, an hour after the next queue entry", async () => {
    expect((await stranger.kill("SIGTERM")).code).toBe(0);
    await drill.scene.holders.topUp(people.alice, ETHER);
    // Until then an operator who came back would have L1 alone.
    await drill.warp(HOUR);
    stranger = await drill.scene.start({ ...strangerEnv, CAIRN_DATA_SOURCE: "calldata" });
    expect((await payInBatch(drill.addressOf(drill.positionOf("stranger")))).at(-1)?.dataSource).toBe("calldata");
  });

  it("the operator follows both, continues in a blob, and the stranger follows that", async () => {
    const { scene } = drill;
    const operator = await scene.start({ CAIRN_BEACON_URLS: scene.l1.rpcUrl, CAIRN_DATA_SOURCE: "blob" });
    await drill.untilAgreed(scene.api());
    const now = await payInBatch(drill.addressOf(0));
    expect(now.map(({ dataSource }) => dataSource)).toEqual(["calldata", "blob", "calldata", "blob"]);
    await drill.untilAgreed((await stranger.started).api ?? "");
    expect(await balances(stranger)).toEqual(await balances(operator));
    const withdrawn = BigInt(scene.recipients().length) * (ETHER / 1000n);
    await vi.waitFor(async () => expect(await drill.custody(0)).toBe(22n * ETHER - withdrawn), WAIT);
  });

  it("leaves a chain that anyone rebuilds from L1", async () => {
    const { root, batchCount } = await drill.scene.l1.state();
    const restored = await drill.cairn<Restored>("restore");
    expect([restored.batch, restored.root]).toEqual([Number(batchCount), root]);
  });
});
