import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { runInTest } from "../test/run.ts";
import { createProgram, runCli } from "./cli.ts";
import { withCommandTable } from "./reference.ts";

const program = (): Command =>
  createProgram({ stdout() {}, stderr() {}, env: {}, signal: AbortSignal.any([]), askSecret: null }).program;

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

describe("cairn", () => {
  it("says what is wrong and exits with 2 when called wrongly", async () => {
    for (const args of [[], ["nope"], ["completion"], ["completion", "bash", "--nope"], ["completion", "tcsh"]]) {
      const { code, stdout, stderr } = await runInTest(args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
      expect(stderr).toMatch(/error: .+ \(cli\/usage\)\nhint: /);
    }
  });

  it("tells its version", async () => {
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
  ])("asks for the network first where none is named: %s %s", async (...args) => {
    const { code, stdout } = await runInTest([...args, "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "cli/not-configured" } });
  });

  it("that only reads says nothing of what was sent when it is interrupted", async () => {
    let stdout = "";
    const stop = new AbortController();
    stop.abort();
    const where = ["--node-url", "http://127.0.0.1:1", "--rollup", `0x${"1".repeat(40)}`, "--chain-id", "1"];
    const interrupt = async (...args: string[]) => {
      stdout = "";
      const write = (text: string) => {
        stdout += text;
      };
      const env = { CAIRN_HOME: "/nonexistent" };
      await runCli([...args, ...where, "--json"], {
        ...{ stdout: write, stderr() {}, env, signal: stop.signal, askSecret: null },
      });
      return JSON.parse(stdout).error as { code: string; hint: string };
    };
    const read = await interrupt("tx", `0x${"1".repeat(64)}`);
    expect(read.code).toBe("cli/interrupted");
    expect(read.hint).not.toContain("stays sent");
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
      // The demo's takes the file for its report.
      expect([command.name(), json?.isBoolean()]).toEqual([command.name(), command.name() !== "demo"]);
      expect(help, command.name()).toContain("Examples:");
    }
  });

  it("has written its list of commands", () => {
    const text = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    expect(text === withCommandTable(text, program()), "run apps/cli/scripts/generate-readme.ts").toBe(true);
  });
});
