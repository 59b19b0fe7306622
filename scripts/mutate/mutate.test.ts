import { describe, expect, it } from "vitest";
import { verdictOfForge } from "./contracts.ts";
import { mutationDocument } from "./document.ts";
import { compareWithList } from "./equivalents.ts";
import { deleteMutant, deleteMutants, type Mutant, mutantName, normalizeSource } from "./mutant.ts";
import { findNoirMutants } from "./noir.ts";
import { findSolidityMutants } from "./solidity.ts";
import { installSwitches, isSwitchable } from "./switches.ts";
import { testsNaming, titlePattern } from "./tests-naming.ts";
import { verdictOf } from "./vitest-run.ts";

const NOIR = `// assert(false);
use crate::bytes::{a, b};
global N: [Field; 3] = [1, 2, 3];
pub struct S { pub x: Field }
impl S {
    /// assert(in a comment);
    pub fn check(self, words: [Field; 8]) -> Field {
        // Safety: below.
        let wire = unsafe { identity(self.x) };
        assert(wire == self.x, "says \\"no; never\\" (ever)");
        self.x.assert_max_bit_size::<2 * (N - 1)>();
        if self.x == 0 {
            other.check(
                words[0],
                [0; 3],
            );
        }
        let mut sum = 0;
        sum += twice(self.x);
        list.push(self.x);
        for i in 0..8 {
            assert(words[i] * (1 - self.x) == 0, "same");
            assert(words[i] * (1 - self.x) == 0, "same");
        }
        twice(sum)
    }
}
`;

