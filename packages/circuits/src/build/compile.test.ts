import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileCircuit } from "./compile.ts";

describe("compileCircuit", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cairn-compile-"));
    mkdirSync(join(dir, "noir", "tiny", "src"), { recursive: true });
    writeFileSync(join(dir, "noir", "tiny", "Nargo.toml"), '[package]\nname = "tiny"\ntype = "bin"\n[dependencies]\n');
    writeMain("fn main(x: Field) { assert(x != 0); }");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const writeMain = (text: string): void => writeFileSync(join(dir, "noir", "tiny", "src", "main.nr"), text);
  const compile = () => compileCircuit({ name: "tiny", cacheDir: join(dir, "cache"), noirDir: join(dir, "noir") });

  it("uses the cache for unchanged sources and compiles changed ones", async () => {
    const first = await compile();
    const second = await compile();
    expect([first.isCached, second.isCached]).toEqual([false, true]);
    expect(second.circuit.bytecode).toBe(first.circuit.bytecode);
    writeMain("fn main(x: Field) { assert(x != 1); }");
    const third = await compile();
    expect(third.isCached).toBe(false);
    expect(third.dir).not.toBe(first.dir);
  });

  it("compiles again when a crate changed that another one depends on", async () => {
    const crate = (name: string, type: string, text: string, dependencies = ""): void => {
      const folder = join(dir, "noir", name);
      mkdirSync(join(folder, "src"), { recursive: true });
      writeFileSync(
        join(folder, "Nargo.toml"),
        `[package]\nname = "${name}"\ntype = "${type}"\n[dependencies]\n${dependencies}\n`,
      );
      writeFileSync(join(folder, "src", type === "lib" ? "lib.nr" : "main.nr"), text);
    };
    const lower = (value: number) => crate("lower", "lib", `pub fn least() -> Field { ${value} }`);
    lower(5);
    crate("upper", "lib", "pub fn limit() -> Field { lower::least() }", 'lower = { path = "../lower" }');
    crate("top", "bin", "fn main(x: Field) { assert(x != upper::limit()); }", 'upper = { path = "../upper" }');
    const compileTop = () => compileCircuit({ name: "top", cacheDir: join(dir, "cache"), noirDir: join(dir, "noir") });
    expect([(await compileTop()).isCached, (await compileTop()).isCached]).toEqual([false, true]);
    lower(6);
    expect((await compileTop()).isCached).toBe(false);
  });

  it("says why sources do not compile", async () => {
    writeMain("fn main(x: Field) { assert(y != 0); }");
    await expect(compile()).rejects.toMatchObject({ code: "circuits/compile-failed" });
  });
});
