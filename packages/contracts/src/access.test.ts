import { describe, expect, it } from "vitest";
import {
  accessTable2,
  FIXED_OPERATOR_ACCESS,
  functionsWithoutAccess,
  policyAccessTable,
  ROLLUP_2_ACCESS,
  selectorsOf,
} from "./access.ts";
import { buildCached, rollup2Targets } from "./build.ts";
import { fixedOperatorAbi } from "./generated/fixed-operator-abi.ts";
import { rollup2Abi } from "./generated/rollup-abi.ts";
import { forbiddenInstructions } from "./verify/disassemble.ts";
import { dispatchedSelectors } from "./verify/dispatcher.ts";
import { proxyKind } from "./verify/proxy.ts";

const CACHE_DIR = process.env.CAIRN_CACHE_DIR ?? new URL("../../../.cache", import.meta.url).pathname;

describe("who may call what", () => {
  it("is recorded for every function that changes state, and the code has no others", async () => {
    const changing = rollup2Abi.flatMap((item) => {
      return item.type === "function" && !["view", "pure"].includes(item.stateMutability) ? [item.name] : [];
    });
    expect(Object.keys(ROLLUP_2_ACCESS).sort()).toEqual(changing.map(String).sort());
    for (const target of rollup2Targets()) {
      const { abi, runtimeCode } = (await buildCached(CACHE_DIR, target)).artefact;
      expect(abi.filter(({ type }) => type === "fallback" || type === "receive")).toEqual([]);
      expect(dispatchedSelectors(runtimeCode), target.name).toEqual(selectorsOf(abi));
      expect(forbiddenInstructions(runtimeCode), target.name).toEqual([]);
      expect(proxyKind(runtimeCode)).toBeNull();
    }
  });

  it("leaves to the operator's policy who submits first, and nothing else", () => {
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
    expect(functionsWithoutAccess(abi, ROLLUP_2_ACCESS)).toEqual(["drain"]);
  });
});
