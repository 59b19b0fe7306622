import { expect, test } from "vitest";
import { type OuterCall, type SubmissionContracts, splitSubmission, type TraceStep } from "./trace.ts";

const step = (op: string, gas: number, gasCost: number, depth = 1): TraceStep => ({ op, gas, gasCost, depth });
const address = (digit: number): `0x${string}` => `0x${`a${digit}`.repeat(20)}`;

const contracts: SubmissionContracts = {
  policy: address(1),
  verifier: `0x${"A2".repeat(20)}`,
  submitter: address(3),
};
const binding: OuterCall = { to: address(4) };
const calls: OuterCall[] = [{ to: address(1) }, binding, { to: address(2) }, { to: address(3) }];

const steps = [
  step("SLOAD", 1000, 100),
  step("STATICCALL", 900, 850),
  step("ADD", 885, 3, 2),
  step("PUSH1", 880, 3),
  step("STATICCALL", 877, 700),
  step("STATICCALL", 870, 5, 2),
  step("ADD", 865, 3, 3),
  step("STATICCALL", 797, 500),
  step("ADD", 790, 3, 2),
  step("SSTORE", 600, 50),
  step("LOG1", 550, 20),
  step("CALL", 530, 500),
  step("STOP", 440, 0),
];

test("each step of the rollup counts once, a call together with everything inside it", () => {
  const gas = splitSubmission({ steps, calls }, contracts);
  expect(gas).toEqual({ proof: 197, binding: 80, policy: 20, storage: 150, event: 20, reward: 90, rest: 3 });
  expect(Object.values(gas).reduce((sum, part) => sum + part)).toBe(1000 - 440);
});

test("a trace without a verifier call, or with other calls than steps, is refused", () => {
  const refused = expect.objectContaining({ code: "bench/unexpected-trace" });
  const empty = [step("SLOAD", 10, 5), step("STOP", 5, 0)];
  expect(() => splitSubmission({ steps: empty, calls: [] }, contracts)).toThrow(refused);
  expect(() => splitSubmission({ steps, calls: calls.slice(1) }, contracts)).toThrow(refused);
  const unverified = { steps, calls: [...calls.slice(0, 2), binding, ...calls.slice(3)] };
  expect(() => splitSubmission(unverified, contracts)).toThrow(refused);
});
