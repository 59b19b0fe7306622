import { expect, test } from "vitest";
import { parseOptions } from "./options.ts";
import { SECTIONS } from "./report.ts";

const environment = { CAIRN_CACHE_DIR: "/cache" };

test("without options everything is measured for all sizes", () => {
  const options = parseOptions([], environment);
  expect(options).toMatchObject({
    sections: SECTIONS,
    sizes: [16, 64, 256],
    isQuick: false,
    markdown: null,
    from: null,
  });
  expect(options?.json).toBe("/cache/bench/latest.json");
});

test("quick keeps the smallest size", () => {
  expect(parseOptions(["--quick"], environment)?.sizes).toEqual([16]);
});

test("sections keep the order of the run", () => {
  expect(parseOptions(["--only", "vm,gates"], environment)?.sections).toEqual(["gates", "vm"]);
});

test("--write-docs writes the tables to one place", () => {
  const options = parseOptions(["--write-docs"], environment);
  expect(options?.markdown).toMatch(/docs\/benchmarks\.md$/);
  expect(options?.feeBasis).toMatch(/apps\/node\/l1-gas\.json$/);
});

test("help measures nothing", () => {
  expect(parseOptions(["--help"], environment)).toBeNull();
});

test.each([[["--only", "gas"]], [["--fast"]], [["--only"]]])("%j is refused", (args) => {
  expect(() => parseOptions(args, environment)).toThrow(expect.objectContaining({ code: "bench/bad-option" }));
});
