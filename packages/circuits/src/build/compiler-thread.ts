import { Worker } from "node:worker_threads";
import type { CompiledCircuit } from "@noir-lang/noir_js";

/** An answer of the compiler thread. */
export type CompileAnswer =
  | { readonly type: "compiled"; readonly program: CompiledCircuit }
  | { readonly type: "failed"; readonly reason: string; readonly diagnostics: unknown };

let thread: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();

/**
 * Compiles the crate in a folder on a separate thread, one at a time, because the compiler blocks its thread. An idle
 * thread does not keep the process alive.
 */
export function compileInThread(crate: string): Promise<CompileAnswer> {
  const answer = last.then(() => ask(crate));
  last = answer;
  return answer;
}

function ask(crate: string): Promise<CompileAnswer> {
  const worker = thread ?? start();
  worker.ref();
  return new Promise((resolve) => {
    const done = (answer: CompileAnswer): void => {
      worker.off("message", done).off("error", died).off("exit", died);
      worker.unref();
      resolve(answer);
    };
    const died = (cause: unknown): void => {
      thread = null;
      done({ type: "failed", reason: `the compiler thread died: ${cause}`, diagnostics: undefined });
    };
    worker.once("message", done).once("error", died).once("exit", died);
    worker.postMessage(crate);
  });
}

function start(): Worker {
  thread = new Worker(new URL("./compile-worker.ts", import.meta.url));
  return thread;
}
