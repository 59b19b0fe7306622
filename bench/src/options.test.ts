import { expect, test } from "vitest";
import { parseCommand } from "./options.ts";
import { SECTIONS } from "./report.ts";

const environment = { CAIRN_CACHE_DIR: "/cache" };

test("without options everything is measured for all sizes", () => {
  const options = parseCommand([], environment);
  expect(options).toMatchObject({
    sections: SECTIONS,
    sizes: [16, 64, 256],
    isQuick: false,
    markdown: null,
    from: null,
  });
  expect(options).toHaveProperty("json", "/cache/bench/latest.json");
});

test("quick keeps the smallest size", () => {
  expect(parseCommand(["--quick"], environment)).toMatchObject({ type: "sections", sizes: [16] });
});

test("sections keep the order of the run", () => {
  expect(parseCommand(["--only", "vm,gates"], environment)).toMatchObject({ sections: ["gates", "vm"] });
});

test("--write-docs writes the tables to one place", () => {
  const options = parseCommand(["--write-docs"], environment);
  expect(options).toMatchObject({
    markdown: expect.stringMatching(/docs\/benchmarks\.md$/),
    feeBasis: expect.stringMatching(/apps\/node\/l1-gas\.json$/),
  });
});

test("help measures nothing", () => {
  expect(parseCommand(["--help"], environment)).toEqual({ type: "help" });
});

test("a batch is chosen by transfers, slots and data source, and has defaults", () => {
  expect(parseCommand(["--only", "batch"], environment)).toEqual({
    type: "batch",
    batch: { transfers: 1024, slots: 256, da: "blob", cacheDir: "/cache" },
    json: "/cache/bench/batch.json",
    docs: null,
  });
  const args = ["--only", "batch", "--transfers", "32", "--slots", "16", "--da", "calldata", "--json", "/b.json"];
  expect(parseCommand([...args, "--write-docs"], environment)).toMatchObject({
    batch: { transfers: 32, slots: 16, da: "calldata" },
    json: "/b.json",
    docs: {
      record: expect.stringMatching(/bench\/figures\/batch\.json$/),
      page: expect.stringMatching(/docs\/benchmarks\.md$/),
    },
  });
});

test.each([
  [16, 1024],
  [64, 4096],
  [256, 7936],
  [1024, 7168],
])("a batch of blocks of %d slots holds at most %d transfers", (slots, most) => {
  const command = (transfers: number) => ["--only", "batch", "--slots", `${slots}`, "--transfers", `${transfers}`];
  expect(parseCommand(command(most), environment)).toMatchObject({ batch: { transfers: most } });
  expect(() => parseCommand(command(most + 1), environment)).toThrow(`a batch holds ${most}`);
});

test("what throughput needs is computed from the record, whatever is measured here", () => {
  const record = expect.stringMatching(/bench\/figures\/batch\.json$/);
  const provers = expect.stringMatching(/bench\/figures\/provers\.json$/);
  const command = { type: "scaling", record, provers };
  expect(parseCommand(["--only", "scaling"], environment)).toEqual({ ...command, page: null });
  const page = expect.stringMatching(/docs\/scaling\.md$/);
  expect(parseCommand(["--only", "scaling", "--write-docs"], environment)).toEqual({ ...command, page });
});

test("several provers are recorded only on request", () => {
  expect(parseCommand(["--only", "provers"], environment)).toMatchObject({ type: "provers", docs: null });
  expect(parseCommand(["--only", "provers", "--write-docs"], environment)).toMatchObject({
    docs: {
      record: expect.stringMatching(/bench\/figures\/provers\.json$/),
      batches: expect.stringMatching(/bench\/figures\/batch\.json$/),
      page: expect.stringMatching(/docs\/scaling\.md$/),
    },
  });
});

test.each([
  [["--only", "scaling", "--quick"]],
  [["--only", "provers", "--transfers", "16"]],
  [["--only", "scaling", "--json", "x"]],
  [["--only", "gas"]],
  [["--fast"]],
  [["--only"]],
  [["--transfers", "16"]],
  [["--only", "batch,vm"]],
  [["--only", "batch", "--quick"]],
  [["--only", "batch", "--transfers", "0"]],
  [["--only", "batch", "--transfers", "1e3"]],
  [["--only", "batch", "--slots", "32"]],
  [["--only", "batch", "--da", "celestia"]],
])("%j is refused", (args) => {
  expect(() => parseCommand(args, environment)).toThrow(expect.objectContaining({ code: "bench/bad-option" }));
});
