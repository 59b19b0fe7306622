import { describe, expect, it } from "vitest";
import { contentOfRun, runOfContent } from "./batch-calls.ts";
import { overlap, runsOf } from "./payments.ts";

const DEAR = 250_000;

/** A list of payouts, one letter each: owed, left to others while owed, paid, left and paid since. */
const listOf = (letters: string) =>
  [...letters].map((letter, batchPosition) => ({
    batchPosition,
    status: letter === "o" || letter === "l" ? ("owed" as const) : ("paid" as const),
    leftGas: letter === "l" || letter === "L" ? DEAR : null,
  }));

describe("runs of payouts", () => {
  it("are the whole list when nobody burns gas", () => {
    expect(runsOf(listOf("oooo"))).toEqual([{ first: 0, count: 56 }]);
    expect(runsOf(listOf("popo"))).toEqual([{ first: 0, count: 56 }]);
    expect(runsOf(listOf("pppp"))).toEqual([]);
    expect(runsOf([])).toEqual([]);
  });

  it("have fixed borders every 56 records", () => {
    expect(runsOf(listOf("o".repeat(64)))).toEqual([
      { first: 0, count: 56 },
      { first: 56, count: 56 },
    ]);
    expect(runsOf(listOf(`${"p".repeat(56)}oo`))).toEqual([{ first: 56, count: 56 }]);
  });

  it("pay everyone around a payout that burns gas in the middle of the list, but not that one", () => {
    const list = listOf("oololpo");
    expect(runsOf(list)).toEqual([
      { first: 0, count: 2 },
      { first: 3, count: 1 },
      { first: 5, count: 51 },
    ]);
    expect(runsOf(listOf("llll"))).toEqual([]);
    expect(runsOf(listOf("lopp"))).toEqual([{ first: 1, count: 55 }]);
    // Someone paid it: there is nothing to skip.
    expect(runsOf(listOf("oLo"))).toEqual([{ first: 0, count: 56 }]);
  });

  it("contain every owed payout that is not left, each once, and none that is left", () => {
    const letters = `${"olpL".repeat(20)}oooo`;
    const list = listOf(letters);
    const batchPositions = runsOf(list).flatMap(({ first, count }) =>
      list
        .slice(first, first + count)
        .flatMap(({ status, batchPosition }) => (status === "owed" ? [batchPosition] : [])),
    );
    expect(batchPositions).toEqual(list.flatMap((one, i) => (letters[i] === "o" ? [one.batchPosition] : [])));
  });

  it("are identified in stored transactions, also as in earlier versions", () => {
    for (const run of [
      { first: 0, count: 56 },
      { first: 56, count: 56 },
      { first: 3, count: 1 },
    ]) {
      expect(runOfContent(contentOfRun(run))).toEqual(run);
    }
    expect(runOfContent("56")).toEqual({ first: 56, count: 56 });
    expect(overlap({ first: 0, count: 56 }, { first: 55, count: 1 })).toBe(true);
    expect(overlap({ first: 0, count: 56 }, { first: 56, count: 56 })).toBe(false);
  });
});
