import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { runInTest } from "../test/run.ts";
import { createProgram, runCli } from "./cli.ts";
import { canSend } from "./host.ts";
import { withCommandTable } from "./reference.ts";

const program = (): Command =>
  createProgram({ stdout() {}, stderr() {}, env: {}, signal: AbortSignal.any([]), askSecret: null }).program;

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function fullName(command: Command): string {
  const group = command.parent?.parent ? `${command.parent.name()} ` : "";
  return `${group}${command.name()}`;
}

describe("cairn", () => {
  it("says what is wrong and exits with 2 when called wrongly", async () => {
    for (const args of [[], ["nope"], ["completion"], ["completion", "bash", "--nope"], ["completion", "tcsh"]]) {
      const { code, stdout, stderr } = await runInTest(args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
      expect(stderr).toMatch(/error: .+ \(cli\/usage\)\nhint: /);
    }
  });

  it("prints its version", async () => {
    expect(await runInTest(["--version"])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
  });

  it.each([
    ["balance"],
    ["balance", "--restored"],
    ["transfer", "1", "ETH", "66"],
    ["withdraw", "1", "ETH"],
    ["deposit", "1", "ETH"],
    ["claim", "ETH"],
    ["force-withdraw", "66"],
  ])("asks for the network first if none is configured: %s %s", async (...args) => {
    const { code, stdout } = await runInTest([...args, "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "cli/not-configured" } });
  });

  it("knows which commands send: only those warn that what was sent stays sent", () => {
    const sent = [
      ...["transfer", "payout", "withdraw", "swap accept", "swap direct"],
      ...["customers open", "customers sweep"],
    ];
    const sentUnlessTried = [
      ...["operator propose", "operator accept", "operator burn", "register-token", "force-withdraw", "freeze"],
      ...["exit", "reclaim", "pay", "claim"],
    ];
    const all = leaves(program());
    const those = (options: object) => all.filter((one) => canSend(one, options)).map(fullName);
    expect(new Set(those({}))).toEqual(new Set([...sent, "deposit", ...sentUnlessTried]));
    expect(new Set(those({ dryRun: true }))).toEqual(new Set(sent));
    expect(those({ confirm: "1" })).toContain("deploy");
    const withDryRun = all.filter(({ options }) => options.some(({ long }) => long === "--dry-run"));
    expect(new Set(withDryRun.map(fullName))).toEqual(new Set(sentUnlessTried));
  });

  it.each([
    ["cli/interrupted", "Nothing was sent", ["tx", `0x${"1".repeat(64)}`]],
    ["cli/interrupted-sending", "stays sent", ["transfer", "1", "ETH", "66"]],
    ["cli/interrupted-sending", "stays sent", ["exit", "66"]],
    ["cli/interrupted", "Nothing was sent", ["exit", "66", "--dry-run"]],
    ["cli/interrupted", "Nothing was sent", ["operator", "accept", "--dry-run"]],
    ["cli/interrupted", "Nothing was sent", ["deploy"]],
    ["cli/interrupted-sending", "stays sent", ["deploy", "--confirm", "31337"]],
  ])('ends with %s and "%s" when %j is interrupted', async (code, hint, args) => {
    let stdout = "";
    const stop = new AbortController();
    stop.abort();
    const where = [
      "--rollup",
      `0x${"1".repeat(40)}`,
      "--chain-id",
      "1",
      "--l1-rpc-url",
      "http://127.0.0.1:1",
      "--node-url",
      "http://127.0.0.1:1",
    ];
    const terminal = {
      stdout: (text: string) => {
        stdout += text;
      },
      stderr() {},
      env: { CAIRN_HOME: "/nonexistent" },
      signal: stop.signal,
      askSecret: null,
    };
    expect(await runCli([...args, ...where, "--json"], terminal)).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, hint: expect.stringContaining(hint) } });
  });

  it("prints failures as one JSON document with --json", async () => {
    const { code, stdout, stderr } = await runInTest(["completion", "tcsh", "--json"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "cli/usage", hint: expect.any(String) } });
  });

  it("has a description, an example and --json for every command", () => {
    for (const command of leaves(program())) {
      let help = "";
      command
        .configureOutput({
          writeOut: (text) => {
            help += text;
          },
        })
        .outputHelp();
      expect(command.description(), command.name()).not.toBe("");
      const json = command.options.find(({ long }) => long === "--json");
      // The demo's takes the report file as its value.
      expect([command.name(), json?.isBoolean()]).toEqual([command.name(), command.name() !== "demo"]);
      expect(help, command.name()).toContain("Examples:");
    }
  });

  it("has an up-to-date list of commands", () => {
    const text = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    expect(text === withCommandTable(text, program()), "run apps/cli/scripts/generate-readme.ts").toBe(true);
  });
});
