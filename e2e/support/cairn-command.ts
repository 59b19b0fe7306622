import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { CAIRN, commandFile, type Proofs } from "./commands.ts";
import { CACHE_DIR } from "./places.ts";

/** Compiled code of earlier processes. */
const COMPILE_CACHE = join(CACHE_DIR, "node-compile");

/** What a command printed as JSON, and its exit code. */
export interface Told<T> {
  readonly code: number | null;
  readonly value: T;
  readonly stderr: string;
}

/** Runs a command with `--json` in a separate process to its end. */
export async function runCairn<T>(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Told<T>> {
  const child = startCairn(args, env);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, "close");
  return { code, value: JSON.parse(stdout) as T, stderr };
}

/** Starts a long-running command with `--json`. */
export function startCairn(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  proofs: Proofs = "real",
): ChildProcess {
  // A devnet needs Node's options that the real command adds.
  const command = proofs === "real" && args[0] === "devnet" ? CAIRN : commandFile("cairn", proofs);
  return spawn(process.execPath, [command, ...args, "--json"], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The first JSON document on a process's stdout. Rejects with what it printed when it ends before. */
export function firstDocument<T>(child: ChildProcess): Promise<T> {
  let text = "";
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      // A document ends with the brace that closes it, alone on its line.
      if (!text.endsWith("\n}\n")) return;
      child.stdout?.off("data", read).resume();
      resolve(JSON.parse(text) as T);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once("close", (code) => reject(new Error(`ended with ${code}: ${text.slice(-2000)}`)));
  });
}

/** A devnet with stand-in proofs, as `cairn devnet --json` describes itself. */
export interface RunningDevnet {
  readonly urls: { readonly api: string };
  readonly accounts: readonly { readonly name: string; readonly address: `0x${string}` }[];
  readonly stop: () => Promise<void>;
}

/** Starts a devnet on free ports; commands with the same environment find it by its profile. */
export async function startDevnet(env: Readonly<Record<string, string>>): Promise<RunningDevnet> {
  const child = startCairn(["devnet", "--l1-port", "0", "--api-port", "0", "--metrics-port", "0"], env, "stand-in");
  const ready = await firstDocument<Omit<RunningDevnet, "stop">>(child);
  return {
    ...ready,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill("SIGINT");
      await once(child, "close");
    },
  };
}

/** Starts a command and kills it once a condition holds; whether it was still running then. */
export async function killWhen(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  isDue: () => boolean,
): Promise<boolean> {
  const child = startCairn(args, env);
  const ended = once(child, "close");
  while (child.exitCode === null && !isDue()) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  const [, signal] = await ended;
  return signal === "SIGKILL";
}
