import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { configHelp, configMarkdown, envExample, loadConfig } from "./config.ts";

const KEY = `0x${"1".repeat(64)}`;
const ENV = {
  CAIRN_CHAIN_ID: "31337",
  CAIRN_ROLLUP: `0x${"a".repeat(40)}`,
  CAIRN_PUBLISHER_KEY: KEY,
  CAIRN_FEE_OWNER: `0x${"b".repeat(40)}`,
};
const problemsOf = (env: Record<string, string>, args: string[] = []): unknown => {
  try {
    return loadConfig({ ...ENV, ...env }, args);
  } catch (error) {
    return error instanceof Error && "details" in error ? error.details : error;
  }
};

describe("configuration", () => {
  it("takes defaults, variables and flags; flags win", () => {
    const config = loadConfig({ ...ENV, CAIRN_API_PORT: "1", CAIRN_SLOTS: "16" }, [
      "--api-port=2",
      "--roles",
      "sequencer,watcher",
    ]);
    expect(config).toMatchObject({ apiPort: 2, slots: "16", roles: ["sequencer", "watcher"], dataDir: "./data" });
    expect(config.feeTokens).toEqual([{ tokenId: 0, weiPer1e18: 10n ** 18n }]);
    expect(config.databaseUrl).toBeUndefined();
  });

  it("refuses more fee tokens than a block can credit, doubles and prices of 0", () => {
    const fees = (tokens: string) => ({ ...ENV, CAIRN_FEE_TOKENS: tokens });
    expect(loadConfig(fees("0=1,1=2,2=3,3=4")).feeTokens).toHaveLength(4);
    for (const [tokens, problem] of [
      ["0=1,1=1,2=1,3=1,4=1", "names 5 tokens, at most 4 pay fees"],
      ["0=1,1=1,0=2", "names a token twice"],
      ["0=0", "names a price of 0"],
      ["4294967296=1", "names a token id of 2^32 or more"],
    ] as const) {
      expect(problemsOf({ CAIRN_FEE_TOKENS: tokens })).toEqual({ problems: [`CAIRN_FEE_TOKENS ${problem}`] });
    }
  });

  it("reports every problem at once", () => {
    expect(problemsOf({ CAIRN_SLOTS: "17", CAIRN_API_PORT: "x" }, ["--nope=1"])).toEqual({
      problems: ["unknown flag --nope", expect.stringContaining("CAIRN_SLOTS"), "CAIRN_API_PORT is not a whole number"],
    });
    const contradicting = { CAIRN_ROLES: "api,publisher", CAIRN_PUBLISHER_KEY: "", CAIRN_ADMIN_PORT: "1" };
    expect(problemsOf({ ...contradicting, CAIRN_CHAIN_ID: "" })).toEqual({
      problems: [
        "CAIRN_CHAIN_ID is required",
        expect.stringContaining("api without sequencer"),
        expect.stringContaining("needs DATABASE_URL"),
        "CAIRN_PUBLISHER_KEY is required by the publisher",
        "CAIRN_ADMIN_PORT needs CAIRN_ADMIN_TOKEN",
      ],
    });
  });

  it("lets every role run alone; an api then needs the sequencer's address", () => {
    const server = { ...ENV, DATABASE_URL: "postgres://x" };
    const publisher = { CAIRN_PUBLISHER_KEY: `0x${"11".repeat(32)}` };
    const url = { CAIRN_SEQUENCER_URL: "http://127.0.0.1:8081" };
    for (const roles of ["sequencer", "watcher", "prover", "publisher", "sequencer,api"]) {
      expect(loadConfig({ ...server, ...publisher, CAIRN_ROLES: roles }).roles).toEqual(roles.split(","));
    }
    const port = { CAIRN_SEQUENCER_PORT: "8081", CAIRN_ROLES: "sequencer" };
    expect(loadConfig({ ...server, ...port })).toMatchObject({ sequencerPort: 8081 });
    expect(loadConfig({ ...server, ...url, CAIRN_ROLES: "api" })).toMatchObject({
      sequencerUrl: url.CAIRN_SEQUENCER_URL,
    });
    const problems = (change: Record<string, string>) => problemsOf({ DATABASE_URL: "postgres://x", ...change });
    expect(problems({ CAIRN_ROLES: "api" })).toEqual({ problems: [expect.stringContaining("api without sequencer")] });
    expect(problems(url)).toEqual({ problems: ["CAIRN_SEQUENCER_URL is for an api without sequencer"] });
    expect(problems({ CAIRN_SEQUENCER_PORT: "1" })).toEqual({
      problems: ["CAIRN_SEQUENCER_PORT is for a sequencer without api"],
    });
    expect(problems({ CAIRN_ROLES: "api", CAIRN_SEQUENCER_URL: "postgres://x" })).toEqual({
      problems: ["CAIRN_SEQUENCER_URL is not an http:// or https:// address"],
    });
  });

  it("requires the fee owner, or that there are no fees", () => {
    expect(problemsOf({ CAIRN_FEE_OWNER: "" })).toEqual({
      problems: [expect.stringContaining("CAIRN_FEE_OWNER is required")],
    });
    const free = loadConfig({ ...ENV, CAIRN_FEE_OWNER: "" }, ["--fee-operator-percent=-100"]);
    expect(free).toMatchObject({ feeOwner: undefined, feeOperatorPercent: -100 });
  });

  it.each([
    ["CAIRN_FEE_OWNER", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "has a wrong checksum"],
    ["CAIRN_FEE_OWNER", "0x70997970C51812dc3A010C7d01b50e0d17dc79", "is not an address"],
    ["CAIRN_FEE_OWNER", `0x${"0".repeat(40)}`, "is the address 0"],
    ["CAIRN_ROLLUP", "0x70997970c51812dc3A010C7d01b50e0d17dc79C8", "has a wrong checksum"],
    ["CAIRN_L1_RPC_URL", "ws://127.0.0.1:8545", "is not an http:// or https:// address"],
    ["CAIRN_L1_RPC_URL", "127.0.0.1:8545", "is not an http:// or https:// address"],
    ["CAIRN_L1_RPC_URL", "file:///etc/passwd", "is not an http:// or https:// address"],
    ["DATABASE_URL", "mysql://user:sesame@db", "is not a postgres:// or postgresql:// address"],
    ["CAIRN_PUBLISHER_KEY", `0x${"0".repeat(64)}`, "not 0"],
    ["CAIRN_PUBLISHER_KEY", "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", "the order"],
    ["CAIRN_PUBLISHER_KEY", `0x${"1".repeat(63)}`, "not a private key"],
    ["CAIRN_API_PORT", "-1", "is not a whole number"],
    ["CAIRN_API_PORT", "65536", "<=65535"],
    ["CAIRN_L1_POLL_MS", "NaN", "is not a whole number"],
    ["CAIRN_L1_POLL_MS", "1e3", "is not a whole number"],
    ["CAIRN_L1_POLL_MS", "9".repeat(400), "expected number"],
    ["CAIRN_LOW_BALANCE_WEI", "9".repeat(400), "is not a whole number"],
  ])("refuses %s=%s, without showing a secret", (name, value, problem) => {
    expect(problemsOf({ [name]: value })).toEqual({ problems: [expect.stringContaining(`${name} `)] });
    expect(JSON.stringify(problemsOf({ [name]: value }))).toContain(problem);
    if (name === "CAIRN_PUBLISHER_KEY") expect(JSON.stringify(problemsOf({ [name]: value }))).not.toContain(value);
    expect(JSON.stringify(problemsOf({ [name]: value }))).not.toContain("sesame");
  });

  it("refuses variables that are not settings, and suggests the intended one", () => {
    expect(problemsOf({ CAIRN_FEE_OPERATOR_PERCENTS: "1", CAIRN_WHATEVER: "1" })).toEqual({
      problems: [
        "CAIRN_FEE_OPERATOR_PERCENTS is not a setting; CAIRN_FEE_OPERATOR_PERCENT is",
        "CAIRN_WHATEVER is not a setting",
      ],
    });
    expect(loadConfig({ ...ENV, CAIRN_HOME: "x", CAIRN_PASSPHRASE: "x", CAIRN_OLD: "" })).toMatchObject({});
  });

  it("accepts no secret as a flag, which everyone on the machine can read", () => {
    for (const [flag, value] of [
      ["--publisher-key", KEY],
      ["--admin-token", "sesame"],
      ["--database-url", "postgres://cairn:sesame@db/cairn"],
    ] as const) {
      const problems = JSON.stringify(problemsOf({}, [flag, value]));
      expect(problems).toContain(`${flag} would show a secret`);
      expect(problems).not.toContain(value);
    }
    expect(loadConfig(ENV, ["--database-url", "postgres://db/cairn"])).toMatchObject({
      databaseUrl: "postgres://db/cairn",
    });
    expect(problemsOf({}, ["--api-port", "1", "--api-port", "2"])).toEqual({ problems: ["--api-port is given twice"] });
  });

  it("accepts a switch without a value", () => {
    expect(loadConfig(ENV, ["--restore", "--api-port", "2"])).toMatchObject({ restore: true, apiPort: 2 });
    expect(loadConfig(ENV, ["--api-port=2", "--restore"])).toMatchObject({ restore: true, apiPort: 2 });
    expect(loadConfig({ ...ENV, CAIRN_RESTORE: "true" }, ["--restore=false"])).toMatchObject({ restore: false });
    expect(loadConfig(ENV)).toMatchObject({ restore: false });
  });

  it("requires nothing but the database of a lone prover", () => {
    expect(loadConfig({ DATABASE_URL: "postgres://x", CAIRN_ROLES: "prover" })).toMatchObject({ roles: ["prover"] });
  });

  it("does not allow shifting the clock on a chain that is not for development", () => {
    expect(loadConfig({ ...ENV, CAIRN_CLOCK_OFFSET_FILE: "offset" })).toMatchObject({ clockOffsetFile: "offset" });
    expect(problemsOf({ CAIRN_CHAIN_ID: "1", CAIRN_CLOCK_OFFSET_FILE: "offset" })).toEqual({
      problems: ["CAIRN_CLOCK_OFFSET_FILE is for development chains only"],
    });
  });

  it("does not show secrets", () => {
    const config = loadConfig(ENV);
    expect(
      inspect(config, { depth: 5 }) + JSON.stringify(config, (_, v) => (typeof v === "bigint" ? `${v}` : v)),
    ).not.toContain("111");
    expect(config.publisherKey?.reveal()).toBe(KEY);
  });

  it("has an up-to-date example and documentation", () => {
    const read = (name: string) => readFileSync(join(import.meta.dirname, "../..", name), "utf8");
    expect(read(".env.example")).toBe(envExample());
    expect(read("CONFIGURATION.md")).toBe(configMarkdown());
    expect(configHelp()).toContain("--data-dir");
  });
});
