import { type ChildProcess, spawn } from "node:child_process";
import { CAIRN } from "./commands.ts";

/** A `cairn` command in a separate process. */
export interface CairnProcess {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves to the exit code, null after a signal, once all output has arrived. */
  readonly ended: Promise<number | null>;
  /** The first JSON document on stdout; null when it ends before. */
  readonly firstDocument: Promise<unknown>;
}

/** Starts a command, by default as users do, with only the Cairn settings in `env`, none of this process's own. */
export function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  file = CAIRN,
): CairnProcess {
  const child = spawn(process.execPath, [file, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  const document = Promise.withResolvers<unknown>();
  child.stdout.on("data", (chunk: Buffer) => {
    output.stdout += chunk.toString();
    try {
      document.resolve(JSON.parse(output.stdout));
    } catch {
      // Not complete yet.
    }
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      document.resolve(null);
      resolve(code);
    });
  });
  return {
    child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended,
    firstDocument: document.promise,
  };
}

/** This process's environment without settings of Cairn, except for the cache folder, and with these. */
export function cleanEnv(settings: Readonly<Record<string, string>>): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === "CAIRN_CACHE_DIR" || (!name.startsWith("CAIRN_") && name !== "DATABASE_URL"),
  );
  return { ...Object.fromEntries(kept), ...settings };
}
