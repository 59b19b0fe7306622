import { CRASH_POINTS, type CrashPoint } from "@cairn/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type AuditReport,
  assertDrained,
  audit,
  DEFAULT_PROOFS,
  type Holder,
  openScene,
  RUNS_ALL,
  readApi,
  type Scene,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const DEATH_TIMEOUT_MS = 180_000;

/**
 * Stages by the names of their points, in the order in which work reaches them, so that work left by one death leads to
 * the next.
 */
const STAGES = ["submission", "acknowledged", "queue", "block-", "proof", "batch", "payout", "reorg", "blocks-dropped"];
const stageOf = (point: CrashPoint) => STAGES.findIndex((stage) => point.startsWith(stage));
/**
 * Where a death leaves the most to repair: at least one point of each stage, and all at which what L1 knows and what
 * the node has recorded differ. `npm run test:all` dies at every point.
 */
const DECISIVE: readonly CrashPoint[] = [
  "submission-journalled",
  "acknowledged",
  "queue-entries-read",
  "block-sealed-in-state",
  "block-sealed-in-database",
  "proof-made",
  "batch-broadcast",
  "batch-replacement-persisted",
  "batch-mined-unseen",
  "batch-accepted-unseen",
  "payout-broadcast",
  "payout-replacement-persisted",
  "payout-mined-unseen",
  "payout-settled-unseen",
  "reorg-found",
  "blocks-dropped",
];
/** Of four transactions each: more than the 16 slots of a block. */
const STIRRED_GROUPS = 5;
const POINTS = RUNS_ALL ? CRASH_POINTS : CRASH_POINTS.filter((point) => DECISIVE.includes(point));
const pointsOf = (...stages: readonly string[]) =>
  POINTS.filter((point) => stages.includes(STAGES[stageOf(point)] ?? ""));

describe("kill -9 between receipt and payout", () => {
  let scene: Scene;
  let alice: Holder;
  let bob: Holder;
  /** Clients that have not been answered yet. */
  const clients = new Set<Promise<void>>();
  const died: CrashPoint[] = [];

  /** A client that sends one group after the other, and keeps retrying across restarts of the node. */
  const ask = (...groups: readonly Parameters<Scene["ledger"]["submitUntilAcknowledged"]>[1][]): void => {
    const send = async (): Promise<void> => {
      for (const group of groups) await scene.ledger.submitUntilAcknowledged(scene.api, group, DEATH_TIMEOUT_MS);
    };
    const client = send().finally(() => clients.delete(client));
    clients.add(client);
  };
  /** Gives every part of the node something to do, in more slots than a block has. */
  const stir = async (point: CrashPoint): Promise<void> => {
    const { holders } = scene;
    if (point.startsWith("queue")) await holders.topUp(bob, ETHER / 1000n);
    const groups = Array.from({ length: STIRRED_GROUPS }, () => {
      const swap = holders.swap(alice, bob, [ETHER / 2000n, ETHER / 4000n]);
      const transfer = holders.transfer(alice, bob, ETHER / 1000n);
      return [...swap, transfer, holders.withdraw(alice, scene.newRecipient(), ETHER / 100n)];
    });
    ask(...groups);
  };
  /** Starts a node that kills itself at the point; adds work when there is nothing left to do. */
  const dieAt = async (point: CrashPoint, env: Readonly<Record<string, string>> = {}): Promise<void> => {
    const node = scene.spawn({ CAIRN_CRASH_AT: point, ...env });
    await vi.waitFor(
      async () => {
        if (!node.isRunning()) return;
        await node.started.catch(() => undefined);
        const isDrained = () =>
          assertDrained(scene).then(
            () => true,
            () => false,
          );
        const isIdle = clients.size === 0 && (await isDrained());
        if (isIdle && node.isRunning()) await stir(point);
        expect(node.isRunning(), `alive, though set to die at ${point}`).toBe(false);
      },
      { timeout: DEATH_TIMEOUT_MS, interval: 100 },
    );
    expect(await node.exited, node.output().slice(-2000)).toEqual({ code: null, signal: "SIGKILL" });
    died.push(point);
  };
  /** Runs a node that does not die, waits for the answers to every client, and checks. */
  const live = async (): Promise<AuditReport> => {
    const node = await scene.start();
    await Promise.all(clients);
    const report = await audit(scene);
    expect((await node.kill("SIGTERM")).code).toBe(0);
    return report;
  };

  beforeAll(async () => {
    scene = await openScene();
    for (const position of [1, 2]) await scene.holders.deposit(position, 10n * ETHER);
    const node = await scene.start();
    [alice, bob] = [await scene.holders.find(scene.api, 1), await scene.holders.find(scene.api, 2)];
    await node.kill();
  });
  afterAll(() => scene?.stop());

  it("knows a stage for every crash point, and dies in each stage", () => {
    expect(CRASH_POINTS.filter((point) => stageOf(point) < 0)).toEqual([]);
    for (const stage of STAGES) expect(pointsOf(stage), stage).not.toEqual([]);
  });

  it("before and after an acknowledgement, and while the L1 queue is read", async () => {
    const points = pointsOf("submission", "acknowledged", "queue");
    for (const point of points) await dieAt(point, { CAIRN_BLOCK_TIME_MS: "5000" });
    expect((await live()).acknowledged).toBeGreaterThanOrEqual(4);
  });

  it("while a block is sealed and proven", async () => {
    for (const point of pointsOf("block-", "proof")) await dieAt(point);
    expect((await live()).payouts).toBeGreaterThan(0);
  });

  it.each([
    ["batch", "submitBatch"],
    ["payout", "pay"],
  ])("while a %s is sent to L1", async (stage, purpose) => {
    const { proxy } = scene.l1;
    for (const point of pointsOf(stage)) {
      const isReplaced = point.includes("replacement");
      if (isReplaced) proxy.dropTransactions((transaction) => transaction.purpose === purpose);
      await dieAt(point, isReplaced ? { CAIRN_BUMP_AFTER_MS: "300" } : {});
      await proxy.passTransactions();
    }
    const { payouts, blocks, batches } = await live();
    expect(payouts).toBeGreaterThan(0);
    // With real proofs a batch is a block.
    if (DEFAULT_PROOFS === "stand-in") expect(batches).toBeLessThan(blocks);
  });

  it("while state is rolled back because a reorg of L1 removed a deposit", async () => {
    const { holders, l1 } = scene;
    const node = await scene.start();
    l1.proxy.dropTransactions(({ purpose }) => purpose === "submitBatch");
    await holders.topUp(bob, ETHER / 1000n);
    await vi.waitFor(async () => {
      const { processed } = await readApi(scene.api(), "queue", { query: { from: "0" } });
      expect(BigInt(processed)).toBe((await l1.state()).queueTail);
    }, 30_000);
    ask([holders.transfer(alice, bob, ETHER / 1000n)]);
    ask([holders.transfer(bob, alice, ETHER / 1000n)]);
    await Promise.all(clients);
    await node.kill();
    await l1.reorg(1);
    for (const point of [...pointsOf("reorg"), ...pointsOf("blocks-dropped")]) await dieAt(point);
    await l1.proxy.passTransactions();
    const before = scene.ledger.acknowledged().length;
    expect((await live()).acknowledged).toBe(before);
  });

  it("has hit every point of this run", () => {
    expect([...died].sort()).toEqual([...POINTS].sort());
  });
});
