import { describe, expect, it } from "vitest";
import { CairnError, isCairnError } from "./errors.ts";

describe("CairnError", () => {
  it("carries code, details and cause", () => {
    const cause = new TypeError("deep");
    const error = new CairnError("protocol/bad-hex", "no hex", { cause, details: { at: 1 } });
    expect(error).toMatchObject({ name: "CairnError", code: "protocol/bad-hex", details: { at: 1 }, cause });
    expect("cause" in new CairnError("a/b", "c")).toBe(false);
  });

  it("is distinguished from other errors, and by its code", () => {
    const error: unknown = new CairnError("protocol/bad-hex", "no hex");
    expect(isCairnError(error)).toBe(true);
    expect(isCairnError(error, "protocol/bad-hex")).toBe(true);
    expect(isCairnError(error, "protocol/bad-length")).toBe(false);
    expect(isCairnError(new TypeError("no"))).toBe(false);
    expect(isCairnError("protocol/bad-hex")).toBe(false);
  });
});
