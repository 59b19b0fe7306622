import { beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type ManualClock } from "../clock.ts";
import { createPace, type Pace } from "./pace.ts";

const ASSUMED = 30;

describe("the pace of provers and L1", () => {
  let clock: ManualClock;
  let pace: Pace;
  let work: { withoutProof: number; ready: number; inWork?: number } = { withoutProof: 0, ready: 0 };
  beforeEach(() => {
    clock = createManualClock(0);
    pace = createPace(ASSUMED, clock.elapsedMs);
    work = { withoutProof: 0, ready: 0 };
  });

  const look = (accepted = 0) => pace.observe({ inWork: work.withoutProof, ...work, accepted });
  /** `count` proofs after each `seconds`, `times` over. */
  const prove = (count: number, seconds: number, times: number) => {
    for (let i = 0; i < times; i++) {
      clock.advance(seconds * 1000);
      work = { withoutProof: work.withoutProof - count, ready: work.ready + count };
      look();
    }
  };
  const queue = (blocks: number) => {
    work = { ...work, withoutProof: work.withoutProof + blocks };
    look();
  };

  it("is assumed until some proofs were seen, then measured for all provers together", () => {
    expect(pace.secondsPerBlock()).toBe(ASSUMED);
    queue(100);
    prove(2, 10, 1);
    expect(pace.secondsPerBlock()).toBe(ASSUMED);
    prove(2, 10, 3);
    expect(pace.secondsPerBlock()).toBe(5);
    expect(pace.delaySeconds()).toBe(30);
  });

  it("does not mistake idle time for slowness", () => {
    queue(4);
    prove(1, 10, 4);
    clock.advance(86_400_000);
    queue(1);
    prove(1, 10, 1);
    expect(pace.secondsPerBlock()).toBe(10);
  });

  it("grows while provers that were working are silent for longer than their longest pause", () => {
    queue(100);
    prove(8, 80, 4);
    expect(pace.secondsPerBlock()).toBe(10);
    clock.advance(80_000);
    expect(pace.secondsPerBlock()).toBe(10);
    clock.advance(600_000);
    look();
    expect(pace.secondsPerBlock()).toBe(610);
    clock.advance(600_000);
    expect(pace.secondsPerBlock()).toBe(1210);
  });

  it("does not mistake blocks that wait for others in their batch for slow provers", () => {
    pace = createPace(ASSUMED, clock.elapsedMs, 4);
    for (let batch = 0; batch < 3; batch++) {
      // Four blocks, one a minute, each of them proven in ten seconds; then twenty seconds for the batch.
      for (let blocks = 1; blocks <= 4; blocks++) {
        work = { withoutProof: blocks, ready: 0, inWork: 1 };
        look();
        clock.advance(10_000);
        work = { ...work, inWork: 0 };
        look();
        clock.advance(50_000);
      }
      work = { ...work, inWork: 4 };
      look();
      clock.advance(20_000);
      work = { withoutProof: 0, ready: 4 };
      look();
      work = { withoutProof: 0, ready: 0 };
      look(4);
    }
    expect(pace.secondsPerBlock()).toBe(15);
  });

  it("is patient with provers that finish whole batches", () => {
    pace = createPace(ASSUMED, clock.elapsedMs, 16);
    queue(16);
    clock.advance(16 * 3 * ASSUMED * 1000);
    expect(pace.secondsPerBlock()).toBe(ASSUMED);
    clock.advance(10_000);
    expect(pace.secondsPerBlock()).toBe(ASSUMED + 10);
  });

  it("grows when no prover ever comes", () => {
    queue(1);
    clock.advance(300_000);
    expect(pace.secondsPerBlock()).toBe(ASSUMED);
    clock.advance(3_600_000);
    look();
    expect(pace.secondsPerBlock()).toBe(ASSUMED + 3600);
  });

  it("counts no proof that L1 refuses: garbage is not speed", () => {
    queue(10);
    for (let i = 0; i < 20; i++) {
      clock.advance(1000);
      work = { withoutProof: 9, ready: 1 };
      look();
      clock.advance(59_000);
      work = { withoutProof: 10, ready: 0 };
      look();
    }
    clock.advance(60_000);
    expect(pace.delaySeconds() + pace.secondsPerBlock()).toBeGreaterThanOrEqual(ASSUMED);
  });

  it("is not moved by a wall clock that jumps", () => {
    queue(10);
    prove(1, 10, 5);
    clock.jumpTo(10 ** 13);
    look();
    expect(pace.secondsPerBlock()).toBe(10);
  });

  it("counts how long L1 takes, and L1's silence", () => {
    queue(5);
    prove(5, 10, 1);
    clock.advance(20_000);
    work = { withoutProof: 0, ready: 3 };
    look(2);
    expect(pace.delaySeconds()).toBe(20);
    clock.advance(500_000);
    expect(pace.delaySeconds()).toBe(500);
    work = { withoutProof: 0, ready: 0 };
    look(3);
    expect(pace.delaySeconds()).toBe(520);
  });
});
