import type { L1Head } from "@cairn/db";
import { describe, expect, it } from "vitest";
import { type ChainView, createBlockRules } from "./block-rules.ts";
import { createManualClock } from "./clock.ts";

const NOW = 1_700_000_000;
const HOUR = 3600;
const head = (timestamp: number): L1Head => ({
  number: 10,
  timestamp: timestamp - 12,
  nextTimestamp: timestamp,
  safeNumber: 8,
  safeTimestamp: timestamp - 100,
});

describe("block rules", () => {
  const rules = (view: Partial<ChainView>, ownSeconds = NOW) => {
    const clock = createManualClock(ownSeconds * 1000);
    const made = createBlockRules(clock, { maxSeconds: HOUR, maxBlocks: 100 });
    made.observe({ head: null, submission: null, unproven: null, isBehindL1: false, ...view });
    return { ...made, clock };
  };

  it("give the machine's time, within a minute of L1's", () => {
    expect(rules({}).opening(0)).toEqual({ type: "open", timestamp: NOW });
    expect(rules({ head: head(NOW - 5) }).opening(0)).toEqual({ type: "open", timestamp: NOW });
  });

  it("bound a clock that jumps, in both directions", () => {
    const { opening, clock } = rules({ head: head(NOW) });
    clock.jumpTo((NOW + 24 * HOUR) * 1000);
    expect(opening(0)).toEqual({ type: "open", timestamp: NOW + 60 });
    clock.jumpTo((NOW - 24 * HOUR) * 1000);
    expect(opening(0)).toEqual({ type: "open", timestamp: NOW });
  });

  it("stay near L1's last known time while it does not answer, and never go back", () => {
    const { opening, clock } = rules({ head: head(NOW) });
    clock.advance(5 * HOUR * 1000);
    expect(opening(0)).toEqual({ type: "open", timestamp: NOW + 60 });
    expect(opening(NOW + 90)).toEqual({ type: "open", timestamp: NOW + 90 });
  });

  it("open no block while proofs are too far behind", () => {
    const behind = (seconds: number, count: number) =>
      rules({ head: head(NOW), unproven: { timestamp: NOW - seconds, count } }).opening(NOW);
    expect(behind(HOUR, 99)).toMatchObject({ type: "open" });
    expect(behind(HOUR + 1, 1)).toEqual({ type: "closed", reason: "lagging" });
    expect(behind(1, 100)).toEqual({ type: "closed", reason: "lagging" });
  });

  it("count the time during which L1 does not answer, whatever the clock says", () => {
    const { opening, clock } = rules({ head: head(NOW), unproven: { timestamp: NOW, count: 1 } });
    clock.jumpTo((NOW + 24 * HOUR) * 1000);
    expect(opening(NOW)).toMatchObject({ type: "open" });
    clock.jumpTo((NOW - 24 * HOUR) * 1000);
    clock.advance((HOUR + 1) * 1000);
    expect(opening(NOW)).toEqual({ type: "closed", reason: "lagging" });
  });

  it("open no block on a state that L1 has moved past", () => {
    expect(rules({ isBehindL1: true }).opening(0)).toEqual({ type: "closed", reason: "behindL1" });
  });

  it("let a stranger build only what the contract accepts from strangers", () => {
    const as = (isOpen: boolean, previous: number, isFrozen = false) =>
      rules({ head: head(NOW), submission: { role: "stranger", isOpen, isFrozen } }).opening(previous);
    expect(as(false, 0)).toEqual({ type: "closed", reason: "notOperator" });
    expect(as(true, NOW - 200)).toEqual({ type: "open", timestamp: NOW - 100 });
    expect(as(true, NOW - 99)).toEqual({ type: "closed", reason: "awaitingL1" });
    expect(as(true, 0, true)).toEqual({ type: "closed", reason: "frozen" });
  });
});
