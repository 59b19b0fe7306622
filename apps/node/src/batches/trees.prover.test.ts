import { rollupAbi } from "@cairn/contracts";
import { createTestDatabases } from "@cairn/db/testing";
import { bigintToAddress } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, createNodeHarness, type NodeHarness } from "../../test/node-harness.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 180_000, interval: 500 };
const PEOPLE = [1, 2, 3, 4, 5];

describe("a batch of several blocks with real proofs", () => {
  const databases = createTestDatabases().server;
  let harness: NodeHarness;
  beforeAll(async () => {
    await databases.start();
    const { location } = await databases.create();
    harness = await createNodeHarness(location.type === "server" ? location.url : undefined, { isBatching: true });
  });
  afterAll(async () => {
    await harness.stop();
    await databases.stop();
  });

  it("is accepted by L1: five blocks, a merge of four of them, and a pair", async () => {
    const node = await harness.begin(
      {},
      { CAIRN_BATCH_BLOCKS: "5", CAIRN_BATCH_SECONDS: "3600", CAIRN_BLOCK_TIME_MS: "100" },
    );
    const accounts = async (owner: bigint) =>
      (await call(node, "accounts", { query: { owner: bigintToAddress(owner) } })).value.accounts;
    for (const position of PEOPLE) {
      const { owner } = await harness.deposit(position, ETHER);
      await expect.poll(async () => (await accounts(owner)).length, WAIT).toBe(1);
      const newest = async () => (await call(node, "blocks", { query: { limit: "1" } })).value.blocks[0];
      await expect.poll(newest, WAIT).toMatchObject({ number: position, status: "sealed" });
    }
    const { reader, address } = harness.devnet.rollup;
    const onChain = () => reader.readContract({ address, abi: rollupAbi, functionName: "state" });
    await expect.poll(async () => Number((await onChain()).lastBlock), WAIT).toBe(5);
    const { root, batchCount } = await onChain();
    const { value: rollup } = await call(node, "rollup");
    expect([root, Number(batchCount)]).toEqual([rollup.root, 1]);
    const { value: batch } = await call(node, "batch", { params: { firstBlock: "1" } });
    expect(batch).toMatchObject({ circuit: "pair", lastBlock: 5, number: 1 });
  });
});
