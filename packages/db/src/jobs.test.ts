import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJobQueue, type Database, type JobQueue, type JobQueueOptions, MAX_JOB_WEIGHT } from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();

describe.each(["embedded", "server"] as const)("proof jobs on the %s engine", (engine) => {
  let database: Database;
  let queue: JobQueue;
  let prover: JobQueue;
  const open = (existing: JobQueueOptions["existing"], retryLimit: number, heartbeatSeconds: number) =>
    createJobQueue(database, {
      existing,
      retryLimit,
      heartbeatSeconds,
      expireInSeconds: 60,
      superviseSeconds: 5,
      onError: () => undefined,
    });
  const settings = async () => {
    const { rows } = await sql<{ readonly retry_limit: number; readonly heartbeat_seconds: number }>`
      select retry_limit, heartbeat_seconds from jobs.queue where name = 'proofs-2'`.execute(database.db);
    return rows.map(({ retry_limit, heartbeat_seconds }) => [retry_limit, heartbeat_seconds]);
  };
  beforeAll(async () => {
    await engines[engine].start();
    database = await (await engines[engine].create()).open();
    prover = await open("keep", 7, 77);
    expect(await settings()).toEqual([[7, 77]]);
    queue = await open("update", 1, 10);
    expect(await settings()).toEqual([[1, 10]]);
  });
  afterAll(async () => {
    await prover.stop();
    await queue.stop();
    await engines[engine].stop();
  });

  it("makes each proof once, lower blocks first, and sets aside a poisoned job with its evidence", async () => {
    for (const proof of [3, 4, 4]) await queue.enqueue({ proof, firstBlock: 30 - proof }, 0);
    expect(await queue.counts()).toEqual({ waiting: 2, active: 0, poisoned: 0 });
    const seen: number[] = [];
    const stop = await queue.work({ maxWeights: [MAX_JOB_WEIGHT] }, ({ data }) => {
      seen.push(data.proof);
      return data.proof === 3 ? Promise.reject(new TypeError("witness is unsatisfiable")) : Promise.resolve();
    });
    await expect.poll(() => queue.poisoned(), { timeout: 30_000, interval: 200 }).toHaveLength(1);
    await stop();
    expect(seen).toEqual([4, 3, 3]);
    const [poisoned] = await queue.poisoned();
    expect(poisoned?.data).toEqual({ proof: 3, firstBlock: 27 });
    expect(JSON.stringify(poisoned?.evidence)).toContain("witness is unsatisfiable");
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, poisoned: 1 });
    expect(await queue.retryPoisoned()).toBe(1);
    expect(await queue.counts()).toEqual({ waiting: 1, active: 0, poisoned: 0 });
  });

  it("are taken by workers that can bear them, the heaviest first", async () => {
    for (const [proof, weight] of [
      [21, 0],
      [22, 2],
      [23, 1],
      [24, 2],
    ] as const) {
      await queue.enqueue({ proof, firstBlock: 100 + proof }, weight);
    }
    const taken: [worker: number, proof: number][] = [];
    const works = [1, 2].map(
      (maxWeight) => (proofs: number) =>
        queue.work({ maxWeights: [maxWeight] }, async ({ data }) => {
          if (data.proof < 20) return;
          taken.push([maxWeight, data.proof]);
          if (taken.length >= proofs) enough.resolve();
        }),
    );
    let enough = Promise.withResolvers<void>();
    const stopLight = await works[0]?.(2);
    await enough.promise;
    await stopLight?.();
    expect(taken).toEqual([
      [1, 23],
      [1, 21],
    ]);
    expect((await queue.counts()).waiting).toBeGreaterThanOrEqual(2);
    enough = Promise.withResolvers<void>();
    const stopHeavy = await works[1]?.(4);
    await enough.promise;
    await stopHeavy?.();
    expect(taken.slice(2)).toEqual([
      [2, 22],
      [2, 24],
    ]);
  });

  it("keep the settings of the process that creates them when a worker has different ones", async () => {
    const bare = await open("keep", 5, 55);
    expect(await settings()).toEqual([[1, 10]]);
    await bare.stop();
  });

  it("go to another worker when the first one's heartbeat stops, and the first is notified", async () => {
    const data = { proof: 7, firstBlock: 1 };
    const taken = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await queue.enqueue(data, 0);
    const stopSilent = await queue.work({ maxWeights: [MAX_JOB_WEIGHT] }, async (job) => {
      if (job.data.proof !== data.proof) return;
      job.signal.addEventListener("abort", () => lost.resolve());
      taken.resolve();
      // A worker whose handler has not returned takes no job: the next attempt is the other's.
      await release.promise;
    });
    await taken.promise;
    const other: [number, number][] = [];
    const stopOther = await prover.work({ maxWeights: [MAX_JOB_WEIGHT] }, async (job) => {
      other.push([job.data.proof, job.retries]);
    });
    // As if no heartbeat had been written for an hour.
    const silence = sql`update jobs.job set heartbeat_on = now() - interval '1 hour'
      where name = 'proofs-2' and state = 'active' and retry_count = 0`;
    const look = async () => {
      await silence.execute(database.db);
      return other;
    };
    await expect.poll(look, { timeout: 50_000, interval: 200 }).toContainEqual([data.proof, 1]);
    await lost.promise;
    release.resolve();
    await stopSilent();
    await stopOther();
    expect(await queue.counts()).toMatchObject({ waiting: 0, active: 0 });
  });
});

describe("proof jobs of a process that died", () => {
  it("are free at once when an embedded database is opened again, and tried again without looking for them", async () => {
    const test = await engines.embedded.create();
    const options = {
      existing: "update",
      retryLimit: 3,
      heartbeatSeconds: 30,
      expireInSeconds: 60,
      pollingSeconds: 3600,
      onError: () => undefined,
    } as const;
    const first = await test.open();
    const dying = await createJobQueue(first, options);
    await dying.enqueue({ proof: 1, firstBlock: 1 }, MAX_JOB_WEIGHT);
    const taken = Promise.withResolvers<void>();
    await dying.work({ maxWeights: [MAX_JOB_WEIGHT] }, () => {
      taken.resolve();
      return new Promise(() => undefined);
    });
    await taken.promise;
    expect(await dying.counts()).toEqual({ waiting: 0, active: 1, poisoned: 0 });
    await first.close();

    const queue = await createJobQueue(await test.open(), options);
    expect(await queue.counts()).toEqual({ waiting: 1, active: 0, poisoned: 0 });
    let tries = 0;
    await queue.work({ maxWeights: [MAX_JOB_WEIGHT] }, async () => {
      tries++;
      if (tries === 1) throw new TypeError("no memory");
    });
    await expect.poll(() => tries, { timeout: 60_000, interval: 100 }).toBe(2);
    await queue.stop();
  });
});
