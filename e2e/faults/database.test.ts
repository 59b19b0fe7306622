import type { PostgresServer } from "@cairn/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  audit,
  expectSeveralBlocks,
  openScene,
  type Population,
  payInSeveralBlocks,
  populate,
  type Scene,
  type Supervisor,
  supervise,
} from "../support/index.ts";

const ETHER = 10n ** 18n;

describe("a PostgreSQL server that fails under a running node", () => {
  let scene: Scene;
  let people: Population;
  let postgres: PostgresServer;
  let supervisor: Supervisor;

  /**
   * Clients that send one transaction after the other and retry each until it is acknowledged; the promise is their
   * last answer.
   */
  const stream = async (count: number, onAcknowledged: (count: number) => void): Promise<void> => {
    const { holders, ledger, api } = scene;
    for (let sent = 1; sent <= count; sent++) {
      await ledger.submitUntilAcknowledged(api, [holders.transfer(people.alice, people.bob, ETHER / 1000n)]);
      onAcknowledged(sent);
    }
  };

  beforeAll(async () => {
    scene = await openScene({
      database: "own server",
      env: { CAIRN_BLOCK_TIME_MS: "1500" },
    });
    if (scene.postgres === null) throw new RangeError("the scene has no server");
    postgres = scene.postgres;
    people = await populate(scene);
    await people.node.kill("SIGTERM");
    supervisor = supervise(scene);
    await supervisor.current().started;
  });
  afterAll(async () => {
    await supervisor?.stop();
    await scene?.stop();
  });

  it("crashes and comes back while transactions come in", async () => {
    const crash = Promise.withResolvers<void>();
    const answers = stream(30, (count) => {
      if (count === 5) postgres.crashAndRestart().then(crash.resolve, crash.reject);
    });
    await Promise.all([answers, crash.promise]);
    expect((await audit(scene)).acknowledged).toBe(30);
  });

  it("crashes and comes back while a block is proven", async () => {
    await payInSeveralBlocks(scene, people);
    await postgres.crashAndRestart();
    await audit(scene);
    await expectSeveralBlocks(scene);
  });

  it("stays away for a while, during which nothing is acknowledged", async () => {
    await postgres.crash();
    const before = scene.ledger.acknowledged().length;
    const { holders, ledger, api } = scene;
    const payment = [holders.transfer(people.alice, people.bob, ETHER / 1000n)];
    for (let tries = 0; tries < 5; tries++) {
      expect((await ledger.submit(api(), payment)).type).toMatch(/busy|silence/);
    }
    expect(ledger.acknowledged().length).toBe(before);
    const answer = ledger.submitUntilAcknowledged(api, payment);
    await postgres.restart();
    await answer;
    await audit(scene);
    expect((await supervisor.stop("SIGTERM")).code).toBe(0);
    for (const { signal } of supervisor.exits()) expect(signal, "killed by a signal").toBeNull();
  });
});
