import { describe, expect, it } from "vitest";
import { compareRuntimeCode } from "./runtime-code.ts";

const zeros = "00".repeat(32);
const word = `${"00".repeat(31)}2a`;
const compiled = {
  runtimeCode: `0x01${zeros}02${zeros}03`,
  immutables: [{ name: "DELAY", offsets: [1, 34] }],
} as const;

describe("comparing runtime code", () => {
  it("masks immutables and decodes them", () => {
    expect(compareRuntimeCode(compiled, `0x01${word}02${word}03`)).toEqual({
      isSame: true,
      expectedBytes: 67,
      actualBytes: 67,
      differingBytes: 0,
      firstDifference: null,
      immutables: [{ name: "DELAY", word: `0x${word}` }],
    });
  });

  it("notices an immutable that differs between its places", () => {
    const { isSame, immutables } = compareRuntimeCode(compiled, `0x01${word}02${zeros}03`);
    expect(isSame).toBe(true);
    expect(immutables).toEqual([{ name: "DELAY", word: null }]);
  });

  it("notices different, shorter and longer code", () => {
    expect(compareRuntimeCode(compiled, `0x01${word}f2${word}04`)).toMatchObject({
      isSame: false,
      differingBytes: 2,
      firstDifference: 33,
      immutables: [],
    });
    const shorter = compareRuntimeCode(compiled, `0x01${word}02${word}`);
    expect(shorter).toMatchObject({ isSame: false, differingBytes: 0, firstDifference: 66 });
    const longer = compareRuntimeCode(compiled, `0x01${word}02${word}0300`);
    expect(longer).toMatchObject({ isSame: false, differingBytes: 0, firstDifference: 67 });
    expect(compareRuntimeCode(compiled, "0x")).toMatchObject({ isSame: false, firstDifference: 0, actualBytes: 0 });
  });
});
