import { describe, expect, it } from "vitest";
import {
  accessTable,
  FIXED_OPERATOR_ACCESS,
  functionsWithoutAccess,
  policyAccessTable,
  ROLLUP_ACCESS,
  selectorsOf,
} from "./access.ts";
import { buildCached, rollupTargets } from "./build.ts";
import { fixedOperatorAbi } from "./generated/fixed-operator-abi.ts";
import { rollupAbi } from "./generated/rollup-abi.ts";
import { forbiddenInstructions } from "./verify/disassemble.ts";
import { dispatchedSelectors } from "./verify/dispatcher.ts";
import { proxyKind } from "./verify/proxy.ts";

const CACHE_DIR = process.env.CAIRN_CACHE_DIR ?? new URL("../../../.cache", import.meta.url).pathname;

describe("who may call what", () => {
  it("is recorded for every function that changes state, and the code has no others", async () => {
    const changing = rollupAbi.flatMap((item) => {
      return item.type === "function" && !["view", "pure"].includes(item.stateMutability) ? [item.name] : [];
    });
    expect(Object.keys(ROLLUP_ACCESS).sort()).toEqual(changing.map(String).sort());
    for (const target of rollupTargets()) {
      const { abi, runtimeCode } = (await buildCached(CACHE_DIR, target)).artefact;
      expect(abi.filter(({ type }) => type === "fallback" || type === "receive")).toEqual([]);
      expect(dispatchedSelectors(runtimeCode), target.name).toEqual(selectorsOf(abi));
      expect(forbiddenInstructions(runtimeCode), target.name).toEqual([]);
      expect(proxyKind(runtimeCode)).toBeNull();
    }
  });

  it("leaves to the operator's policy who submits first, and nothing else", () => {
    const nameOf = ({ signature }: { readonly signature: string }) => signature.replace(/\(.*/, "");
    const bound = accessTable().filter(({ caller }) => caller !== "anyone");
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
