import { expect, test } from "vitest";
import { parseNodeOptions } from "./options.ts";

const environment = { CAIRN_CACHE_DIR: "/cache" };
const parse = (...args: string[]) => parseNodeOptions(args, environment);

test("by default a node with a prover and the embedded database is measured", () => {
  expect(parse()).toMatchObject({
    configurations: [{ database: { type: "embedded" }, isProving: true }],
    slots: 64,
    accounts: 256,
    json: "/cache/bench/node.json",
    isWritingDocs: false,
    isIdle: false,
  });
});

test("the database can be a server started for the run, or an existing one", () => {
  expect(parse("--postgres", "--no-prover")?.configurations).toEqual([
    { database: { type: "postgres" }, isProving: false },
  ]);
  const url = "postgres://localhost/x";
  expect(parse("--database-url", url)?.configurations).toEqual([{ database: { type: "url", url }, isProving: true }]);
  expect(parse("--matrix")?.configurations).toHaveLength(4);
});

test("settings of the node are passed on", () => {
  expect(parse("--set", "CAIRN_POOL_SIZE=5", "--set", "CAIRN_LOG_LEVEL=warn")?.settings).toEqual({
    CAIRN_POOL_SIZE: "5",
    CAIRN_LOG_LEVEL: "warn",
  });
});

test("help measures nothing", () => {
  expect(parse("--help")).toBeNull();
});

test.each([
  [["--slots", "17"]],
  [["--seconds", "soon"]],
  [["--set", "PATH=x"]],
  [["--fast"]],
  [["--postgres", "--matrix"]],
  [["--matrix", "--no-prover"]],
])("%j is refused", (args) => {
  expect(() => parse(...args)).toThrow(expect.objectContaining({ code: "bench/bad-option" }));
});
