import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { runInTest } from "../../test/run.ts";

const scriptOf = async (shell: string): Promise<string> => (await runInTest(["completion", shell])).stdout;

/** The completions that bash offers after these words. */
async function offered(...words: string[]): Promise<string[]> {
  const line = ["cairn", ...words];
  const script = `${await scriptOf("bash")}
COMP_WORDS=(${line.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${line.length - 1}; _cairn
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n");
}

describe("completion", () => {
  it("offers commands, subcommands, options and their values", async () => {
    expect(await offered("deposi")).toEqual(["deposit"]);
    expect(await offered("keys", "")).toEqual(expect.arrayContaining(["new", "import", "derive", "show", "list"]));
    expect(await offered("keys", "new", "--own")).toEqual(["--owner"]);
    expect(await offered("withdraw", "1", "ETH", "--wait", "p")).toEqual(["proven", "paid"]);
    expect(await offered("completion", "f")).toEqual(["fish"]);
  });

  it("exists for zsh and fish", async () => {
    const [zsh, fish] = await Promise.all([scriptOf("zsh"), scriptOf("fish")]);
    expect(zsh).toMatch(/^#compdef cairn\n/);
    expect(zsh).toContain("'--wait:");
    expect(fish).toContain(`complete -c cairn -f -n '__cairn_at keys' -a new`);
    for (const script of [zsh, fish]) expect(script).not.toContain("undefined");
  });
});
