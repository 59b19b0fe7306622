import { describe, expect, it } from "vitest";
import { paced } from "./paced.ts";

function* counting(steps: number, eachMs: number): Generator<void, string, void> {
  for (let i = 0; i < steps; i++) {
    const until = performance.now() + eachMs;
    while (performance.now() < until);
    yield;
  }
  return "done";
}

describe("paced work", () => {
  it("gives others their turn, and reports how far it is", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const seen: number[] = [];
    expect(await paced(counting(2000, 0.1), { onStep: (steps) => seen.push(steps) })).toBe("done");
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    expect(seen.at(-1)).toBe(2000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it("stops at a pause when it is cancelled", async () => {
    const controller = new AbortController();
    let last = 0;
    const work = paced(counting(1_000_000, 0.1), {
      signal: controller.signal,
      onStep: (steps) => {
        last = steps;
        controller.abort(new RangeError("enough"));
      },
    });
    await expect(work).rejects.toThrow("enough");
    expect(last).toBeLessThan(10_000);
  });
});
