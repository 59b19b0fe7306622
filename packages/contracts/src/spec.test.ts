import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AbiEvent, type AbiFunction, toEventSelector, toFunctionSelector } from "viem";
import { describe, expect, it } from "vitest";
import { fixedOperatorAbi, receiptsAbi, rollupAbi } from "./abi.ts";

const EVENT_ROW = /^\| `(\w+)\(([^`]*)\)` \| (0x[0-9a-f]{64}) \|$/gm;
const FUNCTION_ROW = /^\| `(\w+)\([^`]*\)`(?:, [^|]*)? \| (0x[0-9a-f]{8}) \|/gm;

const chapter = (name: string): string => readFileSync(join(import.meta.dirname, "../../../docs/spec", name), "utf8");
const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
  (a.name ?? "").localeCompare(b.name ?? "");

function eventRows(text: string) {
  const rows = [...text.matchAll(EVENT_ROW)].map(([, name, parameters, topic]) => ({ name, parameters, topic }));
  return rows.sort(byName);
}

function expectedRows(abi: readonly { readonly type: string }[]) {
  const events = abi.filter((item): item is AbiEvent => item.type === "event");
  const rows = events.map((event) => ({
    name: event.name,
    parameters: event.inputs
      .map(({ type, name, indexed }) => `${type === "tuple" ? "Header" : type}${indexed ? " i" : ""} ${name}`)
      .join(", "),
    topic: toEventSelector(event),
  }));
  return rows.sort(byName);
}

describe("the ABI in the specification", () => {
  const [contract, rebuild] = [chapter("7-contract.md"), chapter("10-rebuild.md")];

  it("names every event of the rollup with its topic, its types and what is indexed", () => {
    expect(eventRows(rebuild)).toEqual(expectedRows(rollupAbi));
  });

  it("names every event of the policy likewise", () => {
    expect(eventRows(contract)).toEqual(expectedRows(fixedOperatorAbi));
  });

  it("names every function by its selector, once", () => {
    const rows = [...`${contract}\n${rebuild}`.matchAll(FUNCTION_ROW)].map(([, name, selector]) => ({
      name,
      selector,
    }));
    const functions = [...rollupAbi, ...fixedOperatorAbi, ...receiptsAbi].filter(
      (item): item is Extract<typeof item, AbiFunction> => item.type === "function",
    );
    const expected = functions.map((item) => ({ name: item.name, selector: toFunctionSelector(item) }));
    expect(rows.sort(byName)).toEqual(expected.sort(byName));
  });

  it("names the verifier's function by its selector", () => {
    const signature = "verify(bytes proof, bytes32[] publicInputs) view returns (bool)";
    const selector = toFunctionSelector(`function ${signature}`);
    const selectors = contract.replaceAll(/\s+/g, " ").split(`\`${signature}\`, selector `);
    expect(selectors.slice(1).map((text) => text.slice(0, 10))).toEqual([selector]);
  });
});
