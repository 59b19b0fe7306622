import { describe, expect, it } from "vitest";
import { accountIndex, batchNumber, blockNumber, tokenId } from "./ids.ts";

describe.each([
  ["accountIndex", accountIndex, 2 ** 24],
  ["tokenId", tokenId, 2 ** 32],
  ["blockNumber", blockNumber, 2 ** 53],
  ["batchNumber", batchNumber, 2 ** 53],
] as const)("%s", (_, brand, limit) => {
  it.each([0, 1, limit - 1])("takes %d", (value) => expect(brand(value)).toBe(value));

  it.each([-1, 0.5, limit, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(() => brand(value)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });
});
