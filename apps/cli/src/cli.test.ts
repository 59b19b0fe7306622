import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { runInTest } from "../test/run.ts";
import { createProgram } from "./cli.ts";
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
