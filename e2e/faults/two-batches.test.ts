import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  type Broadcast,
  type L1,
  openScene,
  type Population,
  payBeyond,
  populate,
  readApi,
  readBatches,
  type Scene,
} from "../support/index.ts";

/** A batch is closed when it has as many blocks, and no sooner. */
const BLOCKS = 2;
const WAIT = { timeout: 120_000, interval: 100 };

describe("two batches of several blocks under way at a time", () => {
  let scene: Scene;
  let people: Population;
  let l1: L1;

  /** The submissions that L1 has in its pool, by nonce, as they were broadcast last. */
  const pending = async (): Promise<readonly Broadcast[]> => {
    const { address } = l1.wallet(0).account;
    const used = await l1.rollup.reader.getTransactionCount({ address });
    const known = await l1.rollup.reader.getTransactionCount({ address, blockTag: "pending" });
    const sent = l1.proxy.broadcasts().filter(({ purpose, nonce }) => purpose === "submitBatch" && nonce >= used);
    return Array.from({ length: known - used }, (_, i) => sent.findLast(({ nonce }) => nonce === used + i)).filter(
      (one) => one !== undefined,
    );
  };
  const untilTwoPending = () =>
    vi.waitUntil(async () => {
      const both = await pending();
      return both.length === 2 && both;
    }, WAIT);
  const kindsOf = (both: readonly Broadcast[]) => both.map(({ maxFeePerBlobGas }) => maxFeePerBlobGas !== null);
  const publisherWaitsFor = async (): Promise<string> =>
    (await readApi(scene.api(), "ready")).parts.publisher?.state ?? "";
  /** Fills two more batches while L1 mines nothing; returns how many it had. */
  const fillTwo = async (): Promise<number> => {
    await l1.mineByHand();
    const before = await readBatches(l1.rollup);
    const { blocks } = await readApi(scene.api(), "blocks", { query: { limit: "1" } });
    await payBeyond(scene, people, (blocks[0]?.number ?? 0) + 2 * BLOCKS - 1);
    return before.length;
  };
  const settle = async (): Promise<void> => {
    await l1.mineAtOnce();
    await l1.mine();
    await audit(scene);
  };

  beforeAll(async () => {
    scene = await openScene({
      // With real ones a batch is a block; node/src/batches/trees.prover.test.ts makes a real tree.
      proofs: "stand-in",
      env: {
        CAIRN_BATCH_BLOCKS: String(BLOCKS),
        CAIRN_BATCH_SECONDS: "300",
        CAIRN_BLOCK_TIME_MS: "300",
        CAIRN_DATA_SOURCE: "blob",
        // Only the first version of each is looked at.
        CAIRN_BUMP_AFTER_MS: "600000",
      },
    });
    l1 = scene.l1;
    people = await populate(scene);
    await payBeyond(scene, people, BLOCKS - 1);
    await audit(scene);
  });
  afterAll(() => scene?.stop());

  it("in two blobs, one nonce after the other, and accepted in order", async () => {
    const before = await fillTwo();
    const both = await untilTwoPending();
    expect(kindsOf(both)).toEqual([true, true]);
    expect(new Set(both.flatMap(({ blobVersionedHashes }) => blobVersionedHashes)).size).toBe(2);
    expect((await readBatches(l1.rollup)).length).toBe(before);
    await settle();
    const made = (await readBatches(l1.rollup)).slice(before);
    expect(made).toMatchObject(Array(2).fill({ blocks: BLOCKS, dataSource: "blob" }));
  });

  it("two in blobs and then two in calldata, which wait until no blob is pending", async () => {
    const before = await fillTwo();
    expect(kindsOf(await untilTwoPending())).toEqual([true, true]);
    await people.node.kill("SIGTERM");
    people = { ...people, node: await scene.start({ CAIRN_DATA_SOURCE: "calldata" }) };
    await fillTwo();
    await vi.waitFor(async () => expect(await publisherWaitsFor()).toContain("of the other kind"), WAIT);
    expect(kindsOf(await pending())).toEqual([true, true]);
    await l1.mine();
    // Payments may come first, which are ordinary transactions too.
    await vi.waitFor(async () => {
      const both = (await pending()).filter(({ purpose }) => purpose === "submitBatch");
      expect(kindsOf(both)).toEqual([false, false]);
    }, WAIT);
    await settle();
    const made = (await readBatches(l1.rollup)).slice(before);
    expect(made.map(({ dataSource }) => dataSource)).toEqual(["blob", "blob", "calldata", "calldata"]);
    expect(made).toMatchObject(Array(4).fill({ blocks: BLOCKS }));
  });
});
