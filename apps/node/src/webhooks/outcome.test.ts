import { describe, expect, it } from "vitest";
import { MAX_REFUSALS, messagePauseMs, outcomeOf, receiverPauseMs, verdictOn } from "./outcome.ts";
import { urlProblem } from "./url.ts";

const NOW = Date.parse("2026-11-30T10:00:00Z");
const DAY_MS = 86_400_000;

describe("an answer of a receiver", () => {
  it.each([
    [200, "taken"],
    [204, "taken"],
    [299, "taken"],
    [301, "unavailable"],
    [307, "unavailable"],
    [400, "refused"],
    [401, "unavailable"],
    [404, "unavailable"],
    [409, "refused"],
    [410, "gone"],
    [413, "refused"],
    [422, "refused"],
    [425, "unavailable"],
    [429, "unavailable"],
    [500, "unavailable"],
    [503, "unavailable"],
  ])("%i means %s", (status, meaning) => {
    const outcome = outcomeOf(status, null, NOW);
    expect(outcome.type === "taken" ? "taken" : outcome.kind).toBe(meaning);
  });

  it("says when to come back, within an hour", () => {
    const after = (text: string | null) => outcomeOf(503, text, NOW);
    expect(after("120")).toMatchObject({ retryAfterMs: 120_000 });
    expect(after("Mon, 30 Nov 2026 10:05:00 GMT")).toMatchObject({ retryAfterMs: 300_000 });
    for (const text of [null, "", "soon", "-5", "0", "Mon, 30 Nov 2026 09:00:00 GMT"])
      expect(after(text)).toMatchObject({ retryAfterMs: null });
    expect(after("999999999")).toMatchObject({ retryAfterMs: 3_600_000 });
  });
});

describe("pauses", () => {
  it("double, up to five minutes for a message and half a minute for a receiver, give or take a fifth", () => {
    const counts = [1, 2, 3, 9, 10, 1000];
    expect(counts.map((count) => messagePauseMs(count, 0.5))).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000]);
    expect(counts.map((count) => receiverPauseMs(count, 0.5))).toEqual([1000, 2000, 4000, 30_000, 30_000, 30_000]);
    expect([messagePauseMs(1, 0), messagePauseMs(1, 1)]).toEqual([800, 1200]);
  });
});

describe("a message that fails again and again", () => {
  const failed = (status: number) => {
    const outcome = outcomeOf(status, null, NOW);
    return outcome.type === "failed" ? outcome : expect.unreachable();
  };
  it("is given up soon when it is refused, after a day when the receiver fails on it, never when it is gone", () => {
    const young = { attempts: 50, firstFailedAtMs: NOW - DAY_MS + 1 };
    const old = { attempts: 12, firstFailedAtMs: NOW - DAY_MS };
    expect(verdictOn(failed(422), { ...young, attempts: MAX_REFUSALS - 1 }, NOW)).toBe("keep");
    expect(verdictOn(failed(422), { ...young, attempts: MAX_REFUSALS }, NOW)).toBe("dead");
    expect(verdictOn(failed(500), young, NOW)).toBe("keep");
    expect(verdictOn(failed(500), { ...old, attempts: 11 }, NOW)).toBe("keep");
    expect(verdictOn(failed(500), old, NOW)).toBe("deadIfAlive");
    expect(verdictOn(failed(410), old, NOW)).toBe("keep");
    expect(verdictOn(failed(500), { attempts: 1, firstFailedAtMs: null }, NOW)).toBe("keep");
  });
});

describe("the URL of a webhook", () => {
  it.each([
    ["https://shop.example/hook", null],
    ["http://127.0.0.1:3000/hook", null],
    ["http://localhost/hook", null],
    ["http://[::1]:3000/", null],
    ["http://shop.example/hook", "insecureUrl"],
    ["http://127.0.0.1.evil.example/", "insecureUrl"],
    ["http://10.0.0.5/", "insecureUrl"],
    ["https://user:secret@shop.example/", "urlHasCredentials"],
    ["https://user@shop.example/", "urlHasCredentials"],
    ["https://[", "malformedUrl"],
  ])("%s: %s", (url, problem) => {
    expect(urlProblem(url, false)).toBe(problem);
    if (problem === "insecureUrl") expect(urlProblem(url, true)).toBeNull();
  });
});
