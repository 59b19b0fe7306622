import { expect, test } from "vitest";
import { splitGates, UNITS, type Unit, type UnitGates } from "./parts.ts";

const shape = { slots: 16, capacity: 4, subrootDepth: 3, levels: 9 } as const;
const NOTHING = Object.fromEntries(UNITS.map((unit) => [unit, 0])) as UnitGates;

function partsOf(unit: Unit, gates = 1): Record<string, number> {
  const parts = splitGates({ shape, units: { ...NOTHING, [unit]: gates }, setup: 0, total: 0 });
  return Object.fromEntries(Object.entries(parts).filter(([part, value]) => value !== 0 && part !== "rest"));
}

test("every use of a unit is in a part", () => {
  expect(partsOf("signature")).toEqual({ signature: 16 });
  expect(partsOf("update")).toEqual({ merkle: 36 });
  expect(partsOf("leaf")).toEqual({ merkle: 36 });
  expect(partsOf("compress")).toEqual({ merkle: 42, cellsRoot: 5 });
  expect(partsOf("chain-step")).toEqual({ data: 6, payouts: 4 });
  expect(partsOf("cell")).toEqual({ data: 17 });
  expect(partsOf("extra-row")).toEqual({ data: 4 });
  expect(partsOf("extra-take")).toEqual({ data: 16 });
  expect(partsOf("payout-row")).toEqual({ payouts: 4 });
  expect(partsOf("payout-check")).toEqual({ payouts: 16 });
  expect(partsOf("link")).toEqual({ linksAndFees: 16 });
  expect(partsOf("fee")).toEqual({ linksAndFees: 16 });
  expect(partsOf("amounts")).toEqual({ amounts: 16 });
  expect(partsOf("l1-operation")).toEqual({ l1Operations: 4 });
});

test("the parts sum to the real count, whatever the rest is", () => {
  const units = Object.fromEntries(UNITS.map((unit, i) => [unit, 10.3 + i])) as UnitGates;
  const parts = splitGates({ shape, units, setup: 17, total: 123_456 });
  expect(Object.values(parts).reduce((sum, gates) => sum + gates)).toBe(123_456);
  expect(parts.fixed).toBe(17);
});
