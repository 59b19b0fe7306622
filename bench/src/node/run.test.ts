import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { nodeReportToText } from "./document.ts";
import { measureNode } from "./run.ts";

const CACHE_DIR = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));
const MINUTES = 60_000;

test(
  "a node serves a small load over HTTP, refuses wrong and excess requests, and keeps what it accepted",
  async () => {
    const seconds = 1;
    const run = await measureNode(
      {
        cacheDir: CACHE_DIR,
        database: { type: "embedded" },
        isProving: false,
        slots: 16,
        accounts: 16,
        seconds,
        seed: 3,
        invalidShare: 0.2,
        concurrency: 8,
        overloadClients: 40,
        signedPerSecond: 200,
        drainBlocks: 1,
        settings: { CAIRN_MAX_IN_FLIGHT: "8" },
        profileDir: null,
      },
      () => undefined,
    );
    for (const load of [run.full, run.half]) {
      expect(load.accepted).toBeGreaterThan(0);
      expect(load.latencyMs.count).toBe(load.accepted);
    }
    expect(run.full.overloaded).toBe(0);
    expect(run.overload?.overloaded).toBeGreaterThan(0);
    expect(run.overload?.acceptedPerSecond).toBeGreaterThan(run.full.acceptedPerSecond / 4);
    expect(run.overload?.refusalMs.p50).toBeLessThan(500);
    expect(run.overload?.memoryBytes ?? 0).toBeLessThan(200e6);
    expect(Object.values(run.full.refused).reduce((sum, count) => sum + count)).toBeGreaterThan(0);
    expect(run.checks.executed).toBeGreaterThanOrEqual(run.full.accepted + run.half.accepted);
    expect(run.checks).toMatchObject({ found: run.checks.executed, accounts: 17, provenBlocks: 0 });
    const machine = { cpu: "cpu", cores: 2, memoryBytes: 1e9, system: "linux", node: "v24" };
    const report = { version: 1, takenAt: "now", machine, seed: 3, invalidShare: 0.2, runs: [run] } as const;
    expect(nodeReportToText(report)).toContain("PGlite, N = 16, not proving");
  },
  5 * MINUTES,
);
