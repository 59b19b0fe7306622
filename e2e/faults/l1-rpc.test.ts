import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  type Broadcast,
  callApi,
  type L1Proxy,
  openScene,
  type Population,
  pay,
  populate,
  readApi,
  type Scene,
  TIMEOUT_MS,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 120_000, interval: 100 };
const READS = ["eth_getLogs", "eth_call", "eth_getTransactionReceipt"];

describe("an L1 node that lets the rollup's node down", { timeout: TIMEOUT_MS }, () => {
  let scene: Scene;
  let people: Population;
  let proxy: L1Proxy;

  const isReady = async (): Promise<boolean> => (await readApi(scene.api(), "ready")).isReady;
  const newestBatch = async () => (await readApi(scene.api(), "batches", { query: { limit: "1" } })).batches[0];
  /** Transactions go on being acknowledged and proven; L1 has to wait. */
  const workWithoutL1 = async (): Promise<void> => {
    const before = (await newestBatch())?.firstBlock ?? 0;
    await pay(scene, people);
    await vi.waitFor(async () => {
      const newest = await newestBatch();
      expect([newest?.firstBlock, newest?.status]).toEqual([before + 1, "proved"]);
    }, WAIT);
  };

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

  it("refuses connections, while somebody deposits, and comes back", async () => {
    await proxy.refuse();
    await scene.holders.topUp(people.alice, ETHER);
    await vi.waitFor(async () => expect(await isReady()).toBe(false), WAIT);
    await workWithoutL1();
    await proxy.comeBack();
    await audit(scene);
    const answer = await callApi(scene.api(), "account", { params: { index: String(people.alice.index) } });
    expect(answer).toMatchObject({ value: { balance: (11n * ETHER - ETHER / 1000n).toString() } });
  });

  it("hangs, and never answers what was asked meanwhile", async () => {
    const asked = proxy.count("eth_getBlockByNumber");
    proxy.hang();
    await vi.waitFor(() => expect(proxy.count("eth_getBlockByNumber")).toBeGreaterThan(asked + 1), WAIT);
    await workWithoutL1();
    await proxy.comeBack();
    await audit(scene);
  });

  it("fails at some methods only", async () => {
    proxy.fail(READS);
    await vi.waitFor(async () => expect(await isReady()).toBe(false), WAIT);
    await workWithoutL1();
    await proxy.comeBack();
    await audit(scene);
  });

  it("answers as of an old block, an old nonce included", async () => {
    proxy.freeze((await scene.l1.head()) - 3);
    const before = proxy.broadcasts().length;
    await workWithoutL1();
    await proxy.comeBack();
    await audit(scene);
    expectOneNonceEach(proxy.broadcasts().slice(before));
  });

  it("is two that disagree: every second answer is old", async () => {
    proxy.alternate((await scene.l1.head()) - 3);
    const before = proxy.broadcasts().length;
    await workWithoutL1();
    await proxy.comeBack();
    await audit(scene);
    expectOneNonceEach(proxy.broadcasts().slice(before));
  });

  it("is not there when the node starts", async () => {
    await people.node.kill();
    await proxy.refuse();
    await scene.start();
    await workWithoutL1();
    await proxy.comeBack();
    await audit(scene);
  });
});
