import { homedir } from "node:os";
import { join } from "node:path";
import { onStopSignal } from "@cairn/node/stop-signals";
import type { Streams } from "./output.ts";
import { whenParentIsGone } from "./parent.ts";

/** A command's outside world: streams, environment, stop signal. */
export interface Terminal extends Streams {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** Prompts for a secret without echo; null when there is no terminal. */
  readonly askSecret: ((question: string) => Promise<string>) | null;
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  const stop = new AbortController();
  onStopSignal(["SIGINT", "SIGTERM", "SIGHUP"], (signal) => stop.abort(signal));
  whenParentIsGone(() => stop.abort("SIGHUP"));
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreGoneReader);
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    env: process.env,
    signal: stop.signal,
    askSecret: process.stdin.isTTY && process.stderr.isTTY ? askHidden : null,
  };
}

/** Folder of profile and keystore: CAIRN_HOME, or `.cairn` in the user's home. */
export function cairnHome({ env }: Pick<Terminal, "env">): string {
  return env.CAIRN_HOME || join(homedir(), ".cairn");
}

/** A reader such as `head` may end early, and a terminal may be closed while the command is cleaning up. */
function ignoreGoneReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const BACKSPACES = ["\u007f", "\b"];

function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true).setEncoding("utf8").resume();
  return new Promise((resolve, reject) => {
    let answer = "";
    const done = () => {
      stdin.off("data", read).setRawMode(false).pause();
      stderr.write("\n");
    };
    const read = (chunk: string) => {
      for (const letter of chunk) {
        if (letter === CTRL_C || letter === CTRL_D) {
          done();
          reject(new DOMException("nothing was entered", "AbortError"));
          return;
        }
        if (letter === "\r" || letter === "\n") {
          done();
          resolve(answer);
          return;
        }
        answer = BACKSPACES.includes(letter) ? answer.slice(0, -1) : answer + letter;
      }
    };
    stdin.on("data", read);
  });
}
