import { describe, expect, it } from "vitest";
import { accessTable2, FIXED_OPERATOR_ACCESS, policyAccessTable } from "./2/access.ts";
import { accessTable, functionsWithoutAccess, ROLLUP_ACCESS, selectorsOf } from "./access.ts";
import { compileContract, ROLLUP_SETTINGS } from "./compile.ts";
import { fixedOperatorAbi } from "./generated/fixed-operator-abi.ts";
import { readSources } from "./sources.ts";
import { forbiddenInstructions } from "./verify/disassemble.ts";
import { dispatchedSelectors } from "./verify/dispatcher.ts";
import { proxyKind } from "./verify/proxy.ts";

describe("who may call what", () => {
  it("is recorded for every function that changes state, and for no other", async () => {
    const sources = readSources("src/Rollup.sol");
    const { abi, runtimeCode } = await compileContract(sources, "src/Rollup.sol", "Rollup", ROLLUP_SETTINGS);
    expect(functionsWithoutAccess(abi, ROLLUP_ACCESS)).toEqual([]);
    const changing = abi.flatMap((item) => {
      return item.type === "function" && !["view", "pure"].includes(item.stateMutability) ? [item.name] : [];
    });
    expect(Object.keys(ROLLUP_ACCESS).sort()).toEqual(changing.sort());
    expect(abi.filter(({ type }) => type === "fallback" || type === "receive")).toEqual([]);
    expect(dispatchedSelectors(runtimeCode)).toEqual(selectorsOf(abi));
    expect(forbiddenInstructions(runtimeCode)).toEqual([]);
    expect(proxyKind(runtimeCode)).toBeNull();
  });

  it("gives the operator no power beyond its role", () => {
    const bound = accessTable().filter(({ caller }) => caller !== "anyone");
    expect(bound.map(({ signature, caller }) => [signature.replace(/\(.*/, ""), caller])).toEqual([
      ["submitBatch", "operatorFirst"],
      ["proposeOperator", "operator"],
      ["acceptOperator", "proposedOperator"],
      ["burnOperator", "operator"],
    ]);
  });

  it("leaves to the operator's policy of version 2 who submits first, and nothing else", () => {
    const nameOf = ({ signature }: { readonly signature: string }) => signature.replace(/\(.*/, "");
    const bound = accessTable2().filter(({ caller }) => caller !== "anyone");
    expect(bound.map(nameOf)).toEqual(["submitBatch"]);
    expect(policyAccessTable().map((row) => [nameOf(row), row.caller])).toEqual([
      ["propose", "operator"],
      ["accept", "proposedOperator"],
      ["burn", "operator"],
    ]);
    expect(functionsWithoutAccess(fixedOperatorAbi, FIXED_OPERATOR_ACCESS)).toEqual([]);
  });

  it("lists a function that is not recorded", () => {
    const abi = [{ type: "function", name: "drain", inputs: [], outputs: [], stateMutability: "payable" }] as const;
    expect(functionsWithoutAccess(abi, ROLLUP_ACCESS)).toEqual(["drain"]);
  });
});
