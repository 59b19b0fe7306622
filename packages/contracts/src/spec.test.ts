import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toEventSelector, toFunctionSelector } from "viem";
import { describe, expect, it } from "vitest";
import { rollupAbi } from "./abi.ts";

const EVENT_ROW = /^\| `(\w+)\(([^`]*)\)` \| (0x[0-9a-f]{64}) \|$/gm;
const FUNCTION_ROW = /^\| `(\w+)\([^`]*\)` \| (0x[0-9a-f]{8}) \|/gm;
const MENTION = /`(\w+)\([^`]*\)`\s(0x[0-9a-f]{8})\b/g;

/** Rows and mentions of functions in the chapter. */
const MIN_FUNCTIONS = 13;

describe("the ABI in the specification", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/spec/2/10-rebuild.md"), "utf8");

  it("names every event with its topic, its types and what is indexed", () => {
    const rows = [...text.matchAll(EVENT_ROW)].map(([, name, parameters, topic]) => ({ name, parameters, topic }));
    const events = rollupAbi.flatMap((item) => (item.type === "event" ? [item] : []));
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
    expect(rows.length).toBeGreaterThanOrEqual(MIN_FUNCTIONS);
    for (const [, name, selector] of rows) {
      const item = rollupAbi.find((one) => one.type === "function" && one.name === name);
      expect(item?.type === "function" && toFunctionSelector(item), name).toBe(selector);
    }
  });
});
