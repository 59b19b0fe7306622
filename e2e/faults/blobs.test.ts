import type { DataSource } from "@cairn/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  type Broadcast,
  expectSeveralBlocks,
  type L1,
  openScene,
  type Population,
  pay,
  payInSeveralBlocks,
  populate,
  readApi,
  readBatches,
  type Scene,
  spikeFees,
} from "../support/index.ts";

const WAIT = { timeout: 120_000, interval: 100 };
const GWEI = 10n ** 9n;
const CAP = 200n * GWEI;
const FINAL = 4;

describe("batches in blobs", () => {
  let scene: Scene;
  let people: Population;
  let l1: L1;

  const batches = () => readBatches(l1.rollup);
  const sourcesSince = async (count: number): Promise<Set<DataSource>> =>
    new Set((await batches()).slice(count).map(({ dataSource }) => dataSource));
  /** Submissions that were broadcast from now on, each version once. */
  const watch = (): (() => Broadcast[]) => {
    const start = l1.proxy.broadcasts().length;
    return () => {
      const sent = l1.proxy.broadcasts().slice(start);
      return sent.filter(
        (one, i) => one.purpose === "submitBatch" && sent.findIndex(({ hash }) => hash === one.hash) === i,
      );
    };
  };
  const statusOf = async (id: string) => (await readApi(scene.api(), "transaction", { params: { id } })).status;
  const lastId = () => scene.ledger.acknowledged().at(-1)?.id ?? "";

  beforeAll(async () => {
    scene = await openScene({
      env: {
        CAIRN_DATA_SOURCE: "blob",
        CAIRN_BUMP_AFTER_MS: "700",
        CAIRN_L1_FINAL_CONFIRMATIONS: String(FINAL),
        CAIRN_MAX_FEE_GWEI: String(CAP / GWEI),
      },
    });
    l1 = scene.l1;
    people = await populate(scene);
  });
  afterEach(async () => {
    await l1.proxy.passTransactions();
    await l1.mineAtOnce();
  });
  afterAll(() => scene?.stop());

  /** Mines L1 blocks until everything is final. */
  const settle = async (): Promise<void> => {
    await l1.mineEvery(1);
    await audit(scene);
    await l1.mineAtOnce();
  };

  it("arrive and are paid in turns with ordinary transactions of the same account", async () => {
    for (let i = 0; i < 2; i++) await payInSeveralBlocks(scene, people);
    await settle();
    await expectSeveralBlocks(scene);
    expect(await sourcesSince(0)).toEqual(new Set(["blob"]));
  });

  it("that L1 drops are sent again with all three fees doubled, under the same nonce", async () => {
    const sent = watch();
    const before = (await batches()).length;
    l1.proxy.dropTransactions(({ purpose }) => purpose === "submitBatch");
    await payInSeveralBlocks(scene, people);
    const versions = () => sent().filter(({ nonce }) => nonce === sent()[0]?.nonce);
    await vi.waitFor(() => expect(versions().length).toBeGreaterThan(2), WAIT);
    for (const [i, next] of versions().entries()) {
      const previous = versions()[i - 1];
      if (previous === undefined) continue;
      expect(next.data).toBe(previous.data);
      for (const fee of ["maxFeePerGas", "maxPriorityFeePerGas", "maxFeePerBlobGas"] as const) {
        expect(next[fee], fee).toBeGreaterThanOrEqual(2n * (previous[fee] ?? 0n));
      }
    }
    await l1.proxy.passTransactions();
    await settle();
    await expectSeveralBlocks(scene, before);
  });

  it("stuck during a fee spike never offer more than the cap, and land when fees fall", async () => {
    const before = (await batches()).length;
    const sent = watch();
    await l1.mineByHand();
    await payInSeveralBlocks(scene, people);
    await vi.waitFor(() => expect(sent().length).toBeGreaterThan(0), WAIT);
    await spikeFees(l1, people.node, 500n * GWEI, WAIT);
    expect((await batches()).length).toBe(before);
    for (const { maxFeePerGas } of sent()) expect(maxFeePerGas).toBeLessThanOrEqual(CAP);
    await vi.waitFor(async () => {
      await l1.setNextBaseFee(GWEI);
      await l1.mine();
      expect((await batches()).length).toBeGreaterThan(before);
    }, WAIT);
    await l1.mineAtOnce();
    await settle();
    await expectSeveralBlocks(scene, before);
    expect(await sourcesSince(before)).toEqual(new Set(["blob"]));
  });

  it("whose nonce an ordinary transaction of the account takes are sent again with the next one, once", async () => {
    const before = (await batches()).length;
    const sent = watch();
    l1.proxy.dropTransactions(({ purpose }) => purpose === "submitBatch");
    await payInSeveralBlocks(scene, people);
    const { nonce } = await vi.waitUntil(() => sent()[0], WAIT);
    const { address } = l1.wallet(0).account;
    const taken = await l1.wallet(0).sendTransaction({ nonce, to: address, data: "0x", gas: 21_000n });
    await l1.rollup.reader.waitForTransactionReceipt({ hash: taken });
    // Until that is final, the batch's own transaction could still be the one that is mined.
    await l1.mineEvery(1);
    await vi.waitFor(() => expect(sent().at(-1)?.nonce).toBe(nonce + 1), WAIT);
    await l1.proxy.passTransactions();
    await settle();
    await expectSeveralBlocks(scene, before);
    expect(await sourcesSince(before)).toEqual(new Set(["blob"]));
  });

  it("that a reorg removes come back with their blobs", async () => {
    const before = (await batches()).length;
    await payInSeveralBlocks(scene, people);
    const id = lastId();
    await vi.waitFor(async () => expect(await statusOf(id)).toBe("proven"), WAIT);
    await l1.mineByHand();
    await l1.reorg(1);
    await vi.waitFor(async () => {
      await l1.mine();
      expect(await statusOf(id)).toBe("final");
    }, WAIT);
    await l1.mineAtOnce();
    await settle();
    await expectSeveralBlocks(scene, before);
    expect(await sourcesSince(before)).toEqual(new Set(["blob"]));
  });

  it("alternate with batches in calldata, as the settings say", async () => {
    const before = (await batches()).length;
    await people.node.kill("SIGTERM");
    people = { ...people, node: await scene.start({ CAIRN_DATA_SOURCE: "calldata" }) };
    await payInSeveralBlocks(scene, people);
    await settle();
    await expectSeveralBlocks(scene, before);
    expect(await sourcesSince(before)).toEqual(new Set(["calldata"]));
    await people.node.kill();
    people = { ...people, node: await scene.start() };
    await pay(scene, people);
    await settle();
    expect((await batches()).at(-1)?.dataSource).toBe("blob");
  });

  it("survive a node that is killed between signing, sending and seeing them", async () => {
    for (const crashAt of ["batch-persisted", "batch-broadcast", "batch-mined-unseen"]) {
      await people.node.kill();
      const dying = scene.spawn({ CAIRN_CRASH_AT: crashAt });
      await dying.started;
      await pay(scene, people);
      await dying.exited;
      people = { ...people, node: await scene.start() };
      await settle();
    }
    expect(await sourcesSince((await batches()).length - 3)).toEqual(new Set(["blob"]));
  });
});
