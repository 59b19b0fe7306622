import { parentPort } from "node:worker_threads";
import { compile, createFileManager } from "@noir-lang/noir_wasm";
import type { CompileAnswer } from "./compiler-thread.ts";

function ignoreLog(): void {}

// The compiler also writes to stdout, where programs print their results.
console.log = ignoreLog;

async function answerTo(crate: string): Promise<CompileAnswer> {
  try {
    const { program } = await compile(createFileManager(crate), crate, ignoreLog, ignoreLog);
    return { type: "compiled", program };
  } catch (error) {
    const { diagnostics } = error as { readonly diagnostics?: unknown };
    return { type: "failed", reason: error instanceof Error ? error.message : String(error), diagnostics };
  }
}

parentPort?.on("message", async (crate: string) => parentPort?.postMessage(await answerTo(crate)));
