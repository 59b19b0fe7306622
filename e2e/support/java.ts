import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { CairnError } from "@cairn/protocol";
import { findJava, JAVA_REMEDY } from "../java-client/java.mjs";

/** Programs that run for seconds are done sooner without the slow compiler of the virtual machine. */
const QUICK = "-XX:TieredStopAtLevel=1";

/** Compiled sources. */
export interface JavaProgram {
  /** Runs a class with arguments; resolves with what it printed. */
  readonly run: (main: string, args: readonly string[]) => Promise<string>;
}

/**
 * Compiles the sources below folders of `dir`, and writes the classes to another folder there. Throws
 * `e2e/java-missing` without a compiler or libraries.
 */
export async function compileJava(dir: string, sources: readonly string[], output: string): Promise<JavaProgram> {
  const { classPath, missing } = findJava();
  if (missing.length > 0) throw new CairnError("e2e/java-missing", `${missing.join(", ")} missing: ${JAVA_REMEDY}`);
  const files = sources.flatMap((folder) => globSync(`${folder}/**/*.java`, { cwd: dir }));
  // Otherwise it reads the sources in the locale's encoding.
  const options = [`-J${QUICK}`, "-encoding", "UTF-8", "-proc:none", "-nowarn"];
  await runInFolder(dir, "javac", [...options, "-d", output, "-cp", classPath, ...files]);
  const fullPath = [join(dir, output), classPath].join(delimiter);
  return {
    run: (main, args) => runInFolder(dir, "java", [QUICK, "-Dfile.encoding=UTF-8", "-cp", fullPath, main, ...args]),
  };
}

/** Runs a program to its end and returns what it printed; fails with all that it said. */
export async function runInFolder(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd, maxBuffer: 2 ** 24 });
  return stdout;
}
