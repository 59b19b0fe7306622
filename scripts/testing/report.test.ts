import { describe, expect, it } from "vitest";
import { type ForgeJson, parseForge } from "./forge.ts";
import { findUnexecuted, slowestFiles, sumReports } from "./report.ts";
import { parseVitest, type VitestJson } from "./vitest.ts";

const vitest: VitestJson = {
  testResults: [
    {
      name: "/repo/packages/vm/src/a.test.ts",
      status: "failed",
      assertionResults: [
        { fullName: "adds", status: "passed" },
        { fullName: "subtracts", status: "failed", failureMessages: ["expected 1"] },
      ],
    },
    { name: "/repo/packages/vm/src/broken.test.ts", status: "failed", message: "no such module", assertionResults: [] },
    {
      name: "/repo/packages/vm/src/idle.test.ts",
      status: "passed",
      assertionResults: [{ fullName: "later", status: "pending" }],
    },
  ],
};

const forge: ForgeJson = {
  "test/Rollup.t.sol:RollupTest": {
    test_results: { "testDeposit()": { status: "Success", reason: null } },
  },
  "test/Pay.t.sol:PayTest": {
    test_results: { "testPay()": { status: "Failure", reason: "reverted" }, "testLater()": { status: "Skipped" } },
  },
};

describe("runner reports", () => {
  it("counts a skipped test and a file that does not load as failures", () => {
    const report = parseVitest(vitest, "/repo");
    expect(report.passed).toBe(1);
    expect(report.failures.map(({ name, reason }) => [name, reason])).toEqual([
      ["subtracts", "expected 1"],
      ["loading the file", "no such module"],
      ["later", "pending"],
    ]);
  });

  it("counts an error outside tests as a failure", () => {
    const { failures } = parseVitest({ testResults: [] }, "/repo", ["Worker exited"]);
    expect(failures).toEqual([{ file: "vitest", name: "outside tests", reason: "Worker exited" }]);
  });

  it("reads forge suites by file", () => {
    const report = parseForge(forge);
    expect(report.files).toEqual(["packages/contracts/test/Rollup.t.sol", "packages/contracts/test/Pay.t.sol"]);
    expect(report.failures.map(({ name, reason }) => [name, reason])).toEqual([
      ["testPay()", "reverted"],
      ["testLater()", "Skipped"],
    ]);
  });

  it("names the files that took longest", () => {
    const json: VitestJson = {
      testResults: [
        { name: "/repo/a.test.ts", status: "passed", startTime: 100, endTime: 350, assertionResults: [] },
        { name: "/repo/b.test.ts", status: "passed", startTime: 100, endTime: 5100, assertionResults: [] },
      ],
    };
    const suites: ForgeJson = { "test/Pay.t.sol:PayTest": { duration: "1m 2s 3ms 500us 7ns", test_results: {} } };
    expect(slowestFiles([parseVitest(json, "/repo"), parseForge(suites)], 2)).toEqual([
      { file: "packages/contracts/test/Pay.t.sol", ms: expect.closeTo(62_003.5, 2) },
      { file: "b.test.ts", ms: 5000 },
    ]);
  });

  it("adds up the runners", () => {
    expect(sumReports([parseVitest(vitest, "/repo"), parseForge(forge)])).toEqual({ passed: 2, failed: 5 });
  });

  it("finds the test files that no runner executed", () => {
    const files = [
      "packages/contracts/test/Forgotten.t.sol",
      "packages/contracts/test/Rollup.t.sol",
      "packages/vm/src/a.test.ts",
      "packages/vm/src/idle.test.ts",
    ];
    expect(findUnexecuted(files, [parseVitest(vitest, "/repo"), parseForge(forge)])).toEqual([
      "packages/contracts/test/Forgotten.t.sol",
      "packages/vm/src/idle.test.ts",
    ]);
  });
});
