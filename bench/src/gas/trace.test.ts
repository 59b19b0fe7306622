import { expect, test } from "vitest";
import { splitSubmission, type TraceStep } from "./trace.ts";

const step = (op: string, gas: number, gasCost: number, depth = 1): TraceStep => ({ op, gas, gasCost, depth });

const steps = [
  step("SLOAD", 1000, 100),
  step("STATICCALL", 900, 850),
  step("PUSH1", 880, 3),
  step("STATICCALL", 877, 700),
  step("ADD", 800, 3, 2),
  step("STATICCALL", 797, 500, 2),
  step("SSTORE", 600, 50),
  step("LOG1", 550, 20),
  step("CALL", 530, 500),
  step("STOP", 440, 0),
];

test("each step of the rollup counts once, a call together with everything inside it", () => {
  const gas = splitSubmission(steps);
  expect(gas).toEqual({ proof: 277, sha256: 20, storage: 150, event: 20, reward: 90, rest: 3 });
  expect(Object.values(gas).reduce((sum, part) => sum + part)).toBe(1000 - 440);
});

test("a trace without a verifier call is refused", () => {
  expect(() => splitSubmission([step("SLOAD", 10, 5), step("STOP", 5, 0)])).toThrow("without a call of the verifier");
});
