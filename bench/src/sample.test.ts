import { expect, test } from "vitest";
import { measureRate, summarise } from "./sample.ts";

test("the median of an odd number of values is the middle one", () => {
  expect(summarise([9, 1, 5])).toEqual({ median: 5, lowest: 1, highest: 9, runs: 3 });
});

test("the median of an even number of values lies between the middle two", () => {
  expect(summarise([4, 1, 3, 2]).median).toBe(2.5);
});

test("one value is its own median", () => {
  expect(summarise([7])).toEqual({ median: 7, lowest: 7, highest: 7, runs: 1 });
});

test("the first run warms up and does not count", () => {
  const prepared: number[] = [];
  const sample = measureRate({ count: 10, runs: 2, prepare: (run) => prepared.push(run), work: () => {} });
  expect(prepared).toEqual([0, 1, 2]);
  expect(sample.runs).toBe(2);
});
