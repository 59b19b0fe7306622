import { expect, it } from "vitest";
import { createManualClock } from "./clock.ts";
import { createUnchanged, LONGEST_UNCHANGED_MS } from "./unchanged.ts";

it("leaves looks out as long as they go by the same, and not for too long", () => {
  const clock = createManualClock(0);
  const { holds, note, forget } = createUnchanged(clock);
  expect(holds("a")).toBe(false);
  note("a");
  expect([holds("a"), holds("b")]).toEqual([true, false]);
  clock.advance(LONGEST_UNCHANGED_MS - 1);
  expect(holds("a")).toBe(true);
  clock.advance(1);
  expect(holds("a")).toBe(false);
  note("b");
  expect([holds("a"), holds("b")]).toEqual([false, true]);
  // Setting the machine's clock makes nothing older.
  clock.jumpTo(10 ** 9);
  expect(holds("b")).toBe(true);
  forget();
  expect(holds("b")).toBe(false);
});
