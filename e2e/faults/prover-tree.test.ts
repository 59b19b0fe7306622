import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  type NodeProcess,
  openScene,
  type Population,
  type ProofWatch,
  payBeyond,
  populate,
  readBatches,
  type Scene,
  startProvers,
  WITHOUT_PROVER,
  watchProofs,
} from "../support/index.ts";

const PROVERS = 3;
const BLOCKS = 9;
const WAIT = { timeout: 180_000, interval: 200 };

describe("the tree of a batch's proofs on three provers, each in its own process", () => {
  let scene: Scene;
  let people: Population;
  let watch: ProofWatch;
  let provers: NodeProcess[];

  beforeAll(async () => {
    scene = await openScene({
      // A real tree takes minutes; node/src/batches/trees.prover.test.ts makes one.
      proofs: "stand-in",
      database: "server",
      env: { CAIRN_BATCH_BLOCKS: String(BLOCKS), CAIRN_BATCH_SECONDS: "60", CAIRN_BLOCK_TIME_MS: "100" },
    });
    people = await populate(scene, WITHOUT_PROVER);
    watch = await watchProofs(scene);
    provers = await startProvers(scene, PROVERS);
  });
  afterAll(async () => {
    await watch?.stop();
    await scene?.stop();
  });

  it("is shared by all three", async () => {
    const made = () => [...watch.seen().values()].filter(({ state }) => state === "made");
    const makers = () => new Set(made().map(({ prover }) => prover)).size;
    const payUntilShared = async (block: number): Promise<void> => {
      const paid = await payBeyond(scene, people, block);
      if (paid <= BLOCKS || makers() < PROVERS) await payUntilShared(paid);
    };
    await payUntilShared(0);
    await vi.waitFor(async () => {
      const batches = await readBatches(scene.l1.rollup);
      expect(Math.max(...batches.map(({ blocks }) => blocks))).toBe(BLOCKS);
    }, WAIT);
    expect(makers()).toBe(PROVERS);
    expect(new Set(made().map(({ kind }) => kind))).toEqual(new Set(["block", "merge", "batch"]));
  });

  it("is finished by the others when one is killed in its midst", async () => {
    await watch.look();
    const before = new Set(watch.seen().keys());
    const made = () =>
      [...watch.seen()].flatMap(([id, proof]) => (proof.state === "made" && !before.has(id) ? [proof] : []));
    const first = (await readBatches(scene.l1.rollup)).at(-1);
    /** Kills a prover that has made a proof as soon as it is at work on another one; returns the id of that one. */
    const killOne = async (): Promise<number> => {
      await watch.look();
      for (const [id, { prover, state }] of watch.seen()) {
        const victim = provers.find(({ pid }) => prover?.endsWith(` ${pid}`));
        if (
          before.has(id) ||
          state === "made" ||
          victim === undefined ||
          !made().some((other) => other.prover === prover)
        )
          continue;
        await victim.kill();
        return id;
      }
      await delay(20);
      return killOne();
    };

    const work = payBeyond(scene, people, (first?.lastBlock ?? 0) + BLOCKS);
    const held = await killOne();
    await work;
    await audit(scene);

    const batches = (await readBatches(scene.l1.rollup)).slice(first?.number);
    expect(Math.max(...batches.map(({ blocks }) => blocks))).toBe(BLOCKS);
    expect(new Set(made().map(({ prover }) => prover)).size).toBeGreaterThan(1);
    expect(new Set(made().map(({ kind }) => kind))).toEqual(new Set(["block", "merge", "batch"]));
    expect(watch.seen().get(held)?.attempts).toBeGreaterThan(1);
  });
});
