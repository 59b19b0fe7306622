import type { StoredWebhookMessage } from "@cairn/db";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "./outcome.ts";
import { type RoundOptions, runRound } from "./round.ts";

const message = (sequence: number, lanes: readonly string[], nextAttemptAtMs = 0): StoredWebhookMessage => ({
  sequence,
  id: `msg_${sequence}`,
  type: "entry.final",
  lanes,
  body: "{}",
  createdAtMs: 0,
  attempts: 1,
  nextAttemptAtMs,
  firstFailedAtMs: null,
  lastFailure: null,
  deadAtMs: null,
});
const TAKEN: Outcome = { type: "taken" };
const failed = (kind: "refused" | "gone" | "unavailable"): Outcome => ({
  type: "failed",
  kind,
  reason: kind,
  retryAfterMs: null,
});

/** A round over messages, with what was begun and what was on its way at a time. */
async function run(
  messages: readonly StoredWebhookMessage[],
  answer: (one: StoredWebhookMessage) => Outcome,
  change: Partial<RoundOptions> = {},
) {
  const begun: number[] = [];
  let [now, most] = [0, 0];
  const result = await runRound(messages, {
    nowMs: () => 100,
    maxInFlight: 4,
    isProbe: false,
    isOver: () => false,
    send: async (one) => {
      begun.push(one.sequence);
      most = Math.max(most, ++now);
      for (let i = 0; i < one.sequence % 3; i++) await Promise.resolve();
      now--;
      return answer(one);
    },
    ...change,
  });
  const numbers = (some: readonly StoredWebhookMessage[]) => some.map(({ sequence }) => sequence);
  return {
    begun,
    most,
    delivered: numbers(result.delivered),
    failed: numbers(result.failed.map((one) => one.message)),
  };
}

describe("a round of messages", () => {
  it("sends what shares no lane at a time, and what shares one in order", async () => {
    const messages = [1, 2, 3, 4, 5, 6].map((i) => message(i, [`account ${i % 2}`]));
    const { most, delivered } = await run(messages, () => TAKEN);
    expect(most).toBe(2);
    expect(delivered.filter((i) => i % 2 === 0)).toEqual([2, 4, 6]);
    expect(delivered.filter((i) => i % 2 === 1)).toEqual([1, 3, 5]);
  });

  it("holds up the lanes of what fails or is not due, and no others", async () => {
    const messages = [
      message(1, ["a"]),
      message(2, ["b"], 101),
      message(3, ["a", "c"]),
      message(4, ["c"]),
      message(5, ["b"]),
      message(6, ["d"]),
    ];
    const {
      begun,
      delivered,
      failed: lost,
    } = await run(messages, ({ sequence }) => (sequence === 1 ? failed("unavailable") : TAKEN));
    expect([begun.sort(), delivered, lost]).toEqual([[1, 6], [6], [1]]);
  });

  it("asks a receiver that was out of order with one message, and then sends all that it missed", async () => {
    const messages = [message(1, ["a"]), message(2, ["b"], 9_999), message(3, ["c"])];
    expect(await run(messages, () => failed("unavailable"), { isProbe: true })).toMatchObject({
      begun: [1],
      delivered: [],
    });
    const back = await run(messages, () => TAKEN, { isProbe: true });
    expect(back.begun[0]).toBe(1);
    expect(back.delivered.sort()).toEqual([1, 2, 3]);
  });

  it("sends what was never tried, and what waits longer than any pause: then the clock was set back", async () => {
    const messages = [
      { ...message(1, ["a"], 9_999), attempts: 0 },
      message(2, ["b"], 40 * 60_000),
      message(3, ["c"], 9e12),
    ];
    expect((await run(messages, () => TAKEN)).delivered.sort()).toEqual([1, 3]);
  });

  it("stops asking a receiver that takes nothing, wants nothing, or when it is over", async () => {
    const messages = Array.from({ length: 20 }, (_, i) => message(i, [`account ${i}`]));
    const down = await run(messages, () => failed("unavailable"), { maxInFlight: 1 });
    expect(down.begun).toHaveLength(3);
    expect((await run(messages, () => failed("gone"), { maxInFlight: 1 })).begun).toHaveLength(1);
    expect((await run(messages, () => TAKEN, { isOver: () => true })).begun).toEqual([]);
  });

  it("never sends a message before one that shares a lane and was not taken, whatever fails", async () => {
    const lane = fc.constantFrom("a", "b", "c", "d");
    const one = fc.record({ lanes: fc.uniqueArray(lane, { minLength: 1 }), isTaken: fc.boolean(), due: fc.nat(120) });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 30 }), fc.boolean(), async (some, isProbe) => {
        const messages = some.map(({ lanes, due }, i) => message(i, lanes, due));
        const { begun, delivered } = await run(
          messages,
          ({ sequence }) => (some[sequence]?.isTaken === true ? TAKEN : failed("refused")),
          { isProbe },
        );
        expect(new Set(begun).size).toBe(begun.length);
        for (const sequence of begun) {
          const earlier = messages.filter(
            (other) =>
              other.sequence < sequence && other.lanes.some((name) => messages[sequence]?.lanes.includes(name)),
          );
          for (const { sequence: before } of earlier) {
            expect(delivered).toContain(before);
            expect(begun.indexOf(before)).toBeLessThan(begun.indexOf(sequence));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
