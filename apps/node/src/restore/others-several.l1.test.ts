import { createTestDatabases } from "@cairn/db/testing";
import { bigintToAddress } from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Client, clientOf, createL1Scene, type L1Scene } from "../../test/l1-scene.ts";
import { call } from "../../test/node-harness.ts";
import type { CairnNode } from "../node.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 60_000, interval: 100 };
const RECIPIENTS = 0xbeefn << 100n;
/** A stranger's node has nobody who keeps blobs. */
const OPERATOR = { CAIRN_BATCH_BLOCKS: "5", CAIRN_BATCH_SECONDS: "3", CAIRN_DATA_SOURCE: "calldata" };

describe("a rollup whose operator makes batches of several blocks", () => {
  let scene: L1Scene;
  let operator: CairnNode;
  let stranger: CairnNode;
  let alice: Person;
  let bob: Person;
  let nonce = 0;
  const at = (node: CairnNode): Client => clientOf(node, scene);
  const idOf = ({ transactions: [first] }: { transactions: { id: string }[] }): string => first?.id ?? "";
  const statusOf = async (id: string) => (await at(operator).transaction(id)).status;
  const batchesOf = async (node: CairnNode) => (await call(node, "batches", { query: { limit: "100" } })).value.batches;
  const blocksOf = async (node: CairnNode) => (await call(node, "blocks", { query: { limit: "100" } })).value.blocks;
  const payoutsOf = async (node: CairnNode) => (await call(node, "payouts", { query: {} })).value.payouts;
  const agrees = async () => {
    const [chain, own] = [await scene.onChain(), await at(stranger).rollup()];
    return own.root === chain.root && own.lastProvenBlock === chain.lastBlock;
  };
  /** Sends payments and withdrawals, each in a block of its own, until all of them are final. */
  const work = async (rounds: number): Promise<void> => {
    let last = "";
    for (let round = 0; round < rounds; round++) {
      await at(operator).transfer(alice, bob, nonce++);
      last = idOf(await at(operator).withdraw(alice, nonce, RECIPIENTS + BigInt(nonce), 5n));
      nonce++;
      await expect
        .poll(
          () =>
            at(operator)
              .transaction(last)
              .then(({ history }) => history.length),
          WAIT,
        )
        .toBeGreaterThan(2);
    }
    await expect.poll(() => statusOf(last), WAIT).toBe("final");
  };

  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    operator = await scene.begin("operator", OPERATOR);
    alice = await scene.harness.deposit(1, ETHER);
    bob = await scene.harness.deposit(2, ETHER);
  });
  afterAll(() => scene?.stop());

  it("brings them to L1 whole, and pays what they owe", async () => {
    await expect.poll(() => at(operator).index(bob), WAIT).toBe(65);
    await work(6);
    const batches = await batchesOf(operator);
    expect(batches.some(({ blocks }) => blocks > 2)).toBe(true);
    expect(batches.every(({ status, number }) => status === "accepted" && number !== null)).toBe(true);
    expect(batches.length).toBe((await scene.onChain()).batchCount);
    await expect
      .poll(async () => (await payoutsOf(operator)).map(({ status }) => status), WAIT)
      .toEqual(Array.from({ length: 6 }, () => "paid"));
    const { reader } = scene.harness.devnet.rollup;
    expect(await reader.getBalance({ address: bigintToAddress(RECIPIENTS + 1n) })).toBe(5n);
  });

  it("is rebuilt by a stranger from L1 alone, block by block", async () => {
    stranger = await scene.begin("stranger", { CAIRN_PUBLISHER_KEY: scene.keyOf(9), CAIRN_RESTORE: "true" });
    await expect.poll(agrees, WAIT).toBe(true);
    const kept = ({ number, oldRoot, newRoot, cells, chains, l1Operations, transactions }: Block) => {
      return { number, oldRoot, newRoot, cells, chains, l1Operations, transactions };
    };
    const blocks = await blocksOf(stranger);
    expect(blocks.every(({ origin }) => origin === "l1")).toBe(true);
    const sealed = (await blocksOf(operator)).filter(({ status }) => status === "proven" || status === "final");
    expect(blocks.map(kept)).toEqual(sealed.map(kept));
    const named = ({ firstBlock, lastBlock, circuit, history, blocksRoot, point, submitter }: Batch) => {
      return { firstBlock, lastBlock, circuit, history, blocksRoot, point, submitter };
    };
    expect((await batchesOf(stranger)).map(named)).toEqual((await batchesOf(operator)).map(named));
    const settled = async (node: CairnNode) =>
      (await payoutsOf(node)).map(({ block, position, batch, amount, status }) => [
        block,
        position,
        batch,
        amount,
        status,
      ]);
    await expect.poll(() => settled(stranger), WAIT).toEqual(await settled(operator));
  });

  it("is followed by the stranger while it goes on", async () => {
    const { batchCount } = await scene.onChain();
    await work(4);
    expect((await scene.onChain()).batchCount).toBeGreaterThan(batchCount);
    await expect.poll(agrees, WAIT).toBe(true);
    expect(await at(stranger).balance(bob)).toBe(await at(operator).balance(bob));
  });
});

type Block = Awaited<ReturnType<typeof call<"blocks">>>["value"]["blocks"][number];
type Batch = Awaited<ReturnType<typeof call<"batches">>>["value"]["batches"][number];
