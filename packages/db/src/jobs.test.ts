import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJobQueue, type Database, type JobQueue } from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();

describe.each(["embedded", "server"] as const)("proof jobs on the %s engine", (engine) => {
  let database: Database;
  let queue: JobQueue;
  beforeAll(async () => {
    await engines[engine].start();
    database = await (await engines[engine].create()).open();
    queue = await createJobQueue(database, {
      retryLimit: 1,
      heartbeatSeconds: 10,
      expireInSeconds: 60,
      onError: () => undefined,
    });
  });
  afterAll(async () => {
    await queue.stop();
    await engines[engine].stop();
  });

  it("runs each batch once, lower blocks first, and sets a poisoned job aside with its evidence", async () => {
    for (const firstBlock of [3, 2, 2]) await queue.enqueue({ firstBlock, publicInput: "0x1" });
    expect(await queue.counts()).toEqual({ waiting: 2, active: 0, poisoned: 0 });
    const seen: number[] = [];
    const stop = await queue.work({ concurrency: 1 }, ({ data }) => {
      seen.push(data.firstBlock);
      return data.firstBlock === 3 ? Promise.reject(new TypeError("witness is unsatisfiable")) : Promise.resolve();
    });
    await expect.poll(() => queue.poisoned(), { timeout: 30_000, interval: 200 }).toHaveLength(1);
    await stop();
    expect(seen).toEqual([2, 3, 3]);
    const [poisoned] = await queue.poisoned();
    expect(poisoned?.data).toEqual({ firstBlock: 3, publicInput: "0x1" });
    expect(JSON.stringify(poisoned?.evidence)).toContain("witness is unsatisfiable");
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, poisoned: 1 });
    expect(await queue.retryPoisoned()).toBe(1);
    expect(await queue.counts()).toEqual({ waiting: 1, active: 0, poisoned: 0 });
  });
});

describe("proof jobs of a process that died", () => {
  it("are free at once when an embedded database is opened again", async () => {
    const test = await engines.embedded.create();
    const options = { retryLimit: 1, heartbeatSeconds: 30, expireInSeconds: 60, onError: () => undefined };
    const first = await test.open();
    const dying = await createJobQueue(first, options);
    await dying.enqueue({ firstBlock: 1, publicInput: "0x1" });
    const taken = Promise.withResolvers<void>();
    await dying.work({ concurrency: 1 }, () => {
      taken.resolve();
      return new Promise(() => undefined);
    });
    await taken.promise;
    expect(await dying.counts()).toEqual({ waiting: 0, active: 1, poisoned: 0 });
    await first.close();

    const queue = await createJobQueue(await test.open(), options);
    expect(await queue.counts()).toEqual({ waiting: 1, active: 0, poisoned: 0 });
    await queue.stop();
  });
});
