import { expect, test } from "vitest";
import { calldataGas, floorGas, zeroByteDiscount } from "./calldata.ts";

const bytes = Uint8Array.of(0, 0, 0, 1, 255);

test("zero bytes cost 4 gas, others 16", () => {
  expect(calldataGas(bytes)).toBe(3 * 4 + 2 * 16);
  expect(calldataGas(new Uint8Array())).toBe(0);
});

test("the floor is 10 gas per token on top of the base", () => {
  expect(floorGas(bytes)).toBe(21_000 + 10 * (3 + 2 * 4));
  expect(floorGas(new Uint8Array())).toBe(21_000);
});

test("the discount is the difference from the gas of the same data without zero bytes", () => {
  expect(calldataGas(bytes) + zeroByteDiscount(bytes)).toBe(5 * 16);
});
