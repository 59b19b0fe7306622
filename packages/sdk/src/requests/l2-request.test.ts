import { describe, expect, it } from "vitest";
import { isForgettable } from "./l2-request.ts";

describe("a request of many payments", () => {
  const named = { kind: "payMany", role: null, isNamed: true } as const;
  const unnamed = { ...named, isNamed: false };

  it("stays under its id when some are paid and some failed: repeated without it, it would pay them again", () => {
    expect(isForgettable(["final", "expired", "final"], named)).toBe(false);
    expect(isForgettable(["final", "rejected"], unnamed)).toBe(true);
  });

  it("gives its id back when nothing of it happened, and ends with its result when it has none", () => {
    expect(isForgettable(["expired", "rejected", "replaced"], named)).toBe(true);
    expect(isForgettable(["final", "final"], unnamed)).toBe(true);
    expect(isForgettable(["final", "final"], named)).toBe(false);
  });

  it("is kept while any of it is on its way", () => {
    for (const status of ["signed", "received", "confirmed", "proven"] as const)
      for (const document of [named, unnamed]) expect(isForgettable(["expired", status], document)).toBe(false);
  });
});
