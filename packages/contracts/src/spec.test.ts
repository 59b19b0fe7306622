import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Abi, toEventSelector, toFunctionSelector } from "viem";
import { describe, expect, it } from "vitest";
import { rollup2Abi, rollupAbi } from "./abi.ts";

const EVENT_ROW = /^\| `(\w+)\(([^`]*)\)` \| (0x[0-9a-f]{64}) \|$/gm;
const FUNCTION_ROW = /^\| `(\w+)\([^`]*\)` \| (0x[0-9a-f]{8}) \|/gm;
const MENTION = /`(\w+)\([^`]*\)`\s(0x[0-9a-f]{8})\b/g;

const VERSIONS: readonly { readonly path: string; readonly abi: Abi; readonly functions: number }[] = [
  { path: "spec/10-rebuild.md", abi: rollupAbi, functions: 15 },
  { path: "spec/2/10-rebuild.md", abi: rollup2Abi, functions: 13 },
];

describe.each(VERSIONS)("the ABI in $path", ({ path, abi, functions }) => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs", path), "utf8");

  it("names every event with its topic, its types and what is indexed", () => {
    const rows = [...text.matchAll(EVENT_ROW)].map(([, name, parameters, topic]) => ({ name, parameters, topic }));
    const events = abi.flatMap((item) => (item.type === "event" ? [item] : []));
    const expected = events.map((event) => ({
      name: event.name,
      parameters: event.inputs
        .map(({ type, name, indexed }) => `${type === "tuple" ? "Header" : type}${indexed ? " i" : ""} ${name}`)
        .join(", "),
      topic: toEventSelector(event),
    }));
    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
      (a.name ?? "").localeCompare(b.name ?? "");
    expect(rows.sort(byName)).toEqual(expected.sort(byName));
  });

  it("names functions by their selectors", () => {
    const rows = [...text.matchAll(FUNCTION_ROW), ...text.matchAll(MENTION)];
    expect(rows.length).toBeGreaterThanOrEqual(functions);
    for (const [, name, selector] of rows) {
      const item = abi.find((one) => one.type === "function" && one.name === name);
      expect(item?.type === "function" && toFunctionSelector(item), name).toBe(selector);
    }
  });
});
