import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { createManualClock } from "../clock.ts";
import { registerJobMetrics, registerProgressMetrics } from "./metrics.ts";
import type { ProverProgress } from "./progress.ts";

const valuesOf = async (registry: Registry, name: string) =>
  (await registry.getSingleMetric(name)?.get())?.values.map(({ labels, value }) => [labels.stage, value]);

it("counts proofs by stage, and reports the age of the oldest", async () => {
  const clock = createManualClock(10_000);
  const registry = new Registry();
  let active: readonly ProverProgress[] = [
    { proof: 11, firstBlock: 1, circuit: "merge1", stage: "proof", startedAtMs: 4000 },
    { proof: 12, firstBlock: 2, circuit: "solo16", stage: "proof", startedAtMs: 9000 },
    { proof: 13, firstBlock: 3, circuit: null, stage: "witness", startedAtMs: 10_000 },
  ];
  registerProgressMetrics(registry, { progress: () => active }, clock);
  const stages = () => valuesOf(registry, "cairn_proofs_active");
  const oldest = async () => (await valuesOf(registry, "cairn_proof_oldest_active_seconds"))?.[0]?.[1];
  expect(await stages()).toEqual([
    ["witness", 1],
    ["proof", 2],
    ["storing", 0],
  ]);
  expect(await oldest()).toBe(6);
  active = [];
  clock.advance(1000);
  expect(await stages()).toEqual([
    ["witness", 0],
    ["proof", 0],
    ["storing", 0],
  ]);
  expect(await oldest()).toBe(0);
});

it("keeps the metrics readable while the job queue does not answer", async () => {
  const registry = new Registry();
  let counts = () => Promise.resolve({ waiting: 7, active: 0, poisoned: 0 });
  registerJobMetrics(registry, { counts: () => counts() });
  expect(await registry.metrics()).toContain("cairn_proof_jobs_waiting 7");
  counts = () => Promise.reject(new TypeError("no database"));
  expect(await registry.metrics()).toContain("cairn_proof_jobs_waiting 7");
});
