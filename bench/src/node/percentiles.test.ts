import { expect, test } from "vitest";
import { percentilesOf } from "./percentiles.ts";

test("percentiles are values that occurred, by nearest rank", () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  expect(percentilesOf(values)).toEqual({ count: 200, p50: 100, p99: 198, highest: 200 });
  expect(percentilesOf([5])).toEqual({ count: 1, p50: 5, p99: 5, highest: 5 });
  expect(percentilesOf([]).p50).toBeNaN();
});
