import { spawn } from "node:child_process";
import { constants } from "node:os";

/** @type {NodeJS.Signals[]} */
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The signal that asked this process to stop, if any. @type {NodeJS.Signals | undefined} */
let stopSignal;

/** @param {NodeJS.Signals} signal */
export const signalExitCode = (signal) => 128 + constants.signals[signal];

export const stopRequested = () => stopSignal;

/**
 * Runs a program to its end and resolves to its exit code (128 + n after signal n). While it runs, this process
 * survives signals that ask it to stop and forwards them, so that the child cleans up and the caller sees its exit
 * code.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, onLine?: (line: string) => void, isTied?: boolean }} options with `onLine`
 * the child's output is read line by line and its input is closed; without it the child shares this process's terminal,
 * and with `isTied` also a channel, by which a `cairn` command notices that this process is gone.
 * @returns {Promise<number>}
 */
export function runChild(program, args, { cwd, env, onLine, isTied = false }) {
  /** @type {import("node:child_process").StdioOptions} */
  const shared = isTied ? ["inherit", "inherit", "inherit", "ipc"] : "inherit";
  /** @type {import("node:child_process").SpawnOptions} */
  const options = {
    cwd,
    env: isTied ? { ...env, CAIRN_TIED_TO_PARENT: "1" } : env,
    stdio: onLine ? ["ignore", "pipe", "pipe"] : shared,
  };
  const child = spawn(program, args, options);
  if (onLine) {
    for (const stream of [child.stdout, child.stderr]) if (stream) readLines(stream, onLine);
  }
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    stopSignal = signal;
    const terminalSentItToTheWholeGroup = signal === "SIGINT" && process.stdin.isTTY;
    if (!terminalSentItToTheWholeGroup) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);

  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signalExitCode(signal ?? "SIGTERM")));
  }).finally(() => {
    for (const signal of FORWARDED) process.off(signal, forward);
  });
}

/**
 * @param {import("node:stream").Readable} stream
 * @param {(line: string) => void} onLine
 */
function readLines(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split(/\r?\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) onLine(line);
  });
  stream.on("end", () => rest.trim() && onLine(rest));
}
