import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  type Broadcast,
  callApi,
  expectSeveralBlocks,
  type L1Proxy,
  openScene,
  type Population,
  pay,
  payInSeveralBlocks,
  populate,
  readApi,
  type Scene,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 120_000, interval: 100 };
const READS = ["eth_getLogs", "eth_call", "eth_getTransactionReceipt"];

describe("an L1 node that fails the rollup's node", () => {
  let scene: Scene;
  let people: Population;
  let proxy: L1Proxy;

  const isReady = async (): Promise<boolean> => (await readApi(scene.api(), "ready")).isReady;
  const noticed = () => vi.waitFor(async () => expect(await isReady()).toBe(false), WAIT);
  const newestBatch = async () => (await readApi(scene.api(), "batches", { query: { limit: "1" } })).batches[0];
  /** Waits until the batch with the block is ready but not on L1. */
  const ready = (block: number) =>
    vi.waitFor(async () => {
      const newest = await newestBatch();
      expect(newest?.status).toBe("ready");
      expect(newest?.lastBlock).toBeGreaterThanOrEqual(block);
    }, WAIT);

  const expectOneNonceEach = (sent: readonly Broadcast[]): void => {
    const nonces = new Map(sent.map(({ data, nonce }) => [data, nonce]));
    expect(nonces.size).toBeGreaterThan(0);
    for (const { data, nonce } of sent) expect(nonce).toBe(nonces.get(data));
  };

  beforeAll(async () => {
    scene = await openScene();
    people = await populate(scene);
    proxy = scene.l1.proxy;
  });
  afterEach(() => proxy.comeBack());
  afterAll(() => scene?.stop());

  it("refuses connections while someone deposits, then hangs, then fails some methods, and recovers", async () => {
    await proxy.refuse();
    await scene.holders.topUp(people.alice, ETHER);
    await noticed();
    await ready(await pay(scene, people));
    await proxy.comeBack();
    const asked = proxy.count("eth_getBlockByNumber");
    proxy.hang();
    await vi.waitFor(() => expect(proxy.count("eth_getBlockByNumber")).toBeGreaterThan(asked + 1), WAIT);
    // In the pool, behind a missing nonce: acknowledged without a block.
    const { alice, bob } = people;
    const missing = scene.holders.transfer(alice, bob, 1n);
    await scene.ledger.submitUntilAcknowledged(scene.api, [scene.holders.transfer(alice, bob, 1n)]);
    proxy.fail(READS);
    await vi.waitFor(() => expect(proxy.count("eth_getLogs")).toBeGreaterThan(0), WAIT);
    await noticed();
    await scene.ledger.submitUntilAcknowledged(scene.api, [missing]);
    await proxy.comeBack();
    await audit(scene);
    const answer = await callApi(scene.api(), "account", { params: { index: String(alice.index) } });
    expect(answer).toMatchObject({ value: { balance: (11n * ETHER - ETHER / 1000n - 2n).toString() } });
  });

  it("answers as of an old block, including an old nonce, first always, then every second time", async () => {
    const before = proxy.broadcasts().length;
    const { batchCount } = await scene.l1.state();
    proxy.freeze((await scene.l1.head()) - 3);
    const block = await payInSeveralBlocks(scene, people);
    await ready(block);
    proxy.alternate((await scene.l1.head()) - 3);
    await vi.waitFor(
      async () => expect((await scene.l1.state()).lastBlock).toBeGreaterThanOrEqual(BigInt(block)),
      WAIT,
    );
    await proxy.comeBack();
    await audit(scene);
    await expectSeveralBlocks(scene, Number(batchCount));
    expectOneNonceEach(proxy.broadcasts().slice(before));
  });

  it("is unreachable when the node starts", async () => {
    await people.node.kill();
    const { batchCount } = await scene.l1.state();
    await proxy.refuse();
    await scene.start();
    await ready(await payInSeveralBlocks(scene, people));
    await proxy.comeBack();
    await audit(scene);
    await expectSeveralBlocks(scene, Number(batchCount));
  });
});
