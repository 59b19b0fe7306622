import { describe, expect, it } from "vitest";
import { runInTest } from "../../test/run.ts";
import { CLI_ERRORS } from "../errors.ts";
import { explainedCodes, findCode } from "../explain/codes.ts";

describe("cairn explain", () => {
  it("prints a page, found by its code or by a name that only one has", async () => {
    const page = await runInTest(["explain", "sdk/timeout"]);
    expect(page).toMatchObject({ code: 0, stderr: "" });
    expect(page.stdout).toMatch(
      /^sdk\/timeout\n\n[\s\S]+\nCause\. [\s\S]+\nRetry: yes\. [\s\S]+\nRemedy\. [\s\S]+\nSeen in\. /,
    );
    expect(page.stdout).not.toContain("**");
    expect(await runInTest(["explain", "TIMEOUT"])).toEqual(page);
    expect((await runInTest(["explain", "RollupFrozen"])).stdout).toMatch(/^reverts\/RollupFrozen\n/);
  });

  it("gives its parts with --json", async () => {
    const { code, stdout } = await runInTest(["explain", "nonceTooLow", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      code: "rejected/nonceTooLow",
      meaning: expect.any(String),
      cause: expect.stringContaining("nonce"),
      verdict: "no",
      retry: expect.any(String),
      remedy: expect.any(String),
      seenIn: expect.stringContaining("POST /v1/transactions"),
    });
  });

  it("names close codes for one that does not exist", async () => {
    const { code, stderr } = await runInTest(["explain", "sdk/outcome-unknwon"]);
    expect(code).toBe(2);
    expect(stderr).toContain("no error has the code sdk/outcome-unknwon; did you mean sdk/outcome-unknown");
    expect(stderr).toMatch(/\(cli\/unknown-code\)\nhint: .+\nmore: cairn explain cli\/unknown-code\n$/);
    const ofNone = await runInTest(["explain", "?\u001b[2J"]);
    expect([ofNone.code, ofNone.stderr.includes("\u001b")]).toEqual([2, false]);
  });

  it("names all codes of an ambiguous name", async () => {
    const { code, stdout } = await runInTest(["explain", "frozen", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: "cli/unknown-code",
        message: "several errors are called frozen: cli/frozen, sdk/frozen",
        details: { candidates: ["cli/frozen", "sdk/frozen"] },
      },
    });
  });

  it("knows nothing, and breaks nothing, where the documents are not installed", () => {
    expect(explainedCodes("/nonexistent")).toEqual([]);
  });

  it("knows every code of this package", () => {
    expect(explainedCodes()).toEqual(expect.arrayContaining(Object.keys(CLI_ERRORS)));
  });
});

describe("a code", () => {
  const codes = ["api/gone", "sdk/timeout", "sdk/unreachable", "db/unavailable"];

  it.each([
    ["sdk/timeuot", "sdk/timeout"],
    ["unavail", "db/unavailable"],
    ["l1/unreachable", "sdk/unreachable"],
  ])("is found close to %s", (text, code) => {
    expect(findCode(text, codes)).toMatchObject({ type: "unknown", candidates: expect.arrayContaining([code]) });
  });

  it("is not found close to anything else", () => {
    expect(findCode("", codes)).toEqual({ type: "unknown", candidates: [] });
    expect(findCode("../../README", codes)).toEqual({ type: "unknown", candidates: [] });
  });
});
