import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import { commandFile, type Proofs } from "./commands.ts";
import type { E2eErrorCode } from "./errors.ts";
import { CACHE_DIR } from "./places.ts";

/** Where the logs of all processes are kept, for finding the cause of a failure. */
const LOG_DIR = process.env.CAIRN_E2E_LOGS;
const LOG_END = 4000;
/** Compile cache of earlier processes, which makes starting faster. */
const COMPILE_CACHE = join(CACHE_DIR, "node-compile");

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where a node listens; null for a server that is off. */
export interface NodeUrls {
  readonly api: string | null;
  readonly metrics: string | null;
  readonly admin: string | null;
}

/** A process of the node's own command. */
export interface NodeProcess {
  readonly pid: number;
  /** Resolves when it has started; rejects with `e2e/node-ended` if it ends before that. */
  readonly started: Promise<NodeUrls>;
  readonly exited: Promise<Exit>;
  readonly isRunning: () => boolean;
  /** Its complete log. */
  readonly output: () => string;
  /** Sends the signal, by default SIGKILL, and waits for the end. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<Exit>;
}

/** Options of {@link spawnNode}. */
export interface SpawnOptions {
  readonly proofs: Proofs;
  /** The whole environment except PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Command that starts the process, such as `prlimit --nofile=20000`. */
  readonly prefix?: readonly string[];
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a node as its own process, which ends with the test process at the latest. */
export function spawnNode({ proofs, env, args = [], prefix = [] }: SpawnOptions): NodeProcess {
  const [command = process.execPath, ...rest] = [...prefix, process.execPath, commandFile("node", proofs), ...args];
  const child = spawn(command, rest, {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  let isStarted = false;
  const started = Promise.withResolvers<NodeUrls>();
  const exited = Promise.withResolvers<Exit>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (LOG_DIR !== undefined) appendFileSync(join(LOG_DIR, `node-${child.pid}.log`), text);
      if (isStarted) return;
      const line = output.split("\n").find((one) => one.endsWith('"msg":"node started"}'));
      if (line === undefined) return;
      isStarted = true;
      started.resolve(JSON.parse(line));
    });
  }
  child.once("error", (cause) => {
    started.reject(new CairnError<E2eErrorCode>("e2e/node-ended", `${command} could not be started`, { cause }));
  });
  // All output has arrived at "close", not at "exit".
  child.once("close", (code, signal) => {
    running.delete(child);
    const details = { code, signal, output: output.slice(-LOG_END) };
    started.reject(
      new CairnError<E2eErrorCode>("e2e/node-ended", `the node ended: ${JSON.stringify(details)}`, { details }),
    );
    exited.resolve({ code, signal });
  });
  // Tests that care wait for it; nobody waits for a process that is meant to die.
  started.promise.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    started: started.promise,
    exited: exited.promise,
    isRunning: () => running.has(child),
    output: () => output,
    kill: (signal = "SIGKILL") => {
      child.kill(signal);
      return exited.promise;
    },
  };
}
