import { setTimeout as delay } from "node:timers/promises";
import { type Database, openDatabase } from "@cairn/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  audit,
  type NodeProcess,
  openScene,
  type Population,
  pay,
  populate,
  readApi,
  type Scene,
} from "../support/index.ts";

const PROVERS = 3;
const BLOCKS = 9;

/** A proof as the database last had it: rows go when their blocks are final. */
interface Seen {
  readonly kind: string;
  readonly prover: string | null;
  readonly attempts: number;
  readonly isMade: boolean;
}

describe("the tree of a batch's proofs on three provers, each in its own process", () => {
  let scene: Scene;
  let people: Population;
  let database: Database;
  let provers: NodeProcess[];

  beforeAll(async () => {
    scene = await openScene({
      // A real tree takes minutes; node/src/batches/trees.prover.test.ts makes one.
      proofs: "stand-in",
      database: "server",
      env: {
        CAIRN_BATCH_BLOCKS: String(BLOCKS),
        CAIRN_BATCH_SECONDS: "60",
        CAIRN_BLOCK_TIME_MS: "100",
        CAIRN_PROVER_HEARTBEAT_SECONDS: "10",
      },
    });
    people = await populate(scene, { CAIRN_ROLES: "sequencer,watcher,publisher,api" });
    database = await openDatabase({ type: "server", url: scene.env().DATABASE_URL ?? "" });
    const alone = {
      CAIRN_ROLES: "prover",
      CAIRN_CHAIN_ID: "",
      CAIRN_ROLLUP: "",
      CAIRN_PUBLISHER_KEY: "",
      CAIRN_L1_RPC_URL: "http://127.0.0.1:1",
    };
    provers = await Promise.all(Array.from({ length: PROVERS }, () => scene.start(alone)));
  });
  afterAll(async () => {
    await database?.close();
    await scene?.stop();
  });

  it("is finished by the others when one is killed in its midst", async () => {
    const seen = new Map<number, Seen>();
    const look = async (): Promise<void> => {
      const rows = await database.db.selectFrom("proofs").selectAll().execute();
      for (const { id, kind, prover, attempts, proof } of rows) {
        seen.set(id, { kind, prover, attempts, isMade: proof !== null });
      }
    };
    const made = () => [...seen.values()].filter(({ isMade }) => isMade);
    /** Kills a prover that has made a proof as soon as it is at work on another one; returns the id of that one. */
    const killOne = async (): Promise<number> => {
      await look();
      for (const [id, { prover, isMade }] of seen) {
        const victim = provers.find(({ pid }) => prover?.endsWith(` ${pid}`));
        if (isMade || victim === undefined || !made().some((other) => other.prover === prover)) continue;
        await victim.kill();
        return id;
      }
      await delay(20);
      return killOne();
    };

    const fill = async (): Promise<void> => ((await pay(scene, people)) < BLOCKS ? fill() : undefined);
    const work = fill();
    const held = await killOne();
    await work;
    let isDone = false;
    const watch = (async () => {
      while (!isDone) {
        await look();
        await delay(50);
      }
    })();
    const report = await audit(scene);
    isDone = true;
    await watch;

    expect(report.blocks).toBeGreaterThanOrEqual(BLOCKS);
    expect(report.batches).toBeLessThan(report.blocks);
    const { batches } = await readApi(scene.api(), "batches", { query: { limit: "10" } });
    expect(Math.max(...batches.map(({ blocks }) => blocks))).toBe(BLOCKS);
    expect(new Set(made().map(({ prover }) => prover)).size).toBeGreaterThan(1);
    expect(new Set(made().map(({ kind }) => kind))).toEqual(new Set(["block", "merge", "batch"]));
    expect(seen.get(held)?.attempts).toBeGreaterThan(1);
  });
});