const SOLIDITY = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract C {
    modifier locked() {
        if (_lock != 0) revert Reentrancy();
        _lock = 1;
        _;
        _lock = 0;
    }

    // if (never) revert Commented();
    function pay(uint256 x) external locked whenActive returns (uint256) {
        if (x == 0) revert Zero("; }");
        if (x > 9) {
            uint256 most = 9;
            revert TooMuch(most, x);
        }
        if (x == 1) {
            if (y == 0) revert Nested();
        } else if (x == 2) {
            x = 3;
        }
        _queue.requireRoom(x, f(x));
        if (x == 4) x = 5;
        if (x == 6) revert HasElse(); else x = 7;
        require(x != 8, "eight");
        try a.b() returns (bool ok) {
            if (!ok) revert Bad();
        } catch {
            revert Bad();
        }
        return x;
    }

    function requireRoom(uint256 x) internal {}
}
`;

const texts = (mutants: readonly Mutant[]): string[] => mutants.map(({ kind, text }) => `${kind} ${text}`);

describe("guards of Noir", () => {
  const mutants = findNoirMutants("s.nr", NOIR);

  it("are all statements that are calls, but no values and no comments", () => {
    expect(texts(mutants)).toEqual([
      'assert assert(wire == self.x, "says \\"no; never\\" (ever)");',
      "range self.x.assert_max_bit_size::<2 * (N - 1)>();",
      "call other.check( words[0], [0; 3], );",
      'assert assert(words[i] * (1 - self.x) == 0, "same");',
      'assert assert(words[i] * (1 - self.x) == 0, "same"); (2)',
    ]);
    expect(new Set(mutants.map(({ scope }) => scope))).toEqual(new Set(["check"]));
    expect(mutants.map(({ line }) => line)).toEqual([10, 11, 13, 22, 23]);
  });

  it("leave everything else and every line in place", () => {
    const [first] = mutants;
    const changed = deleteMutant(NOIR, first ?? { start: 0, end: 0 });
    expect(changed.split("\n")).toEqual(NOIR.split("\n").map((line, i) => (i === 9 ? "        " : line)));
    const call = mutants[2] ?? { start: 0, end: 0 };
    expect(deleteMutant(NOIR, call).split("\n")).toHaveLength(NOIR.split("\n").length);
    expect(findNoirMutants("s.nr", deleteMutants(NOIR, mutants))).toEqual([]);
  });
});

describe("guards of Solidity", () => {
  const mutants = findSolidityMutants("C.sol", SOLIDITY);

  it("are conditional and bare reverts, checking calls, and uses of modifiers", () => {
    expect(texts(mutants)).toEqual([
      "revert if (_lock != 0) revert Reentrancy();",
      "modifier locked",
      "modifier whenActive",
      'revert if (x == 0) revert Zero("; }");',
      "revert if (x > 9) { uint256 most = 9; revert TooMuch(most, x); }",
      "revert if (y == 0) revert Nested();",
      "call _queue.requireRoom(x, f(x));",
      "revert revert HasElse();",
      'call require(x != 8, "eight");',
      "revert if (!ok) revert Bad();",
      "revert revert Bad();",
    ]);
  });

  it("are each put behind a switch, in a copy of a modifier for each use", () => {
    const switches = mutants.filter(isSwitchable).map((mutant, i) => ({ mutant, id: i + 1 }));
    const text = installSwitches(SOLIDITY, switches, "./MutationSwitch.sol", switches);
    expect(text).toContain('pragma solidity 0.8.30;\nimport {MutationSwitch} from "./MutationSwitch.sol";\n');
    const copy = /\n\n {4}modifier locked_2\(\) \{[\s\S]*?\n {4}\}/.exec(text)?.[0] ?? "";
    expect(copy).toContain(
      "if (MutationSwitch.isOn(2)) { if (MutationSwitch.isOn(1)) { if (_lock != 0) revert Reentrancy(); } }",
    );
    expect(copy).toContain("if (MutationSwitch.isOn(2)) { _lock = 1; }\n        _;\n");
    expect(text).toContain("external locked_2 whenActive_3 returns");
    expect(text).toContain('if (MutationSwitch.isOn(4)) { if (x == 0) revert Zero("; }"); }');
    expect(text).toContain("} catch {\n            revert Bad();\n");
    const undone = text
      .replace(copy, "")
      .replace('import {MutationSwitch} from "./MutationSwitch.sol";\n', "")
      .replaceAll(/if \(MutationSwitch\.isOn\(\w+\)\) \{ /g, "")
      .replaceAll("; } }", ";")
      .replaceAll("; }\n", ";\n")
      .replaceAll("} }\n", "}\n")
      .replace("locked_2 whenActive_3", "locked whenActive");
    expect(undone).toBe(SOLIDITY);
  });
});

describe("results", () => {
  it("do not depend on comments and spaces", () => {
    expect(normalizeSource('a  // b\n/* c\n d */ "e // f"')).toBe('a "e // f"');
  });

  it("need a reason for each survivor, and a survivor for each reason", () => {
    const [killed, explained, unexplained] = findNoirMutants("s.nr", NOIR);
    if (!killed || !explained || !unexplained) throw new TypeError("too few mutants");
    const comparison = compareWithList(
      [
        { mutant: killed, verdict: { type: "killed", by: "a test", file: "a.test.ts" } },
        { mutant: explained, verdict: { type: "survived" } },
        { mutant: unexplained, verdict: { type: "survived" } },
      ],
      [
        { mutant: mutantName(killed), reason: "wrong" },
        { mutant: mutantName(explained), reason: "implied" },
        { mutant: "s.nr: gone", reason: "old" },
      ],
    );
    expect(comparison.explained).toEqual([{ mutant: explained, reason: "implied" }]);
    expect(comparison.unexplained).toEqual([unexplained]);
    expect(comparison.stale).toEqual([
      { entry: mutantName(killed), problem: "killed by a test" },
      { entry: "s.nr: gone", problem: "there is no such guard" },
    ]);
    const text = mutationDocument([
      {
        name: "circuits",
        sourceDir: "noir",
        judged: [{ mutant: explained, verdict: { type: "survived" } }],
        comparison,
      },
    ]);
    expect(text).toContain("| range checks | 1 | 0 | 1 | 0 |");
    expect(text).toContain("  implied");
    expect(text).toContain("**No reason is known.**");
  });

  it("of vitest: a test that was left out does not count", () => {
    const suite = (status: string) => ({
      testResults: [
        { name: "/a.test.ts", status, assertionResults: [{ fullName: "a b", status, failureMessages: ["no"] }] },
      ],
    });
    expect(verdictOf(suite("passed")).type).toBe("survived");
    expect(() => verdictOf(suite("skipped"))).toThrow(expect.objectContaining({ code: "mutate/no-tests" }));
    expect(verdictOf(suite("failed"))).toMatchObject({ type: "killed", by: "a b" });
  });

  it("of forge: the first failure, or the compiler's refusal", () => {
    const report = (status: string) => `{"test/A.t.sol:A":{"test_results":{"test_a()":{"status":"${status}"}}}}`;
    expect(verdictOfForge(`Compiling\n${report("Success")}`, "").type).toBe("survived");
    expect(verdictOfForge(report("Failure"), "")).toEqual({
      type: "killed",
      by: "test_a()",
      file: "packages/contracts/test/A.t.sol",
    });
    expect(verdictOfForge("", "Error: Compiler run failed:").type).toBe("killed");
    expect(() => verdictOfForge("", "out of memory")).toThrow(expect.objectContaining({ code: "mutate/no-report" }));
  });
});

describe("tests that name a refusal", () => {
  const source = `const MESSAGE = "slot: wrong";
describe("all", () => {
  it("first (one)", () => {
    expect(x).toBe("leaf: empty");
  });
  it.each(list)("second $name of", () => {
    expect(x).toBe(MESSAGE);
  });
});`;

  it("themselves or by a constant", () => {
    const read = () => source;
    expect(testsNaming("leaf: empty", ["a"], read)).toEqual([{ file: "a", titles: ["first (one)"] }]);
    expect(testsNaming("slot: wrong", ["a"], read)).toEqual([{ file: "a", titles: ["second $name of"] }]);
    expect(testsNaming("other", ["a"], read)).toEqual([]);
    expect(testsNaming(null, ["a"], read)).toEqual([]);
  });

  it("as a pattern for vitest", () => {
    expect(titlePattern(["first (one)", "second $name of"])).toBe("first \\(one\\)|second");
  });
});
