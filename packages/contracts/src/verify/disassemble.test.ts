import { type Hex, toFunctionSelector } from "viem";
import { describe, expect, it } from "vitest";
import { compileContract, ROLLUP_SETTINGS } from "../compile.ts";
import { disassemble, forbiddenInstructions, runnable } from "./disassemble.ts";
import { dispatchedSelectors } from "./dispatcher.ts";

const DELEGATECALL = "f4";

function names(code: Hex): string[] {
  return forbiddenInstructions(code).map(({ name }) => name);
}

describe("disassembling", () => {
  it("keeps a push together with its data", () => {
    expect(disassemble("0x6001f4620102035b").map(({ offset, opcode }) => [offset, opcode])).toEqual([
      [0, 0x60],
      [2, 0xf4],
      [3, 0x62],
      [7, 0x5b],
    ]);
    expect(disassemble("0x7f01").map(({ data }) => [...data])).toEqual([[1]]);
    expect(disassemble("0x")).toEqual([]);
  });

  it("counts what follows an end as data, unless it is a jump destination that is pushed somewhere", () => {
    const offsets = (code: Hex) => runnable(disassemble(code)).map(({ offset }) => offset);
    expect(offsets("0x00f4f4")).toEqual([0]);
    expect(offsets("0x00f45bf4")).toEqual([0]);
    expect(offsets("0x600456f45bf4")).toEqual([0, 2, 4, 5]);
    expect(offsets("0x600356f45bf4")).toEqual([0, 2]);
    expect(offsets("0x600457f4")).toEqual([0, 2, 3]);
    expect(offsets("0x600556fe5b5b600456")).toEqual([0, 2, 5, 6, 8, 4].sort((a, b) => a - b));
  });
});

describe("forbidden instructions", () => {
  it("are found wherever they can run", () => {
    expect(names(`0x${DELEGATECALL}`)).toEqual(["DELEGATECALL"]);
    expect(names("0x600457005bf260096100f457fdf5")).toEqual(["CALLCODE"]);
    expect(names("0x600456fe5bf000ff")).toEqual(["CREATE"]);
    expect(names("0x60ff600656fe5bff")).toEqual(["SELFDESTRUCT"]);
  });

  it("are not seen in constants and metadata", () => {
    expect(names(`0x61${DELEGATECALL}${DELEGATECALL}00`)).toEqual([]);
    expect(names(`0x00fe${DELEGATECALL}a164736f6c634300081e000a`)).toEqual([]);
    expect(names(`0x00fe5b${DELEGATECALL}`)).toEqual([]);
  });

  it("are found in code that only looks like metadata", () => {
    expect(names(`0x600456fe5b${DELEGATECALL}6c634300081e000a`)).toEqual(["DELEGATECALL"]);
  });

  it("are found in compiled Solidity", async () => {
    const source = `// SPDX-License-Identifier: MIT
      pragma solidity 0.8.30; contract A {
      function run(address to, bytes calldata data) external { (bool ok, ) = to.delegatecall(data); require(ok); }
      function end() external { assembly { selfdestruct(caller()) } }
      function make() external { new B(); }
    } contract B {}`;
    const output = await compileContract({ "A.sol": source }, "A.sol", "A", ROLLUP_SETTINGS).catch((error) => error);
    expect(output).toMatchObject({ code: "contracts/compile-failed" });
    const withoutEnd = source.replace(/function end.*\n/, "");
    const { runtimeCode } = await compileContract({ "A.sol": withoutEnd }, "A.sol", "A", ROLLUP_SETTINGS);
    expect(new Set(names(runtimeCode))).toEqual(new Set(["CREATE", "DELEGATECALL"]));
  });
});

describe("the dispatcher", () => {
  it("finds every function of the code, however short its selector", async () => {
    const source = `// SPDX-License-Identifier: MIT
      pragma solidity 0.8.30; contract A {
      uint256 private x;
      ${Array.from({ length: 12 }, (_, i) => `function f${i}() external view returns (uint256) { return x + ${i}; }`).join("\n")}
      function f1619() external pure returns (uint256) { return 3; }
      function wycpnbqcyf() external pure returns (uint256) { return 1; }
    }`;
    const { runtimeCode, abi } = await compileContract({ "A.sol": source }, "A.sol", "A", ROLLUP_SETTINGS);
    const expected = abi.flatMap((item) => (item.type === "function" ? [toFunctionSelector(item)] : [])).sort();
    expect(expected).toHaveLength(14);
    expect(expected).toEqual(expect.arrayContaining(["0x00000000", "0x00025fa2"]));
    expect(dispatchedSelectors(runtimeCode)).toEqual(expected);
  });
});
