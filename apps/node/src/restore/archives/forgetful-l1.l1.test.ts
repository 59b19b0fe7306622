import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabases } from "@cairn/db/testing";
import { requestWithdraw } from "@cairn/l1";
import { type FakeRpc, type Forgetting, forgetful, startFakeRpc } from "@cairn/l1/testing";
import { accountIndex } from "@cairn/protocol";
import { archivesIn, openArchive } from "@cairn/restore/node";
import type { Person } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf, createL1Scene, type L1Scene } from "../../../test/l1-scene.ts";
import { call } from "../../../test/node-harness.ts";
import type { CairnNode } from "../../node.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 240_000, interval: 250 };
const RECIPIENTS = 0xbeefn << 100n;
const KEPT = 40;

describe("a node on an L1 that has forgotten its past", () => {
  let scene: L1Scene;
  let rpc: FakeRpc;
  let dir: string;
  let alice: Person;
  let bob: Person;
  let nonce = 0;
  let before: Awaited<ReturnType<typeof answersOf>>;

  const at = (node: CairnNode) => clientOf(node, scene);
  const statusOf = async (node: CairnNode, id: string) => (await at(node).transaction(id)).status;
  const idOf = ({ transactions: [first] }: { transactions: { id: string }[] }): string => first?.id ?? "";
  const all = { limit: "100" };
  /** What the API says about the rollup, less what only the node knows that made the blocks. */
  const answersOf = async (node: CairnNode) => {
    const { blocks } = (await call(node, "blocks", { query: all })).value;
    const { batches } = (await call(node, "batches", { query: all })).value;
    const { payouts } = (await call(node, "payouts", { query: all })).value;
    const { entries, processed } = (await call(node, "queue", { query: { from: "0", ...all } })).value;
    return {
      blocks: blocks.map(
        ({ number, timestamp, oldRoot, newRoot, cells, chains, l1Operations, transactions, status }) => {
          return { number, timestamp, oldRoot, newRoot, cells, chains, l1Operations, transactions, status };
        },
      ),
      batches: batches.map(
        ({ closedAtMs: _, readyAtMs: __, proof: ___, isFromArchive: ____, cost: _____, ...batch }) => batch,
      ),
      payouts: payouts.map(({ isFromArchive: _, ...payout }) => payout),
      entries: entries.map(({ isFromArchive: _, ...entry }) => entry),
      processed,
      balances: [await at(node).balance(alice), await at(node).balance(bob)],
    };
  };
  const work = async (node: CairnNode, rounds: number): Promise<void> => {
    let last = "";
    for (let round = 0; round < rounds; round++) {
      await at(node).transfer(alice, bob, nonce++);
      last = idOf(await at(node).withdraw(alice, nonce, RECIPIENTS + BigInt(nonce), 5n));
      nonce++;
      await expect.poll(async () => (await at(node).transaction(last)).history.length, WAIT).toBeGreaterThan(2);
    }
    await expect.poll(() => statusOf(node, last), WAIT).toBe("final");
    await expect
      .poll(async () => (await call(node, "payouts", { query: { status: "owed" } })).value.payouts.length, WAIT)
      .toBe(0);
  };

  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    rpc = await startFakeRpc(scene.harness.devnet.rpcUrl);
    dir = mkdtempSync(join(tmpdir(), "cairn-archives-"));
  });
  afterAll(async () => {
    await scene?.stop();
    await rpc?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("is lost when its archives hold all of its batches", async () => {
    const several = { CAIRN_BATCH_BLOCKS: "4", CAIRN_BATCH_SECONDS: "2", CAIRN_DATA_SOURCE: "calldata" };
    const first = await scene.begin("operator", several);
    alice = await scene.harness.deposit(1, ETHER);
    bob = await scene.harness.deposit(2, ETHER);
    await expect.poll(() => at(first).index(bob), WAIT).toBe(65);
    await work(first, 4);
    await first.stop();
    const second = await scene.begin("operator", { CAIRN_DATA_SOURCE: "blob" });
    const { rollup, wallet } = scene.harness.devnet;
    const { entries } = (await call(second, "queue", { query: { from: "0" } })).value;
    await requestWithdraw(rollup, wallet(2), accountIndex(65));
    const isConsumed = async () =>
      (await call(second, "queue", { query: { from: "0" } })).value.processed > entries.length;
    await expect.poll(isConsumed, WAIT).toBe(true);
    await work(second, 1);
    await second.stop();
    // An archiver writes when it starts, and then every minute.
    await scene.l1("anvil_mine", ["0x2"]);
    const archiving = await scene.begin("operator", { CAIRN_ARCHIVE_DIR: dir });
    const { batchCount } = await scene.onChain();
    const lastArchived = async () => {
      let last = 0;
      for (const path of await archivesIn(dir)) {
        for await (const { number } of (await openArchive(path)).batches()) last = number;
      }
      return last;
    };
    await expect.poll(lastArchived, WAIT).toBe(batchCount);
    before = await answersOf(archiving);
    await archiving.stop();
    await scene.l1("anvil_mine", [`0x${KEPT.toString(16)}`]);
  });

  it.each<Forgetting>(["refuses", "answers with nothing"])(
    "that %s is restored from archives, says what the lost one said, and goes on",
    async (manner) => {
      rpc.behave(forgetful(KEPT, manner)());
      const settings = { CAIRN_L1_RPC_URL: rpc.url, CAIRN_BEACON_URLS: scene.harness.devnet.rpcUrl };
      const restoring = { ...settings, CAIRN_RESTORE: "true", CAIRN_ARCHIVES: dir };
      const node = await scene.begin(`restored, ${manner}`, restoring);
      // The watcher's next look finds that what was adopted is final.
      const isFinal = async () => (await answersOf(node)).blocks.every(({ status }) => status === "final");
      await expect.poll(isFinal, WAIT).toBe(true);
      const restored = await answersOf(node);
      // The first of these tests has added to what there was.
      const known = { ...restored, blocks: restored.blocks.slice(-before.blocks.length) };
      if (manner === "refuses") expect(restored).toEqual(before);
      expect(known.blocks).toEqual(before.blocks);
      const { batches } = (await call(node, "batches", { query: all })).value;
      expect(batches.at(-1)?.isFromArchive).toBe(true);
      const { lastBlock } = await scene.onChain();
      await work(node, 1);
      expect((await scene.onChain()).lastBlock).toBeGreaterThan(lastBlock);
      // The next one has its archives continued, and L1 has forgotten this too.
      const next = await restarted(node, `restored, ${manner}`, settings);
      await scene.l1("anvil_mine", [`0x${KEPT.toString(16)}`]);
      await next.stop();
    },
  );

  /** The same node again, which now keeps the archives that it was restored from. */
  async function restarted(
    node: CairnNode,
    name: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<CairnNode> {
    await node.stop();
    const next = await scene.begin(name, { ...settings, CAIRN_ARCHIVE_DIR: dir });
    const { batchCount } = await scene.onChain();
    const last = async () => {
      let found = 0;
      for (const path of await archivesIn(dir)) {
        for await (const { number } of (await openArchive(path)).batches()) found = number;
      }
      return found;
    };
    await expect.poll(last, WAIT).toBe(batchCount);
    return next;
  }
});
